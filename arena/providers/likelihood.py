"""What log-probabilities of tokens say of a text."""

import math


def mean_logprob(logprob_sum: float | None, tokens: int | None) -> float | None:
    """Return the mean natural log-probability a token; None where either is unknown, or there is no token."""
    return None if logprob_sum is None or not tokens else logprob_sum / tokens


def perplexity(mean_logprob: float | None) -> float | None:
    """Return exp(-mean log-probability a token): 1 for a certain text, n for an even choice among n at each token."""
    return None if mean_logprob is None else _exp(-mean_logprob)


def bits_per_byte(logprob_sum: float | None, utf8_bytes: int | None) -> float | None:
    """Return -(sum of natural log-probabilities) / (ln 2 x bytes); None where either is unknown, or there is no byte."""
    if logprob_sum is None or not utf8_bytes:
        return None
    return max(0.0, -logprob_sum / (math.log(2) * utf8_bytes))


def _exp(value: float) -> float | None:
    try:
        return math.exp(value)
    except OverflowError:
        return None
