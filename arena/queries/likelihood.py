"""What log-probabilities say of stored responses; the numbers are derived, and stored nowhere."""

from typing import Any

from arena.models import Response
from arena.providers.likelihood import bits_per_byte, perplexity


def response_perplexity(response: Response) -> float | None:
    """Return among how many tokens, on average, a response's author hesitated; None where that is not known."""
    return perplexity(response.mean_logprob)


def response_bits_per_byte(response: Response) -> float | None:
    """Return the bits that an author needed for a byte of a response; None where that is not known."""
    return bits_per_byte(response.logprob_sum, response.logprob_bytes)


def response_facts(response: Response) -> dict[str, Any]:
    """Return what is known of how a response was written; it may tell who wrote it, so after the vote alone."""
    stored = ("finish_reason", "prompt_tokens", "completion_tokens", "latency_ms", "mean_logprob")
    return {
        **{name: getattr(response, name) for name in stored},
        "perplexity": response_perplexity(response),
        "bits_per_byte": response_bits_per_byte(response),
    }
