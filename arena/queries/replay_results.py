"""What a replay found: plain values that a run keeps, and the sentences that tell them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

BASE: Final = "uniform"
"""The policy that all others are held against."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing that a board is judged by, as people read it.

    Attributes
    ----------
    key : its name for programs. title : short, for tabs and heads of columns. told : what it is, in words.
    digits : after the point. goal : how a value is told as something to be reached; empty where it is none.
    """

    key: str
    title: str
    told: str
    digits: int
    goal: str = ""

    def text(self, value: float | None) -> str:
        """Return a value for a table; a dash where it is not known in every repetition."""
        return "–" if value is None else f"{value:,.{self.digits}f}"

    def reached(self, value: float) -> str:
        """Return a value as something to be reached."""
        return self.goal.format(self.text(value))


FIGURES: Final = (
    Figure("interval", "Interval", "mean half-width of the 95 % intervals, in points", 1, "±{} points"),
    Figure(
        "order",
        "Order",
        "expected agreement with the true order (Kendall's tau)",
        3,
        "an agreement of {} with the true order",
    ),
    Figure("top", "Top", "expected wrong orders that touch the first places", 2, "{} wrong orders at the top"),
    Figure(
        "newcomer", "Newcomer", "half-width of the newcomer's interval, in points", 1, "±{} points for the newcomer"
    ),
    Figure("coverage", "Coverage", "share of the 95 % intervals that hold the true strength", 3),
    Figure("slope", "Slope", "slope of the ratings on the truth: 1 is right, more is stretched", 3),
)
"""In the order in which they are shown."""


@dataclass(frozen=True, slots=True)
class Curve:
    """The figures of one policy at each number of votes, means over the repetitions.

    Attributes
    ----------
    values : by the key of a figure; None where it is not known in every repetition.
    """

    policy: str
    values: Mapping[str, Sequence[float | None]]


@dataclass(frozen=True, slots=True)
class Saved:
    """Votes that a policy saves beside uniform drawing, to be equally good by one figure.

    Attributes
    ----------
    target : the value that both are to reach. votes, base_votes : at which they do.
    share : of uniform's votes that are saved, negative where more are needed; low and high are the ends of its 90 %
        interval. All of them None where they cannot be told.
    """

    policy: str
    figure: str
    target: float | None
    votes: float | None
    base_votes: float | None
    share: float | None
    low: float | None
    high: float | None

    def __str__(self) -> str:
        """Tell it in one sentence."""
        figure = figure_named(self.figure)
        if self.target is None or self.votes is None or self.base_votes is None or self.share is None:
            return f"{self.policy}: too few votes to compare it with {BASE} by {figure.told}."
        return (
            f"{self.policy} reaches {figure.reached(self.target)} after {self.votes:,.0f} votes, {BASE} after "
            f"{self.base_votes:,.0f}: {_fewer(self.share)} votes ({self._interval()})."
        )

    def _interval(self) -> str:
        if self.low is None or self.high is None:
            return "its 90 % interval is not known"
        if self.low <= 0 <= self.high:
            return f"90 % interval: {_fewer(self.low)} to {_fewer(self.high)}, so this may be chance"
        near, far = sorted((self.low, self.high), key=abs)
        return f"90 % interval: {abs(round(100 * near))} to {_fewer(far)}"


@dataclass(frozen=True, slots=True)
class ReplayResult:
    """Everything that a replay found.

    Attributes
    ----------
    votes : at which boards were judged. curves : of each policy, uniform the last. savings : of all but uniform.
    notes : sentences on what was replayed.
    """

    repetitions: int
    top_k: int
    votes: tuple[int, ...]
    curves: tuple[Curve, ...]
    savings: tuple[Saved, ...]
    notes: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON; `from_dict` reads them back."""
        return {
            "repetitions": self.repetitions,
            "top_k": self.top_k,
            "votes": list(self.votes),
            "curves": [
                {"policy": one.policy, "values": {key: list(row) for key, row in one.values.items()}}
                for one in self.curves
            ],
            "savings": [asdict(one) for one in self.savings],
            "notes": list(self.notes),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "ReplayResult":
        """Return what a run keeps."""
        return cls(
            repetitions=values["repetitions"],
            top_k=values["top_k"],
            votes=tuple(values["votes"]),
            curves=tuple(Curve(one["policy"], one["values"]) for one in values["curves"]),
            savings=tuple(Saved(**one) for one in values["savings"]),
            notes=tuple(values["notes"]),
        )

    def figures(self) -> list[Figure]:
        """Return the figures that there are: without a newcomer there is none of it."""
        return [one for one in FIGURES if any(one.key in curve.values for curve in self.curves)]

    def sentences(self, figure: str) -> list[str]:
        """Return how many votes each policy saves by one figure."""
        return [str(one) for one in self.savings if one.figure == figure]


def figure_named(key: str) -> Figure:
    """Return a figure by its key; the first one where there is none of that key."""
    return next((one for one in FIGURES if one.key == key), FIGURES[0])


def _fewer(share: float) -> str:
    percent = round(100 * share)
    return f"{abs(percent)} % {'more' if percent < 0 else 'fewer'}"
