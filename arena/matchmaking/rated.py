"""Strengths of the largest connected group of a table of votes, with what a comparison of two such fits needs."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from scipy.special import expit

from ranking import NotConverged, PairCounts, fit_bradley_terry, sandwich_covariance

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rated:
    """R of M contestants on one scale, by plain Bradley-Terry with half-win ties.

    Attributes
    ----------
    counts : votes among the group. keep : (M,) truth values, who is in it.
    fitted : (R,) strengths in logits around their mean. theta : (R,) the same less the overshoot of a fit to few votes.
    bread : (R, R) H^+, the inverse of the curvature. covariance : (R, R) of the strengths, votes taken as independent.
    """

    counts: PairCounts
    keep: NDArray[np.bool_]
    fitted: Floats
    theta: Floats
    bread: Floats
    covariance: Floats

    @property
    def win(self) -> Floats:
        """(R, R) fitted probabilities that row wins against column."""
        return np.asarray(expit(gaps(self.fitted)))

    @property
    def gap_variance(self) -> Floats:
        """(R, R) variances of the gaps."""
        return np.asarray(np.maximum(contrasts(self.covariance), 0.0))


def rate(counts: PairCounts) -> Rated | None:
    """Fit the largest group that votes connect both ways; None where it is of one, or where the fit does not settle."""
    keep = _largest_group(counts)
    if keep.sum() < 2:
        return None
    inside = counts.restricted_to(keep)
    try:
        fit = fit_bradley_terry(inside)
        covariance = sandwich_covariance(fit)
    except NotConverged:
        return None
    bread: Floats = np.asarray(np.linalg.inv(fit.hessian + 1 / fit.items) - 1 / fit.items)
    theta = np.asarray(fit.theta - _overshoot(fit.theta, inside, bread, covariance))
    return Rated(inside, keep, fit.theta, theta, bread, covariance)


def gaps(theta: Floats) -> Floats:
    """Return (R, R) row less column."""
    return np.asarray(theta[:, None] - theta[None, :])


def contrasts(table: Floats) -> Floats:
    """Return (R, R) values c' table c of the contrasts c = row - column."""
    diagonal = np.diag(table)
    return np.asarray(diagonal[:, None] + diagonal[None, :] - table - table.T)


def squares(counts: PairCounts, win: Floats, other: Floats) -> Floats:
    """Return (R, R) sums over the votes of each pair of w^2 (y - win) (y - other), y the points of row."""
    won, lost, tied = counts.wins_squared, counts.wins_squared.T, counts.ties_squared
    return np.asarray(won * (1 - win) * (1 - other) + lost * win * other + tied * (0.5 - win) * (0.5 - other))


def total(counts: PairCounts) -> float:
    """Return the total weight of the votes that say something of a gap."""
    return float(counts.games.sum()) / 2


def _largest_group(counts: PairCounts) -> NDArray[np.bool_]:
    beats = csr_array((counts.wins > 0) | (counts.ties > 0))
    group = connected_components(beats, directed=True, connection="strong")[1]
    return np.asarray(group == np.bincount(group).argmax())


def _overshoot(theta: Floats, counts: PairCounts, bread: Floats, covariance: Floats) -> Floats:
    """Return (R,) by how much maximum likelihood overshoots with so many votes, to first order (Cox and Snell 1968).

    Every fit to few votes is a little too wide, however its pairs were drawn.
    """
    win = expit(gaps(theta))
    return np.asarray(bread @ (counts.games * win * (1 - win) * contrasts(covariance) * (win - 0.5)).sum(axis=1))
