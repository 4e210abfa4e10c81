"""Raters held against a fit: how reliable each is, and how the votes of all others see theirs."""

from dataclasses import asdict, dataclass, replace
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from ranking.engine.bradley_terry import PairFit
from ranking.engine.comparisons import Comparisons, Ints, Outcome, PairCounts
from ranking.engine.errors import BadComparisons
from ranking.engine.likelihood import split
from ranking.engine.newton import solve_on_sum_zero

Floats = NDArray[np.float64]

PRIOR: Final = (10.0, 1.0)
"""Beta prior of a rater's reliability: mean 10/11."""
POINTS: Final = np.array([1, -1, 0, 0])
"""By Outcome: g of side A, wins minus losses."""
_GRID: Final = (np.arange(200) + 0.5) / 200
_RIDGE: Final = 1e-3


@dataclass(frozen=True, slots=True)
class RaterReliability:
    """How often one rater votes as the fit would, rather than against it.

    Attributes
    ----------
    votes : decided votes; ties and BOTH_BAD say nothing here.
    reliability : posterior mean of eta, 0 to 1: 1 follows the fit, 1/2 votes at random, 0 turns every vote around.
    standard_error : posterior standard deviation. low, high : equal-tailed posterior interval of the given level.
    """

    rater: int
    votes: int
    reliability: float
    standard_error: float
    low: float
    high: float
    level: float

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return asdict(self)

    def explain(self) -> str:
        """Say it in plain sentences."""
        return (
            f"Over {self.votes} decided votes, rater {self.rater} is estimated to follow the ranking "
            f"{self.reliability:.0%} of the time ({self.level:.0%} interval {self.low:.0%} to {self.high:.0%}) and to "
            f"vote against it otherwise. This tells care from carelessness; it does not tell honesty from purpose."
        )


@dataclass(frozen=True, slots=True)
class Push:
    """What was pushed, and how far.

    Attributes
    ----------
    kind : "item", "upset" (the lower rated of the two) or "left" (side A). item : its key, where kind is "item".
    votes : in which it could be pushed. observed : wins minus losses in these. expected : the same of the others.
    """

    kind: str
    item: str | None
    votes: int
    observed: int
    expected: float

    def explain(self) -> str:
        """Say it in words, as the part of a sentence."""
        what = {"upset": "the lower rated side", "left": "side A"}.get(self.kind, self.item)
        return (
            f"in {self.votes} votes {what} was given {self.observed:+d} wins minus losses, where {self.expected:+.1f} "
            f"was to be expected from the votes of all others"
        )


class Seen(NamedTuple):
    """N votes as seen by others: (N, D) signs of the directions (watched items, upset, left), (N,) points g of side A,
    (3, N) chances of A, TIE, B, and the keys of the D - 2 watched items.
    """

    signs: Ints
    points: Ints
    chances: Floats
    keys: tuple[str, ...]


def rater_reliability(comparisons: Comparisons, fit: PairFit, level: float = 0.95) -> tuple[RaterReliability, ...]:
    """Estimate each rater's reliability in the manner of Crowd-BT.

    P(i beats j | rater k) = eta_k p_ij + (1 - eta_k)(1 - p_ij), eta_k ~ Beta(10, 1), p_ij of the fit among decided
    votes (Chen, Bennett, Collins-Thompson and Horvitz 2013, WSDM). Strengths are held at the fit, so that raters do not
    depend on each other and the posterior of eta_k is one-dimensional: it is summed on a grid of 200 points, which
    stays right at the border eta = 1, where a curvature would not.

    A signal, not a weight: weights of this kind repair noise, not purpose. A rater who pushes one item and votes
    carefully otherwise looks reliable, and down-weighting did not stop such rigging; see `anomaly` for that.

    Returns
    -------
    One row a rater, by rater number.

    Raises
    ------
    BadComparisons
        If raters are unknown or the fit is of other items.
    """
    numbers, which = np.unique(known_raters(comparisons), return_inverse=True)
    win, _, loss = outcome_chances(fit, fit.maximum.point, comparisons)
    decided = np.flatnonzero((comparisons.outcome <= Outcome.B) & (comparisons.weight > 0))
    said = np.where(comparisons.outcome == Outcome.A, win, loss)[decided] / (win + loss)[decided]
    which, weight = which[decided], comparisons.weight[decided]
    votes = np.bincount(which, minlength=len(numbers))
    log_density = np.empty((len(_GRID), len(numbers)))
    for row, eta in zip(log_density, _GRID, strict=True):
        told = weight * np.log(eta * said + (1 - eta) * (1 - said))
        row[:] = np.bincount(which, weights=told, minlength=len(numbers))
    prior = (PRIOR[0] - 1) * np.log(_GRID) + (PRIOR[1] - 1) * np.log1p(-_GRID)
    density = np.exp(log_density.T + prior - logsumexp(log_density.T + prior, axis=1, keepdims=True))
    return tuple(
        _posterior(int(number), int(count), row, level)
        for number, count, row in zip(numbers, votes, density, strict=True)
    )


