"""Geometry of bars that begin at nothing: shares of a whole to positions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from arena.rendering.plots import Tick

STEPS: Final = (1, 2, 5, 10, 20, 25, 50)
MOST_TICKS: Final = 3
"""Their labels stand side by side on a phone too."""


@dataclass(frozen=True, slots=True)
class BarAxis:
    """An axis from nothing to a little above the largest share.

    Attributes
    ----------
    top : the share at its right end. ticks : whole per cent, and where they stand.
    """

    top: float
    ticks: tuple[Tick, ...]

    def place(self, share: float) -> float:
        """Return where a share stands, in per cent of the width."""
        return round(100 * share / self.top, 3)


def make_bar_axis(shares: Sequence[float]) -> BarAxis:
    """Return an axis that holds all shares, with one to three ticks in round per cent."""
    top = max([*shares, 0.01]) * 1.04
    step = next((step for step in STEPS if 100 * top / step < MOST_TICKS), 50)
    axis = BarAxis(top, ())
    count = int(100 * top // step) + 1
    return BarAxis(top, tuple(Tick(k * step, axis.place(k * step / 100)) for k in range(count)))
