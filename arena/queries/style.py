"""What style is worth on a board, as pages and API tell it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from arena.style.features import known_features
from ranking import POINTS_PER_LOGIT


@dataclass(frozen=True, slots=True)
class StyleEffect:
    """What one standard deviation more of a feature than the other response is worth, in points with its interval."""

    name: str
    told: str
    points: float
    lower: float
    upper: float
    standard_error: float

    @property
    def clear(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.lower > 0 or self.upper < 0


def style_effects(coefficients: Sequence[Mapping[str, Any]]) -> list[StyleEffect]:
    """Return stored coefficients (logits) in points."""
    told = {feature.name: feature.told for feature in known_features()}
    return [
        StyleEffect(
            name=found["name"],
            told=told.get(found["name"], found["name"]),
            points=POINTS_PER_LOGIT * found["value"],
            lower=POINTS_PER_LOGIT * found["lower"],
            upper=POINTS_PER_LOGIT * found["upper"],
            standard_error=POINTS_PER_LOGIT * found["standard_error"],
        )
        for found in coefficients
    ]
