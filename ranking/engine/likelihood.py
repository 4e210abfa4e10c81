"""What votes say of the gap between two items, and the likelihood of many of them from their counts alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from ranking.engine.comparisons import PairCounts
from ranking.engine.newton import Slope

Floats = NDArray[np.float64]

_CELLS: Final = 1 << 15
_FAR: Final = 700.0
_SCALAR: Final = np.zeros(())
_NOTHING: Final = np.zeros((1, 1))


class Terms(NamedTuple):
    """Log-probability of one outcome as a function of the gap and of the tie parameter, with its derivatives.

    Arrays of the gap's shape: value; by_gap and by_tie, the first derivatives; curvature (minus the second
    derivative by the gap), mixed and tie_curvature (minus the other second derivatives). Without a tie parameter
    the last three are zero.
    """

    value: Floats
    by_gap: Floats
    curvature: Floats
    by_tie: Floats = _SCALAR
    mixed: Floats = _SCALAR
    tie_curvature: Floats = _SCALAR


class Outcomes(NamedTuple):
    """The terms of a win over an item that is `gap` weaker, and of a tie with it."""

    win: Terms
    tie: Terms


class TieModel(Protocol):
    """How ties come about."""

    @property
    def name(self) -> str:
        """As board settings call it."""

    @property
    def parameters(self) -> int:
        """How many parameters ties need: 0 or 1."""

    def terms(self, gap: Floats, tie: float) -> Outcomes:
        """Return what a win and a tie say at gaps in logits and a tie parameter; infinite values out of range."""

    def start(self, counts: PairCounts) -> float:
        """Return a parameter to begin from."""


@dataclass(frozen=True, slots=True)
class PairLikelihood:
    """The likelihood of pair counts under a tie model; evaluating it costs O(M^2), whatever the number of votes.

    Attributes
    ----------
    prior_strength : virtual votes on every compared pair, half a win each way; zero is maximum likelihood.
    """

    counts: PairCounts
    model: TieModel
    prior_strength: float = 0.0

    @property
    def items(self) -> int:
        """M."""
        return len(self.counts.items)

    @property
    def total(self) -> float:
        """Weight of the votes and of the prior."""
        votes = float(self.counts.wins.sum() + self.counts.ties.sum() / 2)
        if not self.prior_strength:
            return votes
        return votes + self.prior_strength * float((self.counts.games > 0).sum()) / 2

    def terms(self, point: Floats) -> Outcomes:
        """Return the (M, M) terms of all pairs, row winning against column, at a point (theta, tie parameter)."""
        theta, tie = split(point, self.items)
        return self.model.terms(theta[:, None] - theta[None, :], tie)

    def evaluate(self, point: Floats) -> Slope:
        """Return value, gradient and Hessian, from the counts, a band of rows at a time."""
        theta, tie = split(point, self.items)
        total = _Bands(self.items, self.model.parameters)
        for rows in bands(self.items):
            gap = theta[rows, None] - theta[None, :]
            # A pair stands twice in a symmetric table and once in the likelihood.
            total.add(rows, self.model.terms(gap, tie), self.counts.wins[rows], self.counts.ties[rows] / 2)
            if self.prior_strength:
                virtual = self.prior_strength * (self.counts.games[rows] > 0)
                total.add(rows, half_win_terms(gap), np.zeros_like(gap), virtual / 2)
        return total.slope()

    def meat(self, point: Floats) -> Floats:
        """Return (P, P), the sum over votes of squared weight times the outer product of the vote's score."""
        theta, tie = split(point, self.items)
        total = _Bands(self.items, self.model.parameters)
        for rows in bands(self.items):
            terms = self.model.terms(theta[rows, None] - theta[None, :], tie)
            products = Outcomes(_squared(terms.win), _squared(terms.tie))
            total.add(rows, products, self.counts.wins_squared[rows], self.counts.ties_squared[rows] / 2)
        return total.slope().hessian


