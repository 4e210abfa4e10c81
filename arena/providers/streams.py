"""A streamed answer put together piece by piece."""

import json
import time
from collections.abc import Iterable, Iterator
from typing import Any

from openai.types.chat import ChatCompletionChunk
from openai.types.chat.chat_completion_chunk import Choice

from arena.providers.answers import TOO_LONG, check_filter, clean, count, read_tokens
from arena.providers.base import Generation, Piece, ProviderError, Usage


def read_pieces(events: Iterable[str], started: float, first_by: float, most_characters: int) -> Iterator[Piece]:
    """Yield an answer's pieces from the data of its events; the last piece has the whole.

    Parameters
    ----------
    started, first_by : when the endpoint was asked, and when it must have begun, on the monotonic clock.
    most_characters : what comes after so many is not waited for.

    Raises
    ------
    ProviderError
        If it begins too late, ends before it is finished, is ended by a filter, or cannot be read.
    """
    whole = _Whole(started)
    for event in events:
        if event == "[DONE]":
            break
        text = whole.take(json.loads(event))
        if text and len(whole.text) + len(text) > most_characters:
            text, whole.finish_reason = text[: most_characters - len(whole.text)], TOO_LONG
        if text:
            whole.add(text)
            yield Piece(text, usage=whole.usage)
        elif not whole.text and time.monotonic() > first_by:
            raise ProviderError("The endpoint did not begin to answer in time.", retryable=True)
        if whole.finish_reason == TOO_LONG:
            break
    if not whole.finish_reason:
        raise ProviderError("The endpoint ended the stream before the answer was finished.", retryable=True)
    check_filter(whole.finish_reason)
    yield Piece("", whole.generation(), whole.usage)


class _Whole:
    """What was read of a stream so far."""

    def __init__(self, started: float) -> None:
        self.text = ""
        self.finish_reason = ""
        self._started = started
        self._first_ms: float | None = None
        self._usage = Usage()
        self._logprobs: list[Any] = []
        self._all_have_logprobs = True

    def take(self, event: Any) -> str:
        """Return the text of an event; what else it tells is kept."""
        if isinstance(event, dict) and event.get("error"):
            raise ProviderError(f"The endpoint reported an error: {str(event['error'])[:200]}", retryable=True)
        chunk = ChatCompletionChunk.construct(**event)
        if chunk.usage is not None:
            self._usage = Usage(count(chunk.usage.prompt_tokens), count(chunk.usage.completion_tokens))
        text = ""
        for choice in chunk.choices or ():
            self.finish_reason = choice.finish_reason or self.finish_reason
            new = clean(choice.delta.content or "") if choice.delta is not None else ""
            self._note_logprobs(choice, new)
            text += new
        return text

    def _note_logprobs(self, choice: Choice, text: str) -> None:
        """Keep what is told of the tokens of a piece; a piece that comes without makes the rest worth nothing."""
        entries = (choice.logprobs.content if choice.logprobs is not None else None) or []
        self._logprobs += entries
        self._all_have_logprobs = self._all_have_logprobs and bool(entries or not text)

    def add(self, text: str) -> None:
        """Append what is handed out."""
        self._first_ms = self._since() if self._first_ms is None else self._first_ms
        self.text += text

    @property
    def usage(self) -> Usage:
        """What was told of the cost so far: a count, or else every token by its log-probability."""
        if self._usage.completion_tokens is not None or not self._logprobs or not self._all_have_logprobs:
            return self._usage
        return Usage(self._usage.prompt_tokens, len(self._logprobs))

    def generation(self) -> Generation:
        """Return the whole answer."""
        return Generation(
            text=self.text,
            finish_reason=self.finish_reason,
            prompt_tokens=self.usage.prompt_tokens,
            completion_tokens=self.usage.completion_tokens,
            latency_ms=self._since(),
            first_token_ms=self._first_ms,
            # Where we cut the answer, they are of more than it.
            tokens=read_tokens(self._logprobs) if self._all_have_logprobs and self.finish_reason != TOO_LONG else (),
        )

    def _since(self) -> float:
        return (time.monotonic() - self._started) * 1000
