"""The referee: how good a board is, by one estimator for all policies and against the truth.

What a vote brings does not depend on who asked for it, so every policy is judged by the same fit: Bradley-Terry by
maximum likelihood with half-win ties and sandwich intervals. Beside what that fit says, which is noisy, stands what
the asked pairs are worth at the true strengths: the covariance that the estimates would have, and from it how many
pairs would be ordered wrongly. That has no noise of outcomes in it and tells policies apart with few repetitions.
"""

from dataclasses import dataclass
from math import nan
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from scipy.special import expit, ndtr

from arena.matchmaking.matrices import gap_variance, laplacian
from arena.matchmaking.voters import Voters
from arena.matchmaking.worlds import World
from ranking import NotConverged, PairCounts, fit_bradley_terry, sandwich_covariance

Floats = NDArray[np.float64]

NORMAL_95: Final = 1.959963984540054
_LEAST_VARIANCE: Final = 1e-300


@dataclass(frozen=True, slots=True)
class FitQuality:
    """What the board that was fitted is worth; all nan where the fit does not exist or did not converge.

    Attributes
    ----------
    half_width : mean half-width of the 95 % intervals, in logits.
    tau : Kendall's, of the fitted order against the true one.
    coverage : share of contestants inside of their intervals. slope : of the estimates on the truth; above 1 they are
        stretched.
    rmse : root mean square error of the estimates, in logits.
    false_separations : share of all pairs whose gap has an interval that lies wholly on the wrong side of zero.
    """

    half_width: float = nan
    tau: float = nan
    coverage: float = nan
    slope: float = nan
    rmse: float = nan
    false_separations: float = nan


@dataclass(frozen=True, slots=True)
class DesignQuality:
    """What the pairs that were asked are worth at the true strengths; all nan where they are not connected.

    Attributes
    ----------
    expected_tau : Kendall's tau to be expected: 1 - 2 x the mean over pairs of Phi(-|gap| / its standard deviation).
    top_inversions : expected number of wrongly ordered pairs that touch the truly strongest.
    newcomer_half_width : of the newcomer's 95 % interval, in logits; nan where there is no newcomer.
    """

    expected_tau: float = nan
    top_inversions: float = nan
    newcomer_half_width: float = nan


@dataclass(frozen=True, slots=True)
class Referee:
    """Judges boards of one world.

    Attributes
    ----------
    truth : (M,) strengths of the world's board. win, half_tie : see `Voters`.
    """

    world: World
    truth: Floats
    win: Floats
    half_tie: Floats

    @classmethod
    def of(cls, world: World) -> "Referee":
        """Return the referee of a world."""
        voters = Voters.of(world)
        return cls(world, world.board(), voters.win, voters.half_tie)

    def judge_fit(self, wins: Floats, ties: Floats) -> FitQuality:
        """Return how good the board is that is fitted to (M, M) wins of row over column and symmetric ties."""
        counts = PairCounts(self.world.items, wins, ties, np.zeros_like(ties), wins, ties)
        try:
            fit = fit_bradley_terry(counts)
            covariance = sandwich_covariance(fit)
        except NotConverged:
            return FitQuality()
        error = fit.theta - self.truth
        own = NORMAL_95 * np.sqrt(np.maximum(covariance.diagonal(), 0.0))
        return FitQuality(
            half_width=float(own.mean()),
            tau=self._tau(fit.theta),
            coverage=float(np.mean(np.abs(error) <= own)),
            slope=float(fit.theta @ self.truth / (self.truth @ self.truth)),
            rmse=float(np.sqrt(np.mean(error**2))),
            false_separations=self._false_separations(fit.theta, covariance),
        )

    def judge_design(self, games: Floats) -> DesignQuality:
        """Return what (M, M) symmetric counts of votes are worth, whatever was answered."""
        if connected_components(csr_array(games > 0), directed=False)[0] > 1:
            return DesignQuality()
        covariance = self.design_covariance(games)
        upper = np.triu_indices(self.world.size, 1)
        spread = np.sqrt(np.maximum(gap_variance(covariance)[upper], _LEAST_VARIANCE))
        wrong = ndtr(-np.abs(self.truth[upper[0]] - self.truth[upper[1]]) / spread)
        newcomer = self.world.newcomer
        return DesignQuality(
            expected_tau=float(1 - 2 * wrong.mean()),
            top_inversions=float(wrong[self._touches_top()[upper]].sum()),
            newcomer_half_width=nan if newcomer is None else NORMAL_95 * float(covariance[newcomer, newcomer] ** 0.5),
        )

    def design_covariance(self, games: Floats) -> Floats:
        """Return the (M, M) covariance, strengths summing to zero, that estimates from connected votes would have.

        H^+ B H^+ with the curvature H of the likelihood and the variance B of its slope, both expected at the truth:
        ties spread votes less than p (1 - p), circles spread them more.
        """
        expected = expit(self.truth[:, None] - self.truth[None, :])
        curvature = laplacian(games * expected * (1 - expected))
        squared = self.win * (1 - self.win) - self.half_tie / 2 + (self.win - expected) ** 2
        size = self.world.size
        bread = np.linalg.inv(curvature + 1 / size) - 1 / size
        return np.asarray(bread @ laplacian(games * squared) @ bread)

    def _touches_top(self) -> NDArray[np.bool_]:
        top = np.argsort(-self.truth, kind="stable")[: self.world.top_k]
        inside = np.isin(np.arange(self.world.size), top)
        return np.asarray(inside[:, None] | inside[None, :])

    def _tau(self, theta: Floats) -> float:
        i, j = np.triu_indices(self.world.size, 1)
        return float(np.mean(np.sign(theta[i] - theta[j]) * np.sign(self.truth[i] - self.truth[j])))

    def _false_separations(self, theta: Floats, covariance: Floats) -> float:
        i, j = np.triu_indices(self.world.size, 1)
        gap, edge = theta[i] - theta[j], NORMAL_95 * np.sqrt(gap_variance(covariance)[i, j])
        return float(np.mean((np.abs(gap) > edge) & (gap * (self.truth[i] - self.truth[j]) < 0)))
