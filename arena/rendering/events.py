"""Server-sent events as text: https://html.spec.whatwg.org/multipage/server-sent-events.html"""

import json
from collections.abc import Mapping
from typing import Any, Final

ALIVE: Final = ": alive\n\n"
"""A comment: it keeps proxies from closing a connection on which nothing happens."""


def render_event(name: str, data: Mapping[str, Any]) -> str:
    """Return one event; JSON has no line breaks of its own, so its data is one line."""
    return f"event: {name}\ndata: {json.dumps(data)}\n\n"