def _squared(terms: Terms) -> Terms:
    """Return terms whose curvatures are the products of the slopes."""
    return Terms(
        value=_NOTHING,
        by_gap=_NOTHING,
        curvature=terms.by_gap**2,
        by_tie=terms.by_tie,
        mixed=terms.by_gap * terms.by_tie,
        tie_curvature=terms.by_tie**2,
    )


class _Bands:
    """Value, gradient and Hessian of the negative log-likelihood, summed over bands of rows."""

    def __init__(self, items: int, parameters: int) -> None:
        self.value = 0.0
        self.gradient = np.zeros(items + parameters)
        self.weight = np.zeros((items, items))
        self.border = np.zeros(items)
        self.corner = 0.0

    def add(self, rows: slice, terms: Outcomes, wins: Floats, ties: Floats) -> None:
        """Add the comparisons of some rows with all columns: wins of the row, and half of the ties."""
        items = len(self.border)
        self.value -= float((wins * terms.win.value).sum() + (ties * terms.tie.value).sum())
        pull = wins * terms.win.by_gap + ties * terms.tie.by_gap
        self.gradient[rows] -= pull.sum(axis=1)
        self.gradient[:items] += pull.sum(axis=0)
        self.weight[rows] += wins * terms.win.curvature + ties * terms.tie.curvature
        if len(self.gradient) > items and terms.win.by_tie.ndim:
            self._add_tie_parameter(rows, terms, wins, ties)

    def _add_tie_parameter(self, rows: slice, terms: Outcomes, wins: Floats, ties: Floats) -> None:
        self.gradient[-1] -= float((wins * terms.win.by_tie).sum() + (ties * terms.tie.by_tie).sum())
        self.corner += float((wins * terms.win.tie_curvature).sum() + (ties * terms.tie.tie_curvature).sum())
        mixed = wins * terms.win.mixed + ties * terms.tie.mixed
        self.border[rows] += mixed.sum(axis=1)
        self.border -= mixed.sum(axis=0)

    def slope(self) -> Slope:
        """Return the sums."""
        hessian = self.weight + self.weight.T
        rows = hessian.sum(axis=1)
        np.negative(hessian, out=hessian)
        hessian.flat[:: len(rows) + 1] += rows
        if len(self.gradient) > len(rows):
            hessian = bordered(hessian, self.border[:, None], np.array([[self.corner]]))
        return Slope(self.value, self.gradient, hessian)


def bands(items: int) -> Iterator[slice]:
    """Yield slices that cover the rows of a table, each small enough to stay near the processor."""
    height = max(1, _CELLS // items)
    return (slice(begin, min(begin + height, items)) for begin in range(0, items, height))


def split(point: Floats, items: int) -> tuple[Floats, float]:
    """Return the strengths of a point and its tie parameter, 0.0 where it has none."""
    return point[:items], float(point[items]) if len(point) > items else 0.0


def laplacian(weight: Floats) -> Floats:
    """Return diag(row sums) - weight, for an (M, M) symmetric table."""
    return np.asarray(np.diag(weight.sum(axis=1)) - weight)


def bordered(block: Floats, border: Floats, corner: Floats) -> Floats:
    """Return the symmetric matrix [[block, border], [border', corner]]."""
    return np.block([[block, border], [border.T, corner]])


def half_win_terms(gap: Floats) -> Outcomes:
    """Return the terms of log p, p = sigma(gap), and of half a win each way: log sqrt(p (1 - p))."""
    p = sigma(gap)
    value, curvature = np.log(p), p * (1 - p)
    return Outcomes(Terms(value, 1 - p, curvature), Terms(value - gap / 2, 0.5 - p, curvature))


def sigma(gap: Floats) -> Floats:
    """Return 1 / (1 + exp(-gap)), never quite 0: numpy's exp is several times faster than a special function."""
    return np.asarray(1 / (1 + np.exp(-np.clip(gap, -_FAR, _FAR))))
