"""Models in which a tie is an outcome of its own, each with one parameter beside the strengths."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, log_expit

from ranking.engine.bradley_terry import PairFit, fit_pairs
from ranking.engine.comparisons import PairCounts
from ranking.engine.errors import NotConverged
from ranking.engine.likelihood import Outcomes, Terms

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Davidson:
    """P(win) : P(tie) : P(loss) = e^(gap/2) : nu : e^(-gap/2), parameter log nu (Davidson 1970, J. Am. Stat. Assoc. 65).

    An exponential family: ties come with probability nu / (2 + nu) between equals and fade as the gap grows.
    """

    name: str = "davidson"
    parameters: int = 1

    def terms(self, gap: Floats, tie: float) -> Outcomes:
        """Return the terms of log-probabilities gap/2 and log nu, each minus log(e^(gap/2) + e^(-gap/2) + nu)."""
        log_sum = np.logaddexp(np.abs(gap) / 2 + np.log1p(np.exp(-np.abs(gap))), tie)
        win, tied, loss = np.exp(gap / 2 - log_sum), np.exp(tie - log_sum), np.exp(-gap / 2 - log_sum)
        # An exponential family: a derivative is the statistic minus its mean, every curvature a variance.
        mean = (win - loss) / 2
        curves = ((win + loss) / 4 - mean**2, -mean * tied, tied * (1 - tied))
        return Outcomes(
            Terms(gap / 2 - log_sum, 0.5 - mean, curves[0], -tied, *curves[1:]),
            Terms(tie - log_sum, -mean, curves[0], 1 - tied, *curves[1:]),
        )

    def start(self, counts: PairCounts) -> float:
        """Return log nu as if all were equals."""
        return _start(counts, lambda ratio: float(np.log(2 * ratio)))

    def probability_of_a_tie_between_equals(self, tie: float) -> float:
        """Return nu / (2 + nu)."""
        return float(expit(tie - np.log(2)))


@dataclass(frozen=True, slots=True)
class RaoKupper:
    """P(win) = sigma(gap - eta), P(loss) = sigma(-gap - eta), a tie what is left; parameter eta > 0.

    Whoever cannot tell a difference below the threshold eta says tie (Rao and Kupper 1967, J. Am. Stat. Assoc. 62).
    """

    name: str = "rao_kupper"
    parameters: int = 1

    def terms(self, gap: Floats, tie: float) -> Outcomes:
        """Return the terms of log sigma(gap - eta) and of log(sigma(gap + eta) - sigma(gap - eta)).

        The difference is sigma(gap + eta) sigma(eta - gap) (1 - e^(-2 eta)), of which every factor is stable.
        """
        if tie <= 0:
            nowhere = np.full_like(gap, -np.inf)
            return Outcomes(Terms(nowhere, nowhere, nowhere), Terms(nowhere, nowhere, nowhere))
        up, down = expit(gap + tie), expit(tie - gap)
        up_curve, down_curve = up * (1 - up), down * (1 - down)
        shrink = 2 / float(np.expm1(2 * tie))
        return Outcomes(
            # sigma(gap - eta) = 1 - down
            Terms(log_expit(gap - tie), down, down_curve, -down, -down_curve, down_curve),
            Terms(
                value=log_expit(gap + tie) + log_expit(tie - gap) + float(np.log(-np.expm1(-2 * tie))),
                by_gap=down - up,
                curvature=up_curve + down_curve,
                by_tie=2 - up - down + shrink,
                mixed=up_curve - down_curve,
                tie_curvature=up_curve + down_curve + shrink * (shrink + 2),
            ),
        )

    def start(self, counts: PairCounts) -> float:
        """Return eta as if all were equals: then a tie has probability tanh(eta / 2)."""
        return _start(counts, lambda ratio: float(2 * np.arctanh(ratio / (1 + ratio))))

    def probability_of_a_tie_between_equals(self, tie: float) -> float:
        """Return tanh(eta / 2)."""
        return float(np.tanh(tie / 2))


def _start(counts: PairCounts, from_ratio: Callable[[float], float]) -> float:
    tied, decided = float(counts.ties.sum()) / 2, float(counts.wins.sum())
    if tied == 0 or decided == 0:
        raise NotConverged(
            f"A model of ties needs both ties and decided votes; here are {tied:g} ties and {decided:g} decided. "
            f"Use tie_model half_win."
        )
    return from_ratio(tied / decided)


DAVIDSON: Final = Davidson()
RAO_KUPPER: Final = RaoKupper()


def fit_davidson(counts: PairCounts, prior_strength: float = 0.0) -> PairFit:
    """Fit strengths and log nu of Davidson's model; parameters and errors as `fit_bradley_terry`."""
    return fit_pairs(counts, DAVIDSON, prior_strength)


def fit_rao_kupper(counts: PairCounts, prior_strength: float = 0.0) -> PairFit:
    """Fit strengths and eta of the model of Rao and Kupper; parameters and errors as `fit_bradley_terry`."""
    return fit_pairs(counts, RAO_KUPPER, prior_strength)
