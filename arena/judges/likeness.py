"""How a response compares with a reference answer, as far as texts alone can tell."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from arena.judges.reference import chrf

LONGEST_QUOTE: Final = 300
"""Characters of a reference up to which a response may contain it word for word; a longer one is seldom quoted whole."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """What two texts share.

    Attributes
    ----------
    same : the same words, leaving aside case, white space and the full stop at the end.
    contains : the response has the reference in it, as whole words.
    share : chrF of the response against the reference, 0 to 1.
    """

    same: bool
    contains: bool
    share: float


def likeness(text: str, reference: str) -> Likeness:
    """Return how a response compares with a reference."""
    said, wanted = _plain(text), _plain(reference)
    contains = bool(wanted) and len(wanted) <= LONGEST_QUOTE and _holds(said, wanted)
    return Likeness(bool(wanted) and said == wanted, contains, chrf(text, reference))


def _holds(said: str, wanted: str) -> bool:
    """Return whether a text has another in it and neither end cuts a word or a number: 4.5 does not contain 4."""
    return re.search(rf"(?<![\w.,])(?<!-){re.escape(wanted)}(?!\w|[.,]\w)", said) is not None


def _plain(text: str) -> str:
    folded = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    return folded.rstrip(".!。 ")
