"""Worlds: contestants whose true strengths are known, to replay policies on. Nobody votes here; all is simulated."""

from collections.abc import Callable
from dataclasses import dataclass
from math import log
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from arena.matchmaking.errors import MatchmakingError
from ranking import PairCounts, fit_bradley_terry

Floats = NDArray[np.float64]

_LOGITS: Final = log(10) / 400
"""In a point."""
_MANY: Final = 1e6


@dataclass(frozen=True, slots=True)
class World:
    """What is true, and how votes come in.

    Attributes
    ----------
    theta : (M,) true strengths in logits.
    even_ties : share of ties between equals, up to 1/2. Between others it falls as 4 p (1 - p), and what becomes a tie
        is taken alike from the wins of both: the expected score stays p, so that half wins estimate theta itself.
    deviations : (M, M) antisymmetric logits that are added to the gaps: rock, paper and scissors. None without.
    in_flight : battles that are out, unanswered, whenever a pair is drawn. Any of them may be answered next.
    abandoned : share of battles that are never answered.
    settled : votes that each contestant but the newcomer has before the first pair is drawn, between uniform pairs.
    newcomer : the contestant that begins without any; None without.
    top_k : how many of the truly strongest the measure of the top looks at.
    """

    name: str
    theta: Floats
    even_ties: float = 0.0
    deviations: Floats | None = None
    in_flight: int = 0
    abandoned: float = 0.0
    settled: int = 0
    newcomer: int | None = None
    top_k: int = 5

    def __post_init__(self) -> None:
        if self.theta.ndim != 1 or self.theta.size < 2:
            raise MatchmakingError(f"theta has shape {self.theta.shape}; a world needs two contestants or more.")
        if not 0 <= self.even_ties <= 0.5:
            raise MatchmakingError(f"The share of ties between equals is {self.even_ties}; it must be from 0 to 1/2.")
        if not 0 <= self.abandoned < 1:
            raise MatchmakingError(f"The share of abandoned battles is {self.abandoned}; it must be below 1.")
        if self.in_flight < 0 or self.settled < 0:
            raise MatchmakingError("Battles in flight and settled votes cannot be fewer than none.")
        if self.newcomer is not None and not 0 <= self.newcomer < self.theta.size:
            raise MatchmakingError(f"There is no contestant {self.newcomer} among {self.theta.size}.")
        if self.deviations is not None and not np.allclose(self.deviations, -self.deviations.T):
            raise MatchmakingError("deviations must be antisymmetric: what one gains the other loses.")

    @property
    def size(self) -> int:
        """M."""
        return self.theta.size

    @property
    def items(self) -> tuple[str, ...]:
        """Keys of the contestants."""
        return tuple(str(k) for k in range(self.size))

    def win_probabilities(self) -> Floats:
        """Return (M, M) expected scores of row against column."""
        gap = self.theta[:, None] - self.theta[None, :]
        return np.asarray(expit(gap if self.deviations is None else gap + self.deviations))

    def board(self) -> Floats:
        """Return (M,) strengths, with mean zero, that votes on uniform pairs tend to.

        Without deviations these are theta. With them no strengths are true, and a board depends on which pairs were
        asked; the one of uniform pairs is what everybody is held against.
        """
        if self.deviations is None:
            return np.asarray(self.theta - self.theta.mean())
        wins = _MANY * self.win_probabilities()
        np.fill_diagonal(wins, 0.0)
        return fit_bradley_terry(PairCounts.from_arrays(self.items, wins)).theta


def even_ties_for(theta: Floats, rate: float) -> float:
    """Return the share of ties between equals at which a share `rate` of votes on uniform pairs are ties."""
    gap = (theta[:, None] - theta[None, :])[~np.eye(theta.size, dtype=bool)]
    return float(min(0.5, rate / np.mean(4 * expit(gap) * expit(-gap))))


def standard_world(name: str, seed: int) -> World:
    """Return one of the STANDARD worlds; the same seed gives the same strengths, in worlds of one size alike.

    Raises
    ------
    MatchmakingError
        If there is no world of that name.
    """
    if name not in STANDARD:
        raise MatchmakingError(f"Unknown world {name!r}; choose one of {', '.join(STANDARD)}.")
    make = STANDARD[name][1]
    return make(name, np.random.default_rng(seed))


def _normal(size: int) -> Callable[[str, np.random.Generator], World]:
    """Strengths are standard normal, in logits."""

    def make(name: str, rng: np.random.Generator) -> World:
        theta = rng.normal(size=size)
        return World(name, theta, _ties(theta, rng))

    return make


def _tight_top(name: str, rng: np.random.Generator) -> World:
    """Gaps as on public boards: the strongest stand close together, 4, 6 and 10 points apart on average."""
    means = np.repeat([4.0, 6.0, 10.0], [10, 20, 29])
    theta = -np.concatenate([[0.0], np.cumsum(rng.exponential(means))]) * _LOGITS
    return World(name, theta, _ties(theta, rng))


def _newcomer(name: str, rng: np.random.Generator) -> World:
    """The last of 51 comes new to a board on which the others have 3,000 votes each."""
    theta = rng.normal(size=51)
    return World(name, theta, _ties(theta, rng), settled=3000, newcomer=50)


def _cycles(name: str, rng: np.random.Generator) -> World:
    """No strengths are true: each pair deviates by a normal draw of 0.4 logits."""
    theta, noise = rng.normal(size=30), np.triu(rng.normal(0, 0.4, (30, 30)), 1)
    return World(name, theta, _ties(theta, rng), deviations=noise - noise.T)


def _busy(in_flight: int) -> Callable[[str, np.random.Generator], World]:
    """So many battles are out at any time, and a fifth of them is never answered."""

    def make(name: str, rng: np.random.Generator) -> World:
        theta = rng.normal(size=30)
        return World(name, theta, _ties(theta, rng), in_flight=in_flight, abandoned=0.2)

    return make


def _ties(theta: Floats, rng: np.random.Generator) -> float:
    """Between a tenth and a quarter of the votes are ties."""
    return even_ties_for(theta, rng.uniform(0.10, 0.25))


STANDARD: Final[dict[str, tuple[str, Callable[[str, np.random.Generator], World]]]] = {
    "a20": ("20 contestants, normal strengths", _normal(20)),
    "a100": ("100 contestants, normal strengths", _normal(100)),
    "b50": ("a newcomer to a settled board of 50", _newcomer),
    "c60": ("60 contestants, close together at the top", _tight_top),
    "d30": ("30 contestants that beat each other in circles", _cycles),
    "e30": ("30 contestants, 50 battles in flight, 20 % abandoned", _busy(50)),
    "e30x": ("30 contestants, 500 battles in flight, 20 % abandoned", _busy(500)),
}
"""What each world is, and how it is made."""
