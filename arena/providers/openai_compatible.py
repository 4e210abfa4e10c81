"""Any endpoint that speaks the OpenAI chat completions protocol."""

import json
import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, Final

import openai
from openai.types.chat import ChatCompletion

from arena.providers.answers import read_answer
from arena.providers.base import MOST_CHARACTERS, NO_KEY, Generation, GenerationRequest, Piece, ProviderError
from arena.providers.reading import read_events, read_within
from arena.providers.streams import read_pieces

_STANDARD: Final = frozenset(
    {"temperature", "top_p", "max_tokens", "stop", "presence_penalty", "frequency_penalty", "response_format"}
)
MOST_BYTES: Final = 32_000_000


class OpenAICompatible:
    """A chat completions endpoint, asked once for each request; who wants it asked again wraps it.

    Parameters
    ----------
    base_url : address up to and including the version, for example http://127.0.0.1:8080/v1.
    api_key : sent as a bearer token; endpoints without keys take any.
    timeout : seconds for which a whole answer is awaited, from asking to its end.
    connect, first_token : seconds for the connection, and, where the answer is streamed, for its beginning; no
        later pause may be longer than that either. Both are at most `timeout`.
    most_characters : a longer answer is cut there, and says so by its finish reason too_long.
    direct : asked without the proxies that the environment may name, because it runs on this machine.
    """

    def __init__(
        self,
        base_url: str,
        api_key: str = NO_KEY,
        timeout: float = 120.0,
        *,
        connect: float = 10.0,
        first_token: float = 60.0,
        most_characters: int = MOST_CHARACTERS,
        direct: bool = False,
    ) -> None:
        self._whole = timeout
        self._connect = min(connect, timeout)
        self._first_token = min(first_token, timeout)
        self._most_characters = most_characters
        self._key = api_key
        self._client = openai.OpenAI(
            base_url=base_url,
            api_key=api_key,
            max_retries=0,
            http_client=_connections(direct=direct),
        )

    def generate(self, request: GenerationRequest) -> Generation:
        """Return the whole answer; raises ProviderError."""
        started = time.monotonic()
        with self._hushed(), _translated_errors(), self._asked(_arguments(request), self._whole) as reply:
            body = b"".join(read_within(reply.iter_bytes(), started + self._whole, MOST_BYTES))
            answer = ChatCompletion.construct(**json.loads(body))
            return read_answer(answer, (time.monotonic() - started) * 1000, self._most_characters)

    def stream(self, request: GenerationRequest) -> Iterator[Piece]:
        """Yield the answer piece by piece; raises ProviderError, also in the middle."""
        started = time.monotonic()
        arguments = {**_arguments(request), "stream": True, "stream_options": {"include_usage": True}}
        with self._hushed(), _translated_errors(), self._asked(arguments, self._first_token) as reply:
            events = read_events(read_within(reply.iter_bytes(), started + self._whole, MOST_BYTES))
            yield from read_pieces(events, started, started + self._first_token, self._most_characters)

    @contextmanager
    def _hushed(self) -> Iterator[None]:
        """Take the key out of what an endpoint says of a failure: some send it back, and failures are stored and shown."""
        try:
            yield
        except ProviderError as error:
            if self._key == NO_KEY or self._key not in str(error):
                raise
            raise ProviderError(
                str(error).replace(self._key, "(the key)"),
                retryable=error.retryable,
                refused=error.refused,
                retry_after=error.retry_after,
                # Nor does a trace of what led to it tell the key.
            ) from None

    def _asked(self, arguments: dict[str, Any], longest_pause: float) -> Any:
        timeout = openai.Timeout(longest_pause, connect=self._connect)
        return self._client.chat.completions.with_streaming_response.create(**arguments, timeout=timeout)


@cache
def _connections(*, direct: bool) -> openai.DefaultHttpxClient:
    """Return the connections that all endpoints share: to make them reads every certificate that this machine trusts."""
    return openai.DefaultHttpxClient(trust_env=not direct)


def _arguments(request: GenerationRequest) -> dict[str, Any]:
    standard = {key: value for key, value in request.sampling.items() if key in _STANDARD}
    extension = {key: value for key, value in request.sampling.items() if key not in _STANDARD}
    arguments: dict[str, Any] = {"model": request.model, "messages": list(request.messages), **standard}
    if request.seed is not None:
        arguments["seed"] = request.seed
    if request.top_logprobs is not None:
        alternatives = {"top_logprobs": request.top_logprobs} if request.top_logprobs else {}
        arguments |= {"logprobs": True, **alternatives}
    if extension:
        arguments["extra_body"] = extension
    return arguments


@contextmanager
def _translated_errors() -> Iterator[None]:
    try:
        yield
    except openai.APITimeoutError as error:
        raise ProviderError("The endpoint did not answer in time.", retryable=True) from error
    except openai.APIConnectionError as error:
        raise ProviderError(f"The endpoint cannot be reached: {error.__cause__ or error}", retryable=True) from error
    except openai.APIStatusError as error:
        raise _refusal(error) from error
    except openai.APIError as error:
        raise ProviderError(f"The endpoint reported an error: {_brief(error)}", retryable=True) from error
    except (ValueError, TypeError, AttributeError) as error:
        raise ProviderError(f"The endpoint's answer cannot be read: {_brief(error)}", retryable=True) from error


def _refusal(error: openai.APIStatusError) -> ProviderError:
    may_help = error.status_code in {408, 409, 429} or error.status_code >= 500
    return ProviderError(
        f"The endpoint answered {error.status_code}: {_brief(error)}",
        # Some endpoints know better than their status says whether it is worth asking again.
        retryable=may_help and error.response.headers.get("x-should-retry") != "false",
        refused=error.status_code in {400, 413, 422},
        retry_after=_seconds(error.response.headers.get("retry-after")),
    )


def _seconds(text: str | None) -> float | None:
    """Return a Retry-After in seconds; None where there is none, or it is a date, which clocks would have to agree on."""
    try:
        seconds = float(text or "")
    except ValueError:
        return None
    return seconds if math.isfinite(seconds) and seconds >= 0 else None


def _brief(error: Exception) -> str:
    return str(error).strip().splitlines()[0][:200] if str(error).strip() else type(error).__name__
