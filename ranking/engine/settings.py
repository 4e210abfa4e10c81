"""What a board asks of the engine."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from ranking.engine.errors import RankingError


@dataclass(frozen=True, slots=True)
class BoardSettings:
    """How comparisons become standings.

    Attributes
    ----------
    method : bradley_terry.
    tie_model : half_win.
    prior_strength : virtual half wins each way on every compared pair; 0 is maximum likelihood.
    anchor : rating of the mean of the rated items, in points.
    level : probability that an interval covers the true rating, and all rank ranges together the true ranks.
    seed : of the draws behind the rank ranges.
    """

    method: str = "bradley_terry"
    tie_model: str = "half_win"
    prior_strength: float = 0.0
    anchor: float = 1000.0
    level: float = 0.95
    seed: int = 0

    def __post_init__(self) -> None:
        if self.method != "bradley_terry":
            raise RankingError(f"Unknown method {self.method!r}; use bradley_terry.")
        if self.tie_model != "half_win":
            raise RankingError(f"Unknown tie model {self.tie_model!r}; use half_win.")
        for name in ("prior_strength", "anchor", "level"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise RankingError(f"{name} is {value!r}; it must be a number.")
        if isinstance(self.seed, bool) or not isinstance(self.seed, int) or self.seed < 0:
            raise RankingError(f"seed is {self.seed!r}; it must be a whole number from 0 on.")
        if not 0 <= self.prior_strength < float("inf"):
            raise RankingError(f"prior_strength is {self.prior_strength}; it must be zero or positive.")
        if not 0 < self.level < 1:
            raise RankingError(f"level is {self.level}; it must lie between 0 and 1, for example 0.95.")

    def to_dict(self) -> dict[str, Any]:
        """Return plain values; `from_dict` reads them back."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "BoardSettings":
        """Return settings; what is left out has its default, an unknown name is an error."""
        unknown = set(values) - {entry.name for entry in fields(cls)}
        if unknown:
            raise RankingError(f"Unknown board setting: {', '.join(sorted(unknown))}.")
        return cls(**values)
