"""Geometry of curves over votes: numbers to positions. A template writes them as SVG."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ranking.plots import round_step

WIDTH: Final = 640
HEIGHT: Final = 360
LEFT: Final = 62
RIGHT: Final = 30
BOTTOM: Final = 50
LEGEND_ROW: Final = 24
LEGEND_COLUMNS: Final = 3
MOST_MARKS: Final = 6

STYLES: Final = (
    ("", "M-4 -4H4V4H-4Z"),
    ("9 4", "M0 -6L6 0L0 6L-6 0Z"),
    ("2 4", "M0 -5L5 4H-5Z"),
    ("12 4 2 4", "M-5 0A5 5 0 1 0 5 0A5 5 0 1 0 -5 0Z"),
    ("5 3", "M-2 -5H2V-2H5V2H2V5H-2V2H-5V-2H-2Z"),
)
"""Dashes of a line and the outline of its marks, so that lines are told apart without colour."""


@dataclass(frozen=True, slots=True)
class AxisMark:
    """A value of an axis as text, and where it stands."""

    text: str
    at: float


@dataclass(frozen=True, slots=True)
class Dot:
    """A point of a line, and what it says."""

    x: float
    y: float
    told: str


@dataclass(frozen=True, slots=True)
class Line:
    """One curve.

    Attributes
    ----------
    style : number of its look, from 0. dashes, mark : of its look; see STYLES.
    stretches : points as SVG writes them; a curve has a gap where a value is not known.
    legend_x, legend_y : where its name begins.
    """

    name: str
    style: int
    dashes: str
    mark: str
    stretches: tuple[str, ...]
    dots: tuple[Dot, ...]
    legend_x: float
    legend_y: float


@dataclass(frozen=True, slots=True)
class CurveChart:
    """Curves over a common axis of votes, in units of the picture.

    Attributes
    ----------
    description : the same in words, for whoever does not see it. y_title : what stands above the left axis.
    left, right, top, bottom : edges of the area of the curves.
    """

    title: str
    description: str
    y_title: str
    width: int
    height: int
    left: float
    right: float
    top: float
    bottom: float
    x_marks: tuple[AxisMark, ...]
    y_marks: tuple[AxisMark, ...]
    lines: tuple[Line, ...]

    @property
    def empty(self) -> bool:
        """Whether no value is known."""
        return not any(line.dots for line in self.lines)


@dataclass(frozen=True, slots=True)
class _Scale:
    """Values to positions along one side of the picture."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        return round(self.start + (self.end - self.start) * (value - self.low) / (self.high - self.low), 1)

    def marks(self) -> tuple[AxisMark, ...]:
        """Return round values and their positions, as few as can be read."""
        step = round_step((self.high - self.low) / MOST_MARKS)
        digits = max(0, -math.floor(math.log10(step)))
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        return tuple(AxisMark(f"{k * step:,.{digits}f}", self.at(k * step)) for k in range(first, last + 1))


def make_curves(
    title: str, y_title: str, votes: Sequence[int], curves: Sequence[tuple[str, Sequence[float | None]]]
) -> CurveChart:
    """Return a chart of curves over votes.

    Parameters
    ----------
    votes : (K,) rising. curves : names, and (K,) values each; None where a value is not known.
    """
    top = 40 + LEGEND_ROW * math.ceil(len(curves) / LEGEND_COLUMNS)
    bottom = HEIGHT - BOTTOM
    across = _Scale(0.0, float(votes[-1]), LEFT, WIDTH - RIGHT)
    known = [value for _, values in curves for value in values if value is not None]
    up = _upright(known, bottom, top)
    return CurveChart(
        title=title,
        description=_describe(y_title, votes, curves),
        y_title=y_title,
        width=WIDTH,
        height=HEIGHT,
        left=LEFT,
        right=WIDTH - RIGHT,
        top=top,
        bottom=bottom,
        x_marks=across.marks(),
        y_marks=up.marks(),
        lines=tuple(_line(k, name, votes, values, across, up) for k, (name, values) in enumerate(curves)),
    )


def _upright(known: Sequence[float], start: float, end: float) -> _Scale:
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    margin = 0.06 * (high - low) or 0.1 * abs(high) or 1.0
    return _Scale(low - margin, high + margin, start, end)


def _line(
    number: int, name: str, votes: Sequence[int], values: Sequence[float | None], across: _Scale, up: _Scale
) -> Line:
    dashes, mark = STYLES[number % len(STYLES)]
    stretches: list[list[Dot]] = [[]]
    for count, value in zip(votes, values, strict=True):
        if value is not None:
            stretches[-1].append(Dot(across.at(count), up.at(value), f"{name}, {count:,} votes: {value:,.4g}"))
        elif stretches[-1]:
            stretches.append([])
    column, row = number % LEGEND_COLUMNS, number // LEGEND_COLUMNS
    return Line(
        name=name,
        style=number % len(STYLES),
        dashes=dashes,
        mark=mark,
        stretches=tuple(" ".join(f"{dot.x},{dot.y}" for dot in dots) for dots in stretches if len(dots) > 1),
        dots=tuple(dot for dots in stretches for dot in dots),
        legend_x=LEFT + column * (WIDTH - LEFT - RIGHT) / LEGEND_COLUMNS,
        legend_y=16.0 + LEGEND_ROW * row,
    )


def _describe(y_title: str, votes: Sequence[int], curves: Sequence[tuple[str, Sequence[float | None]]]) -> str:
    told = []
    for name, values in curves:
        known = [(count, value) for count, value in zip(votes, values, strict=True) if value is not None]
        ends = (known[0], known[-1]) if known else ()
        points = " and ".join(f"{value:,.4g} after {count:,} votes" for count, value in ends)
        told.append(f"{name}: {points or 'not known'}")
    return (
        f"Across: votes, up to {votes[-1]:,}. Upwards: {y_title}. {'; '.join(told)}. The table below has every number."
    )
