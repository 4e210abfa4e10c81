"""Why this pair: stored as numbers with the battle, told as one sentence."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, ndtr

from arena.matchmaking.matrices import own_variance
from arena.matchmaking.settings import PolicySettings
from arena.matchmaking.state import MatchState

Floats = NDArray[np.float64]

_POINTS = 173.7178
"""400 / ln 10: points in a logit."""


@dataclass(frozen=True, slots=True)
class Reason:
    """What the policy knew of the pair when it drew it.

    Attributes
    ----------
    win_probability : believed probability that the first of the pair wins.
    gap, gap_error : believed difference of strengths and its standard deviation, in logits.
    errors : standard deviation of each of the two strengths against the mean of the board, in logits.
    places : of each of the two among the contestants that could be drawn, 1 the strongest.
    votes, pending : votes on this pair so far and battles of it still out.
    pairs : how many pairs were allowed. With them, the average of 1 / (propensity x pairs) over battles is one.
    rarer, as_rare : probability of drawing a pair that is drawn less often than this one, and one that is drawn
        exactly as often. Over battles, `rarer` plus a random part of `as_rare` is uniform; the audit tests that.
    """

    policy: str
    branch: str
    win_probability: float
    gap: float
    gap_error: float
    errors: tuple[float, float]
    places: tuple[int, int]
    top_k: int
    votes: int
    pending: int
    pairs: int
    rarer: float
    as_rare: float

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for storage."""
        return asdict(self)


def reason_for(
    state: MatchState, settings: PolicySettings, table: Floats, pair: tuple[int, int], branch: str
) -> Reason:
    """Return the reason of a draw from its (M, M) table of probabilities."""
    i, j = pair
    gap = float(state.theta[i] - state.theta[j])
    own = own_variance(state.covariance)
    contrast = float(state.covariance[i, i] + state.covariance[j, j] - 2 * state.covariance[i, j])
    # Equal up to rounding is equal: pairs of one probability are told apart by chance alone.
    edge = float(table[i, j])
    low, high = edge * (1 - 1e-9), edge * (1 + 1e-9)
    rarer = float(np.sum(table, where=table < low)) / 2
    common = float(np.sum(table, where=table > high)) / 2
    return Reason(
        policy=settings.label,
        branch=branch,
        win_probability=float(expit(gap)),
        gap=gap,
        gap_error=max(contrast, 0.0) ** 0.5,
        errors=(float(own[i] ** 0.5), float(own[j] ** 0.5)),
        places=(_place(state.theta, i), _place(state.theta, j)),
        top_k=settings.top_k,
        votes=round(float(state.votes[i, j])),
        pending=int(state.pending[i, j]),
        pairs=int(np.count_nonzero(state.allowed)) // 2,
        rarer=rarer,
        as_rare=max(1 - rarer - common, 0.0),
    )


def _place(theta: Floats, i: int) -> int:
    return 1 + int(np.count_nonzero(theta > theta[i]))


def tell_reason(stored: Mapping[str, Any]) -> str:
    """Return one sentence for people from a stored reason; empty where the reason is not ours (imports)."""
    if stored.get("source") == "check":
        return "Not drawn to rank: the better answer is known, and such battles check now and then that raters read."
    if stored.get("source") == "repeat":
        return "Not drawn to rank: you had this pair before, with sides swapped. Repeats show how steady votes are."
    if "branch" not in stored:
        return ""
    if stored["branch"] == "floor":
        return (
            "Drawn at random: a fixed share of pairs is drawn evenly among all, "
            "so that the ranking can be checked against an unbiased sample."
        )
    name = str(stored.get("policy", "")).split("/")[0]
    return _TOLD.get(name, _tell_information)(stored)


def tell_gain(stored: Mapping[str, Any], weight: float = 1.0) -> str:
    """Return what one vote told of the gap between the two, as a sentence; empty where the reason is not ours.

    A vote of weight w adds w p (1 - p) to the information on the gap, p the believed probability of a win: the step
    of rank one by which beliefs follow the votes. The uncertainty is that of the draw, before and after this vote alone.
    """
    if "gap_error" not in stored or "win_probability" not in stored:
        return ""
    win, before = float(stored["win_probability"]), float(stored["gap_error"])
    after = before / (1 + weight * win * (1 - win) * before**2) ** 0.5
    if _points(after) == _points(before):
        return f"The gap between the two stays known to ±{_points(before)} points: much was known already."
    return f"The gap between the two is now known to ±{_points(after)} points instead of ±{_points(before)}."


def _tell_information(stored: Mapping[str, Any]) -> str:
    return (
        f"Drawn because a vote on it tells much: {_known(stored)} on this pair, {_closeness(stored)}, and the gap "
        f"between the two is known only to within {_points(stored['gap_error'])} points."
    )


def _tell_order(stored: Mapping[str, Any]) -> str:
    wrong = _wrong_order(stored)
    return (
        f"Drawn because it is open which of the two is better: {_known(stored)} on this pair, and the order in which "
        f"they stand now is wrong with a probability of {wrong:.0%}."
    )


def _tell_top(stored: Mapping[str, Any]) -> str:
    first, second = sorted(stored["places"])
    wrong = _wrong_order(stored)
    return (
        f"Drawn because it matters for the first {stored['top_k']} places: the two stand at {first} and {second}, "
        f"and their order is wrong with a probability of {wrong:.0%}."
    )


def _tell_balanced(stored: Mapping[str, Any]) -> str:
    return f"Drawn because this pair was compared less often than others: {_known(stored)}."


def _tell_uniform(stored: Mapping[str, Any]) -> str:
    return "Drawn at random: in this contest every pair has the same chance."


_TOLD = {
    "information": _tell_information,
    "order": _tell_order,
    "top_k": _tell_top,
    "balanced": _tell_balanced,
    "uniform": _tell_uniform,
}


def _known(stored: Mapping[str, Any]) -> str:
    votes = stored["votes"]
    return "no votes yet" if votes == 0 else f"{votes} vote{'s' if votes != 1 else ''} so far"


def _closeness(stored: Mapping[str, Any]) -> str:
    win = float(stored["win_probability"])
    favourite = max(win, 1 - win)
    if favourite < 0.55:
        return "an even match as far as we know"
    return f"the favourite is expected to win {favourite:.0%} of the time"


def _wrong_order(stored: Mapping[str, Any]) -> float:
    error = float(stored["gap_error"])
    return float(ndtr(-abs(float(stored["gap"])) / error)) if error > 0 else 0.0


def _points(logits: float) -> int:
    # Two standard deviations each way.
    return round(1.96 * float(logits) * _POINTS)
