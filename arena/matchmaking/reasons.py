"""Why this pair: stored as numbers with the battle, told as one sentence."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Reason:
    """What the policy knew of the pair when it drew it.

    Attributes
    ----------
    win_probability : believed probability that the first of the pair wins.
    gap, gap_error : believed difference of strengths and its standard deviation, in logits.
    votes, pending : votes on this pair so far and battles of it still out.
    """

    policy: str
    branch: str
    win_probability: float
    gap: float
    gap_error: float
    votes: int
    pending: int

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for storage."""
        return asdict(self)


def tell_reason(stored: Mapping[str, Any]) -> str:
    """Return one sentence for people from a stored reason; empty where the reason is not ours (imports)."""
    if "branch" not in stored:
        return ""
    if stored["branch"] == "floor":
        return (
            "Drawn at random: a fixed share of pairs is drawn evenly among all, "
            "so that the ranking can be checked against an unbiased sample."
        )
    votes = stored["votes"]
    known = "no votes yet" if votes == 0 else f"{votes} vote{'s' if votes != 1 else ''} so far"
    closeness = _closeness(float(stored["win_probability"]))
    return (
        f"Drawn because a vote on it tells much: {known} on this pair, {closeness}, and the gap between "
        f"the two is known only to within {_points(stored['gap_error'])} points."
    )


def _closeness(win: float) -> str:
    favourite = max(win, 1 - win)
    if favourite < 0.55:
        return "an even match as far as we know"
    return f"the favourite is expected to win {favourite:.0%} of the time"


def _points(logits: float) -> int:
    # 400 / ln 10 points a logit, and two standard deviations each way.
    return round(1.96 * float(logits) * 173.7178)
