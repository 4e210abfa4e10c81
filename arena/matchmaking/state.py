"""Everything that a policy may look at."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from arena.matchmaking.errors import MatchmakingError

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class MatchState:
    """Beliefs about M contestants and which pairs may be drawn.

    Attributes
    ----------
    theta : (M,) strengths in logits.
    covariance : (M, M) of theta, pending battles folded in.
    votes : (M, M) symmetric counts of votes on each pair.
    pending : (M, M) symmetric counts of battles handed out and not yet answered.
    allowed : (M, M) symmetric truth values, False on the diagonal; the filters act here, before probabilities are
        normalised.
    leverage : (M, M) covariance @ weights @ covariance for the weights of the policy's goal, where somebody keeps it
        up to date; None has the policy compute it, which costs M^3.
    open : (M,) truth values: contestants whose goal is not reached yet. Active draws have one of them in the pair,
        as long as there is one. None leaves all of them open.
    """

    theta: Floats
    covariance: Floats
    votes: Floats
    pending: Floats
    allowed: NDArray[np.bool_]
    leverage: Floats | None = None
    open: NDArray[np.bool_] | None = None

    def __post_init__(self) -> None:
        square = (self.theta.size, self.theta.size)
        for name in ("covariance", "votes", "pending", "allowed"):
            if getattr(self, name).shape != square:
                raise MatchmakingError(f"{name} has shape {getattr(self, name).shape}, expected {square}.")
        if self.allowed.diagonal().any():
            raise MatchmakingError("allowed must be False on its diagonal: nobody meets itself.")
        if not np.array_equal(self.allowed, self.allowed.T):
            raise MatchmakingError("allowed must be symmetric: a pair has no direction.")
