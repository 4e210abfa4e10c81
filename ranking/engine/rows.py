"""The rows of standings: from strengths and covariance to ratings, intervals and rank ranges in points."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from ranking.engine.comparisons import PairCounts
from ranking.engine.notices import NEVER_LOST, NEVER_WON
from ranking.engine.profile import undefeated_bound
from ranking.engine.ranks import point_ranks, rank_ranges, rank_upper_bounds
from ranking.engine.scale import to_points
from ranking.engine.settings import BoardSettings

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Standing:
    """One item. Ratings are in points; everything of an unrated item is None, with the reason in `note`.

    Attributes
    ----------
    rank, rank_low, rank_high : by rating, and the range that with those of all others holds the true ranks.
    rank_ub : 1 + items whose lower bound lies above the upper one here. tier : items not told apart from its leader.
    at_least, at_most : one-sided bound in points of an item that won or lost everything, where one can be given.
    plain_rating, plain_rank : without style control, on boards that control style.
    """

    item: str
    rating: float | None
    lower: float | None
    upper: float | None
    rank: int | None
    rank_low: int | None
    rank_high: int | None
    rank_ub: int | None
    tier: int | None
    theta: float | None
    standard_error: float | None
    votes: float
    wins: float
    losses: float
    ties: float
    both_bad: float
    at_least: float | None = None
    at_most: float | None = None
    plain_rating: float | None = None
    plain_rank: int | None = None
    note: str = ""

    @property
    def win_rate(self) -> float | None:
        """Wins and half the ties, a share of the comparisons that tell something of the gap."""
        games = self.wins + self.losses + self.ties
        return (self.wins + self.ties / 2) / games if games else None


def row_to_dict(row: Standing) -> dict[str, Any]:
    """Return plain values of one standing, win rate included."""
    return {name: getattr(row, name) for name in (*Standing.__slots__, "win_rate")}


def normal_quantile(level: float) -> float:
    """Return z with which +-z standard errors cover `level`."""
    return float(ndtri(0.5 + level / 2))


def standing_rows(
    counts: PairCounts,
    rated: NDArray[np.bool_],
    theta: Floats,
    covariance: Floats,
    reasons: tuple[str, ...],
    settings: BoardSettings,
    plain: Floats | None,
) -> tuple[Standing, ...]:
    """Return the rows of a board, best first, unrated ones last.

    Parameters
    ----------
    rated : (M,) truth values. theta, covariance : (R,) and (R, R) of the rated items, around the centre.
    reasons : of each item, why it is unrated. plain : (R,) strengths without style control, if style is controlled.
    """
    numbers = _numbers(theta, covariance, settings)
    if plain is not None:
        numbers |= {"plain_rating": to_points(plain, settings.anchor), "plain_rank": point_ranks(plain)}
    place = {int(item): k for k, item in enumerate(np.flatnonzero(rated))}
    rows = [
        _row(counts, item, {name: column[place[item]].item() for name, column in numbers.items()})
        if item in place
        else _row(counts, item, _bound(counts, item, rated, theta, reasons[item], settings))
        for item in range(len(counts.items))
    ]
    return tuple(sorted(rows, key=lambda row: (row.rank is None, -(row.theta or 0.0), row.item)))


def _numbers(theta: Floats, covariance: Floats, settings: BoardSettings) -> dict[str, NDArray[Any]]:
    error = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    half = normal_quantile(settings.level) * error
    lower, upper = theta - half, theta + half
    ranges = rank_ranges(theta, covariance, settings.level, settings.seed)
    return {
        "rating": to_points(theta, settings.anchor),
        "lower": to_points(lower, settings.anchor),
        "upper": to_points(upper, settings.anchor),
        "rank": ranges.rank,
        "rank_low": ranges.low,
        "rank_high": ranges.high,
        "rank_ub": rank_upper_bounds(lower, upper),
        "tier": ranges.tier,
        "theta": theta,
        "standard_error": error,
    }


def _bound(
    counts: PairCounts, item: int, rated: NDArray[np.bool_], theta: Floats, reason: str, settings: BoardSettings
) -> dict[str, Any]:
    """Return the note of an unrated item and, where it met the rated group, its one-sided bound."""
    won, lost = counts.wins[item, rated], counts.wins[rated, item]
    if reason == NEVER_LOST and won.any():
        bound = to_points(undefeated_bound(theta, won, settings.level), settings.anchor).item()
        return {
            "at_least": bound,
            "note": f"{reason} At least {bound:.0f} points with {settings.level:.0%} confidence.",
        }
    if reason == NEVER_WON and lost.any():
        bound = to_points(-undefeated_bound(-theta, lost, settings.level), settings.anchor).item()
        return {"at_most": bound, "note": f"{reason} At most {bound:.0f} points with {settings.level:.0%} confidence."}
    return {"note": reason}


def _row(counts: PairCounts, item: int, numbers: dict[str, Any]) -> Standing:
    measured = (
        "rating",
        "lower",
        "upper",
        "rank",
        "rank_low",
        "rank_high",
        "rank_ub",
        "tier",
        "theta",
        "standard_error",
    )
    wins, losses = float(counts.wins[item].sum()), float(counts.wins[:, item].sum())
    ties, both_bad = float(counts.ties[item].sum()), float(counts.both_bad[item].sum())
    told: dict[str, Any] = dict.fromkeys(measured) | numbers
    return Standing(
        item=counts.items[item],
        votes=wins + losses + ties + both_bad,
        wins=wins,
        losses=losses,
        ties=ties,
        both_bad=both_bad,
        **told,
    )
