"""Server-sent events as an answer, for pages and programs alike."""

from collections.abc import AsyncIterator

from django.http import StreamingHttpResponse


def stream_events(events: AsyncIterator[str]) -> StreamingHttpResponse:
    """Return an answer that sends events as they come: kept by nobody, and held back by no proxy."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingHttpResponse(events, content_type="text/event-stream", headers=headers)
