"""LaTeX to MathML, which browsers show without scripts and fonts of ours."""

import re
from html import escape, unescape
from typing import Final
from xml.etree.ElementTree import Element, tostring

from latex2mathml.converter import convert_to_element

MOST_CHARACTERS: Final = 2_000

DEFINITION: Final = re.compile(r"\\(def|newcommand|newenvironment|DeclareMathOperator)")
"""What defines macros. A macro that calls itself can ask for more memory than there is, in forty characters."""


def formula(source: str, *, block: bool) -> str:
    """Return a formula as MathML; its escaped source where it cannot be read, is very long or defines macros."""
    if len(source) > MOST_CHARACTERS or DEFINITION.search(source):
        return _as_written(source)
    try:
        return _markup(convert_to_element(source, display="block" if block else "inline"))
    # The converter raises whatever its parser trips over; a formula must never cost the page.
    except Exception:
        return _as_written(source)


def _as_written(source: str) -> str:
    return f"<code>{escape(source)}</code>"


def _markup(tree: Element) -> str:
    # The converter writes symbols as entities into the texts of its elements. They are characters here, so that
    # what is a text stays one: its own way to a string lets a text close the element that holds it.
    for element in tree.iter():
        element.text = unescape(element.text or "")
    return tostring(tree, encoding="unicode", short_empty_elements=False)
