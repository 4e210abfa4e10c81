"""A language in which every message stands between marks, so that what is not translatable is seen on a page."""

import re
from collections.abc import Collection
from html.parser import HTMLParser
from typing import Any, Final

import pytest
from django.utils import translation

BEGIN, END = "\u27e6", "\u27e7"
SAME: Final = ("Versus", "API", "CSV", "JSON", "English", "Deutsch", "Enter", "p", "Elo")
"""What is the same in every language: names, and the word on a key."""
TOLD_BY: Final = ("aria-label", "title", "alt", "placeholder", "data-copy", "data-unread")
_UNSEEN: Final = frozenset({"script", "style"})


def mark_messages(patch: pytest.MonkeyPatch) -> None:
    """Put every message between marks, in whatever language, as long as the patch lasts."""
    spoken: Any = vars(translation)["_trans"]
    patch.setattr(spoken, "gettext", lambda message: f"{BEGIN}{message}{END}")
    patch.setattr(spoken, "pgettext", lambda context, message: f"{BEGIN}{message}{END}")

    def plural(one: str, many: str, number: Any) -> str:
        return f"{BEGIN}{one if number == 1 else many}{END}"

    patch.setattr(spoken, "ngettext", plural)
    patch.setattr(spoken, "npgettext", lambda context, *rest: plural(*rest))


class _Words(HTMLParser):
    """What people see of a page, and what is read to those who do not see it."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = [""]
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.texts += [value or "" for name, value in attrs if name in TOLD_BY]
        self.hidden += tag in _UNSEEN
        self.texts[0] += " "

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag in _UNSEEN
        self.texts[0] += " "

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.texts[0] += data


def words_outside(page: str, content: Collection[str]) -> list[str]:
    """Return the words of a page that stand between no marks and are neither content nor the same everywhere."""
    parser = _Words()
    parser.feed(page)
    known = sorted((part for part in {*content, *SAME} if part), key=len, reverse=True)
    pattern = re.compile("|".join(rf"(?<!\w){re.escape(part)}(?!\w)" for part in known))
    found: list[str] = []
    for text in parser.texts:
        left = pattern.sub(" ", _outside(text))
        found += re.findall(r"[^\W\d_]{2,}", left)
    return found


def _outside(text: str) -> str:
    """Return what stands between no marks; marks may stand within marks."""
    depth, kept = 0, []
    for letter in text:
        depth += (letter == BEGIN) - (letter == END)
        assert depth >= 0, text
        kept.append(letter if depth == 0 and letter != END else " " if letter == END else "")
    assert depth == 0, text
    return "".join(kept)
