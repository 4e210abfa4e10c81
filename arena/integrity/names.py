"""The names by which a response can tell who wrote it: those of the contestants, and those that everybody knows."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from arena.integrity.folding import fold_word
from arena.integrity.known import FAMILIES

_ORDINARY: Final = frozenset(
    [
        "model",
        "models",
        "small",
        "large",
        "medium",
        "mini",
        "base",
        "chat",
        "instruct",
        "test",
        "default",
        "free",
        "best",
        "the",
        "and",
        "with",
        "from",
        "version",
        "beta",
        "alpha",
        "preview",
        "latest",
        "assistant",
        "language",
        "open",
        "local",
        "org",
        "contestant",
        "response",
        "answer",
    ]
)
_LETTERS: Final = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Cast:
    """What a contestant is called: its name and slug, its model, and who made it."""

    name: str
    slug: str = ""
    model: str = ""
    organisation: str = ""


@dataclass(frozen=True, slots=True)
class Name:
    """One name of a group that is told by any of its names.

    Attributes
    ----------
    text : as it is written. folded : as it stands in a folded text. group : a family, or a contestant's own name.
    maker : whether it is of who made a model; nobody is one, so that it counts after "made by" only.
    common : whether it is a word or a person's name as well.
    proper : whether it counts only with a capital, since nobody knows which word a contest calls a contestant by.
    """

    text: str
    folded: str
    group: str
    maker: bool = False
    common: bool = False
    proper: bool = False

    @property
    def long(self) -> bool:
        """Whether nobody writes its letters by accident, in disguise."""
        return not self.proper and sum(map(str.isalnum, self.folded)) >= 5


@dataclass(frozen=True, slots=True)
class Names:
    """All names that count for a response.

    Attributes
    ----------
    every : longest first. own : folded identifiers of the author itself that count wherever they stand.
    """

    every: tuple[Name, ...]
    own: tuple[str, ...] = ()


def names_of(cast: Iterable[Cast], author: Cast | None = None) -> Names:
    """Return the names of a contest's contestants and of the known families, for a response of `author`."""
    return Names(_every(tuple(cast)), tuple(_identifiers(author)) if author else ())


@lru_cache(maxsize=64)
def _every(cast: tuple[Cast, ...]) -> tuple[Name, ...]:
    found: dict[tuple[str, bool], Name] = {}
    for name in (*_known(), *(name for member in cast for name in _names_in(member))):
        if len(name.folded) > 1:
            found.setdefault((name.folded, name.maker), name)
    return tuple(sorted(found.values(), key=lambda name: (-len(name.folded), name.folded, name.maker)))


def is_known(name: Name) -> bool:
    """Return whether a name is one of a family that everybody knows, not of a contest."""
    return name in _known_set()


@lru_cache(maxsize=1)
def _known_set() -> frozenset[Name]:
    return frozenset(_known())


@lru_cache(maxsize=1)
def _known() -> tuple[Name, ...]:
    found = []
    for group, clear, common, makers in FAMILIES:
        found += [Name(text, fold_word(text), group) for text in clear]
        found += [Name(text, fold_word(text), group, common=True) for text in common]
        found += [Name(text, fold_word(text), group, maker=True) for text in makers]
    return tuple(found)


def _names_in(member: Cast) -> Iterator[Name]:
    """Yield a contestant's names: whole, and the first word of each, which is its family's."""
    group = _group_of(member)
    maker, _, model = member.model.rpartition("/")
    for text in filter(None, (member.name, member.slug, model)):
        yield _own(text, group)
        yield from (_own(word, group) for word in _LETTERS.findall(text)[:1] if _tells(word))
    if maker:
        yield _own(member.model, group)
    for text in filter(None, (member.organisation, maker)):
        yield Name(text, fold_word(text), group, maker=True)


def _group_of(member: Cast) -> str:
    """Return the known family that a contestant's name or model speaks of, else a group of its own."""
    told = fold_word(f"{member.name} {member.model}")
    known = (name for name in _known() if not name.maker and re.search(rf"(?<![^\W_]){re.escape(name.folded)}", told))
    return next((name.group for name in known), f"contestant:{fold_word(member.name)}")


def _own(text: str, group: str) -> Name:
    folded = fold_word(text)
    words = re.split(r"[\W_]+", folded.strip())
    known = any(name.folded in words for name in _known() if not name.common)
    telling = known or (len(folded) >= 8 and (len(words) > 2 or any(map(str.isdigit, folded))))
    return Name(text, folded, group, common=not telling, proper=not telling)


def _tells(word: str) -> bool:
    return len(word) >= 4 and fold_word(word) not in _ORDINARY


def _identifiers(author: Cast) -> Iterator[str]:
    """Yield what no text says by accident: names of models with numbers in them, as `llama-2-70b-chat`."""
    models = {author.model, author.model.rpartition("/")[2]}
    for text in sorted({*models, author.slug, author.name}):
        folded = fold_word(text)
        known = text in models or any(name.folded in folded for name in _known() if len(name.folded) > 2)
        if known and len(folded) >= 8 and any(map(str.isdigit, folded)):
            yield folded
