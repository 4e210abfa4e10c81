"""What is believed of the strengths: a normal approximation, moved by each vote and each battle that is out."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve
from scipy.special import expit

from arena.matchmaking.errors import MatchmakingError

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]
Places = int | Indices
Numbers = float | Floats

PRIOR_SD: Final = 2.0
"""Standard deviation of the prior of a strength, in logits: wide, so that a newcomer is asked about at once."""

_TOLERANCE: Final = 1e-9
_MOST_STEPS: Final = 100


@dataclass(frozen=True, slots=True)
class Beliefs:
    """Strengths of M contestants and how well they are known.

    Attributes
    ----------
    theta : (M,) posterior mode, in logits.
    covariance : (M, M) after the votes so far.
    foreseen : (M, M) after the votes so far and those that are asked for: each battle that is out counts with the
        information that it is expected to bring, so that what is being asked already is not asked again.
    weights : (M, M) of a goal whose leverage is kept up to date; None keeps none. See `arena.matchmaking.goals`.
    leverage : (M, M) foreseen @ weights @ foreseen; None without weights.
    """

    theta: Floats
    covariance: Floats
    foreseen: Floats
    weights: Floats | None = None
    leverage: Floats | None = None

    def watching(self, weights: Floats | None) -> "Beliefs":
        """Return the same beliefs, keeping the leverage of a goal's weights from here on."""
        leverage = None if weights is None else self.foreseen @ weights @ self.foreseen
        return replace(self, weights=weights, leverage=leverage)


def first_beliefs(size: int, prior_sd: float = PRIOR_SD) -> Beliefs:
    """Return what is believed of so many contestants before any vote."""
    covariance = np.eye(size) * prior_sd**2
    return Beliefs(np.zeros(size), covariance, covariance)


def fit_beliefs(score: Floats, pending: Floats, prior_sd: float = PRIOR_SD) -> Beliefs:
    """Return beliefs from all votes at once: mode and Laplace covariance under Bradley-Terry and a normal prior.

    Parameters
    ----------
    score : (M, M) points of row against column: 1 a win, 1/2 a tie.
    pending : (M, M) symmetric counts of battles handed out and not yet answered. They leave the mode as it is
        and enter `foreseen` at their expected information p (1 - p).
    prior_sd : standard deviation of each strength before any vote, in logits. The prior has mean zero, so there is
        always one mode.

    Raises
    ------
    MatchmakingError
        If the shapes disagree or Newton's method does not settle.
    """
    if score.ndim != 2 or score.shape[0] != score.shape[1] or score.shape != pending.shape:
        raise MatchmakingError(f"score {score.shape} and pending {pending.shape} must be the same square.")
    size = len(score)
    return fit_around(score, pending, np.zeros(size), np.eye(size) / prior_sd**2)


def fit_around(score: Floats, pending: Floats, centre: Floats, precision: Floats) -> Beliefs:
    """Return beliefs from votes and a normal prior of any (M,) centre and (M, M) precision; see `fit_beliefs`."""
    games = score + score.T
    theta = _mode(score, games, centre, precision)
    covariance = _inverse(_information(theta, games, precision))
    foreseen = _inverse(_information(theta, games + pending, precision)) if pending.any() else covariance
    return Beliefs(theta, covariance, foreseen)


def expected_information(theta: Floats, i: int, j: int) -> float:
    """Return p (1 - p), the Fisher information of one vote between two contestants."""
    win = float(expit(theta[i] - theta[j]))
    return win * (1 - win)


def hand_out(beliefs: Beliefs, i: Places, j: Places, information: Numbers) -> Beliefs:
    """Return beliefs with battles out between i and j; their information is remembered by the caller.

    Parameters
    ----------
    i, j, information : of one battle, or (k,) of several.
    """
    return _foresee(beliefs, np.atleast_1d(i), np.atleast_1d(j), np.atleast_1d(np.asarray(information, np.float64)))


def take_back(beliefs: Beliefs, i: Places, j: Places, information: Numbers) -> Beliefs:
    """Return beliefs without battles that were out: skipped, expired, or about to be learnt from."""
    return hand_out(beliefs, i, j, -np.asarray(information, np.float64))


