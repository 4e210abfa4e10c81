"""Written outcomes: the words that are understood, and no others."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ranking.engine.comparisons import Outcome

SPELLINGS: Final[Mapping[str, Outcome]] = {
    "a": Outcome.A,
    "left": Outcome.A,
    "model_a": Outcome.A,
    "b": Outcome.B,
    "right": Outcome.B,
    "model_b": Outcome.B,
    "tie": Outcome.TIE,
    "both_bad": Outcome.BOTH_BAD,
    "tie (bothbad)": Outcome.BOTH_BAD,
}
"""Accepted outcomes, in any case. Everything else is an error."""

UNKNOWN: Final = -1


def outcome_of(word: Any) -> Outcome | None:
    """Return what a word means, None for one that is not in SPELLINGS."""
    return SPELLINGS.get(str(word).strip().casefold())


def unknown_outcome(word: Any) -> str:
    """Return the sentence that refuses a word."""
    return f"unknown outcome {word!r}; use one of {', '.join(SPELLINGS)}"


def outcome_numbers(values: Sequence[Any]) -> NDArray[np.int8]:
    """Return (V + 1,) the outcome of each word; UNKNOWN for other words and, at the end, for a missing one."""
    found = [outcome_of(value) for value in values]
    return np.array([*(UNKNOWN if outcome is None else int(outcome) for outcome in found), UNKNOWN], dtype=np.int8)
