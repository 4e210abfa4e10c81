"""Names of contestants, raters and prompts, numbered as they come."""

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ranking.columns.encode import Encoded

MISSING: Final = -1


def clean_name(value: Any) -> str:
    """Return a name without spaces around it and with single ones inside; empty where there is none."""
    return "" if value is None or value != value else " ".join(str(value).split())


@dataclass(slots=True)
class NameTable:
    """Distinct names in the order in which they were first seen; it grows with every column that is added."""

    places: dict[str, int] = field(default_factory=dict)
    folded: dict[str, str] = field(default_factory=dict)

    def lookup(self, column: Encoded) -> NDArray[np.int64]:
        """Return the number of each of the column's values, MISSING for no name; new names are added.

        (V + 1,) with MISSING at the end and for values that no row holds; go through it with `Encoded.through`.
        """
        numbers = np.full(len(column.values) + 1, MISSING, dtype=np.int64)
        for position in column.used():
            name = clean_name(column.values[position]) if position >= 0 else ""
            if name:
                numbers[position] = self.places.setdefault(name, len(self.places))
        return numbers

    def near_twin(self, since: int) -> tuple[str, str] | None:
        """Return the first of the names from number `since` on that differs from another only in case, after that one."""
        for name in list(self.places)[since:]:
            twin = self.folded.setdefault(name.casefold(), name)
            if twin != name:
                return twin, name
        return None

    @property
    def names(self) -> tuple[str, ...]:
        """All names by number."""
        return tuple(self.places)

    def sorted(self) -> tuple[tuple[str, ...], NDArray[np.int64]]:
        """Return the names in sorted order, and (M + 1,) the place of each number in it; MISSING stays so."""
        order = sorted(self.places)
        place = np.full(len(order) + 1, MISSING, dtype=np.int64)
        place[[self.places[name] for name in order]] = np.arange(len(order))
        return tuple(order), place


def differ_in_case(twin: str, name: str) -> str:
    """Return the sentence that refuses two names that differ only in case."""
    return f"{twin!r} and {name!r} differ only in case; write one name one way"
