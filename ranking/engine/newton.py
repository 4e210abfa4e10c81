"""Newton's method for concave likelihoods of strengths: the one optimiser behind every model."""

from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import LinAlgError, cho_factor, cho_solve
from scipy.linalg.lapack import dpotri

from ranking.engine.errors import NotConverged

Floats = NDArray[np.float64]

GRADIENT_TOLERANCE: Final = 1e-9
"""Largest gradient entry accepted, relative to the total weight of the comparisons."""
SHORT_STEP: Final = 1e-6
"""Logits: after a step no longer than this the maximum is within 1e-12."""
MOST_ITERATIONS: Final = 100
_ROUNDING: Final = 1e-14


class Likelihood(Protocol):
    """What can be fitted. A point is (M + K,): M strengths, in which the likelihood is flat along the constant
    vector, then K other parameters.
    """

    @property
    def items(self) -> int:
        """M, the number of strengths."""

    @property
    def total(self) -> float:
        """Total weight of the comparisons: the scale of a gradient."""

    def evaluate(self, point: Floats) -> "Slope":
        """Return value, gradient and Hessian at a point; an infinite value outside of the parameters' range."""


@dataclass(frozen=True, slots=True)
class Slope:
    """The negative log-likelihood around a point: its value (nats), (P,) gradient and (P, P) Hessian."""

    value: float
    gradient: Floats
    hessian: Floats


@dataclass(frozen=True, slots=True)
class Maximum:
    """Where the gradient vanishes.

    Attributes
    ----------
    point : (P,), strengths with sum zero first. hessian : (P, P) of the negative log-likelihood there.
    value : negative log-likelihood, nats. iterations : Newton steps. gradient_norm : largest entry left.
    """

    point: Floats
    hessian: Floats
    value: float
    iterations: int
    gradient_norm: float


def maximise(likelihood: Likelihood, start: Floats, slope: Slope | None = None) -> Maximum:
    """Climb from a starting point to the maximum of a concave likelihood.

    Newton steps on the space where strengths sum to zero, halved while they do not climb (Boyd and Vandenberghe
    2004, 9.5). Convergence is judged by the gradient and by the length of the last step, never by a count of
    iterations: the third derivative of a logistic likelihood is at most its second, so a step of length s ends within
    about s^2 / 2 of the maximum.

    Parameters
    ----------
    start : (P,). slope : of the likelihood there, if it is known already.

    Raises
    ------
    NotConverged
        If the likelihood is flat or its maximum lies at infinity: an item won or lost everything, groups are not
        connected, covariates are collinear.
    """
    total = likelihood.total
    goal = GRADIENT_TOLERANCE * max(1.0, total)
    point = start
    slope = slope or likelihood.evaluate(start)
    for iteration in range(1, MOST_ITERATIONS + 1):
        before = point
        point, slope = _step(likelihood, point, slope, total)
        moved = point is not before and float(np.abs(point - before).max()) <= SHORT_STEP
        if moved and _norm(slope) <= goal:
            return Maximum(point, slope.hessian, slope.value, iteration, _norm(slope))
    raise NotConverged(
        f"The fit did not converge in {MOST_ITERATIONS} steps (gradient {_norm(slope):.2g}). Some item won or lost "
        f"everything, or the groups are not connected: rate one connected group, or set a prior."
    )


def _norm(slope: Slope) -> float:
    return float(np.abs(slope.gradient).max())


def _step(likelihood: Likelihood, point: Floats, slope: Slope, total: float) -> tuple[Floats, Slope]:
    step = solve_on_sum_zero(slope.hessian, -slope.gradient, likelihood.items)
    # Near the maximum a good step gains less than the likelihood's own rounding; it must not be refused for that.
    most = slope.value + _ROUNDING * max(abs(slope.value), total)
    for halving in range(40):
        after = _centred(point + step / 2**halving, likelihood.items)
        found = likelihood.evaluate(after)
        if found.value <= most:
            return after, found
    return point, slope


def _centred(point: Floats, items: int) -> Floats:
    shifted = point.copy()
    shifted[:items] -= shifted[:items].mean()
    return shifted


def solve_on_sum_zero(hessian: Floats, right: Floats, items: int) -> Floats:
    """Return x with hessian x = right and the first `items` entries of x summing to zero.

    Raises
    ------
    NotConverged
        If the Hessian is flat in any direction but that of a constant added to every strength.
    """
    return Factor.of(hessian, items).solve(right)


def inverse_on_sum_zero(hessian: Floats, items: int) -> Floats:
    """Return the (P, P) inverse of a Hessian on the sum-zero space; zero along the constant vector."""
    return Factor.of(hessian, items).inverse()


@dataclass(frozen=True, slots=True)
class Factor:
    """A Hessian's Cholesky factor, with a constant added to the block of strengths.

    The constant fixes the direction in which the likelihood is flat, the same for every strength, and changes no
    other.
    """

    lower: Floats
    flat: float
    items: int

    @classmethod
    def of(cls, hessian: Floats, items: int) -> "Factor":
        """Factor a Hessian; raises NotConverged where it is flat in another direction too."""
        flat = float(np.trace(hessian[:items, :items])) / items**2
        # LAPACK reads columns first: the transpose of a symmetric matrix is itself, and need not be copied again.
        matrix = hessian.copy().T
        matrix[:items, :items] += flat
        try:
            factor, _ = cho_factor(matrix, lower=True, overwrite_a=True)
        except (LinAlgError, ValueError) as error:
            raise NotConverged(
                "The likelihood is flat: items are not connected by comparisons, or covariates are collinear. Rate one "
                "connected group at a time, and leave out covariates that others determine."
            ) from error
        return cls(factor, flat, items)

    def solve(self, right: Floats) -> Floats:
        """Return the (P,) solution."""
        return np.asarray(cho_solve((self.lower, True), right))

    def inverse(self) -> Floats:
        """Return the (P, P) inverse on the sum-zero space."""
        inverse, failed = dpotri(self.lower, lower=True)
        if failed:
            raise NotConverged("The Hessian cannot be inverted; items are not connected by comparisons.")
        full = np.tril(inverse)
        full += np.tril(inverse, -1).T
        full[: self.items, : self.items] -= 1 / (self.flat * self.items**2)
        return np.asarray(full)
