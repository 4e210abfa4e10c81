"""Worlds in which the truth is known: votes that are independent, or alike by rater, by prompt, or by both."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from ranking import BoardSettings, Comparisons, PairCounts, compute_standings
from ranking.engine.style import fit_style

Floats = NDArray[np.float64]

NAMES: Final = ("length", "lists")
BETA: Final = np.array([0.4, -0.2])
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(41)


@dataclass(frozen=True, slots=True)
class World:
    """How votes come about.

    Attributes
    ----------
    theta : (M,) strengths. votes : how many.
    raters, prompts : how many there are; each has a taste of its own for every item, with these standard deviations.
    ties : share of ties between equals. style : whether covariates of weight BETA count.
    newcomer : votes of the last item; 0 draws it as often as the others.
    """

    name: str
    theta: Floats
    votes: int = 3000
    raters: int = 80
    prompts: int = 80
    rater_taste: float = 0.0
    prompt_taste: float = 0.0
    ties: float = 0.0
    style: bool = False
    newcomer: int = 0

    @property
    def items(self) -> tuple[str, ...]:
        """Keys of the items."""
        return tuple(f"item {k:02}" for k in range(len(self.theta)))

    def draw(self, rng: np.random.Generator) -> Comparisons:
        """Draw the votes once."""
        a, b = self._pairs(rng)
        rater, prompt = rng.integers(0, self.raters, len(a)), rng.integers(0, self.prompts, len(a))
        by_rater = rng.normal(0, self.rater_taste, (self.raters, len(self.theta)))
        by_prompt = rng.normal(0, self.prompt_taste, (self.prompts, len(self.theta)))
        gap = self.theta[a] - self.theta[b] + by_rater[rater, a] - by_rater[rater, b]
        gap = gap + by_prompt[prompt, a] - by_prompt[prompt, b]
        z = rng.normal(size=(len(a), len(NAMES)))
        if self.style:
            gap = gap + z @ BETA
        outcome = _outcomes(gap, self.ties, rng)
        return Comparisons.from_arrays(
            self.items,
            a,
            b,
            outcome,
            rater=rater,
            prompt=prompt,
            covariates=z if self.style else None,
            covariate_names=NAMES if self.style else (),
        )

    def truth(self, settings: BoardSettings) -> Floats:
        """Return (M,) what the method tends to as votes grow: its fit of the expected counts, around zero.

        Tastes average out to a flatter curve than the logistic one, so this is not theta itself.
        """
        size = len(self.theta)
        spread = np.sqrt(2 * (self.rater_taste**2 + self.prompt_taste**2))
        gap = (self.theta[:, None] - self.theta[None, :])[:, :, None] + spread * _NODES
        p = (expit(gap) * _WEIGHTS).sum(axis=2) / _WEIGHTS.sum()
        tie = (2 * self.ties * 2 * expit(gap) * (1 - expit(gap)) * _WEIGHTS).sum(axis=2) / _WEIGHTS.sum()
        often = 1e6 * self._often() * (1 - np.eye(size))
        expected = PairCounts.from_arrays(self.items, (p - tie / 2) * often, tie * often)
        plain = replace(settings, covariates=(), clusters="none", interval="sandwich")
        standings = compute_standings(expected, plain)
        return np.asarray(standings.theta)

    def style_truth(self, rng: np.random.Generator) -> tuple[Floats, Floats]:
        """Return (M,) and (K,) what style control tends to, from many votes: tastes flatten it as they do `truth`."""
        if not self.rater_taste and not self.prompt_taste:
            return np.asarray(self.theta - self.theta.mean()), BETA
        fit = fit_style(replace(self, votes=3_000_000, raters=200_000, prompts=200_000).draw(rng))
        return fit.theta, fit.beta

    def _often(self) -> Floats:
        size = len(self.theta)
        often = np.ones((size, size))
        if self.newcomer:
            old = (self.votes - self.newcomer) / ((size - 1) * (size - 2) / 2)
            often[-1, :] = often[:, -1] = self.newcomer / (size - 1) / old
        return often

    def _pairs(self, rng: np.random.Generator) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        size = len(self.theta) - bool(self.newcomer)
        a = rng.integers(0, size, self.votes - self.newcomer)
        b = (a + rng.integers(1, size, len(a))) % size
        if not self.newcomer:
            return a, b
        met = rng.integers(0, size, self.newcomer)
        return np.append(a, np.full(self.newcomer, size)), np.append(b, met)


def _outcomes(gap: Floats, ties: float, rng: np.random.Generator) -> NDArray[np.int64]:
    """Draw outcomes; a tie has probability 4 `ties` p (1 - p), taken alike from both sides."""
    p = expit(gap)
    half = 2 * ties * p * (1 - p)
    fate = rng.random(len(gap))
    return np.where(fate < p - half, 0, np.where(fate < p + half, 2, 1))
