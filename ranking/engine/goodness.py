"""Does one strength an item explain the votes? Goodness of fit, and the bias of the side."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc, expit, ndtri, xlogy

from ranking.engine.bradley_terry import PairFit
from ranking.engine.comparisons import SideCounts
from ranking.engine.covariance import contrast_variance
from ranking.engine.newton import inverse_on_sum_zero

Floats = NDArray[np.float64]

FEWEST: Final = 5
"""Votes of a pair from which on its share of wins is compared with the fitted one."""
FEWEST_SIDES: Final = 20
"""Votes from which on the bias of the side is estimated."""


@dataclass(frozen=True, slots=True)
class Residuals:
    """How pairs depart from the fit.

    Attributes
    ----------
    surplus : (M, M) points of row against column beyond those expected; antisymmetric.
    information : (M, M) expected variance of these points were every vote as spread as the model says.
    dispersion : observed over expected variance of a vote: below 1 where ties are half wins, above 1 where weights vary.
    """

    surplus: Floats
    information: Floats
    dispersion: float


@dataclass(frozen=True, slots=True)
class Goodness:
    """Goodness of fit against the saturated model, in which every pair has a win rate of its own.

    Attributes
    ----------
    deviance : twice the log-likelihood ratio over all pairs, divided by the dispersion.
    chi_square, degrees, p_value : Pearson's test over the `pairs` with at least FEWEST votes.
    """

    deviance: float
    chi_square: float
    degrees: float
    p_value: float | None
    pairs: int
    dispersion: float


@dataclass(frozen=True, slots=True)
class SideBias:
    """Probability that side A wins between equals, with its interval; 1/2 without bias."""

    probability: float
    lower: float
    upper: float
    votes: float


def residuals(fit: PairFit) -> Residuals:
    """Return how observed points depart from expected ones, pair by pair."""
    counts = fit.likelihood.counts
    expected, variance = _expected(fit)
    spread = counts.wins_squared * (1 - expected) ** 2
    spread = spread + spread.T + counts.ties_squared * (0.5 - expected) ** 2
    squared = counts.wins_squared + counts.wins_squared.T + counts.ties_squared
    information = squared * variance
    return Residuals(
        surplus=np.asarray(counts.score - counts.games * expected),
        information=np.asarray(information),
        dispersion=float(spread.sum() / information.sum()),
    )


def goodness_of_fit(fit: PairFit) -> Goodness:
    """Compare observed with fitted win rates.

    chi^2 = sum over pairs of surplus^2 / (dispersion * information). Its degrees of freedom are the pairs minus the
    share of the strengths that they determine: sum of 1 - leverage, which over all pairs is pairs - (M - 1).
    """
    found = residuals(fit)
    counts, expected = fit.likelihood.counts, _expected(fit)[0]
    games = counts.games
    rate = np.divide(counts.score, games, out=expected.copy(), where=games > 0)
    deviance = (games * (xlogy(rate, rate) - xlogy(rate, expected))).sum()
    tested = np.triu(games >= FEWEST)
    bread = inverse_on_sum_zero(fit.hessian, fit.items)[: fit.items, : fit.items]
    left = 1 - found.information * contrast_variance(bread)
    degrees = float(left[tested].sum())
    statistic = float((found.surplus[tested] ** 2 / found.information[tested]).sum() / found.dispersion)
    return Goodness(
        deviance=2 * float(deviance) / found.dispersion,
        chi_square=statistic,
        degrees=degrees,
        p_value=float(chdtrc(degrees, statistic)) if degrees >= 1 else None,
        pairs=int(tested.sum()),
        dispersion=found.dispersion,
    )


def side_bias(fit: PairFit, sides: SideCounts, level: float) -> SideBias | None:
    """Estimate the advantage of being shown on side A, as a logit beta of each vote.

    One Newton step from beta = 0 with the strengths free to follow: beta = score / (I - c' H^+ c), its variance the
    dispersion over that information. None with fewer than FEWEST_SIDES votes, or where the side and the strengths
    cannot be told apart.
    """
    expected, variance = _expected(fit)
    weight = sides.games * variance
    lean = weight.sum(axis=1) - weight.sum(axis=0)
    bread = inverse_on_sum_zero(fit.hessian, fit.items)[: fit.items, : fit.items]
    information = float(weight.sum() - lean @ bread @ lean)
    if information <= 1e-9 or sides.games.sum() < FEWEST_SIDES:
        return None
    beta = float((sides.score - sides.games * expected).sum()) / information
    half = float(ndtri(0.5 + level / 2)) * (residuals(fit).dispersion / information) ** 0.5
    return SideBias(float(expit(beta)), float(expit(beta - half)), float(expit(beta + half)), float(sides.games.sum()))


def _expected(fit: PairFit) -> tuple[Floats, Floats]:
    """Return (M, M) expected points of row in a vote against column, and their variance, under the fitted model."""
    terms = fit.likelihood.terms(fit.maximum.point)
    win = np.exp(terms.win.value)
    tie = np.exp(terms.tie.value) if fit.likelihood.model.parameters else np.zeros_like(win)
    expected = win + tie / 2
    return expected, win + tie / 4 - expected**2
