"""Small words of linear algebra that several files here speak: variances of gaps, Laplacians, one mean for all."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def gap_variance(covariance: Floats) -> Floats:
    """Return (M, M) variances of the gaps between all pairs; rounding takes none below zero."""
    diagonal = covariance.diagonal()
    return np.asarray(np.maximum(diagonal[:, None] + diagonal[None, :] - 2 * covariance, 0.0))


def own_variance(covariance: Floats) -> Floats:
    """Return (M,) variances of the strengths against their mean: what all have in common says nothing of one."""
    rows = covariance.mean(axis=1)
    return np.asarray(np.maximum(covariance.diagonal() - 2 * rows + rows.mean(), 0.0))


def laplacian(weight: Floats) -> Floats:
    """Return the (M, M) sum over pairs of weight x (e_i - e_j)(e_i - e_j)', from symmetric weights."""
    off = weight.copy()
    np.fill_diagonal(off, 0.0)
    return np.asarray(np.diag(off.sum(axis=1)) - off)