def _posterior(rater: int, votes: int, density: Floats, level: float) -> RaterReliability:
    mean = float(density @ _GRID)
    spread = float(density @ (_GRID - mean) ** 2) ** 0.5
    edges = np.linspace(0, 1, len(_GRID) + 1)
    low, high = np.interp([0.5 - level / 2, 0.5 + level / 2], np.append(0.0, np.cumsum(density)), edges)
    return RaterReliability(rater, votes, mean, spread, float(low), float(high), level)


def known_raters(comparisons: Comparisons) -> Ints:
    """Return the (N,) rater of every vote.

    Raises
    ------
    BadComparisons
        If they are unknown.
    """
    if comparisons.rater is None:
        raise BadComparisons("To judge raters, the rater of every vote must be known; here it is missing.")
    return comparisons.rater


def point_without(fit: PairFit, votes: Comparisons) -> Floats:
    """Return (P,) parameters as if some of the fitted votes had not been cast: one Newton step from the fit.

    The error is of second order in the share of votes left out. Where nobody else says anything of an item, it stays
    where it was fitted.

    Raises
    ------
    BadComparisons
        If the votes were not among the fitted ones, or the fit is of other items.
    """
    slope = replace(fit.likelihood, counts=_rest(fit, votes)).evaluate(fit.maximum.point)
    # A thousandth of the whole fit's curvature holds what would float without these votes, and no more.
    hessian = slope.hessian + _RIDGE * fit.hessian
    return np.asarray(fit.maximum.point - solve_on_sum_zero(hessian, slope.gradient, fit.items))


def _rest(fit: PairFit, votes: Comparisons) -> PairCounts:
    _check_items(fit, votes)
    whole, left_out = fit.likelihood.counts, votes.pair_counts()
    wins, ties = whole.wins - left_out.wins, whole.ties - left_out.ties
    if min(wins.min(), ties.min()) < -1e-6:
        raise BadComparisons("Votes to be left out were not among those that were fitted; fit all of them first.")
    return PairCounts.from_arrays(whole.items, np.maximum(wins, 0.0), np.maximum(ties, 0.0))


def outcome_chances(fit: PairFit, point: Floats, votes: Comparisons) -> Floats:
    """Return (3, N) probabilities that each vote is A, TIE, B, given that it is not BOTH_BAD, at a point (P,).

    Raises
    ------
    BadComparisons
        If the fit is of other items.
    """
    _check_items(fit, votes)
    theta, tie = split(point, fit.items)
    return chances_at(fit, theta[votes.a] - theta[votes.b], tie)


def chances_at(fit: PairFit, gap: Floats, tie: float) -> Floats:
    """Return (3, N) probabilities of a win, a tie and a loss at (N,) gaps, logits.

    Half wins know no tie; their win and loss have the right mean, which is what anomaly tests need.
    """
    model = fit.likelihood.model
    up, down = model.terms(gap, tie), model.terms(-gap, tie)
    tied = np.exp(up.tie.value) if model.parameters else np.zeros_like(gap)
    return np.stack([np.exp(up.win.value), tied, np.exp(down.win.value)])


def _check_items(fit: PairFit, votes: Comparisons) -> None:
    if fit.likelihood.counts.items != votes.items:
        raise BadComparisons("The fit and the votes are of different items; restrict the votes to the fitted items.")


def against_others(votes: Comparisons, fit: PairFit, watched: Ints) -> Seen:
    """Return votes as a fit without them sees them; `watched` are (D - 2,) items. Errors as `point_without`."""
    point = point_without(fit, votes)
    theta, _ = split(point, fit.items)
    keys = tuple(votes.items[item] for item in watched)
    return Seen(signs_of(theta, votes, watched), POINTS[votes.outcome], outcome_chances(fit, point, votes), keys)


def signs_of(theta: Floats, votes: Comparisons, watched: Ints) -> Ints:
    """Return (N, D) what each direction says of side A: +1 pushes it, -1 pushes side B, 0 has no say."""
    for_item = (votes.a[:, None] == watched).astype(np.int64) - (votes.b[:, None] == watched)
    upset = np.sign(theta[votes.b] - theta[votes.a]).astype(np.int64)
    return np.column_stack([for_item, upset, np.ones_like(upset)])


def tells_of_gap(comparisons: Comparisons) -> NDArray[np.bool_]:
    """Return (N,) whether a vote counts and says something of the gap: BOTH_BAD does not."""
    return np.asarray((comparisons.outcome != Outcome.BOTH_BAD) & (comparisons.weight > 0))


def push_of(seen: Seen, direction: int, upto: int) -> Push:
    """Return how far the first `upto` votes went in a direction."""
    signs, (win, _, loss) = seen.signs[:upto, direction], seen.chances[:, :upto]
    place = direction - len(seen.keys)
    return Push(
        kind="item" if place < 0 else ("upset", "left")[place],
        item=seen.keys[direction] if place < 0 else None,
        votes=int(np.count_nonzero(signs)),
        observed=int(signs @ seen.points[:upto]),
        expected=float(signs @ (win - loss)),
    )
