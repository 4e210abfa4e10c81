"""Leaks: places where a response names its author, and the same text with the names hidden.

Found in two steps. Evidence comes first: the response says "I am ...", signs with a name, writes one in disguise, or shows
the signs by which its family parts turns. Then every mention of a name of the same group is hidden, since one that was
left would tell as much. A name alone is no evidence: who is asked about GPT-4 may speak of it.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final

from arena.integrity.folding import Folded, fold, fold_word
from arena.integrity.known import MARKERS
from arena.integrity.mentions import Mention, find_mentions
from arena.integrity.names import Names
from arena.integrity.speech import AFTER, BEFORE, NAMED, Surroundings, names_itself

VERSION: Final = 2
"""Raised whenever other leaks would be found in the same text; responses are then looked through again."""
MARK: Final = "▇▇▇"
_CLOSING: Final = re.compile(
    r"(?:regards|sincerely|yours|yours truly|cheers|love|signed|grusse|gruße|cordialement|saludos|cordiali saluti|"
    r"atenciosamente|с уважением|此致|敬具)[\s,.!]*$".replace("с уважением", fold_word("с уважением"))
)
_CREDIT: Final = re.compile(
    r"(?:^|\n)[^\w\n]*(?:(?:response |answer )?(?:generated|answered|written|powered|brought to you)"
    r"(?: by| from)|model|response by|answer by|author|assistant)[^\w\n]*$"
)


class LeakKind(StrEnum):
    """How a name was told."""

    SELF = "self", "says of itself"
    SIGNATURE = "signature", "signs"
    TOKEN = "token", "shows its model's own signs"
    HIDDEN = "hidden", "in disguise"
    AUTHOR = "author", "its own identifier"
    AGAIN = "again", "named once more"

    told: str

    def __new__(cls, value: str, told: str = "") -> "LeakKind":
        """Keep what the admin says of a kind beside it."""
        kind = str.__new__(cls, value)
        kind._value_ = value
        kind.told = told
        return kind


@dataclass(frozen=True, slots=True)
class Leak:
    """One place that tells who wrote a response: signs `start` to `end`, how, and which name."""

    start: int
    end: int
    kind: LeakKind
    what: str

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {"start": self.start, "end": self.end, "kind": self.kind.value, "what": self.what}

    @classmethod
    def from_dict(cls, told: dict[str, Any]) -> "Leak":
        """Return what `to_dict` told."""
        return cls(told["start"], told["end"], LeakKind(told["kind"]), told["what"])


def leaks_version(names: Names) -> str:
    """Return what changes whenever other leaks might be found: the version, a dot, a hash of the names; 16 signs."""
    told = repr([(name.folded, name.group, name.maker) for name in names.every])
    return f"{VERSION}.{hashlib.sha256(told.encode()).hexdigest()}"[:16]


def find_leaks(text: str, names: Names, prompt: str = "") -> tuple[Leak, ...]:
    """Return the places where a response names its author, in order, none overlapping; none where it does not.

    Parameters
    ----------
    names : of the contest's contestants, and which of them are the author's own; see `names_of`.
    prompt : all of what was asked. What it speaks of may be spoken of in the response: then only sentences in which
        the response speaks of itself are evidence.
    """
    folded = fold(text)
    mentions = find_mentions(text, folded, names)
    asked = _groups_of(prompt, names)
    found = [*_evidence(text, folded, mentions, asked), *_markers(text, prompt), *_own(folded, names, prompt)]
    if not found:
        return ()
    told = {group for _, group in found}
    again = [_leak(mention, LeakKind.AGAIN) for mention in mentions if mention.name.group in told]
    return _apart([*(leak for leak, _ in found), *again])


def mask_leaks(text: str, leaks: Sequence[Leak]) -> str:
    """Return a text with MARK in place of every leak, however long it is; all else stays as it was."""
    parts, place = [], 0
    for leak in sorted(leaks, key=lambda leak: leak.start):
        parts += [text[place : leak.start], MARK]
        place = leak.end
    return "".join([*parts, text[place:]])


@lru_cache(maxsize=512)
def _groups_of(prompt: str, names: Names) -> frozenset[str]:
    return (
        frozenset(mention.name.group for mention in find_mentions(prompt, fold(prompt), names))
        if prompt
        else frozenset()
    )


def _evidence(
    text: str, folded: Folded, mentions: Sequence[Mention], asked: frozenset[str]
) -> Iterator[tuple[Leak, str]]:
    without = _without_names(folded, mentions)
    for mention in mentions:
        group = mention.name.group
        near = _surroundings(text, without, mention) if mention.read else None
        if near and names_itself(near, mention.name):
            yield _leak(mention, LeakKind.SELF), group
        elif near and group not in asked and _signs(text, near, mention):
            yield _leak(mention, LeakKind.SIGNATURE), group
        elif mention.hidden and group not in asked:
            yield _leak(mention, LeakKind.HIDDEN), group


def _without_names(folded: Folded, mentions: Iterable[Mention]) -> str:
    signs = list(folded.text)
    for mention in mentions:
        start, end = mention.folded
        signs[start:end] = NAMED * (end - start)
    # A mark was a name, so that a masked text is read as it was read before.
    return "".join(signs).replace(MARK[0], NAMED)


def _surroundings(text: str, without: str, mention: Mention) -> Surroundings:
    start, end = mention.folded
    written = text[mention.start : mention.end]
    return Surroundings(
        before=without[max(0, start - BEFORE) : start],
        after=without[end : end + AFTER],
        original=text[mention.end : mention.end + AFTER],
        written=written,
        versioned=any(map(str.isdigit, written)),
    )


def _signs(text: str, near: Surroundings, mention: Mention) -> bool:
    """Return whether a mention stands where one signs: alone on a line, after a dash, a greeting or "generated by"."""
    if not re.match(r"[^\w\n]*(?:\n|$)", text[mention.end :]):
        return bool(_label(text, mention))
    last = not text[mention.end :].strip("*_ \n.)]")
    dash = re.search(r"(?:^|[.!?)\n])[ *_]*(?:—|–|--|~)[ *_]*$", near.before)
    greeting = _CLOSING.search(near.before.rstrip(" \n*_-—–"))
    return bool(_CREDIT.search(near.before) or (last and (dash or (greeting and "\n" in near.before[-6:]))))


def _label(text: str, mention: Mention) -> bool:
    """Return whether a response begins with its author's name and a colon, as a script does."""
    opens = not text[: mention.start].strip("*_#[( \n")
    clear = not (mention.name.common or mention.name.maker) or mention.name.group.startswith("contestant:")
    return opens and clear and re.match(r"[*_\])]*:(?!/)", text[mention.end :]) is not None


