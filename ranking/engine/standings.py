"""Top of the engine: comparisons and settings in, standings out."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from ranking.engine.bradley_terry import BradleyTerryFit, fit_bradley_terry
from ranking.engine.comparisons import Comparisons, PairCounts
from ranking.engine.covariance import sandwich_covariance
from ranking.engine.diagnosis import Notice, notices, unrated_reasons
from ranking.engine.errors import Disconnected
from ranking.engine.graph import connectivity
from ranking.engine.ranks import rank_ranges, rank_upper_bounds
from ranking.engine.scale import POINTS_PER_LOGIT, to_points, win_probability
from ranking.engine.settings import BoardSettings

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Standing:
    """One item. Ratings are in points; everything of an unrated item is None, with the reason in `note`."""

    item: str
    rating: float | None
    lower: float | None
    upper: float | None
    rank: int | None
    rank_low: int | None
    rank_high: int | None
    rank_ub: int | None
    theta: float | None
    standard_error: float | None
    votes: float
    wins: float
    losses: float
    ties: float
    both_bad: float
    note: str = ""

    @property
    def win_rate(self) -> float | None:
        """Wins and half the ties, a share of the comparisons that tell something of the gap."""
        games = self.wins + self.losses + self.ties
        return (self.wins + self.ties / 2) / games if games else None


@dataclass(frozen=True, slots=True)
class Standings:
    """The engine's result, with the settings it was computed from.

    Attributes
    ----------
    rows : rated items by rank, then unrated ones by key.
    rated : keys of the rated items, in the order of `theta` and `covariance`.
    theta : (R,) logits with sum zero. covariance : (R, R) sandwich.
    iterations, gradient_norm : how the fit ended.
    """

    settings: BoardSettings
    rows: tuple[Standing, ...]
    rated: tuple[str, ...]
    theta: Floats
    covariance: Floats
    iterations: int
    gradient_norm: float
    votes: float
    both_bad: float
    notices: tuple[Notice, ...]

    def win_probability(self) -> Floats:
        """(R, R) probabilities that row beats column, in the order of `rated`."""
        return win_probability(self.theta)

    def difference(self, first: str, second: str) -> tuple[float, float]:
        """Return the gap between two rated items in points and the half-width of its interval."""
        i, j = self.rated.index(first), self.rated.index(second)
        variance = self.covariance[i, i] + self.covariance[j, j] - 2 * self.covariance[i, j]
        gap = POINTS_PER_LOGIT * float(self.theta[i] - self.theta[j])
        return gap, POINTS_PER_LOGIT * _quantile(self.settings.level) * math.sqrt(max(float(variance), 0.0))

    def explain(self) -> str:
        """Return in a paragraph what was computed and what the intervals cover."""
        level = f"{self.settings.level:.0%}"
        return (
            f"Bradley-Terry by maximum likelihood on {self.votes:g} votes, ties as half a win each way, "
            f"{self.both_bad:g} 'both bad' left out of the ratings. Ratings are points with mean {self.settings.anchor:g} "
            f"over the {len(self.rated)} rated contestants; 400 points are odds of ten to one. Each interval covers the "
            f"contestant's rating relative to that mean with {level} probability if votes are independent (sandwich "
            f"covariance). The rank ranges hold all true ranks together with {level} probability. Newton's method "
            f"stopped after {self.iterations} steps with gradient {self.gradient_norm:.1e}."
        )

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {
            "settings": self.settings.to_dict(),
            "votes": self.votes,
            "both_bad": self.both_bad,
            "iterations": self.iterations,
            "gradient_norm": self.gradient_norm,
            "notices": [notice.to_dict() for notice in self.notices],
            "rows": [row_to_dict(row) for row in self.rows],
        }


def row_to_dict(row: Standing) -> dict[str, Any]:
    """Return plain values of one standing, win rate included."""
    return {name: getattr(row, name) for name in (*Standing.__slots__, "win_rate")}


def compute_standings(data: Comparisons | PairCounts, settings: BoardSettings | None = None) -> Standings:
    """Compute ratings, intervals and rank ranges.

    1. Count the pairs.
    2. Find the largest group within which everybody can be compared with everybody.
    3. Fit that group; nobody outside of it gets a number, everybody outside gets the reason.
    4. Covariance, intervals, simultaneous rank ranges.
    5. Say what must be known beside the numbers.

    Raises
    ------
    Disconnected
        If no group of two or more can be put on one scale.
    NotConverged
        If the fit did not reach its tolerance.
    """
    settings = settings or BoardSettings()
    counts = data.pair_counts() if isinstance(data, Comparisons) else data
    graph = connectivity(_held_up(counts, settings.prior_strength))
    rated = graph.largest()
    if rated.sum() < 2:
        raise Disconnected(
            f"{counts.games.sum() / 2:g} votes among {len(counts.items)} contestants leave no two of them on one scale: "
            f"no one has both won and lost, directly or through others. More votes are needed, or a prior."
        )
    inside = counts.restricted_to(rated)
    fit = fit_bradley_terry(inside, settings.prior_strength)
    covariance = sandwich_covariance(fit, inside)
    reasons = unrated_reasons(counts, connectivity(counts), rated)
    return Standings(
        settings=settings,
        rows=_rows(counts, rated, fit, covariance, reasons, settings),
        rated=inside.items,
        theta=fit.theta,
        covariance=covariance,
        iterations=fit.iterations,
        gradient_norm=fit.gradient_norm,
        votes=float(counts.games.sum() + counts.both_bad.sum()) / 2,
        both_bad=float(counts.both_bad.sum()) / 2,
        notices=notices(counts, rated, reasons, settings.prior_strength),
    )


def _held_up(counts: PairCounts, prior_strength: float) -> PairCounts:
    """Return counts in which a prior connects what was compared, as it will in the fit."""
    if prior_strength == 0:
        return counts
    virtual = prior_strength * (counts.games > 0)
    return PairCounts.from_arrays(counts.items, counts.wins, counts.ties + virtual, counts.both_bad)


def _rows(
    counts: PairCounts,
    rated: NDArray[np.bool_],
    fit: BradleyTerryFit,
    covariance: Floats,
    reasons: tuple[str, ...],
    settings: BoardSettings,
) -> tuple[Standing, ...]:
    error = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    half = _quantile(settings.level) * error
    lower, upper = fit.theta - half, fit.theta + half
    ranges = rank_ranges(fit.theta, covariance, settings.level, settings.seed)
    bounds = rank_upper_bounds(lower, upper)
    numbers = {
        int(item): {
            "rating": float(to_points(fit.theta[k], settings.anchor)),
            "lower": float(to_points(lower[k], settings.anchor)),
            "upper": float(to_points(upper[k], settings.anchor)),
            "rank": int(ranges.rank[k]),
            "rank_low": int(ranges.low[k]),
            "rank_high": int(ranges.high[k]),
            "rank_ub": int(bounds[k]),
            "theta": float(fit.theta[k]),
            "standard_error": float(error[k]),
        }
        for k, item in enumerate(np.flatnonzero(rated))
    }
    rows = [_row(counts, item, numbers.get(item), reasons[item]) for item in range(len(counts.items))]
    return tuple(sorted(rows, key=lambda row: (row.rank is None, -(row.theta or 0.0), row.item)))


def _row(counts: PairCounts, item: int, numbers: dict[str, Any] | None, note: str) -> Standing:
    nothing = dict.fromkeys(
        ("rating", "lower", "upper", "rank", "rank_low", "rank_high", "rank_ub", "theta", "standard_error")
    )
    wins, losses = float(counts.wins[item].sum()), float(counts.wins[:, item].sum())
    ties, both_bad = float(counts.ties[item].sum()), float(counts.both_bad[item].sum())
    return Standing(
        item=counts.items[item],
        votes=wins + losses + ties + both_bad,
        wins=wins,
        losses=losses,
        ties=ties,
        both_bad=both_bad,
        note=note,
        **(numbers or nothing),
    )


def _quantile(level: float) -> float:
    return float(ndtri(0.5 + level / 2))
