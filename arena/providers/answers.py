"""What an endpoint's answer says, read with suspicion: fields may be missing, of another type, or not a number."""

import math
from collections.abc import Sequence
from typing import Any, Final

from openai.types.chat import ChatCompletion

from arena.providers.base import Generation, ProviderError, TokenLogprob

TOO_LONG: Final = "too_long"
"""Reason for which an answer ended that we cut."""
FILTERED: Final = "content_filter"
"""Reason for which an answer ended that the endpoint would not write, or not to its end."""


def read_answer(answer: ChatCompletion, latency_ms: float, most_characters: int) -> Generation:
    """Return what a completion holds; raises ProviderError where it holds no answer."""
    if not answer.choices or answer.choices[0].message is None:
        raise ProviderError("The endpoint answered without a choice.", retryable=True)
    choice = answer.choices[0]
    check_filter(choice.finish_reason)
    text = clean(choice.message.content or "")
    cut = len(text) > most_characters
    return Generation(
        text=text[:most_characters],
        finish_reason=TOO_LONG if cut else choice.finish_reason or "",
        prompt_tokens=count(answer.usage.prompt_tokens) if answer.usage else None,
        completion_tokens=count(answer.usage.completion_tokens) if answer.usage else None,
        latency_ms=latency_ms,
        # Where we cut the answer, they are of more than it.
        tokens=() if cut or choice.logprobs is None else read_tokens(choice.logprobs.content),
    )


def check_filter(finish_reason: Any) -> None:
    """Raise ProviderError where an answer was ended by the endpoint's filter: what is there of it is a torso."""
    if finish_reason == FILTERED:
        raise ProviderError("The endpoint's filter ended the answer.", retryable=False, refused=True)


def read_tokens(entries: Sequence[Any] | None) -> tuple[TokenLogprob, ...]:
    """Return the tokens of an answer with their log-probabilities; none where not all of them are known."""
    # A mean over some of the tokens would pass for a mean over all of them.
    if not entries or not all(_is_logprob(entry.logprob) for entry in entries):
        return ()
    return tuple(
        TokenLogprob(
            token=clean(entry.token),
            # Some endpoints round a certain token to a hair above zero.
            logprob=min(entry.logprob, 0.0),
            alternatives={
                clean(other.token): min(other.logprob, 0.0)
                for other in entry.top_logprobs or ()
                if _is_logprob(other.logprob)
            },
        )
        for entry in entries
    )


def _is_logprob(value: Any) -> bool:
    """Return whether a value is a finite number: endpoints that run into not-a-number send null or NaN."""
    return isinstance(value, int | float) and math.isfinite(value)


def count(value: Any) -> int | None:
    """Return a number of tokens; None where it is none."""
    return value if isinstance(value, int) and value >= 0 else None


def clean(text: str) -> str:
    """Replace what no database and no page can hold: the character NUL and halves of surrogate pairs."""
    return text.replace("\x00", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
