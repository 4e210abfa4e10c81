"""Code blocks, highlighted by class names that the style sheet colours for light and dark."""

from html import escape
from typing import Final

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

MOST_CHARACTERS: Final = 20_000
"""Longer code is shown plain: highlighting is for reading, and its time grows with the text."""

FORMATTER: Final = HtmlFormatter[str](nowrap=True, classprefix="hl-")


def highlight_code(code: str, language: str) -> str:
    """Return a code block as HTML; plain where the language is unknown or the code very long."""
    try:
        lexer = get_lexer_by_name(language) if language and len(code) <= MOST_CHARACTERS else None
    except ClassNotFound:
        lexer = None
    inside = highlight(code, lexer, FORMATTER) if lexer else escape(code)
    return f'<div class="highlight"><pre><code>{inside}</code></pre></div>\n'
