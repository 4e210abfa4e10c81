"""Best of several: candidates are written to their end, and the likeliest is the answer."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from arena.providers.base import Generation, GenerationRequest, Piece, Provider, Usage

SEEDS = 2**31


def likeliest(candidates: Sequence[Generation]) -> int:
    """Return the place of the candidate with the highest mean log-probability; of the first, where none is known."""
    means = [float("-inf") if one.mean_logprob is None else one.mean_logprob for one in candidates]
    return max(range(len(means)), key=means.__getitem__)


class Choosing:
    """A provider that answers with the likeliest of `candidates` answers, asked with consecutive seeds."""

    def __init__(self, provider: Provider, candidates: int) -> None:
        self._provider = provider
        self._candidates = candidates

    def generate(self, request: GenerationRequest) -> Generation:
        """Return the best candidate, with the time that all of them took; raises ProviderError."""
        first = request.seed
        seeds = [None if first is None else (first + k) % SEEDS for k in range(self._candidates)]
        answers = [self._provider.generate(replace(request, seed=seed)) for seed in seeds]
        best = likeliest(answers)
        latency = sum(answer.latency_ms for answer in answers)
        return replace(answers[best], latency_ms=latency, seed=seeds[best], candidates=tuple(answers))

    def stream(self, request: GenerationRequest) -> Iterator[Piece]:
        """Yield the best candidate in one piece: which it is is known once all of them are there."""
        whole = self.generate(request)
        yield Piece(whole.text)
        yield Piece("", whole, Usage(whole.prompt_tokens, whole.completion_tokens))
