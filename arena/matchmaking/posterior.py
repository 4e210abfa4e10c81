"""What is believed of the strengths: Gaussian approximation at the posterior mode."""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve
from scipy.special import expit

from arena.matchmaking.errors import MatchmakingError

Floats = NDArray[np.float64]

PRIOR_SD: Final = 2.0
"""Standard deviation of the prior of a strength, in logits: wide, so that a newcomer is asked about at once."""

_TOLERANCE: Final = 1e-9
_MOST_STEPS: Final = 100


def laplace_posterior(score: Floats, pending: Floats, prior_sd: float = PRIOR_SD) -> tuple[Floats, Floats]:
    """Return mode and covariance of the strengths under Bradley-Terry and a normal prior.

    Parameters
    ----------
    score : (M, M) points of row against column: 1 a win, 1/2 a tie.
    pending : (M, M) symmetric counts of battles handed out and not yet answered. They leave the mode as it is
        and enter the covariance at their expected information p (1 - p), so that what is already being
        asked is not asked again.
    prior_sd : standard deviation of each strength before any vote, in logits.

    Returns
    -------
    theta : (M,) mode, in logits. The prior has mean zero, so there is always one.
    covariance : (M, M) inverse of the information at the mode (Laplace's approximation).

    Raises
    ------
    MatchmakingError
        If the shapes disagree or Newton's method does not settle.
    """
    if score.ndim != 2 or score.shape[0] != score.shape[1] or score.shape != pending.shape:
        raise MatchmakingError(f"score {score.shape} and pending {pending.shape} must be the same square.")
    games = score + score.T
    theta = _mode(score, games, prior_sd)
    return theta, np.asarray(np.linalg.inv(_information(theta, games + pending, prior_sd)), dtype=np.float64)


def _mode(score: Floats, games: Floats, prior_sd: float) -> Floats:
    theta: Floats = np.zeros(score.shape[0])
    for _ in range(_MOST_STEPS):
        expected = games * expit(theta[:, None] - theta[None, :])
        gradient = (score - expected).sum(axis=1) - theta / prior_sd**2
        step = cho_solve(cho_factor(_information(theta, games, prior_sd)), gradient)
        # A step of more than two logits leaves the region where the quadratic model holds.
        theta = theta + step * min(1.0, 2.0 / max(np.abs(step).max(), 1e-300))
        if np.abs(step).max() < _TOLERANCE:
            return theta
    raise MatchmakingError(f"The posterior mode was not reached in {_MOST_STEPS} steps.")


def _information(theta: Floats, games: Floats, prior_sd: float) -> Floats:
    win = expit(theta[:, None] - theta[None, :])
    weight = games * win * (1 - win)
    np.fill_diagonal(weight, 0.0)
    return np.asarray(np.diag(weight.sum(axis=1) + 1 / prior_sd**2) - weight)
