"""What every provider takes and gives."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypedDict


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
    """

    def __init__(self, message: str, *, retryable: bool, refused: bool = False) -> None:
        super().__init__(message)
        self.retryable = retryable
        self.refused = refused


@dataclass(frozen=True, slots=True)
class GenerationRequest:
    """What is asked of a model.

    Attributes
    ----------
    sampling : temperature, top_p, max_tokens, stop, ... under their OpenAI names; anything else (top_k, min_p,
        repeat_penalty, ...) is passed on as the endpoint's own extension.
    top_logprobs : alternatives wanted for each token; None asks for no log-probabilities.
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
    finish_reason : stop, or length where the answer was cut, or the endpoint's own word.
    latency_ms : from asking to the last token. first_token_ms : to the first token, where streamed.
    """

    text: str
    finish_reason: str
    prompt_tokens: int | None
    completion_tokens: int | None
    latency_ms: float
    first_token_ms: float | None = None
    tokens: Sequence[TokenLogprob] = ()

    @property
    def mean_logprob(self) -> float | None:
        """Mean natural log-probability a token; None where the endpoint told none."""
        if not self.tokens:
            return None
        return sum(token.logprob for token in self.tokens) / len(self.tokens)


class Provider(Protocol):
    """Something that completes conversations."""

    def generate(self, request: GenerationRequest) -> Generation:
        """Return the whole answer; raises ProviderError."""
        ...

    def stream(self, request: GenerationRequest) -> Iterator[str]:
        """Yield the answer piece by piece as it is written; raises ProviderError."""
        ...
