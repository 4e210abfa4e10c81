"""Battles that tell of raters: known pairs of a calibration round, attention checks, repeats. Only drawn here."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from arena.models import BattlePurpose, Contest, Matchmaking, Rater, RaterKind
from arena.queries.calibration import Calibration, calibration, pairs_left
from arena.queries.quality import as_battle, find_check, find_repeat


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a battle shows, side A first, and what is stored of why.

    Attributes
    ----------
    prompt : primary key. sides : primary keys of a response and of its contestant, of A and of B.
    told : the further fields of the battle.
    """

    prompt: int
    sides: tuple[tuple[int, int], tuple[int, int]]
    told: dict[str, Any]


def draw_calibration(contest: Contest, rater: Rater, rng: np.random.Generator) -> Drawn | None:
    """Return the next known pair of the round that a rater is in, or begins with; None where none is asked for."""
    if not contest.calibration_pairs:
        return None
    standing = calibration(contest, rater)
    return draw_of_round(contest, rater, standing, rng) if standing.asks else None


def draw_of_round(
    contest: Contest, rater: Rater, standing: Calibration, rng: np.random.Generator, *, another: bool = False
) -> Drawn:
    """Return a known pair of the current round, or of another one after it; those never shown come first."""
    left, current = pairs_left(contest, rater), standing.current
    if current is None or another:
        number = 1 if current is None else current.number + 1
        told: dict[str, Any] = {"round": number, "of": min(standing.asked, len(left))}
        if len(left) < standing.asked:
            told["short"] = True
    else:
        told = {"round": current.number, "of": current.of, **({"short": True} if current.short else {})}
    found = as_battle(left[0], rng)
    purpose = BattlePurpose.CALIBRATION
    reason = {"source": purpose.value, **told}
    return Drawn(found.prompt, found.sides, {"policy": "calibration/1", "purpose": purpose, "reason": reason})


def draw_quality(contest: Contest, rater: Rater, chosen: Matchmaking, rng: np.random.Generator) -> Drawn | None:
    """Return an attention check or a repeat, where it is one's turn and there is one for this rater."""
    turn = rng.random()
    if rater.kind == RaterKind.JUDGE or turn >= chosen.check_rate + chosen.repeat_rate:
        return None
    purpose = BattlePurpose.CHECK if turn < chosen.check_rate else BattlePurpose.REPEAT
    found = find_check(contest, rater, rng) if purpose is BattlePurpose.CHECK else find_repeat(contest, rater, rng)
    if found is None:
        return None
    told = {"policy": f"{purpose.value}/1", "purpose": purpose, "reason": {"source": purpose.value}}
    return Drawn(found.prompt, found.sides, told)
