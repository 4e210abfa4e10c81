"""Bradley-Terry by maximum likelihood: P(i beats j) = sigma(theta_i - theta_j), a tie half a win each way."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from ranking.engine.comparisons import Comparisons, PairCounts
from ranking.engine.errors import NotConverged
from ranking.engine.likelihood import Outcomes, PairLikelihood, TieModel, half_win_terms, split
from ranking.engine.newton import Maximum, maximise

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class HalfWin:
    """Bradley-Terry: there is no such thing as a tie; it counts as half a win each way.

    Against a model of ties this shrinks the scale (the order stays): what half wins call 79 points is called 100
    by Davidson's model where 17 % are ties.
    """

    name: str = "half_win"
    parameters: int = 0

    def terms(self, gap: Floats, tie: float) -> Outcomes:
        """Return the terms of log sigma(gap) and of half a win each way."""
        return half_win_terms(gap)

    def start(self, counts: PairCounts) -> float:
        """There is no parameter."""
        return 0.0


HALF_WIN: Final = HalfWin()


@dataclass(frozen=True, slots=True)
class PairFit:
    """Strengths, and the tie parameter of the model where it has one, at the maximum of the likelihood.

    Attributes
    ----------
    likelihood : what was maximised: counts, tie model, prior.
    maximum : where, how far it was to it, and how flat it is there.
    """

    likelihood: PairLikelihood
    maximum: Maximum

    @property
    def items(self) -> int:
        """M."""
        return self.likelihood.items

    @property
    def theta(self) -> Floats:
        """(M,) logits with sum zero."""
        return self.maximum.point[: self.likelihood.items]

    @property
    def tie_parameter(self) -> float:
        """The real parameter of the tie model; 0.0 where it has none."""
        return split(self.maximum.point, self.likelihood.items)[1]

    @property
    def hessian(self) -> Floats:
        """(P, P) of the negative log-likelihood; its null space is the constant vector of strengths."""
        return self.maximum.hessian

    def scores(self, comparisons: Comparisons) -> tuple[Floats, Floats]:
        """Return each vote's (N,) weighted score by the gap, and (N, K) by the tie parameter; K is 0 or 1."""
        terms = self.likelihood.terms(self.maximum.point)
        by_gap = comparisons.weight * _of_each_vote(comparisons, terms.win.by_gap, terms.tie.by_gap, sign=-1)
        if not self.likelihood.model.parameters:
            return by_gap, np.zeros((len(by_gap), 0))
        by_tie = comparisons.weight * _of_each_vote(comparisons, terms.win.by_tie, terms.tie.by_tie, sign=1)
        return by_gap, by_tie[:, None]

    @property
    def iterations(self) -> int:
        """Newton steps taken."""
        return self.maximum.iterations

    @property
    def gradient_norm(self) -> float:
        """Largest entry of the gradient left."""
        return self.maximum.gradient_norm


def _of_each_vote(comparisons: Comparisons, win: Floats, tie: Floats, sign: int) -> Floats:
    """Return (N,) values of (M, M) tables, from the side of a; `sign` is what swapping sides does to them."""
    size, a, b = len(comparisons.items), comparisons.a, comparisons.b
    # By Outcome: A, B, TIE, BOTH_BAD, each for every ordered pair.
    table = np.stack([win, sign * win.T, tie, np.zeros_like(win)]).ravel()
    return np.asarray(table[(comparisons.outcome * size + a) * size + b])


def fit_pairs(counts: PairCounts, model: TieModel, prior_strength: float = 0.0, start: Floats | None = None) -> PairFit:
    """Fit a tie model to pair counts.

    Parameters
    ----------
    counts : comparisons of items that form one strong component, unless there is a prior.
    prior_strength : virtual votes on every compared pair, half a win each way. Zero is maximum likelihood.
    start : (P,) point near the maximum, if one is known.

    Raises
    ------
    NotConverged
        If the maximum does not exist (an item won or lost everything) or the data are broken.
    """
    likelihood = PairLikelihood(counts, model, prior_strength)
    refuse_unconnected(counts, prior_strength)
    if start is None:
        start = np.append(_even_start(counts), [model.start(counts)] * model.parameters)
    return PairFit(likelihood, maximise(likelihood, start))


def refuse_unconnected(counts: PairCounts, prior_strength: float = 0.0) -> None:
    """Raise NotConverged where no finite maximum exists (Ford 1957).

    The gradient vanishes on the way to infinity too, so it alone would not tell.
    """
    held = (counts.wins > 0) | (counts.ties > 0)
    if prior_strength:
        held = held | held.T
    groups = connected_components(csr_array(held), directed=True, connection="strong")[0]
    if groups > 1:
        raise NotConverged(
            f"The {len(counts.items)} items fall into {groups} groups that are not connected both ways: between them "
            f"there are no votes, or one won or lost everything. Rate one connected group, or set a prior."
        )


def _even_start(counts: PairCounts) -> Floats:
    """Return the logits of the shares of points, as if everybody had met equal opponents."""
    half_ties = counts.ties.sum(axis=1) / 2
    won, lost = counts.wins.sum(axis=1) + half_ties, counts.wins.sum(axis=0) + half_ties
    theta = np.log((won + 0.5) / (lost + 0.5))
    return np.asarray(theta - theta.mean())


def fit_bradley_terry(counts: PairCounts, prior_strength: float = 0.0) -> PairFit:
    """Fit Bradley-Terry, a tie half a win each way (Bradley and Terry 1952; Hunter 2004 for existence).

    Parameters
    ----------
    counts : comparisons of items that form one strong component, unless there is a prior.
    prior_strength : virtual votes on every compared pair, half a win each way. Zero is maximum likelihood.

    Raises
    ------
    NotConverged
        If the gradient does not vanish: the maximum does not exist or the data are broken.
    """
    return fit_pairs(counts, HALF_WIN, prior_strength)
