"""Texts as they are read, whatever signs they are written with: folded, with the way back to the original.

Case, diacritics, styled letters (NFKD) and letters of other scripts that look alike are folded away, signs without
width and marks of Markdown are left out, escapes of HTML, addresses and strings are read. The look-alikes are those of
Unicode Technical Standard 39 that a Latin name needs, and no others.
"""

import html
import re
import unicodedata
from dataclasses import dataclass
from typing import Final

ZERO_WIDTH: Final = frozenset("\u200b\u200c\u200d\u2060\u2061\u2062\u2063\u2064\ufeff\u180e\u034f")
_WITHOUT_TRACE: Final = ZERO_WIDTH | frozenset("*`~\\\u00ad")
_CYRILLIC: Final = dict(zip("абвеіјкмнорѕстухһԁԛԝҽ", "abbeijkmhopsctyxhdqwe", strict=True))
_GREEK: Final = dict(zip("αβεηικνορτυχωγΗΝ", "abenikvoptuxwyhn", strict=True))
_SMALL_CAPITALS: Final = dict(zip("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnoprstuvwyz", strict=True))
_SAME: Final = (
    _CYRILLIC
    | _GREEK
    | _SMALL_CAPITALS
    | {"’": "'", "‘": "'", "ʼ": "'", "•": "·", "ӏ": "l", "ı": "i", "ł": "l", "ø": "o"}
)
_ESCAPE: Final = re.compile(
    r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});"
    r"|%[0-9a-fA-F]{2}|\\x[0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}"
)


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text; sign i of it was written as the signs from `starts[i]` to `ends[i]` of the original."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where signs `start` to `end` of the folded text, at least one, stand in the original."""
        return self.starts[start], self.ends[end - 1]


def fold(text: str) -> Folded:
    """Return a text folded: lower case, without diacritics, every look-alike as its Latin letter."""
    signs: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    place = 0
    while place < len(text):
        read, end = _read(text, place)
        for sign in read:
            signs.append(sign)
            starts.append(place)
            ends.append(end)
        place = end
    return Folded("".join(signs), tuple(starts), tuple(ends))


def fold_word(word: str) -> str:
    """Return a word of a table as it stands in a folded text."""
    return fold(word).text


def _read(text: str, place: int) -> tuple[str, int]:
    """Return what stands at a place, folded, and where the next thing begins."""
    sign = text[place]
    if sign in "&%\\":
        found = _ESCAPE.match(text, place)
        read = _unescape(found[0]) if found else ""
        if found and read:
            return _fold_sign(read), found.end()
    if sign == "I" and _stands_for_l(text, place):
        return "l", place + 1
    return _fold_sign(sign), place + 1


def _unescape(written: str) -> str:
    """Return the sign that an escape stands for; empty where it stands for none that is seen."""
    read = html.unescape(written) if written[0] == "&" else chr(int(written.lstrip("%\\xu"), 16))
    return read if len(read) == 1 and (read.isprintable() or read.isspace() or read in ZERO_WIDTH) else ""


def _stands_for_l(text: str, place: int) -> bool:
    """Return whether a capital I stands within a word in lower case, where it looks like an l."""
    return 0 < place < len(text) - 1 and text[place - 1].isalpha() and text[place + 1].islower()


def _fold_sign(sign: str) -> str:
    if sign.isascii():
        return "" if sign in _WITHOUT_TRACE else sign.lower()
    if sign in _WITHOUT_TRACE:
        return ""
    parts = [part for part in unicodedata.normalize("NFKD", sign) if not unicodedata.combining(part)]
    return "".join(_SAME.get(part) or _SAME.get(part.casefold()) or part.casefold() for part in parts)
