"""Ratings with their intervals as a picture: SVG that needs no library, no script and no font of its own."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from ranking.engine.rows import Standing
from ranking.engine.standings import Standings

WIDTH: Final = 800
NAMES: Final = 240
"""Width of the column of names, in units of the picture."""
NUMBERS: Final = 70
TOP: Final = 58
LONGEST_NAME: Final = 34
TICKS: Final = 7

STYLE: Final = """
svg { --ink: #1b1f24; --soft: #57606a; --rule: #d0d7de; --band: #f3f5f7; --mark: #0a58ca; --paper: #ffffff;
  font-family: system-ui, sans-serif; }
@media (prefers-color-scheme: dark) {
  svg { --ink: #e6edf3; --soft: #9da7b3; --rule: #3d444d; --band: #1c2128; --mark: #79b8ff; --paper: #0d1117; }
}
.paper { fill: var(--paper); } .band { fill: var(--band); } .rule { stroke: var(--rule); stroke-width: 1; }
text { fill: var(--ink); } .soft { fill: var(--soft); } .end { text-anchor: end; } .middle { text-anchor: middle; }
.mark { fill: var(--mark); } .interval { stroke: var(--mark); stroke-width: 2; }
"""


@dataclass(frozen=True, slots=True)
class _Rated:
    """A row with numbers in all places."""

    item: str
    rating: float
    lower: float
    upper: float
    ranks: str


@dataclass(frozen=True, slots=True)
class _Axis:
    """Points to units of the picture."""

    low: float
    high: float

    def at(self, points: float) -> float:
        """Return the place of a rating."""
        left, right = NAMES + 10, WIDTH - NUMBERS - 10
        return left + (right - left) * (points - self.low) / (self.high - self.low)

    def ticks(self) -> list[float]:
        """Return round ratings, about TICKS of them."""
        step = round_step((self.high - self.low) / TICKS)
        first = math.ceil(self.low / step)
        return [k * step for k in range(first, math.floor(self.high / step) + 1)]


def ratings_svg(standings: Standings, title: str = "Ratings") -> str:
    """Return an SVG of the rated items in the order of their rank: a dot for the rating, a line for its interval.

    It has a title, a description and a text for each item, is legible in light and dark surroundings, and grows with
    the number of items; groups apart are left out, as they have no place on the same axis.
    """
    rows = [row for row in map(_rated, standings.rows) if row is not None]
    axis = _axis(rows)
    size = 22 if len(rows) <= 60 else 14
    height = TOP + size * len(rows) + 34
    description = _description(rows, standings)
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        f'role="img" aria-labelledby="title description" font-size="{13 if size > 20 else 10}">'
    )
    parts = [
        opening,
        f'<title id="title">{_text(title)}</title>',
        f'<desc id="description">{_text(description)}</desc>',
        f"<style>{STYLE}</style>",
        f'<rect class="paper" width="{WIDTH}" height="{height}"/>',
        f'<text x="10" y="22" font-size="15">{_text(title)}</text>',
        *_grid(axis, len(rows), size),
        *(line for k, row in enumerate(rows) for line in _row(row, axis, TOP + size * k, size)),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _rated(row: Standing) -> _Rated | None:
    if row.rating is None or row.lower is None or row.upper is None:
        return None
    ranks = f"{row.rank_low}" if row.rank_low == row.rank_high else f"{row.rank_low} to {row.rank_high}"
    return _Rated(row.item, row.rating, row.lower, row.upper, ranks)


def _description(rows: Sequence[_Rated], standings: Standings) -> str:
    best, worst = rows[0], rows[-1]
    return (
        f"{len(rows)} contestants, best first, with their ratings in points and {standings.settings.level:.0%} intervals: "
        f"from {best.item} with {best.rating:.0f} to {worst.item} with {worst.rating:.0f}."
    )


def _axis(rows: Sequence[_Rated]) -> _Axis:
    low, high = min(row.lower for row in rows), max(row.upper for row in rows)
    margin = max(0.03 * (high - low), 1.0)
    return _Axis(low - margin, high + margin)


def round_step(least: float) -> float:
    """Return the smallest of 1, 2, 5 times a power of ten that is not below `least`."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least * (1 - 1e-9))


def _grid(axis: _Axis, rows: int, size: int) -> Iterator[str]:
    bottom = TOP + size * rows
    for k in range(1, rows, 2):
        yield f'<rect class="band" x="0" y="{TOP + size * k}" width="{WIDTH}" height="{size}"/>'
    for points in axis.ticks():
        x = axis.at(points)
        yield f'<line class="rule" x1="{x:.1f}" y1="{TOP - 4}" x2="{x:.1f}" y2="{bottom + 4}"/>'
        for y in (TOP - 10, bottom + 20):
            yield f'<text class="soft middle" x="{x:.1f}" y="{y}" font-size="12">{points:g}</text>'


def _row(row: _Rated, axis: _Axis, top: float, size: int) -> Iterator[str]:
    middle, base = top + size / 2, top + size * 0.72
    name = row.item if len(row.item) <= LONGEST_NAME else row.item[: LONGEST_NAME - 1] + "…"
    told = f"{row.item}: {row.rating:.1f}, interval {row.lower:.1f} to {row.upper:.1f}, rank {row.ranks}"
    left, right = axis.at(row.lower), axis.at(row.upper)
    yield f"<g><title>{_text(told)}</title>"
    yield f'<text class="end" x="{NAMES}" y="{base:.1f}">{_text(name)}</text>'
    yield f'<line class="interval" x1="{left:.1f}" y1="{middle:.1f}" x2="{right:.1f}" y2="{middle:.1f}"/>'
    yield f'<circle class="mark" cx="{axis.at(row.rating):.1f}" cy="{middle:.1f}" r="{size / 5:.1f}"/>'
    yield f'<text class="soft end" x="{WIDTH - 10}" y="{base:.1f}">{row.rating:.1f}</text></g>'


def _text(text: str) -> str:
    """Return text for XML, without the control characters that XML forbids."""
    return escape("".join(sign if sign.isprintable() else " " for sign in text))
