"""Geometry of plots: numbers to positions. The templates write them as SVG."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

BUCKETS: Final = 10
"""Steps of colour in a heat map, from sure loss to sure win."""


@dataclass(frozen=True, slots=True)
class Tick:
    """One mark of an axis: its value and where it stands, in per cent of the width."""

    value: int
    x: float


@dataclass(frozen=True, slots=True)
class Axis:
    """A common axis for intervals, in points, wide enough for all of them.

    Attributes
    ----------
    low, high : values at the left and right end.
    """

    low: float
    high: float
    ticks: tuple[Tick, ...]

    def place(self, value: float) -> float:
        """Return where a value stands, in per cent of the width."""
        return round(100 * (value - self.low) / (self.high - self.low), 3)


def make_axis(values: Sequence[float]) -> Axis:
    """Return an axis with two to seven round ticks that holds all values with a margin."""
    low, high = min(values), max(values)
    # Ticks are whole points: an axis is never so narrow that a step would be a part of one.
    margin = max((high - low) * 0.03, 2.5)
    low, high = low - margin, high + margin
    step = _round_step((high - low) / 5)
    first = math.ceil(low / step) * step
    count = int((high - first) // step) + 1
    axis = Axis(low, high, ())
    ticks = tuple(Tick(round(first + k * step), axis.place(first + k * step)) for k in range(count))
    return Axis(low, high, ticks)


def _round_step(step: float) -> float:
    """Return the next of 1, 2, 5 times a power of ten."""
    power = math.pow(10, math.floor(math.log10(step)))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= step)


def bucket(probability: float) -> int:
    """Return the colour step, 0 to BUCKETS - 1, of a probability."""
    return min(int(probability * BUCKETS), BUCKETS - 1)
