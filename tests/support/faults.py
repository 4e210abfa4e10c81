"""What endpoints do wrong: the replies of a fault server, for answers that are streamed and for whole ones."""

import json
from typing import Final

from tests.support.endpoint import Reply, completion, streamed

TELLTALE: Final = "zyzzyva"
"""Stands in every text that a fault brings, so that a page which shows any of it is found out."""
SSE: Final = "text/event-stream"
ERROR: Final = {"error": {"message": f"{TELLTALE} is overloaded", "type": TELLTALE}}
HTML: Final = f"<html><body><h1>{TELLTALE}</h1><script>alert(1)</script></body></html>"


def _events(*data: str) -> str:
    return "".join(f"data: {event}\n\n" for event in data)


def _filtered(text: str) -> Reply:
    choice = {"index": 0, "delta": {"content": text}}
    ended = {"index": 0, "delta": {}, "finish_reason": "content_filter"}
    return Reply(_events(*(json.dumps({"choices": [one]}) for one in (choice, ended)), "[DONE]"), content_type=SSE)


REFUSED: Final = "refused"
"""Name of the fault that no reply makes: nobody listens at the address."""

STREAM_FAULTS: Final[dict[str, Reply]] = {
    "busy": Reply(ERROR, 429),
    "busy-for-a-second": Reply(ERROR, 429, {"Retry-After": "0.5"}),
    "busy-for-long": Reply(ERROR, 429, {"Retry-After": "600"}),
    "bad-key": Reply(ERROR, 401),
    "bad-request": Reply(ERROR, 400),
    "broken": Reply(ERROR, 500),
    "bad-gateway": Reply(HTML, 502, content_type="text/html"),
    "unavailable": Reply(ERROR, 503, {"Retry-After": "0.2"}),
    "html": Reply(HTML, content_type="text/html"),
    "wrong-type": Reply(completion(TELLTALE).payload(), content_type="image/png"),
    "truncated-json": Reply(_events(f'{{"choices": [{{"delta": {{"content": "{TELLTALE}'), content_type=SSE),
    "cut": streamed(TELLTALE, " says", finished=False, missing_bytes=50),
    "without-end": streamed(TELLTALE, " says", finished=False),
    "nothing": Reply(""),
    "empty": streamed(""),
    "whitespace": streamed(" ", "\n", "\t \u00a0"),
    "ten-megabytes": streamed(*[f"{TELLTALE} " * 1250] * 1000),
    "never-begins": Reply(late=True),
    "keeps-alive": Reply(f": {TELLTALE}\n\n" * 500, content_type=SSE, pause=0.02),
    "drips": streamed(*[TELLTALE] * 200, pause=0.05),
    "hangs": streamed(TELLTALE, finished=False, hang=True),
    "reset": Reply(reset=True),
    REFUSED: Reply(reset=True),
    "bad-utf8": Reply(b'data: {"choices": [{"delta": {"content": "\xff\xfe' + TELLTALE.encode(), content_type=SSE),
    "wrong-schema": Reply(_events(f'{{"choices": "{TELLTALE}"}}', "[DONE]"), content_type=SSE),
    "list": Reply(_events("[]", "[DONE]"), content_type=SSE),
    "filtered": _filtered(f"{TELLTALE} says"),
    "filtered-at-once": _filtered(""),
    "error-in-stream": Reply(_events(json.dumps(ERROR)), content_type=SSE),
    "garbled": Reply(f"dta: {TELLTALE}\n\ndata data\n\n\x00\x01{TELLTALE}\n\n", content_type=SSE),
    "twice-and-never-whole": Reply(2 * streamed(TELLTALE, finished=False).payload(), content_type=SSE),
}
WHOLE_FAULTS: Final[dict[str, Reply]] = {
    **{name: STREAM_FAULTS[name] for name in ("busy", "busy-for-long", "bad-key", "broken", "bad-gateway", "html")},
    **{name: STREAM_FAULTS[name] for name in ("nothing", "never-begins", "reset", REFUSED)},
    "empty": completion(""),
    "no-text": completion(None),
    "whitespace": completion(" \n\t\u00a0"),
    "filtered": completion(f"{TELLTALE} says", finish_reason="content_filter"),
    "truncated-json": Reply(f'{{"choices": [{{"message": {{"content": "{TELLTALE}'),
    "cut": Reply(completion(TELLTALE).payload(), missing_bytes=100),
    "wrong-schema": Reply({"choices": TELLTALE}),
    "no-choices": Reply({"choices": []}),
    "bad-utf8": Reply(b'{"choices": [{"message": {"content": "\xff\xfe'),
}
