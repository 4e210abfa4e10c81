"""Any endpoint that speaks the OpenAI chat completions protocol."""

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import openai
from openai.types.chat import ChatCompletion
from openai.types.chat.chat_completion import Choice

from arena.providers.base import Generation, GenerationRequest, ProviderError, TokenLogprob

_STANDARD: Final = frozenset(
    {"temperature", "top_p", "max_tokens", "stop", "presence_penalty", "frequency_penalty", "response_format"}
)


class OpenAICompatible:
    """A chat completions endpoint.

    Parameters
    ----------
    base_url : address up to and including the version, for example http://127.0.0.1:8080/v1.
    api_key : sent as a bearer token; endpoints without keys take any.
    timeout : seconds for which one answer is awaited.
    retries : times that a retryable failure is asked again, with the client's own growing, jittered
        pauses and the endpoint's Retry-After respected.
    direct : asked without the proxies that the environment may name, because it runs on this machine.
    """

    def __init__(
        self, base_url: str, api_key: str = "none", timeout: float = 120.0, retries: int = 2, *, direct: bool = False
    ) -> None:
        self._client = openai.OpenAI(
            base_url=base_url,
            api_key=api_key,
            timeout=timeout,
            max_retries=retries,
            http_client=openai.DefaultHttpxClient(trust_env=False) if direct else None,
        )

    def generate(self, request: GenerationRequest) -> Generation:
        """Return the whole answer; raises ProviderError."""
        started = time.monotonic()
        with _translated_errors():
            answer = self._client.chat.completions.create(**_arguments(request))
            return _generation(answer, (time.monotonic() - started) * 1000)

    def stream(self, request: GenerationRequest) -> Iterator[str]:
        """Yield the answer piece by piece; raises ProviderError, also in the middle."""
        with _translated_errors():
            finished = False
            with self._client.chat.completions.create(**_arguments(request), stream=True) as chunks:
                for chunk in chunks:
                    for choice in chunk.choices:
                        finished = finished or choice.finish_reason is not None
                        if choice.delta.content:
                            yield _clean(choice.delta.content)
            if not finished:
                raise ProviderError("The endpoint ended the stream before the answer was finished.", retryable=True)


def _arguments(request: GenerationRequest) -> dict[str, Any]:
    standard = {key: value for key, value in request.sampling.items() if key in _STANDARD}
    extension = {key: value for key, value in request.sampling.items() if key not in _STANDARD}
    arguments: dict[str, Any] = {"model": request.model, "messages": list(request.messages), **standard}
    if request.seed is not None:
        arguments["seed"] = request.seed
    if request.top_logprobs is not None:
        arguments |= {"logprobs": True, "top_logprobs": request.top_logprobs}
    if extension:
        arguments["extra_body"] = extension
    return arguments


def _generation(answer: ChatCompletion, latency_ms: float) -> Generation:
    if not answer.choices or answer.choices[0].message is None:
        raise ProviderError("The endpoint answered without a choice.", retryable=True)
    choice = answer.choices[0]
    return Generation(
        text=_clean(choice.message.content or ""),
        finish_reason=choice.finish_reason or "",
        prompt_tokens=_count(answer.usage.prompt_tokens) if answer.usage else None,
        completion_tokens=_count(answer.usage.completion_tokens) if answer.usage else None,
        latency_ms=latency_ms,
        tokens=_tokens(choice),
    )


def _tokens(choice: Choice) -> tuple[TokenLogprob, ...]:
    if choice.logprobs is None or choice.logprobs.content is None:
        return ()
    entries = choice.logprobs.content
    # A mean over some of the tokens would pass for a mean over all of them.
    if not all(_is_logprob(entry.logprob) for entry in entries):
        return ()
    return tuple(
        TokenLogprob(
            token=_clean(entry.token),
            # Some endpoints round a certain token to a hair above zero.
            logprob=min(entry.logprob, 0.0),
            alternatives={
                _clean(other.token): min(other.logprob, 0.0)
                for other in entry.top_logprobs or ()
                if _is_logprob(other.logprob)
            },
        )
        for entry in entries
    )


def _is_logprob(value: Any) -> bool:
    """Return whether a value is a finite number: endpoints that run into not-a-number send null or NaN."""
    return isinstance(value, int | float) and math.isfinite(value)


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and value >= 0 else None


def _clean(text: str) -> str:
    """Replace what no database and no page can hold: the character NUL and halves of surrogate pairs."""
    return text.replace("\x00", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


@contextmanager
def _translated_errors() -> Iterator[None]:
    try:
        yield
    except openai.APITimeoutError as error:
        raise ProviderError("The endpoint did not answer in time.", retryable=True) from error
    except openai.APIConnectionError as error:
        raise ProviderError(f"The endpoint cannot be reached: {error.__cause__ or error}", retryable=True) from error
    except openai.APIStatusError as error:
        retryable = error.status_code in {408, 409, 429} or error.status_code >= 500
        raise ProviderError(
            f"The endpoint answered {error.status_code}: {_brief(error)}",
            retryable=retryable,
            refused=error.status_code in {400, 413, 422},
        ) from error
    except openai.APIError as error:
        raise ProviderError(f"The endpoint reported an error: {_brief(error)}", retryable=True) from error
    except (ValueError, TypeError, AttributeError) as error:
        raise ProviderError(f"The endpoint's answer cannot be read: {_brief(error)}", retryable=True) from error


def _brief(error: Exception) -> str:
    return str(error).strip().splitlines()[0][:200] if str(error).strip() else type(error).__name__
