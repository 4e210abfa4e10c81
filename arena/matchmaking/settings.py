"""How pairs are drawn: the settings of a policy, with the values that measured best as defaults."""

from dataclasses import dataclass
from typing import Final

from arena.matchmaking.errors import MatchmakingError

VERSION: Final = 2
"""Of the rules behind the names. Stored with each battle; raise it when the same settings draw otherwise."""

SHARPNESS: Final[dict[str, float]] = {
    "information": 16.0,
    "order": 6.0,
    "top_k": 6.0,
    "balanced": 4.0,
    "uniform": 1.0,
}
"""The power of the gain that each policy takes unless told otherwise.

Measured by `benchmarks/matchmaking.py`. Sharper draws need a few per cent fewer votes, but the more a draw follows the
estimates, the more it favours rivals that were overrated by chance, and the further the scale is stretched: with 100
contestants, 80 votes each, a power of 16 lets intervals of 95 % cover 86 %, a power of 4 lets them cover 91 %.
"""


@dataclass(frozen=True, slots=True)
class PolicySettings:
    """How pairs are drawn.

    Attributes
    ----------
    name : information, order, top_k, balanced or uniform.
    floor : share of draws that are uniform over the allowed pairs; keeps every propensity above zero.
    sharpness : power to which the gain is raised before it is normalised; None takes the policy's own.
    share_cap : largest share of battles that one contestant takes part in. Where the fair share 2 / M comes
        near it, one and a half fair shares are the cap: four contestants cannot each stay below 30 %.
    top_k : how many places the policy top_k cares for.
    """

    name: str = "information"
    floor: float = 0.1
    sharpness: float | None = None
    share_cap: float = 0.3
    top_k: int = 5

    def __post_init__(self) -> None:
        if self.name not in SHARPNESS:
            raise MatchmakingError(f"Unknown policy {self.name!r}; choose one of {', '.join(sorted(SHARPNESS))}.")
        if not 0 < self.floor <= 1:
            raise MatchmakingError(f"The floor is {self.floor}; it must be above 0 and at most 1.")
        if self.sharpness is not None and not self.sharpness > 0:
            raise MatchmakingError(f"The sharpness is {self.sharpness}; it must be above 0.")
        if not 0 < self.share_cap <= 1:
            raise MatchmakingError(f"The share cap is {self.share_cap}; it must be above 0 and at most 1.")
        if self.top_k < 1:
            raise MatchmakingError(f"top_k is {self.top_k}; it must be at least 1.")

    @property
    def label(self) -> str:
        """Name and version as stored with each battle."""
        return f"{self.name}/{VERSION}"

    @property
    def power(self) -> float:
        """The sharpness in force."""
        return SHARPNESS[self.name] if self.sharpness is None else self.sharpness

    def cap(self, contestants: int) -> float:
        """Return the largest share of battles that one of so many contestants may take part in."""
        return min(1.0, max(self.share_cap, 3 / contestants))
