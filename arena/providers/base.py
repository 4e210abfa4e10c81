"""What every provider takes and gives."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, Protocol, TypedDict

MOST_CHARACTERS: Final = 200_000
"""Where a longer answer is cut, if nothing else is said."""
NO_KEY: Final = "none"
"""Sent where an endpoint wants no key, since the protocol wants some word."""


class Message(TypedDict):
    """One turn of a conversation."""

    role: Literal["system", "user", "assistant"]
    content: str


class ProviderError(Exception):
    """A provider did not give what was asked.

    Attributes
    ----------
    retryable : whether asking again later may help (overload, time-out), or not (bad request, bad key).
    refused : whether it is this very request that was refused (too long, filtered); another may be answered.
    retry_after : seconds after which the endpoint wants to be asked again; None where it named none.
    """

    def __init__(
        self, message: str, *, retryable: bool, refused: bool = False, retry_after: float | None = None
    ) -> None:
        super().__init__(message)
        self.retryable = retryable
        self.refused = refused
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class GenerationRequest:
    """What is asked of a model.

    Attributes
    ----------
    sampling : temperature, top_p, max_tokens, stop, ... under their OpenAI names; anything else (top_k, min_p,
        repeat_penalty, ...) is passed on as the endpoint's own extension.
    top_logprobs : alternatives wanted for each token, 0 for the log-probability of the token alone; None asks for none.
    """

    model: str
    messages: Sequence[Message]
    sampling: Mapping[str, Any] = field(default_factory=dict)
    seed: int | None = None
    top_logprobs: int | None = None


@dataclass(frozen=True, slots=True)
class TokenLogprob:
    """One generated token with its natural log-probability and the best alternatives at its place."""

    token: str
    logprob: float
    alternatives: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Generation:
    """What a model answered, and at what cost.

    Attributes
    ----------
    finish_reason : stop, or length where the answer was cut, or too_long where we cut it, or the endpoint's own word.
    latency_ms : from asking to the last token. first_token_ms : to the first token, where streamed.
    seed : the one that it was asked with, where that is another than the request's.
    candidates : of an answer that was chosen among several, all of them, this one included.
    """

    text: str
    finish_reason: str
    prompt_tokens: int | None
    completion_tokens: int | None
    latency_ms: float
    first_token_ms: float | None = None
    tokens: Sequence[TokenLogprob] = ()
    seed: int | None = None
    candidates: Sequence["Generation"] = ()

    @property
    def logprob_sum(self) -> float | None:
        """Sum of the tokens' natural log-probabilities; None where the endpoint told none."""
        return math.fsum(token.logprob for token in self.tokens) if self.tokens else None

    @property
    def logprob_bytes(self) -> int | None:
        """Bytes in UTF-8 of the answer, of which the sum is; None where there is none.

        Of the answer and not of the tokens: some are the end that nobody reads, or half of a character.
        """
        return len(self.text.encode()) if self.tokens else None

    @property
    def mean_logprob(self) -> float | None:
        """Mean natural log-probability a token; None where the endpoint told none."""
        return None if self.logprob_sum is None else self.logprob_sum / len(self.tokens)


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens that were counted so far; None where nobody told."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """What arrived of an answer, and what the endpoint told so far of its cost.

    `whole` is told with the last piece alone, and is the answer with its cost.
    """

    text: str
    whole: Generation | None = None
    usage: Usage = Usage()


class Provider(Protocol):
    """Something that completes conversations."""

    def generate(self, request: GenerationRequest) -> Generation:
        """Return the whole answer; raises ProviderError."""
        ...

    def stream(self, request: GenerationRequest) -> Iterator[Piece]:
        """Yield the answer piece by piece as it is written; the last one has the whole. Raises ProviderError."""
        ...
