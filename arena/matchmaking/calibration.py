"""A calibration slope on noisy ratings: does what they foretell come true, once their own noise is allowed for?"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from arena.matchmaking.rated import Rated, gaps, squares
from ranking import PairCounts

Floats = NDArray[np.float64]

_STEPS: Final = 100
_LONGEST: Final = 0.5
_SHORT: Final = 1e-10
_DIFFERENCE: Final = 1e-5


@dataclass(frozen=True, slots=True)
class CorrectedScore:
    """The score of b in P(i beats j) = sigma(b gap), corrected for the noise of the gaps.

    Noise in a regressor flattens: b would come out below 1 wherever ratings are not exact. With v the variance of a
    gap's error, the expectation of what it does to the score, to second order, is taken off (Stefanski 1985; Nakamura
    1990): sum (y - sigma(b g)) g + v (b sigma' + b^2 g sigma'' / 2) = 0.

    Attributes
    ----------
    rated : whose gaps foretell. votes : (R, R) counts of the votes that are foretold, which the ratings have not seen.
    """

    rated: Rated
    votes: PairCounts

    def at(self, b: float) -> float:
        """Return the score. Each pair stands twice in the tables and once in the sum."""
        gap, win, flat = self._curve(b)
        noise = self.rated.gap_variance * (b * flat + b * b * gap * flat * (1 - 2 * win) / 2)
        return float(((self.votes.score - self.votes.games * win) * gap + self.votes.games * noise).sum() / 2)

    def root(self) -> float | None:
        """Return the b at which the score vanishes, by Newton's method from 1; None where it does not settle."""
        b = 1.0
        for _ in range(_STEPS):
            steep = self._steepness(b)
            if not steep < 0:
                return None
            move = float(np.clip(self.at(b) / steep, -_LONGEST, _LONGEST))
            b -= move
            if abs(move) < _SHORT:
                return b
        return None

    def standard_error(self, b: float) -> float:
        """Return the error of b: that of the foretold votes (sandwich), and that of the ratings (delta method)."""
        gap, win, flat = self._curve(b)
        of_votes = float((gap**2 * squares(self.votes, win, win)).sum() / 2)
        lean = -(self.votes.games * b * gap * flat).sum(axis=1)
        of_ratings = float(lean @ self.rated.covariance @ lean)
        return float(np.sqrt(of_votes + of_ratings)) / abs(self._steepness(b))

    def reliability(self, b: float) -> float:
        """Return the share of the spread of the gaps, as the foretold votes weigh them, that is not noise."""
        gap, _, flat = self._curve(b)
        weight = self.votes.games * flat
        seen = float((weight * gap**2).sum())
        return 1 - float((weight * self.rated.gap_variance).sum()) / seen if seen > 0 else 0.0

    def _steepness(self, b: float) -> float:
        return (self.at(b + _DIFFERENCE) - self.at(b - _DIFFERENCE)) / (2 * _DIFFERENCE)

    def _curve(self, b: float) -> tuple[Floats, Floats, Floats]:
        """Return (R, R) gaps, foretold probabilities and their slopes."""
        gap = gaps(self.rated.theta)
        win = expit(b * gap)
        return gap, win, win * (1 - win)
