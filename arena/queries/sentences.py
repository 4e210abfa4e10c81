"""Sentences of rooms that know no Django, in the reader's language.

The engine, matchmaking and the other pure rooms tell what they found in English, and some of it is stored like that, in
snapshots that are addressed by their content. Here a sentence is known by its words: `phrases.py` lists every one of
them with holes for what varies, as the catalogue holds it. What is not listed stays English.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from django.utils.translation import get_language, gettext, ngettext

from arena.queries.numbers import local, per_cent
from arena.queries.phrases import PARTS, SENTENCES, Phrase

NAMES: Final = frozenset({"name", "other", "third"})
"""Holes for the names of contestants and the like: they are the same in every language."""
LISTS: Final = frozenset({"names"})
"""Holes for several names, of which the last may be `and 3 more`."""
NUMBERS: Final = frozenset({"lower", "upper"})
"""Holes for numbers and nothing else: what stands around them is too short to be known by."""
_NUMBER: Final = re.compile(r"([-+±]?)(\d[\d,]*(?:\.\d+)?)(e[-+]\d+)?( ?%)?")
_HOLE: Final = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class _Pattern:
    """One form of a phrase as it is recognised; `phrase` says how it is told."""

    expression: re.Pattern[str]
    phrase: Phrase

    def told(self, holes: Mapping[str, str]) -> str:
        """Return the phrase in the reader's language, with what stood in its holes."""
        filled = {name: _fill(name, text) for name, text in holes.items()}
        if self.phrase.plural is None:
            return gettext(self.phrase.one).format(**filled)
        number = _whole(holes[self.phrase.counts])
        return ngettext(self.phrase.one, self.phrase.plural, number).format(**filled)


def tell(text: str) -> str:
    """Return a text of a pure room in the reader's language: one part of a sentence, or sentences one after another."""
    if not text or (get_language() or "en").partition("-")[0] == "en":
        return text
    return " ".join(_sentences(text))


def _sentences(text: str) -> Iterator[str]:
    """Return the text sentence by sentence; from the first one that nobody knows on it stays as it is."""
    found = next(_found(text), None)
    if found is None:
        yield _part(text) or text
        return
    while text:
        found = next(_found(text), None)
        if found is None:
            yield text
            return
        told, end = found
        yield told
        text = text[end:].lstrip()


def _found(text: str) -> Iterator[tuple[str, int]]:
    for pattern in _patterns(SENTENCES, r"(?=\s|\Z)"):
        match = pattern.expression.match(text)
        if match:
            yield pattern.told(match.groupdict()), match.end()


def _part(text: str) -> str | None:
    """Return a part of a sentence that is known as a whole; None where it is not."""
    for pattern in _patterns(PARTS, r"\Z"):
        match = pattern.expression.match(text)
        if match:
            return pattern.told(match.groupdict())
    return None


def _fill(name: str, text: str) -> str:
    """Return what stands in a hole: a name as it is, a number as it is written here, words that are known translated."""
    if name in NAMES:
        return text
    if name in LISTS:
        more = re.fullmatch(r"(?P<names>.+) and (?P<count>\d+) more", text)
        return gettext("{names} and {count} more").format(**more.groupdict()) if more else text
    number = _NUMBER.fullmatch(text)
    if number is None:
        return _part(text) or text
    sign, digits, power, share = number.groups()
    plain = digits.replace(",", "")
    if share:
        decimals = len(plain.partition(".")[2])
        return sign + per_cent(float(plain) / 100, decimals)
    return sign + local(plain) + (power or "")


def _whole(text: str) -> int:
    """Return the number that a plural follows; anything but one is many."""
    return int(text) if text.isdecimal() else 2


@cache
def _patterns(phrases: tuple[Phrase, ...], end: str) -> tuple[_Pattern, ...]:
    return tuple(
        _Pattern(_expression(form, end), phrase)
        for phrase in phrases
        for form in (phrase.one, phrase.plural)
        if form is not None
    )


def _expression(form: str, end: str) -> re.Pattern[str]:
    """Return what recognises a form of a phrase. A hole that comes twice must hold the same both times."""
    seen: set[str] = set()
    parts = []
    for k, piece in enumerate(_HOLE.split(form)):
        if k % 2 == 0:
            parts.append(re.escape(piece))
        else:
            what = r"\S*\d\S*?" if piece in NUMBERS else ".+?"
            parts.append(f"(?P={piece})" if piece in seen else f"(?P<{piece}>{what})")
            seen.add(piece)
    return re.compile("".join(parts) + end, re.DOTALL)
