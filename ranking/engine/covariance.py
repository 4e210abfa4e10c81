"""How sure: covariances of strengths that stay right where the model's own variance is wrong."""

from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array

from ranking.engine.bradley_terry import PairFit
from ranking.engine.comparisons import Comparisons, Ints
from ranking.engine.errors import BadComparisons
from ranking.engine.newton import inverse_on_sum_zero

Floats = NDArray[np.float64]

CLUSTERS: Final = ("none", "rater", "prompt", "rater_and_prompt")
"""What votes may share: nothing, their rater, their prompt, either of them."""


class ScoredFit(Protocol):
    """A fit of which every vote's score is known."""

    @property
    def items(self) -> int:
        """M."""

    @property
    def hessian(self) -> Floats:
        """(P, P) at the maximum."""

    def scores(self, comparisons: Comparisons) -> tuple[Floats, Floats]:
        """Return of each vote the (N,) slope of its weighted log-likelihood by the gap, and (N, K) by the other
        parameters.
        """


def sandwich_covariance(fit: PairFit) -> Floats:
    """Return the (P, P) covariance H^+ B H^+ of the parameters, strengths on the sum-zero space first.

    B is the sum over votes of w^2 times the outer product of the vote's score. Votes of a pair have three possible
    scores, so B needs only counts: no resampling. It stays right where ties make votes less spread than the
    model's p (1 - p) (Huber 1967; White 1982). Votes are taken as independent.
    """
    bread = inverse_on_sum_zero(fit.hessian, fit.items)
    return np.asarray(bread @ fit.likelihood.meat(fit.maximum.point) @ bread)


def cluster_covariance(fit: ScoredFit, comparisons: Comparisons, clusters: str) -> Floats:
    """Return the (P, P) covariance that holds where votes of one rater, one prompt, or either depend on each other.

    One-way: B is the sum over clusters of the outer product of the cluster's summed scores, times G / (G - 1)
    (Liang and Zeger 1986). Two-way: V_rater + V_prompt - V_both, where `both` is the clusters in which the two
    agree (Cameron, Gelbach and Miller 2011); directions in which the difference came out negative are set to zero.

    Parameters
    ----------
    comparisons : the votes that were fitted, with rater and prompt as far as the clusters need them.
    clusters : one of CLUSTERS; "none" takes every vote as its own cluster.

    Raises
    ------
    BadComparisons
        If the clusters are unknown, missing in the votes, or fewer than two.
    """
    bread = inverse_on_sum_zero(fit.hessian, fit.items)
    if clusters != "rater_and_prompt":
        labels = None if clusters == "none" else cluster_labels(comparisons, clusters)
        return np.asarray(bread @ _meat(fit, comparisons, labels) @ bread)
    rater, prompt = (cluster_labels(comparisons, name) for name in ("rater", "prompt"))
    both = rater * (int(prompt.max(initial=0)) + 1) + prompt
    meat = _meat(fit, comparisons, rater) + _meat(fit, comparisons, prompt) - _meat(fit, comparisons, _renumbered(both))
    return _positive(np.asarray(bread @ meat @ bread))


def contrast_variance(covariance: Floats) -> Floats:
    """Return (M, M) variances of theta_i - theta_j; zero on the diagonal."""
    diagonal = np.diag(covariance)
    variance = diagonal[:, None] + diagonal[None, :] - 2 * covariance
    return np.asarray(np.maximum(variance, 0.0))


def cluster_labels(comparisons: Comparisons, name: str) -> Ints:
    """Return (N,) labels from 0 of each vote's rater or prompt; raises BadComparisons where they are not known."""
    if name not in CLUSTERS:
        raise BadComparisons(f"Unknown clusters {name!r}; use one of {', '.join(CLUSTERS)}.")
    column: Ints | None = getattr(comparisons, name)
    if column is None:
        raise BadComparisons(
            f"Intervals clustered by {name} need to know the {name} of every vote; here it is missing."
        )
    return _renumbered(column)


def score_matrix(fit: ScoredFit, comparisons: Comparisons, labels: Ints) -> "coo_array":
    """Return the sparse (G, P) sums of scores by cluster."""
    by_gap, by_other = fit.scores(comparisons)
    told = np.flatnonzero(by_gap)
    rows, columns = [labels[told]] * 2, [comparisons.a[told], comparisons.b[told]]
    values = [by_gap[told], -by_gap[told]]
    for k in range(by_other.shape[1]):
        rows.append(labels)
        columns.append(np.full(labels.shape, fit.items + k))
        values.append(by_other[:, k])
    shape = (int(labels.max(initial=0)) + 1, fit.items + by_other.shape[1])
    return coo_array((np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))), shape=shape)


def _meat(fit: ScoredFit, comparisons: Comparisons, labels: Ints | None) -> Floats:
    if labels is None:
        labels = np.arange(len(comparisons.a))
    groups = int(labels.max(initial=-1)) + 1
    if groups < 2:
        raise BadComparisons(f"{groups} cluster(s): dependence within clusters cannot be judged from fewer than two.")
    sums = score_matrix(fit, comparisons, labels).tocsr()
    return np.asarray((sums.T @ sums).todense()) * (groups / (groups - 1))


def _renumbered(labels: Ints) -> Ints:
    return np.asarray(np.unique(labels, return_inverse=True)[1], dtype=np.int64)


def _positive(covariance: Floats) -> Floats:
    values, vectors = np.linalg.eigh((covariance + covariance.T) / 2)
    return np.asarray((vectors * np.maximum(values, 0.0)) @ vectors.T)
