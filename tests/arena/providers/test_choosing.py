"""The likeliest of several candidates, by the mean and not by the sum."""

from collections.abc import Iterator

import pytest

from arena.providers.base import Generation, GenerationRequest, Piece, ProviderError, TokenLogprob
from arena.providers.choosing import SEEDS, Choosing

ASKED = GenerationRequest("m", [{"role": "user", "content": "Hello?"}], seed=SEEDS - 1)


class Scripted:
    """Answers by the seed it is asked with."""

    def __init__(self, **answers: tuple[float, ...]) -> None:
        self.answers = list(answers.items())
        self.seeds: list[int | None] = []

    def generate(self, request: GenerationRequest) -> Generation:
        text, logprobs = self.answers[len(self.seeds)]
        self.seeds.append(request.seed)
        tokens = [TokenLogprob("x", value) for value in logprobs]
        return Generation(text, "stop", 3, len(logprobs), 10.0, tokens=tokens)

    def stream(self, request: GenerationRequest) -> Iterator[Piece]:
        raise ProviderError("Candidates are not streamed.", retryable=False)


def test_the_highest_mean_wins_though_its_sum_is_the_lowest():
    provider = Scripted(short=(-0.9,), long=(-0.4, -0.4, -0.4), middling=(-0.6, -0.6))
    best = Choosing(provider, 3).generate(ASKED)
    assert (best.text, best.seed, best.latency_ms) == ("long", 0, 30.0)
    assert [answer.mean_logprob for answer in best.candidates] == pytest.approx([-0.9, -0.4, -0.6])
    # Seeds follow one another and stay within 31 bits.
    assert provider.seeds == [SEEDS - 1, 0, 1]


def test_without_log_probabilities_the_first_is_kept():
    assert Choosing(Scripted(first=(), second=()), 2).generate(ASKED).text == "first"


def test_what_is_watched_is_the_chosen_one_in_one_piece():
    pieces = list(Choosing(Scripted(worse=(-2.0,), better=(-1.0, -1.0)), 2).stream(ASKED))
    assert [piece.text for piece in pieces] == ["better", ""]
    assert pieces[-1].whole is not None
    assert (pieces[-1].whole.seed, pieces[-1].usage.completion_tokens) == (0, 2)
