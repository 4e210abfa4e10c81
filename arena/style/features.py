"""Features of a response: numbers computed from its text alone, by named functions with versions.

`tokens` counts words and punctuation marks of the whole text, code included: all of it is read. `headers`, `lists`
and `bold` count Markdown outside of code. An installation adds its own with `register_feature`, from the `ready` of
a Django application, for example.
"""

import hashlib
import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from arena.style.code import split_code
from arena.style.errors import BadFeature, DuplicateFeature, UnknownFeature

_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
_HAN_AND_KANA: Final = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_TOKEN: Final = re.compile(rf"[{_HAN_AND_KANA}]|[^\W{_HAN_AND_KANA}]+|[^\w\s]")
_HEADER: Final = re.compile(r"^ {0,3}#{1,6}[ \t]+\S", re.MULTILINE)
_ITEM: Final = re.compile(
    r"^[ \t]*(?![*-](?:[ \t]*[*-]){2,}[ \t]*$)(?:[-*+]|\d{1,9}[.)])[ \t]+\S",
    re.MULTILINE,
)
# Bounded for the same reason as inline code.
_BOLD: Final = re.compile(r"\*\*(?=\S)[^\n]{1,500}?(?<=\S)\*\*|(?<!\w)__(?=\S)[^\n]{1,500}?(?<=\S)__(?!\w)")


@dataclass(frozen=True, slots=True)
class Feature:
    """One number of a text, zero or positive.

    Attributes
    ----------
    version : raised whenever the same text would give another number; responses are then measured again.
    told : what it counts, as pages say it.
    """

    name: str
    version: int
    told: str
    measure: Callable[[str], float]


_registered: dict[str, Feature] = {}


def register_feature(feature: Feature) -> None:
    """Make a feature known by its name.

    Raises
    ------
    DuplicateFeature
        If a feature has this name already.
    BadFeature
        If the name is not made of lower-case letters, digits and underscores.
    """
    if not _NAME.fullmatch(feature.name):
        raise BadFeature(f"{feature.name!r} cannot name a feature: use lower-case letters, digits and underscores.")
    if feature.name in _registered:
        raise DuplicateFeature(f"There is a feature {feature.name!r} already; give this one another name.")
    _registered[feature.name] = feature


def known_features() -> tuple[Feature, ...]:
    """Return all features, by name."""
    return tuple(_registered[name] for name in sorted(_registered))


def chosen_features(names: Iterable[str]) -> tuple[Feature, ...]:
    """Return features by name, in the given order.

    Raises
    ------
    UnknownFeature
        If there is none of a name; the message lists those that there are.
    """
    listed = tuple(names)
    unknown = [name for name in listed if name not in _registered]
    if unknown:
        known = ", ".join(sorted(_registered))
        raise UnknownFeature(f"There is no style feature {', '.join(map(repr, unknown))}; there are: {known}.")
    return tuple(_registered[name] for name in listed)


def features_version() -> str:
    """Return what changes whenever a feature is added, taken away or changed: 16 hexadecimal digits."""
    told = " ".join(f"{feature.name}/{feature.version}" for feature in known_features())
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def features_of(text: str) -> dict[str, float]:
    """Return every feature of a text.

    Raises
    ------
    BadFeature
        If a feature gives anything but a number from zero on.
    """
    found = {feature.name: float(feature.measure(text)) for feature in known_features()}
    for name, value in found.items():
        if not (math.isfinite(value) and value >= 0):
            raise BadFeature(f"Feature {name!r} gave {value}; it must give a number from zero on.")
    return found


def count_tokens(text: str) -> int:
    """Return the number of words and punctuation marks: runs of letters and digits, and every other visible sign.

    Chinese characters and kana, which no spaces part into words, count one each.
    """
    return sum(1 for _ in _TOKEN.finditer(text))


def count_headers(text: str) -> int:
    """Return the number of Markdown headers (`# ...`) outside of code."""
    return _outside_of_code(_HEADER, text)


def count_list_items(text: str) -> int:
    """Return the number of items of bulleted and numbered lists outside of code."""
    return _outside_of_code(_ITEM, text)


def count_bold(text: str) -> int:
    """Return the number of bold spans (`**...**`, `__...__`) outside of code, each within a line."""
    return _outside_of_code(_BOLD, text)


def count_code_blocks(text: str) -> int:
    """Return the number of fenced blocks of code."""
    return split_code(text)[1]


def _outside_of_code(pattern: re.Pattern[str], text: str) -> int:
    return sum(1 for _ in pattern.finditer(split_code(text)[0]))


for _feature in (
    Feature("tokens", 1, "length in words and punctuation marks", count_tokens),
    Feature("headers", 1, "headers", count_headers),
    Feature("lists", 1, "items of lists", count_list_items),
    Feature("bold", 1, "bold spans", count_bold),
    Feature("code_blocks", 1, "blocks of code", count_code_blocks),
):
    register_feature(_feature)
