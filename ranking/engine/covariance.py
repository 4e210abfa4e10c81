"""How sure: the sandwich covariance of the strengths, exact from the pair counts."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from ranking.engine.bradley_terry import BradleyTerryFit
from ranking.engine.comparisons import PairCounts

Floats = NDArray[np.float64]


def sandwich_covariance(fit: BradleyTerryFit, counts: PairCounts) -> Floats:
    """Return the (M, M) covariance H^+ B H^+ of theta on the sum-zero space.

    B is the sum over votes of w^2 (y - p)^2 (e_a - e_b)(e_a - e_b)'. Votes of a pair have three possible scores,
    so B is a Laplacian that needs only counts: no resampling. It stays right where ties make votes less
    spread than the model's p (1 - p) (Huber 1967; White 1982). Votes are taken as independent.
    """
    win = expit(fit.theta[:, None] - fit.theta[None, :])
    spread = counts.wins_squared * (1 - win) ** 2
    spread = spread + spread.T + counts.ties_squared * (0.5 - win) ** 2
    meat = np.diag(spread.sum(axis=1)) - spread
    bread = pseudo_inverse(fit.hessian)
    return np.asarray(bread @ meat @ bread)


def pseudo_inverse(laplacian: Floats) -> Floats:
    """Return the Moore-Penrose inverse of a connected Laplacian: (L + J)^-1 - J, with J = 1/M everywhere."""
    size = len(laplacian)
    scale = float(np.trace(laplacian)) / size
    flat = np.full((size, size), 1 / size)
    return np.asarray(np.linalg.inv(laplacian + scale * flat) - flat / scale)


def contrast_variance(covariance: Floats) -> Floats:
    """Return (M, M) variances of theta_i - theta_j; zero on the diagonal."""
    diagonal = np.diag(covariance)
    variance = diagonal[:, None] + diagonal[None, :] - 2 * covariance
    return np.asarray(np.maximum(variance, 0.0))
