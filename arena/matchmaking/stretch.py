"""Is a board's scale stretched by active drawing? Its gaps are held against votes on pairs that chance alone chose.

Everything here is plain Bradley-Terry with half-win ties, whatever model the board itself uses: the question is what
the drawing did, not which model is right. Votes are taken as independent.
"""

from dataclasses import asdict, dataclass
from math import inf, isfinite
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from arena.matchmaking.calibration import CorrectedScore
from arena.matchmaking.rated import Rated, contrasts, gaps, rate, squares, total
from ranking import PairCounts, to_points

Floats = NDArray[np.float64]

BAND: Final = (0.95, 1.05)
"""A scale between these times its right width is as good as right."""
LEVEL: Final = 0.95
FEWEST_VOTES: Final = 50
"""Votes of the floor from which on the scale is held against them."""
LEAST_RELIABILITY: Final = 0.6
"""Below it more than two fifths of the spread of the gaps is noise, and no correction for that is to be trusted."""
BALANCE_FROM: Final = 10
"""Votes of a pair up to which each counts fully in the balanced fit; a single vote shall not outweigh all others."""
_Z: Final = float(ndtri(0.5 + LEVEL / 2))


@dataclass(frozen=True, slots=True)
class Slope:
    """How many times as wide a scale is as it should be, with its 95 % interval; 1 is right, above it is stretched.

    An end without bound is infinite: the votes then do not even say that wider gaps are won more often.
    """

    value: float
    lower: float
    upper: float

    @property
    def verdict(self) -> str:
        """`off` where the whole interval lies outside of BAND, `within` where all of it lies inside, else `open`."""
        if self.lower > BAND[1] or self.upper < BAND[0]:
            return "off"
        return "within" if self.lower >= BAND[0] and self.upper <= BAND[1] else "open"


@dataclass(frozen=True, slots=True)
class FloorSlope:
    """The scale of the active votes against the votes of the floor.

    Attributes
    ----------
    slope : None where it cannot be told, and `why` says why.
    floor_votes, active_votes : total weights. The ratings come from the active votes alone.
    contestants : how many of them these put on one scale; only floor votes among them are looked at.
    reliability : share of the spread of their gaps that is not noise.
    """

    slope: Slope | None
    why: str
    floor_votes: float
    active_votes: float
    contestants: int = 0
    reliability: float | None = None


@dataclass(frozen=True, slots=True)
class BalancedSlope:
    """The scale of the headline against a fit in which pairs weigh about alike; `why` says why there is none."""

    slope: Slope | None
    why: str


@dataclass(frozen=True, slots=True)
class FloorRating:
    """A contestant rated by the floor votes alone, with its 95 % interval, and by all votes.

    In points around the mean of those that have both.
    """

    item: str
    rating: float
    lower: float
    upper: float
    headline: float

    @property
    def outside(self) -> bool:
        """Whether the rating by all votes lies outside of the interval."""
        return not self.lower <= self.headline <= self.upper


