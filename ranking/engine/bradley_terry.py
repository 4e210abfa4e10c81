"""Bradley-Terry by maximum likelihood: loss, gradient, Hessian and Newton's method on the count matrix."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import LinAlgError, cho_factor, cho_solve
from scipy.special import expit, log_expit

from ranking.engine.comparisons import PairCounts
from ranking.engine.errors import NotConverged

Floats = NDArray[np.float64]

GRADIENT_TOLERANCE: Final = 1e-9
"""Largest gradient entry accepted, relative to the total weight of the comparisons."""
MOST_ITERATIONS: Final = 100
_ROUNDING: Final = 1e-14


@dataclass(frozen=True, slots=True)
class BradleyTerryFit:
    """Strengths at the maximum.

    Attributes
    ----------
    theta : (M,) logits with sum zero.
    hessian : (M, M) of the negative log-likelihood at theta; its null space is the constant vector.
    iterations : Newton steps taken. gradient_norm : largest entry of the gradient left.
    """

    theta: Floats
    hessian: Floats
    iterations: int
    gradient_norm: float


def fit_bradley_terry(counts: PairCounts, prior_strength: float = 0.0) -> BradleyTerryFit:
    """Fit P(i beats j) = sigma(theta_i - theta_j), a tie counted as half a win each way.

    Newton's method on the M x M Hessian, damped by halving, on the sum-zero space; the cost does not depend
    on the number of votes (Bradley and Terry 1952; Hunter 2004 for existence of the maximum).

    Parameters
    ----------
    counts : comparisons of items that form one strong component, unless there is a prior.
    prior_strength : virtual half wins each way added to every pair that was compared. Zero is maximum likelihood.

    Raises
    ------
    NotConverged
        If the gradient does not vanish: the maximum does not exist (an item won or lost everything) or the
        data are broken.
    """
    score = counts.score + prior_strength / 2 * (counts.games > 0)
    games = score + score.T
    theta = np.zeros(len(counts.items))
    goal = GRADIENT_TOLERANCE * max(1.0, float(games.sum()) / 2)
    for iteration in range(MOST_ITERATIONS):
        gradient = _gradient(theta, score, games)
        norm = float(np.abs(gradient).max())
        # One step more after the goal costs nothing and reaches the accuracy of the arithmetic.
        if norm <= goal and iteration > 0:
            theta = theta + _newton_step(theta, gradient, games)
            theta -= theta.mean()
            norm = float(np.abs(_gradient(theta, score, games)).max())
            return BradleyTerryFit(theta, hessian(theta, games), iteration + 1, norm)
        theta = _damped(theta, _newton_step(theta, gradient, games), score)
    raise NotConverged(
        f"Bradley-Terry did not converge in {MOST_ITERATIONS} steps (gradient {norm:.2g}). Some item won or lost "
        f"everything, or the groups are not connected: rate one connected group, or set a prior."
    )


def negative_log_likelihood(theta: Floats, score: Floats) -> float:
    """Return -sum_ij score_ij log sigma(theta_i - theta_j), in nats."""
    return float(-(score * log_expit(theta[:, None] - theta[None, :])).sum())


def hessian(theta: Floats, games: Floats) -> Floats:
    """Return the (M, M) Hessian of the negative log-likelihood: the Laplacian of the weights n p (1 - p)."""
    win = expit(theta[:, None] - theta[None, :])
    weight = games * win * (1 - win)
    return np.asarray(np.diag(weight.sum(axis=1)) - weight)


def _gradient(theta: Floats, score: Floats, games: Floats) -> Floats:
    return np.asarray((score - games * expit(theta[:, None] - theta[None, :])).sum(axis=1))


def _newton_step(theta: Floats, gradient: Floats, games: Floats) -> Floats:
    # Adding a constant matrix fixes the direction in which the likelihood is flat and changes no other.
    matrix = hessian(theta, games)
    size = len(theta)
    try:
        return np.asarray(cho_solve(cho_factor(matrix + np.trace(matrix) / size**2), gradient))
    except LinAlgError as error:
        raise NotConverged(
            "The likelihood is flat: items are not connected by comparisons. Rate one connected group at a time."
        ) from error


def _damped(theta: Floats, step: Floats, score: Floats) -> Floats:
    before = negative_log_likelihood(theta, score)
    # Near the maximum a good step gains less than the likelihood's own rounding; it must not be refused for that.
    most = before + _ROUNDING * abs(before)
    for halving in range(40):
        after = theta + step / 2**halving
        if negative_log_likelihood(after, score) <= most:
            return np.asarray(after - after.mean())
    return theta