def _markers(text: str, prompt: str) -> Iterator[tuple[Leak, str]]:
    for group, pattern in _marker_patterns():
        for match in pattern.finditer(text):
            if match[0] not in prompt:
                yield Leak(match.start(), match.end(), LeakKind.TOKEN, match[0]), group


@lru_cache(maxsize=1)
def _marker_patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((group, re.compile(pattern, re.MULTILINE)) for group, pattern in MARKERS)


def _own(folded: Folded, names: Names, prompt: str) -> Iterator[tuple[Leak, str]]:
    """Yield the identifiers of the author itself, wherever they stand."""
    asked = fold_word(prompt)
    for own in names.own:
        group = next((name.group for name in names.every if name.folded == own), own)
        for match in re.finditer(rf"(?<!\w){re.escape(own)}(?!\w)", folded.text):
            if own not in asked:
                yield Leak(*folded.span(*match.span()), LeakKind.AUTHOR, own), group


def _leak(mention: Mention, kind: LeakKind) -> Leak:
    return Leak(mention.start, mention.end, kind, mention.name.text)


def _apart(leaks: Iterable[Leak]) -> tuple[Leak, ...]:
    """Return leaks in order, those that overlap as one, under the kind that was found first."""
    kept: list[Leak] = []
    for leak in sorted(leaks, key=lambda leak: (leak.start, leak.kind is LeakKind.AGAIN, -leak.end)):
        if kept and leak.start < kept[-1].end:
            first = kept[-1]
            kept[-1] = Leak(first.start, max(first.end, leak.end), first.kind, first.what)
        else:
            kept.append(leak)
    return tuple(kept)