@dataclass(frozen=True, slots=True)
class Stretch:
    """Everything that was asked of the scale. `ratings` are empty where floor votes alone connect no contestants."""

    floor: FloorSlope
    balanced: BalancedSlope
    ratings: tuple[FloorRating, ...]

    @property
    def outside(self) -> int:
        """How many headline ratings lie outside of the intervals of the floor alone."""
        return sum(row.outside for row in self.ratings)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values; an end without bound is None, as JSON knows no infinity."""
        told = {"floor": asdict(self.floor), "balanced": asdict(self.balanced)}
        for part in told.values():
            if part["slope"]:
                part["slope"] = {name: x if isfinite(x) else None for name, x in part["slope"].items()}
        return {**told, "outside": self.outside, "ratings": [asdict(row) for row in self.ratings]}


def measure_stretch(active: PairCounts, floor: PairCounts, whole: PairCounts) -> Stretch:
    """Hold a board against its floor.

    Parameters
    ----------
    active, floor : counts of the votes on pairs drawn for what they tell, and on pairs drawn evenly.
    whole : of all votes of the board, those on pairs that were not drawn here included. All three have the same items.
    """
    headline = rate(whole)
    return Stretch(
        floor=floor_slope(active, floor),
        balanced=_balance(headline),
        ratings=_beside(headline, rate(floor)),
    )


def floor_slope(active: PairCounts, floor: PairCounts) -> FloorSlope:
    """Fit P(i beats j) = sigma(b gap) to the floor votes, a tie half a win each way; the slope is 1 / b (Cox 1958).

    The gaps come from active votes alone, so that they have not seen what they foretell, and b is corrected for their
    noise; see `CorrectedScore`.
    """
    votes = (total(floor), total(active))
    if not votes[0]:
        return FloorSlope(None, "no vote was given on a pair that was drawn evenly", *votes)
    if not votes[1]:
        return FloorSlope(
            None, "every pair was drawn evenly, so that nothing can be stretched by active drawing", *votes
        )
    rated = rate(active)
    if rated is None:
        return FloorSlope(None, "the active votes put no two contestants on one scale yet", *votes)
    inside = floor.restricted_to(rated.keep)
    seen, size = (total(inside), votes[1]), len(rated.theta)
    if seen[0] < FEWEST_VOTES:
        return FloorSlope(None, f"{seen[0]:,.4g} votes are too few, {FEWEST_VOTES} are needed", *seen, size)
    score = CorrectedScore(rated, inside)
    b = score.root()
    reliability = score.reliability(1.0 if b is None else b)
    if b is None or reliability < LEAST_RELIABILITY:
        return FloorSlope(None, "the ratings by active votes alone are still too noisy", *seen, size, reliability)
    half = _Z * score.standard_error(b)
    return FloorSlope(Slope(*map(_inverse, (b, b + half, b - half))), "", *seen, size, reliability)


def balanced_slope(whole: PairCounts) -> BalancedSlope:
    """Regress the strengths of all votes on those of a fit in which pairs with many votes weigh no more than others.

    Each vote of a pair with n votes weighs 1 / max(n, BALANCE_FROM), scaled to mean one. With the strengths h and q of
    the two fits the slope is (h'q - tr C_hq) / (q'q - tr V_q): the noise that q shares with h, and its own, are taken
    off. Its variance is the sum over votes of their squared influence on it.
    """
    return _balance(rate(whole))


def _balance(headline: Rated | None) -> BalancedSlope:
    if headline is None:
        return BalancedSlope(None, "the votes put no two contestants on one scale yet")
    games = headline.counts.games
    if games.max() <= BALANCE_FROM:
        return BalancedSlope(None, f"no pair has more than {BALANCE_FROM} votes, so that there is nothing to balance")
    weight = 1 / np.maximum(games, BALANCE_FROM)
    weight *= games.sum() / (weight * games).sum()
    balanced = rate(_weighed(headline.counts, weight))
    if balanced is None:
        return BalancedSlope(None, "the balanced fit did not settle")
    rest = float(balanced.theta @ balanced.theta - np.trace(balanced.covariance))
    if rest <= 0:
        return BalancedSlope(None, "the strengths are not told apart yet, so that their scale has no width")
    return BalancedSlope(_regress(headline, balanced, weight, rest), "")


def _regress(headline: Rated, balanced: Rated, weight: Floats, rest: float) -> Slope:
    counts, win, even = headline.counts, headline.win, balanced.win
    shared = contrasts(balanced.bread @ headline.bread) * weight * squares(counts, win, even)
    value = float(headline.theta @ balanced.theta - shared.sum() / 2) / rest
    # By how much a vote moves the slope, for each point beyond what was expected of it: through h, and through q.
    pull = gaps(headline.bread @ balanced.theta / rest)
    push = value * weight * gaps(balanced.bread @ balanced.theta / rest)
    own = pull**2 * squares(counts, win, win) + push**2 * squares(counts, even, even)
    variance = float((own - 2 * pull * push * squares(counts, win, even)).sum() / 2)
    half = _Z * max(variance, 0.0) ** 0.5
    return Slope(value, value - half, value + half)


def _weighed(counts: PairCounts, weight: Floats) -> PairCounts:
    squared = (counts.wins_squared * weight**2, counts.ties_squared * weight**2)
    return PairCounts.from_arrays(
        counts.items, counts.wins * weight, counts.ties * weight, wins_squared=squared[0], ties_squared=squared[1]
    )


def _beside(headline: Rated | None, floor: Rated | None) -> tuple[FloorRating, ...]:
    """Return who is rated by all votes and by the floor alone, best first by all votes."""
    if headline is None or floor is None:
        return ()
    inside, common = headline.keep[floor.keep], floor.keep[headline.keep]
    if inside.sum() < 2:
        return ()
    turn = np.eye(int(inside.sum())) - 1 / inside.sum()
    alone, whole = turn @ floor.fitted[inside], turn @ headline.fitted[common]
    variance = np.diag(turn @ floor.covariance[np.ix_(inside, inside)] @ turn)
    half = _Z * np.sqrt(np.maximum(variance, 0.0))
    items = np.array(floor.counts.items)[inside]
    columns = zip(items, *map(to_points, (alone, alone - half, alone + half, whole)), strict=True)
    rows = [FloorRating(str(item), *map(float, points)) for item, *points in columns]
    return tuple(sorted(rows, key=lambda row: (-row.headline, row.item)))


def _inverse(b: float) -> float:
    return 1 / b if b > 0 else inf
