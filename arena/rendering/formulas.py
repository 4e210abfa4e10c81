"""LaTeX to MathML, which browsers show without scripts and fonts of ours."""

from html import escape
from typing import Final

import latex2mathml.converter

MOST_CHARACTERS: Final = 2_000


def formula(source: str, *, block: bool) -> str:
    """Return a formula as MathML; its escaped source where it cannot be read."""
    if len(source) > MOST_CHARACTERS:
        return f"<code>{escape(source)}</code>"
    try:
        return str(latex2mathml.converter.convert(source, display="block" if block else "inline"))
    # The converter raises whatever its parser trips over; a formula must never cost the page.
    except Exception:
        return f"<code>{escape(source)}</code>"
