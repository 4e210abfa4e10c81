"""Where a text mentions a name: in clear, in disguise, or in another code."""

import base64
import binascii
import codecs
import hashlib
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from arena.integrity.folding import ZERO_WIDTH, Folded, fold
from arena.integrity.names import Name, Names, is_known

_LEET: Final = {
    "a": "[a4@]", "b": "[b8]", "e": "[e3]", "g": "[g9]", "i": "[i1!|]", "l": "[l1|]", "o": "[o0]", "s": "[s5$]", "t": "[t7]",
}  # fmt: skip
_APART: Final = r"[ \t.\-_·|/,:]{1,3}"
_JOINT: Final = r"[\s.\-_/·]{0,2}"
_TAIL: Final = (
    r"(?:'s\b(?=\s(?:gpt|claude))|[\-_. :/]?(?:v?\d{1,3}(?:\.\d+)*[a-z]{0,3}|\d{1,3}x\d{1,3}[a-z]{0,2}|\d{4,8})(?![^\W_])"
    r"|[\-_ .:/](?:opus|sonnet|haiku|instant|turbo|instruct|chat|pro|ultra|flash|nano|mini|large|small|plus|omni|coder|beta"
    r"|com|ai|org|io)(?![^\W_]))*"
)
_CJK: Final = r"\u3040-\u30ff\u3400-\u9fff\u1100-\u11ff\uac00-\ud7af"
_BEGINS: Final = rf"(?<![^\W_{_CJK}])"
_ENDS: Final = rf"(?![^\W\d_{_CJK}])"
_CAPITAL_I: Final = re.compile(r"(?<=[^\W\d_])I(?=[a-z])")
_WORDS: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\dA-Z_]+|\d+")
_BASE64: Final = re.compile(r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{7,4000}={0,2}(?![A-Za-z0-9+/=])")
_HEX: Final = re.compile(r"(?<![0-9a-zA-Z])(?:(?:\\x|0x|%)?[0-9a-fA-F]{2}[\s:,]?){5,2000}(?![0-9a-zA-Z])")
_DIGEST: Final = re.compile(r"(?<![0-9a-zA-Z])(?:[0-9a-fA-F]{64}|[0-9a-fA-F]{40}|[0-9a-fA-F]{32})(?![0-9a-zA-Z])")
_SAME_FORMS: Final = str.maketrans({"'": None, " ": None, ".": None, "-": None, "_": None, "/": None, "·": None})


@dataclass(frozen=True, slots=True)
class Mention:
    """One mention of a name.

    Attributes
    ----------
    start, end : where, in the original text. folded : the same in the folded text.
    hidden : whether it was written so that only some would notice. read : whether it is read as it stands, in no code.
    """

    start: int
    end: int
    folded: tuple[int, int]
    name: Name
    hidden: bool
    read: bool = True


def find_mentions(text: str, folded: Folded, names: Names) -> list[Mention]:
    """Return every mention, in order; those in another code after those that are read as they stand."""
    readers = _readers(names.every)
    found = [_mention(text, folded, *said) for said in _read(folded.text, readers.spelt)]
    return [*found, *_turned(folded, readers.plain), *_encoded(text, folded, readers)]


@dataclass(frozen=True, slots=True)
class _Reader:
    """An expression for several names, and how to tell which of them it found."""

    pattern: re.Pattern[str]
    name: Callable[[re.Match[str]], Name]


@dataclass(frozen=True, slots=True)
class _Readers:
    """What finds a contest's names: as they may be spelt, as they are, and by their digests."""

    spelt: Sequence[_Reader]
    plain: Sequence[_Reader]
    digests: dict[str, Name]


def _read(text: str, readers: Sequence[_Reader]) -> Iterator[tuple[re.Match[str], Name]]:
    """Yield the names that readers find, none overlapping; of two at one place the longer."""
    found = [reader.pattern.search(text) for reader in readers]
    while said := [(match, reader.name(match)) for match, reader in zip(found, readers, strict=True) if match]:
        match, name = min(said, key=lambda one: (one[0].start(), -len(one[1].folded)))
        yield match, name
        for place, waiting in enumerate(found):
            if waiting and waiting.start() < match.end():
                found[place] = readers[place].pattern.search(text, match.end())


@lru_cache(maxsize=64)
def _readers(every: tuple[Name, ...]) -> _Readers:
    read = [name for place, name in enumerate(every) if not _doubled(every, place) and _has_letters(name)]
    turned = [name for name in every if name.long and name.folded.isascii()]
    return _Readers(
        [_spelt_reader(part) for part in _apart(read)],
        [_plain_reader(part) for part in _apart(turned)],
        _digests(every),
    )


def _apart(names: Iterable[Name]) -> Iterator[tuple[Name, ...]]:
    """Yield names that everybody knows, then all others, longest first as before.

    An expression takes long to compile; apart, that of the known ones is the same for every contest.
    """
    parts: dict[bool, list[Name]] = {True: [], False: []}
    for name in names:
        parts[is_known(name)].append(name)
    yield from (tuple(part) for part in parts.values() if part)


@lru_cache(maxsize=64)
def _spelt_reader(names: tuple[Name, ...]) -> _Reader:
    """Return what reads names with their versions (`-3.5-turbo`); each is a group by its place.

    Names are gathered by their first sign, so that most places of a text are left after one look.
    """
    branches: dict[str, tuple[list[str], list[str]]] = {}
    for place, name in enumerate(names):
        first, rest = _spelt(name)
        foreign, latin = branches.setdefault(first, ([], []))
        (latin if name.folded.isascii() else foreign).append(f"(?P<n{place}>{rest})")
    told = "|".join(f"{first}(?:{_either(*rests)})" for first, rests in branches.items())
    pattern = re.compile(rf"{_BEGINS}(?:{told})(?P<tail>{_TAIL})", re.MULTILINE)
    return _Reader(pattern, lambda match: names[_place(match)])


@lru_cache(maxsize=64)
def _plain_reader(names: tuple[Name, ...]) -> _Reader:
    """Return what reads names as they are; without groups, since a choice of plain words is found fast."""
    by_letters: dict[str, Name] = {}
    for name in names:
        by_letters.setdefault(name.folded, name)
    pattern = re.compile(rf"{_BEGINS}(?:{'|'.join(map(re.escape, by_letters))}){_ENDS}")
    return _Reader(pattern, lambda match: by_letters[match[0]])


def _either(foreign: Sequence[str], latin: Sequence[str]) -> str:
    """Return an expression for any of these; where a Latin one ends is said once, since it is long to compile.

    The others come first: where both can be read, the one with a sign that is not Latin goes on.
    """
    return "|".join([*foreign, *([f"(?:{'|'.join(latin)}){_ENDS}"] if latin else [])])


def _doubled(every: tuple[Name, ...], place: int) -> bool:
    """Return whether the name before has the same letters: a maker with its product's name counts as the product."""
    return place > 0 and every[place - 1].folded == every[place].folded


def _has_letters(name: Name) -> bool:
    """Return whether a name can be told from its surroundings: one of signs alone is written by everybody."""
    return not name.folded.isascii() or any(fold(word).text for word in _WORDS.findall(name.text))


def _spelt(name: Name) -> tuple[str, str]:
    """Return expressions for the first sign of a name and for the rest: in one, in its words, or letter by letter."""
    if not name.folded.isascii():
        return re.escape(name.folded[0]), re.escape(name.folded[1:])
    words = [fold(word).text for word in _WORDS.findall(name.text)]
    disguised = sum(map(len, words)) > 3
    spelt = [[_LEET.get(sign, re.escape(sign)) if disguised else re.escape(sign) for sign in word] for word in words]
    first, *rest = (sign for word in spelt for sign in word)
    joined = _JOINT.join("".join(word) for word in spelt).removeprefix(first)
    return first, joined + (f"|{_APART}{_APART.join(rest)}" if len(rest) > 1 else "")


def _mention(text: str, folded: Folded, match: re.Match[str], name: Name) -> Mention:
    start, end = folded.span(*match.span())
    core = (match.start(), match.start("tail"))
    original = text[slice(*folded.span(*core))]
    return Mention(start, end, match.span(), name, name.long and _disguised(original, folded.text[slice(*core)], name))


def _place(match: re.Match[str]) -> int:
    """Return which of an expression's names was found: its groups are names but for the last one, the version."""
    return next(int(key[1:]) for key, said in match.groupdict().items() if said is not None and key != "tail")


def _disguised(original: str, said: str, name: Name) -> bool:
    """Return whether a mention was written with other signs than its own letters, or with signs that nobody sees."""
    if said.translate(_SAME_FORMS) != name.folded.translate(_SAME_FORMS) or ZERO_WIDTH & set(original):
        return True
    if max(map(len, re.findall(r"[^\W_]+", said)), default=0) == 1:
        return True
    letters = [sign for sign in original if sign.isalpha()]
    scripts = {sign.isascii() for sign in letters if sign.isascii() or _is_foreign(sign)}
    escaped = any(sign in original for sign in "&%\\")
    return escaped or len(scripts) > 1 or bool(_CAPITAL_I.search(original)) or any(map(_is_styled, letters))


def _is_foreign(sign: str) -> bool:
    """Return whether a letter is of another script; one with a mark on it is not."""
    return not unicodedata.name(sign, "").startswith("LATIN")


def _is_styled(sign: str) -> bool:
    """Return whether a letter is a Latin one in another shape: bold, wide, in a circle, a small capital."""
    return "LETTER SMALL CAPITAL" in unicodedata.name(sign, "") or unicodedata.decomposition(sign).startswith("<")


def _turned(folded: Folded, readers: Sequence[_Reader]) -> Iterator[Mention]:
    """Yield names that are written backwards or turned by thirteen letters."""
    size = len(folded.text)
    backwards, turned = folded.text[::-1], codecs.encode(folded.text, "rot13")
    for match, name in _read(backwards, readers):
        if len(name.folded) > 5:
            yield _elsewhere(folded, size - match.end(), size - match.start(), name)
    for match, name in _read(turned, readers):
        yield _elsewhere(folded, match.start(), match.end(), name)


def _elsewhere(folded: Folded, start: int, end: int, name: Name) -> Mention:
    return Mention(*folded.span(start, end), (start, end), name, hidden=True, read=False)


def _encoded(text: str, folded: Folded, readers: _Readers) -> Iterator[Mention]:
    """Yield names in base64 and in hexadecimal digits, and their digests."""
    for match, name in _codes(text, readers):
        place = bisect_left(folded.starts, match.start()), bisect_left(folded.starts, match.end())
        yield Mention(*match.span(), place, name, hidden=True, read=False)


def _codes(text: str, readers: _Readers) -> Iterator[tuple[re.Match[str], Name]]:
    for match in _BASE64.finditer(text):
        yield from _decoded(match, _from_base64(match[0]), readers)
    for match in _HEX.finditer(text):
        yield from _decoded(match, _from_hex(match[0]), readers)
    for match in _DIGEST.finditer(text):
        name = readers.digests.get(match[0].lower())
        if name:
            yield match, name


def _decoded(match: re.Match[str], plain: str, readers: _Readers) -> Iterator[tuple[re.Match[str], Name]]:
    if plain and plain.isprintable():
        _, name = next(_read(fold(plain).text, readers.spelt), (None, None))
        if name and name.long:
            yield match, name


def _from_base64(written: str) -> str:
    try:
        plain = base64.b64decode(written.rstrip("=") + "=" * (-len(written.rstrip("=")) % 4), altchars=None)
        return plain.decode().strip()
    except (binascii.Error, ValueError):
        return ""


def _from_hex(written: str) -> str:
    digits = re.sub(r"\\x|0x|[%\s:,]", "", written)
    try:
        return bytes.fromhex(digits).decode().strip()
    except ValueError:
        return ""


def _digests(names: tuple[Name, ...]) -> dict[str, Name]:
    found: dict[str, Name] = {}
    for name in names:
        for written in {name.text, name.text.lower(), name.text.upper()}:
            for method in ("md5", "sha1", "sha256"):
                found.setdefault(hashlib.new(method, written.encode(), usedforsecurity=False).hexdigest(), name)
    return found
