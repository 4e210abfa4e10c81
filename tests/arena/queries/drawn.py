"""Battles as matchmaking draws them, many at once: with their probabilities, branches and reasons, and voted on."""

from datetime import timedelta
from typing import Any

import numpy as np
from django.utils import timezone
from scipy.special import expit

from arena.matchmaking.draw import draw_pair
from arena.matchmaking.settings import PolicySettings
from arena.matchmaking.state import MatchState
from arena.models import Battle, BattleState, Contest, Rater, Vote
from tests.factories import make_rater

GAP = 0.7
"""Logits between one contestant and the next."""


def draw_battles(
    contest: Contest,
    number: int,
    rater: Rater | None = None,
    seed: int = 1,
    stretch: float = 1.0,
    floor: float = 0.1,
    **fields: Any,
) -> list[Battle]:
    """Draw battles on the first prompt by the policy information, and vote on nine of ten.

    Contestants are the weaker, the later they came. Votes on the floor are drawn from strengths that are `stretch`
    times as close together; `fields` overrule those of all battles.
    """
    rng, rater = np.random.default_rng(seed), rater or make_rater()
    responses = list(contest.prompts.order_by("id")[0].responses.select_related("contestant").order_by("contestant_id"))
    size, now = len(responses), timezone.now()
    theta, none = np.asarray(-GAP * np.arange(size), dtype=np.float64), np.zeros((size, size))
    state = MatchState(theta, np.eye(size), votes=none, pending=none, allowed=~np.eye(size, dtype=bool))
    battles, votes = [], []
    for _ in range(number):
        draw = draw_pair(state, PolicySettings(floor=floor), rng)
        swapped, voted = rng.random() < 0.5, rng.random() < 0.9
        first, second = (responses[k] for k in ((draw.j, draw.i) if swapped else (draw.i, draw.j)))
        told = {
            "policy": draw.reason.policy,
            "branch": draw.branch,
            "propensity": draw.propensity,
            "reason": draw.reason.to_dict(),
            "state": BattleState.VOTED if voted else BattleState.SKIPPED,
            "served_at": now - timedelta(hours=2),
            "closed_at": now - timedelta(hours=1),
        }
        battle = Battle(
            contest=contest,
            prompt_id=first.prompt_id,
            response_a=first,
            response_b=second,
            contestant_a=first.contestant,
            contestant_b=second.contestant,
            rater=rater,
            **{**told, **fields},
        )
        battles.append(battle)
        if battle.state == BattleState.VOTED:
            gap = (theta[draw.i] - theta[draw.j]) / (stretch if draw.branch == "floor" else 1)
            won = (rng.random() < expit(gap)) != swapped
            votes.append(Vote(battle=battle, outcome="A" if won else "B"))
    Battle.objects.bulk_create(battles)
    Vote.objects.bulk_create(votes)
    return battles
