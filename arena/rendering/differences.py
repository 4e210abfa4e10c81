"""Two texts that say nearly the same, word by word: what only one of them says is marked."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from html import escape
from html.parser import HTMLParser
from typing import Final

SIMILAR: Final = 0.8
"""Share of words in common from which on it is easier to read the differences than both texts."""
FEWEST_WORDS: Final = 12
"""Of fewer words the differences are seen at once."""
MOST_WORDS: Final = 4000
_BLOCKS: Final = frozenset(
    ("p", "div", "li", "tr", "pre", "blockquote", "br", "table", *(f"h{k}" for k in range(1, 7)))
)
# Languages without spaces have words that only a dictionary could find: there each sign is one.
_WHOLE: Final = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]")


@dataclass(frozen=True, slots=True)
class Difference:
    """Two texts as safe HTML, with what only one of them says in <mark>.

    Attributes
    ----------
    similarity : share of words in common, from 0 to 1.
    """

    similarity: float
    a: str
    b: str


def find_difference(a: str, b: str) -> Difference | None:
    """Return where two texts, given as HTML, differ; None where they are equal, short, long, or not alike."""
    first, second = _pieces(_text_of(a)), _pieces(_text_of(b))
    if (
        first == second
        or not FEWEST_WORDS <= min(len(first), len(second)) <= max(len(first), len(second)) <= MOST_WORDS
    ):
        return None
    matcher = SequenceMatcher(None, first, second)
    if matcher.quick_ratio() <= SIMILAR or matcher.ratio() <= SIMILAR:
        return None
    sides: tuple[list[str], list[str]] = ([], [])
    for verb, i, j, k, m in matcher.get_opcodes():
        for side, pieces in zip(sides, (first[i:j], second[k:m]), strict=True):
            side.append(_marked(pieces) if verb != "equal" else _written(pieces))
    return Difference(matcher.ratio(), "".join(sides[0]).strip(), "".join(sides[1]).strip())


class _Text(HTMLParser):
    """The texts of HTML, with a line's end between its blocks."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.parts.append("\n")


def _text_of(html: str) -> str:
    parser = _Text()
    parser.feed(html)
    parser.close()
    return re.sub(r"\s*\n\s*", "\n", "".join(parser.parts)).strip()


def _pieces(text: str) -> list[str]:
    """Return words, each with the space after it, and ends of lines."""
    pieces: list[str] = []
    for line in text.split("\n"):
        for word in re.findall(r"\S+\s*", line):
            pieces.extend(word if _WHOLE.search(word) else (word,))
        pieces.append("\n")
    return pieces[:-1]


def _written(pieces: list[str]) -> str:
    return escape("".join(pieces)).replace("\n", "<br>")


def _marked(pieces: list[str]) -> str:
    words = "".join(pieces)
    return f"<mark>{_written(pieces)}</mark>" if words.strip() else _written(pieces)
