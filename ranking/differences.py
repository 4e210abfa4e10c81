"""Two boards side by side: how alike their orders are, and which contestants fare differently."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from ranking.engine.errors import TooFewItems
from ranking.engine.rows import normal_quantile
from ranking.engine.scale import POINTS_PER_LOGIT, to_points
from ranking.engine.standings import Standings

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Difference:
    """One item on both boards, in points.

    Attributes
    ----------
    first, second : ratings around the mean of the common items. difference : second minus first, with its interval.
    p_value : that they are equal; `adjusted` after Holm for all items. significant : whether that is small enough.
    """

    item: str
    first: float
    second: float
    difference: float
    lower: float
    upper: float
    p_value: float
    adjusted: float
    significant: bool


@dataclass(frozen=True, slots=True)
class StandingsComparison:
    """Two boards over the items that both rate.

    Attributes
    ----------
    level : of the intervals, each by itself; 1 - level is the chance of any false difference among all.
    kendall, spearman : rank correlations with their p-values; None where all ratings of a board are equal.
    rows : by size of the difference, clearest first. only_first, only_second : rated on one board only.
    """

    level: float
    kendall: float | None
    kendall_p_value: float | None
    spearman: float | None
    spearman_p_value: float | None
    rows: tuple[Difference, ...]
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}

    def explain(self) -> str:
        """Say it in plain sentences."""
        which = [row.item for row in self.rows if row.significant]
        several = "contestants differ" if len(which) != 1 else "contestant differs"
        told = (
            f"{len(which)} {several} significantly after Holm's correction" if which else "No difference is significant"
        )
        return (
            f"{len(self.rows)} contestants are rated on both boards. {self._order()} {told} at level {1 - self.level:.2g}. "
            f"Differences are second minus first, in points around the mean of the common contestants; intervals of "
            f"{self.level:.0%} each take the votes of the two boards as independent."
        )

    def _order(self) -> str:
        if self.kendall is None or self.spearman is None:
            return "One of the boards rates all of them alike, so their orders cannot be compared."
        return f"Kendall's tau is {self.kendall:.3f}, Spearman's rho {self.spearman:.3f}; 1 is the same order."


def compare_standings(first: Standings, second: Standings) -> StandingsComparison:
    """Compare two boards that were computed from different votes.

    Both are centred on the items they share, theta - mean and (I - 1 1'/n) V (I - 1 1'/n), so that the scales agree;
    variances of independent boards add. Holm (1979, Scand. J. Statist. 6) keeps the chance of any false difference at
    1 - level, whatever their dependence.

    Raises
    ------
    TooFewItems
        If fewer than two items are rated on both.
    """
    from scipy.stats import kendalltau, spearmanr  # noqa: PLC0415 - a fifth of the time in which any process of ours starts

    items = sorted(set(first.rated) & set(second.rated))
    if len(items) < 2:
        raise TooFewItems(
            f"{len(items)} contestant(s) are rated on both boards; two are needed. Write their names one way in both files."
        )
    (left, left_variance), (right, right_variance) = (_centred(board, items) for board in (first, second))
    level = first.settings.level
    rows = _differences(items, left, right, left_variance + right_variance, level)
    kendall, spearman = (_correlation(method, left, right) for method in (kendalltau, spearmanr))
    return StandingsComparison(
        level=level,
        kendall=kendall[0],
        kendall_p_value=kendall[1],
        spearman=spearman[0],
        spearman_p_value=spearman[1],
        rows=rows,
        only_first=tuple(sorted(set(first.rated) - set(items))),
        only_second=tuple(sorted(set(second.rated) - set(items))),
    )


def holm(p_values: Floats) -> Floats:
    """Return (K,) p-values adjusted after Holm: the k-th smallest times K - k + 1, never falling, 1 at most."""
    order = np.argsort(p_values, kind="stable")
    factors = np.arange(len(p_values), 0, -1)
    adjusted = np.empty(len(p_values))
    adjusted[order] = np.minimum(np.maximum.accumulate(p_values[order] * factors), 1.0)
    return adjusted


def _centred(board: Standings, items: list[str]) -> tuple[Floats, Floats]:
    place = {item: k for k, item in enumerate(board.rated)}
    chosen = [place[item] for item in items]
    turn = np.eye(len(items)) - 1 / len(items)
    covariance = turn @ board.covariance[np.ix_(chosen, chosen)] @ turn.T
    return turn @ board.theta[chosen], np.maximum(np.diag(covariance), 0.0)


def _differences(
    items: list[str], first: Floats, second: Floats, variance: Floats, level: float
) -> tuple[Difference, ...]:
    gap, error = second - first, np.sqrt(variance)
    clear = np.divide(np.abs(gap), error, out=np.zeros_like(gap), where=error > 0)
    p_values = 2 * ndtr(-clear)
    adjusted = holm(p_values)
    half = normal_quantile(level) * error
    columns: dict[str, Floats] = {
        "first": to_points(first),
        "second": to_points(second),
        "difference": POINTS_PER_LOGIT * gap,
        "lower": POINTS_PER_LOGIT * (gap - half),
        "upper": POINTS_PER_LOGIT * (gap + half),
        "p_value": p_values,
        "adjusted": adjusted,
    }
    rows = [
        Difference(
            item=item,
            significant=bool(adjusted[k] < 1 - level),
            **{name: float(column[k]) for name, column in columns.items()},
        )
        for k, item in enumerate(items)
    ]
    return tuple(sorted(rows, key=lambda row: (row.p_value, row.item)))


def _correlation(method: Any, first: Floats, second: Floats) -> tuple[float | None, float | None]:
    # Equal strengths shall count as equal, whatever the last digits of the fit.
    left, right = np.round(first, 9), np.round(second, 9)
    if np.ptp(left) == 0 or np.ptp(right) == 0:
        return None, None
    found = method(left, right)
    # Two items have an order, but scipy no p-value for it.
    return float(found.statistic), None if np.isnan(found.pvalue) else float(found.pvalue)
