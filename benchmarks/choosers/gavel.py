"""gavel's way: the voter keeps the last contestant and gets the rival from whom Crowd-BT expects to learn most.

Crowd-BT is by Chen, Bennett, Collins-Thompson and Horvitz 2013 ("Pairwise ranking aggregation in a crowdsourced setting",
WSDM): strengths are independent normals, a voter tells the truth with a probability from Beta(alpha, beta), and each
vote moves the moments. gavel (github.com/anishathalye/gavel) puts it to work with the constants below: contestants seen
too rarely come first, those in other hands are left out where that can be, and a quarter of the rivals is drawn evenly.

Our readings: every vote is by a new voter; a tie is told as a win of either by a coin; a board that is settled already is
taken over as means and variances.
"""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln, digamma, expit

from arena.matchmaking.state import MatchState

Floats = NDArray[np.float64]

ALPHA: Final = 10.0
BETA: Final = 1.0
GAMMA: Final = 0.1
EPSILON: Final = 0.25
MIN_VIEWS: Final = 5
_KAPPA: Final = 1e-4


@dataclass(slots=True)
class Gavel:
    """Chooses the voter's next contestant; keeps Crowd-BT's means and variances."""

    label: str = "gavel (Crowd-BT)"
    mean: Floats = field(default_factory=lambda: np.zeros(0))
    variance: Floats = field(default_factory=lambda: np.ones(0))
    views: Floats = field(default_factory=lambda: np.zeros(0))
    last: int = -1
    coins: np.random.Generator = field(default_factory=lambda: np.random.default_rng(0))

    def choose(self, state: MatchState, rng: np.random.Generator) -> tuple[int, int]:
        """Return the voter's last contestant and the next one."""
        if not self.mean.size:
            self._begin(state, rng)
        rivals = self._rivals(state)
        if rng.random() < EPSILON:
            following = int(rng.choice(rivals))
        else:
            gain = expected_gain(
                self.mean[self.last], self.variance[self.last], self.mean[rivals], self.variance[rivals]
            )
            following = int(rivals[np.argmax(gain)])
        pair = self.last, following
        self.views[following] += 1
        self.last = following
        return pair

    def hear(self, i: int, j: int, score: float) -> None:
        """Move the moments of both."""
        won = score > 0.5 or (score == 0.5 and self.coins.random() < 0.5)
        winner, loser = (i, j) if won else (j, i)
        moved = moved_moments(self.mean[winner], self.variance[winner], self.mean[loser], self.variance[loser])
        self.mean[winner], self.variance[winner], self.mean[loser], self.variance[loser] = (float(one) for one in moved)

    def _begin(self, state: MatchState, rng: np.random.Generator) -> None:
        settled = state.votes.any()
        self.mean = state.theta.copy() if settled else np.zeros(state.theta.size)
        self.variance = state.covariance.diagonal().copy() if settled else np.ones(state.theta.size)
        self.views = state.votes.sum(axis=1)
        self.last = int(rng.integers(state.theta.size))

    def _rivals(self, state: MatchState) -> NDArray[np.int64]:
        """Return who may come next: free and rarely seen ones, else free ones, else anyone allowed."""
        allowed = state.allowed[self.last]
        free = allowed & ~state.pending.any(axis=1)
        chosen = free if free.any() else allowed
        rare = chosen & (self.views < MIN_VIEWS)
        return np.flatnonzero(rare if rare.any() else chosen)


def moved_moments(
    winner: Floats | float, winner_variance: Floats | float, loser: Floats | float, loser_variance: Floats | float
) -> tuple[Floats, Floats, Floats, Floats]:
    """Return mean and variance of the winner, then of the loser, after one vote; scalars or arrays."""
    gap = np.asarray(winner) - np.asarray(loser)
    believed, plain = expit(gap + np.log(ALPHA / BETA)), expit(gap)
    pull = believed - plain
    bend = believed * (1 - believed) - plain * (1 - plain)
    return (
        np.asarray(winner + winner_variance * pull),
        np.asarray(winner_variance * np.maximum(1 + winner_variance * bend, _KAPPA)),
        np.asarray(loser - loser_variance * pull),
        np.asarray(loser_variance * np.maximum(1 + loser_variance * bend, _KAPPA)),
    )


def expected_gain(mean: float, variance: float, means: Floats, variances: Floats) -> Floats:
    """Return (R,) the information that Crowd-BT expects of a vote between one contestant and each rival, in nats."""
    win, alpha, beta = _voter_after(mean - means, variance + variances)
    loss, alpha_lost, beta_lost = _voter_after(means - mean, variance + variances)
    up, up_variance, down, down_variance = moved_moments(mean, variance, means, variances)
    rise, rise_variance, fall, fall_variance = moved_moments(means, variances, mean, variance)
    won = _normal_divergence(up, up_variance, mean, variance) + _normal_divergence(
        down, down_variance, means, variances
    )
    lost = _normal_divergence(rise, rise_variance, means, variances)
    lost = lost + _normal_divergence(fall, fall_variance, mean, variance)
    told = _beta_divergence(alpha, beta), _beta_divergence(alpha_lost, beta_lost)
    return np.asarray(win * (won + GAMMA * told[0]) + loss * (lost + GAMMA * told[1]))


def _voter_after(gap: Floats, variance: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the probability that the first wins, and the voter's Beta after it (by matching two moments)."""
    p = expit(gap)
    true = np.clip(p + 0.5 * variance * p * (1 - p) * (1 - 2 * p), 1e-6, 1 - 1e-6)
    false, total = 1 - true, ALPHA + BETA
    win = (true * ALPHA + false * BETA) / total
    first = (true * (ALPHA + 1) * ALPHA + false * ALPHA * BETA) / (win * (total + 1) * total)
    second = true * (ALPHA + 2) * (ALPHA + 1) * ALPHA + false * (ALPHA + 1) * ALPHA * BETA
    second = second / (win * (total + 2) * (total + 1) * total)
    scale = (first - second) / (second - first**2)
    return win, scale * first, scale * (1 - first)


def _normal_divergence(mean: Floats, variance: Floats, old: Floats | float, old_variance: Floats | float) -> Floats:
    """Return the Kullback-Leibler divergence of the new normal from the old."""
    share = variance / old_variance
    return np.asarray((share + (mean - old) ** 2 / old_variance - 1 - np.log(share)) / 2)


def _beta_divergence(alpha: Floats, beta: Floats) -> Floats:
    """Return the Kullback-Leibler divergence of a voter's new Beta from the old."""
    total = alpha + beta
    known = (alpha - ALPHA) * digamma(alpha) + (beta - BETA) * digamma(beta)
    return np.asarray(betaln(ALPHA, BETA) - betaln(alpha, beta) + known + (ALPHA + BETA - total) * digamma(total))