def learn(beliefs: Beliefs, i: Places, j: Places, score: Numbers, weight: Numbers = 1.0) -> Beliefs:
    """Return beliefs after one vote, or after several at once: a Newton step from the mode, at the cost of M^2 each.

    Parameters
    ----------
    i, j : (k,) or single. score : of i against j: 1 a win, 0 a loss, 1/2 a tie. weight : of the votes.
    """
    i, j = np.atleast_1d(i), np.atleast_1d(j)
    win = expit(beliefs.theta[i] - beliefs.theta[j])
    information = weight * win * (1 - win)
    pull, push = _change(beliefs.covariance, i, j, information)
    covariance = beliefs.covariance - pull @ push
    surprise = np.zeros_like(beliefs.theta)
    np.add.at(surprise, i, weight * (score - win))
    np.add.at(surprise, j, -weight * (score - win))
    theta = beliefs.theta + covariance @ surprise
    return _foresee(replace(beliefs, theta=theta, covariance=covariance), i, j, information)


def with_newcomers(beliefs: Beliefs, size: int, prior_sd: float = PRIOR_SD) -> Beliefs:
    """Return beliefs about more contestants, the last ones new: nothing is known of them but the prior.

    They begin at the mean of the others, whose zero is anyone's choice. Leverage is not kept across this.
    """
    old, extra = len(beliefs.theta), size - len(beliefs.theta)
    if extra == 0:
        return beliefs
    theta = np.concatenate([beliefs.theta, np.full(extra, beliefs.theta.mean() if old else 0.0)])
    return Beliefs(theta, _bordered(beliefs.covariance, extra, prior_sd), _bordered(beliefs.foreseen, extra, prior_sd))


def _bordered(covariance: Floats, extra: int, prior_sd: float) -> Floats:
    old = len(covariance)
    wider = np.eye(old + extra) * prior_sd**2
    wider[:old, :old] = covariance
    return wider


def _foresee(beliefs: Beliefs, i: Indices, j: Indices, information: Floats) -> Beliefs:
    """Add information on pairs to what is foreseen, and to the leverage that is kept."""
    pull, push = _change(beliefs.foreseen, i, j, information)
    change = pull @ push
    foreseen = beliefs.foreseen - change
    if beliefs.weights is None or beliefs.leverage is None:
        return replace(beliefs, foreseen=foreseen)
    cross = pull @ ((push @ beliefs.weights) @ (beliefs.foreseen - change / 2))
    return replace(beliefs, foreseen=foreseen, leverage=beliefs.leverage - cross - cross.T)


def _change(covariance: Floats, i: Indices, j: Indices, information: Floats) -> tuple[Floats, Floats]:
    """Return (M, k) and (k, M) whose product is what information on k pairs takes off the covariance.

    Woodbury's identity: C - C' = U S^-1 U' with U = C E, where E holds the k contrasts and
    S = diag(1 / information) + E' C E, written so that no information at all is no division by zero.
    """
    pull = covariance[:, i] - covariance[:, j]
    inner = np.eye(i.size) + information[:, None] * (pull[i] - pull[j])
    return pull, np.asarray(np.linalg.solve(inner, information[:, None] * pull.T), np.float64)


def _mode(score: Floats, games: Floats, centre: Floats, precision: Floats) -> Floats:
    theta = centre.copy()
    for _ in range(_MOST_STEPS):
        expected = games * expit(theta[:, None] - theta[None, :])
        gradient = (score - expected).sum(axis=1) - precision @ (theta - centre)
        step = cho_solve(cho_factor(_information(theta, games, precision)), gradient)
        # A step of more than two logits leaves the region where the quadratic model holds.
        theta = theta + step * min(1.0, 2.0 / max(np.abs(step).max(), 1e-300))
        if np.abs(step).max() < _TOLERANCE:
            return np.asarray(theta, np.float64)
    raise MatchmakingError(f"The posterior mode was not reached in {_MOST_STEPS} steps.")


def _information(theta: Floats, games: Floats, precision: Floats) -> Floats:
    win = expit(theta[:, None] - theta[None, :])
    weight = games * win * (1 - win)
    np.fill_diagonal(weight, 0.0)
    return np.asarray(np.diag(weight.sum(axis=1)) - weight + precision)


def _inverse(precision: Floats) -> Floats:
    return np.asarray(np.linalg.inv(precision), np.float64)
