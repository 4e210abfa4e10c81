"""Policies side by side: how many votes each needs until a board is as good as asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, isfinite, isnan, nan
from typing import Final

import numpy as np
from numpy.typing import NDArray

from arena.matchmaking.errors import MatchmakingError
from arena.matchmaking.replay import Track

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_REDRAWS: Final = 1000
_TAILS: Final = (0.05, 0.95)


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure of a reading by which boards are compared. `falls`: it gets smaller as a board gets better."""

    figure: str
    title: str
    falls: bool = True


HALF_WIDTH: Final = Measure("half_width", "mean half-width of the intervals")
ORDER: Final = Measure("expected_tau", "expected agreement with the true order", falls=False)
TOP: Final = Measure("top_inversions", "expected number of wrong orders at the top")
NEWCOMER: Final = Measure("newcomer_half_width", "half-width of the newcomer's interval")
RMSE: Final = Measure("rmse", "root mean square error")


@dataclass(frozen=True, slots=True)
class Figure:
    """A number over repetitions with the 90 % interval of a bootstrap over them.

    nan where it is not known in every repetition; an end is inf where a redraw did not reach its target.
    """

    value: float
    low: float
    high: float
    repetitions: int


@dataclass(frozen=True, slots=True)
class Saving:
    """Votes that one chooser needs to a target, beside those of another.

    Attributes
    ----------
    target : value of the measure that both are to reach.
    votes, base_votes : at which the mean curve over repetitions reaches it; inf where it does not.
    ratio : of the two, with its interval.
    longest : votes of the last checkpoint.
    """

    policy: str
    base: str
    measure: Measure
    target: float
    votes: float
    base_votes: float
    ratio: Figure
    longest: int

    def __str__(self) -> str:
        """Tell it in one sentence."""
        goal = f"{self.measure.title} of {self.target:.3g}"
        if not isfinite(self.votes):
            return f"{self.policy} did not reach a {goal} within {self.longest:,} votes."
        if not isfinite(self.base_votes):
            return f"{self.policy} reached a {goal} with {self.votes:,.0f} votes; {self.base} did not."
        return (
            f"{self.policy} reached a {goal} with {self.votes:,.0f} votes, {self.base} with {self.base_votes:,.0f}: "
            f"{self.ratio.value:.2f} times as many (90 % interval {self.ratio.low:.2f} to {self.ratio.high:.2f}, "
            f"{self.ratio.repetitions} repetitions)."
        )


def votes_to(votes: Sequence[int], curve: Floats, target: float, measure: Measure) -> float:
    """Return the votes at which a curve first reaches a target; inf if it does not.

    Between checkpoints the curve is taken as straight in 1 / sqrt(votes), as standard errors are. A checkpoint at which
    it is nan does not reach anything.
    """
    reached = curve <= target if measure.falls else curve >= target
    if not reached.any():
        return inf
    place = int(np.argmax(reached))
    if place == 0 or isnan(curve[place - 1]) or curve[place] == target:
        return float(votes[place])
    before, after = votes[place - 1] ** -0.5, votes[place] ** -0.5
    share = (target - curve[place - 1]) / (curve[place] - curve[place - 1])
    return float((before + share * (after - before)) ** -2)


def reach(tracks: Sequence[Track], measure: Measure, target: float, seed: int = 0) -> Figure:
    """Return the votes at which the mean curve over repetitions reaches a target."""
    curves, votes = _curves(tracks, measure), tracks[0].votes
    redrawn = [votes_to(votes, curves[rows].mean(axis=0), target, measure) for rows in _redraws(len(tracks), seed)]
    return _figure(votes_to(votes, curves.mean(axis=0), target, measure), redrawn, len(tracks))


def compare(
    tracks: Sequence[Track],
    base: Sequence[Track],
    measure: Measure,
    votes: int,
    yardstick: Sequence[Track] | None = None,
    seed: int = 0,
) -> Saving:
    """Return how many votes one chooser needs to be as good as a yardstick is with `votes`, beside another chooser.

    Parameters
    ----------
    tracks, base : repetitions of the two, with equal checkpoints; the worlds of equal places are the same, and the
        bootstrap redraws them together.
    votes : a checkpoint. yardstick : whose mean curve there is the target; `base` unless told otherwise.

    Raises
    ------
    MatchmakingError
        If there are no repetitions, the choosers differ in their number or checkpoints, or there is no such
        checkpoint.
    """
    rule = base if yardstick is None else yardstick
    if not tracks or {len(tracks)} != {len(base), len(rule)} or len({one.votes for one in [*tracks, *base, *rule]}) > 1:
        raise MatchmakingError("Choosers are compared over the same repetitions and checkpoints.")
    place, checkpoints = _place(tracks, votes), tracks[0].votes
    own, other, told = (_curves(some, measure) for some in (tracks, base, rule))

    def needed(rows: Ints) -> tuple[float, float, float]:
        target = float(told[rows, place].mean())
        mine, theirs = (votes_to(checkpoints, curves[rows].mean(axis=0), target, measure) for curves in (own, other))
        return target, mine, theirs

    target, mine, theirs = needed(np.arange(len(tracks)))
    redrawn = [_ratio(*needed(rows)[1:]) for rows in _redraws(len(tracks), seed)]
    return Saving(
        policy=tracks[0].chooser,
        base=base[0].chooser,
        measure=measure,
        target=target,
        votes=mine,
        base_votes=theirs,
        ratio=_figure(_ratio(mine, theirs), redrawn, len(tracks)),
        longest=checkpoints[-1],
    )


def mean_figure(tracks: Sequence[Track], name: str, votes: int, seed: int = 0) -> Figure:
    """Return the mean of a figure over repetitions at a checkpoint."""
    values = _values(tracks, name, votes)
    return _figure(
        float(values.mean()), [float(values[rows].mean()) for rows in _redraws(len(tracks), seed)], len(values)
    )


def mean_ratio(tracks: Sequence[Track], base: Sequence[Track], name: str, votes: int, seed: int = 0) -> Figure:
    """Return the mean of a figure over repetitions at a checkpoint, divided by another chooser's."""
    own, other = _values(tracks, name, votes), _values(base, name, votes)
    redrawn = [float(own[rows].mean() / other[rows].mean()) for rows in _redraws(len(tracks), seed)]
    return _figure(float(own.mean() / other.mean()), redrawn, len(own))


def _curves(tracks: Sequence[Track], measure: Measure) -> Floats:
    return np.array([track.curve(measure.figure) for track in tracks])


def _values(tracks: Sequence[Track], name: str, votes: int) -> Floats:
    place = _place(tracks, votes)
    return np.array([track.readings[place].figure(name) for track in tracks])


def _place(tracks: Sequence[Track], votes: int) -> int:
    if not tracks or votes not in tracks[0].votes:
        raise MatchmakingError(f"There is no checkpoint at {votes} votes.")
    return tracks[0].votes.index(votes)


def _redraws(repetitions: int, seed: int) -> Ints:
    return np.random.default_rng(seed).integers(0, repetitions, (_REDRAWS, repetitions))


def _ratio(votes: float, base: float) -> float:
    return votes / base if isfinite(base) else nan


def _figure(value: float, redrawn: Sequence[float], repetitions: int) -> Figure:
    """Return a figure with the middle 90 % of its redraws; nan as soon as one of them is."""
    if np.isnan(redrawn).any():
        return Figure(value, nan, nan, repetitions)
    # Without interpolation, which would take infinity from infinity where a target was not reached.
    low, high = np.quantile(redrawn, _TAILS, method="inverted_cdf")
    return Figure(value, float(low), float(high), repetitions)
