"""Perplexity and bits per byte, where both are known in closed form."""

import math

import pytest

from arena.providers.base import Generation, TokenLogprob
from arena.providers.likelihood import bits_per_byte, perplexity


def written(text: str, *logprobs: float) -> Generation:
    tokens = [TokenLogprob("x", value) for value in logprobs]
    return Generation(text, "stop", 1, len(logprobs), 1.0, tokens=tokens)


@pytest.mark.parametrize("n", [1, 2, 7, 49152])
def test_an_even_choice_among_n_has_perplexity_n(n):
    answer = written("word", *[-math.log(n)] * 5)
    assert perplexity(answer.mean_logprob) == pytest.approx(n)


def test_one_bit_for_each_byte_is_one_bit_per_byte():
    # Eight tokens, each as likely as not, for eight bytes.
    answer = written("teapots!", *[-math.log(2)] * 8)
    assert bits_per_byte(answer.logprob_sum, answer.logprob_bytes) == pytest.approx(1.0)


def test_bytes_are_those_of_utf_8_and_the_cut_into_tokens_does_not_matter():
    two, four = written("ééé", -math.log(8), -math.log(8)), written("ééé", *[-math.log(8) / 2] * 4)
    assert two.logprob_bytes == 6
    for answer in (two, four):
        assert bits_per_byte(answer.logprob_sum, answer.logprob_bytes) == pytest.approx(1.0)
    assert perplexity(two.mean_logprob) == pytest.approx(perplexity(four.mean_logprob) ** 2)


def test_what_is_certain_costs_nothing():
    answer = written("tea", 0.0, 0.0)
    assert perplexity(answer.mean_logprob) == 1.0
    assert str(bits_per_byte(answer.logprob_sum, answer.logprob_bytes)) == "0.0"


def test_what_is_unknown_stays_unknown():
    silent = written("tea")
    assert (silent.mean_logprob, silent.logprob_sum, silent.logprob_bytes) == (None, None, None)
    assert perplexity(None) is None
    for unknown in ((None, 3), (-1.0, None), (-1.0, 0)):
        assert bits_per_byte(*unknown) is None
    assert perplexity(-1e6) is None, "larger than any number that can be told"
