"""Style control: Bradley-Terry with covariates of each vote, so that ratings say what style does not explain."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ranking.engine.bradley_terry import fit_bradley_terry
from ranking.engine.comparisons import Comparisons, Outcome
from ranking.engine.errors import BadComparisons
from ranking.engine.likelihood import bordered, laplacian, sigma
from ranking.engine.newton import Maximum, Slope, inverse_on_sum_zero, maximise

Floats = NDArray[np.float64]

ROWS_AT_ONCE: Final = 1 << 16
"""Votes per slice, at least: what one needs stays near the processor, whatever the number of votes."""
_COLLINEAR: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Coefficient:
    """What one unit of a covariate is worth, in logits, with its interval."""

    name: str
    value: float
    lower: float
    upper: float
    standard_error: float


@dataclass(frozen=True, slots=True)
class StyleFit:
    """Strengths and coefficients at the maximum.

    Attributes
    ----------
    names : K covariates. maximum : (theta, beta), theta with sum zero.
    """

    names: tuple[str, ...]
    items: int
    maximum: Maximum

    @property
    def theta(self) -> Floats:
        """(M,) logits with sum zero: strengths between responses of equal style."""
        return self.maximum.point[: self.items]

    @property
    def beta(self) -> Floats:
        """(K,) logits a unit of each covariate."""
        return self.maximum.point[self.items :]

    @property
    def hessian(self) -> Floats:
        """(M + K, M + K) of the negative log-likelihood."""
        return self.maximum.hessian

    @property
    def iterations(self) -> int:
        """Newton steps taken."""
        return self.maximum.iterations

    @property
    def gradient_norm(self) -> float:
        """Largest entry of the gradient left."""
        return self.maximum.gradient_norm

    def scores(self, comparisons: Comparisons) -> tuple[Floats, Floats]:
        """Return each vote's (N,) weighted residual, and (N, K) the residual times the covariates."""
        residual = np.concatenate([votes.residual for votes in slices_at(comparisons, self.maximum.point)])
        return residual, residual[:, None] * covariates_of(comparisons)


def fit_style(comparisons: Comparisons) -> StyleFit:
    """Fit P(a beats b) = sigma(theta_a - theta_b + z . beta), a tie half a win each way.

    Newton's method on theta and beta together, M + K unknowns; a pass over the votes costs O(N K^2) and memory for
    a slice of them. Nothing is penalised: a penalty that grows with the votes would silence the coefficients.

    Raises
    ------
    BadComparisons
        If there are no covariates, or one is determined by the items and the others.
    NotConverged
        If the maximum does not exist.
    """
    covariates = covariates_of(comparisons)
    likelihood = RowLikelihood(comparisons)
    # Counts are fitted in no time, and leave little to do for the rows.
    start = np.append(fit_bradley_terry(comparisons.pair_counts()).theta, np.zeros(covariates.shape[1]))
    slope = likelihood.evaluate(start)
    _refuse_collinear(slope.hessian, comparisons.covariate_names)
    return StyleFit(comparisons.covariate_names, likelihood.items, maximise(likelihood, start, slope))


def style_sandwich(fit: StyleFit, comparisons: Comparisons) -> Floats:
    """Return the (M + K, M + K) sandwich covariance of strengths and coefficients for independent votes."""
    bread = inverse_on_sum_zero(fit.hessian, fit.items)
    meat = _Sums(len(comparisons.items), len(fit.names))
    for votes in slices_at(comparisons, fit.maximum.point):
        meat.add(votes, votes.residual**2)
    return np.asarray(bread @ meat.matrix() @ bread)


@dataclass(frozen=True, slots=True)
class RowLikelihood:
    """The likelihood of votes with covariates, summed over slices of rows."""

    comparisons: Comparisons

    @property
    def items(self) -> int:
        """M."""
        return len(self.comparisons.items)

    @property
    def total(self) -> float:
        """Weight of the votes that say something of the gap."""
        return float(self.comparisons.weight[self.comparisons.outcome != Outcome.BOTH_BAD].sum())

    def evaluate(self, point: Floats) -> Slope:
        """Return value, gradient and Hessian, by one pass over the votes."""
        size = self.items
        total, value = _Sums(size, len(point) - size), 0.0
        by_pair, by_beta = np.zeros(size * size), np.zeros(len(point) - size)
        for votes in slices_at(self.comparisons, point):
            # -[y log p + (1 - y) log(1 - p)] = (1 - y) gap - log p
            value += float(votes.weight @ ((1 - votes.score) * votes.gap - np.log(votes.win)))
            by_pair += np.bincount(votes.pair, weights=votes.residual, minlength=size * size)
            by_beta -= votes.residual @ votes.covariates
            total.add(votes, votes.weight * votes.win * (1 - votes.win))
        table = by_pair.reshape(size, size)
        return Slope(value, np.append(table.sum(axis=0) - table.sum(axis=1), by_beta), total.matrix())


