"""One rater's own strengths: a Bradley-Terry model of its votes, shrunk to the strengths of a board."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, log_expit

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SPREADS: Final = np.geomspace(0.02, 3.0, 40)
"""Standard deviations tried, in logits: from a rater who says what the board says to one of quite another taste."""
_STEPS: Final = 50


@dataclass(frozen=True, slots=True)
class PersonalStrengths:
    """How one rater differs from a board.

    Attributes
    ----------
    deviation, error : (M,) the rater's strength less the board's, and its posterior standard deviation, in logits.
    spread : standard deviation of the deviations beforehand, as the votes make it most likely; in logits.
    """

    deviation: Floats
    error: Floats
    spread: float


def personal_strengths(theta: Floats, first: Ints, second: Ints, points: Floats) -> PersonalStrengths:
    """Fit one rater's votes around the strengths of a board (empirical Bayes).

    Beforehand each deviation is normal around nothing. Its standard deviation is the one among SPREADS under which the
    votes are most probable, by Laplace's approximation (Kass and Raftery 1995, J. Am. Stat. Assoc. 90, section 4.1).
    Errors are those of the deviations given this spread; that of the board itself is left out.

    Parameters
    ----------
    theta : (M,) strengths of the board in logits.
    first, second : (N,) items of each vote. points : (N,) what the first one got: 1, 0, or 1/2 for a tie.
    """
    design = np.zeros((first.size, theta.size))
    rows = np.arange(first.size)
    design[rows, first], design[rows, second] = 1.0, -1.0
    offset = theta[first] - theta[second]
    fits = [_fit(design, offset, points, float(spread)) for spread in SPREADS]
    _, deviation, covariance, spread = max(fits, key=lambda fit: fit[0])
    return PersonalStrengths(deviation, np.sqrt(np.diag(covariance)), spread)


def _fit(design: Floats, offset: Floats, points: Floats, spread: float) -> tuple[float, Floats, Floats, float]:
    """Return log evidence, mode, covariance and the spread itself."""
    deviation, precision = np.zeros(design.shape[1]), np.eye(design.shape[1]) / spread**2
    hessian = precision
    for _ in range(_STEPS):
        chance = expit(offset + design @ deviation)
        hessian = design.T @ (design * (chance * (1 - chance))[:, None]) + precision
        step = np.linalg.solve(hessian, design.T @ (points - chance) - deviation / spread**2)
        deviation = deviation + step
        if np.abs(step).max(initial=0.0) < 1e-9:
            break
    gap = offset + design @ deviation
    fitted = float(points @ log_expit(gap) + (1 - points) @ log_expit(-gap))
    _, size = np.linalg.slogdet(hessian * spread**2)
    evidence = fitted - 0.5 * float(deviation @ deviation) / spread**2 - 0.5 * float(size)
    return evidence, deviation, np.asarray(np.linalg.inv(hessian), dtype=np.float64), spread
