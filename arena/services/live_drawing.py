"""Who writes a live battle: drawn as pairs of stored responses are, and drawn anew where one cannot begin."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from arena.matchmaking.draw import draw_pair
from arena.matchmaking.errors import NoPairLeft
from arena.models import Contest, Rater
from arena.queries.live import live_table
from arena.services.errors import NoBattleLeft


@dataclass(frozen=True, slots=True)
class LivePair:
    """Primary keys of the contestants on sides A and B, and what is stored of why these."""

    a: int
    b: int
    draw: dict[str, Any]


def draw_live_pair(
    contest: Contest,
    rater: Rater,
    now: datetime,
    *,
    without: Collection[int] = (),
    failed: Collection[dict[str, Any]] = (),
    rng: np.random.Generator | None = None,
) -> LivePair:
    """Draw two contestants for a prompt that a voter typed, and their sides by a fair coin.

    Parameters
    ----------
    without : primary keys of contestants who could not begin.
    failed : the draws that came to nothing, told in the reason. The propensity is that of this draw, from those who
        were left.

    Raises
    ------
    NoBattleLeft
        If fewer than two can write now.
    """
    rng = rng or np.random.default_rng()
    table = live_table(contest, rater, now, without)
    try:
        draw = draw_pair(table.state, table.policy, rng)
    except NoPairLeft as error:
        raise NoBattleLeft(
            _(
                "Too few contestants of {name} can write right now. Please try again in a while, or vote on what they "
                "wrote already."
            ).format(name=contest.name)
        ) from error
    i, j = (draw.j, draw.i) if rng.random() < 0.5 else (draw.i, draw.j)
    told = {
        "policy": draw.reason.policy,
        "branch": draw.branch,
        "propensity": draw.propensity,
        "reason": {**draw.reason.to_dict(), "live": True, **({"failed_draws": list(failed)} if failed else {})},
    }
    return LivePair(table.contestants[i], table.contestants[j], told)