@dataclass(frozen=True, slots=True)
class VotesAt:
    """Some votes at a point: (R,) pair number a * M + b, score of a, weight (0 for BOTH_BAD), gap, chance that a wins.

    `covariates` is (R, K).
    """

    pair: NDArray[np.int64]
    score: Floats
    weight: Floats
    gap: Floats
    win: Floats
    covariates: Floats

    @property
    def residual(self) -> Floats:
        """(R,) weight times score minus chance."""
        return np.asarray(self.weight * (self.score - self.win))


def slices_at(comparisons: Comparisons, point: Floats) -> Iterator[VotesAt]:
    """Yield all votes at a point, a slice at a time; each has more rows than there are pairs to sum over."""
    size, covariates = len(comparisons.items), covariates_of(comparisons)
    theta, beta = point[:size], point[size:]
    gaps = (theta[:, None] - theta[None, :]).ravel()
    at_once = max(ROWS_AT_ONCE, 2 * size**2)
    for begin in range(0, len(comparisons.a), at_once):
        rows = slice(begin, begin + at_once)
        pair = comparisons.a[rows] * size + comparisons.b[rows]
        outcome, z = comparisons.outcome[rows], covariates[rows]
        gap = gaps[pair] + z @ beta
        weight = comparisons.weight[rows] * _TOLD[outcome]
        yield VotesAt(pair, _SCORE[outcome], weight, gap, sigma(gap), z)


_SCORE: Final = np.array([1.0, 0.0, 0.5, 0.5])
_TOLD: Final = np.array([1.0, 1.0, 1.0, 0.0])


class _Sums:
    """The sum over votes of a factor times the outer product of (e_a - e_b, z)."""

    def __init__(self, items: int, covariates: int) -> None:
        self.items = items
        self.pairs = np.zeros(items * items)
        self.crossed = np.zeros((covariates, items * items))
        self.corner = np.zeros((covariates, covariates))

    def add(self, votes: VotesAt, factor: Floats) -> None:
        """Add some votes, each times its factor."""
        self.pairs += np.bincount(votes.pair, weights=factor, minlength=self.pairs.size)
        weighted = votes.covariates * factor[:, None]
        for k in range(len(self.crossed)):
            self.crossed[k] += np.bincount(votes.pair, weights=weighted[:, k], minlength=self.pairs.size)
        self.corner += weighted.T @ votes.covariates

    def matrix(self) -> Floats:
        """Return the (M + K, M + K) sum."""
        table = self.pairs.reshape(self.items, self.items)
        crossed = self.crossed.reshape(-1, self.items, self.items)
        border = crossed.sum(axis=2) - crossed.sum(axis=1)
        return bordered(laplacian(table + table.T), border.T, self.corner)


def covariates_of(comparisons: Comparisons) -> Floats:
    """Return the (N, K) covariates; raises BadComparisons where there are none."""
    if comparisons.covariates is None:
        raise BadComparisons("Style control needs covariates; give the comparisons some, or leave style control out.")
    return comparisons.covariates


def _refuse_collinear(matrix: Floats, names: Sequence[str]) -> None:
    """Refuse covariates of which strengths and other covariates leave nothing: their coefficients mean nothing."""
    size = len(matrix) - len(names)
    within = np.linalg.pinv(matrix[:size, :size], hermitian=True)
    left = matrix[size:, size:] - matrix[size:, :size] @ within @ matrix[:size, size:]
    for k, name in enumerate(names):
        others = [j for j in range(k) if j != k]
        own = left[k, k] - left[k, others] @ np.linalg.pinv(left[np.ix_(others, others)]) @ left[others, k]
        if own <= _COLLINEAR * max(matrix[size + k, size + k], np.finfo(float).tiny):
            raise BadComparisons(
                f"Covariate {name!r} is collinear: contestants and the covariates before it determine it, so its effect "
                f"cannot be told from theirs. Leave it out."
            )
