"""Everything that a policy may look at."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from arena.matchmaking.errors import MatchmakingError


@dataclass(frozen=True, slots=True)
class MatchState:
    """Beliefs about M contestants and which pairs may be drawn.

    Attributes
    ----------
    theta : (M,) strengths in logits.
    covariance : (M, M) of theta, pending battles folded in.
    votes : (M, M) symmetric counts of votes on each pair.
    pending : (M, M) symmetric counts of battles handed out and not yet answered.
    allowed : (M, M) symmetric truth values; the filters act here, before probabilities are normalised.
    """

    theta: NDArray[np.float64]
    covariance: NDArray[np.float64]
    votes: NDArray[np.float64]
    pending: NDArray[np.float64]
    allowed: NDArray[np.bool_]

    def __post_init__(self) -> None:
        square = (self.theta.size, self.theta.size)
        for name in ("covariance", "votes", "pending", "allowed"):
            if getattr(self, name).shape != square:
                raise MatchmakingError(f"{name} has shape {getattr(self, name).shape}, expected {square}.")
        if not np.array_equal(self.allowed, self.allowed.T):
            raise MatchmakingError("allowed must be symmetric: a pair has no direction.")

    def pairs(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Return the indices i < j of the pairs that may be drawn."""
        rows, columns = np.nonzero(np.triu(self.allowed, k=1))
        return rows, columns
