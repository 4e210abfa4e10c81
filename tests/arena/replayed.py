"""A contest whose strengths are known well enough to replay policies on them, and a replay of it that takes no time."""

from typing import Any

from arena.models import Contest, RaterKind, VoteOutcome
from arena.services.leaderboards import refresh_contest
from arena.services.replay_plans import ReplayPlan, ReplayWish, plan_replay
from tests.factories import make_arena, make_rater, vote_between


def make_rated_arena(slug: str = "tea", raters: str = RaterKind.HUMAN, contestants: int = 4, **fields: Any) -> Contest:
    """An arena in which each beat each who comes after it 6 to 2, with one tie; its board is published."""
    contest = make_arena(contestants=contestants, prompts=1, slug=slug, **fields)
    vote_all_round(contest, raters)
    refresh_contest(contest)
    return contest


def vote_all_round(contest: Contest, raters: str = RaterKind.HUMAN) -> None:
    """Have each contestant beat each who comes after it 6 to 2, with one tie."""
    cast, rater = list(contest.contestants.order_by("id")), make_rater(raters)
    for place, better in enumerate(cast):
        for worse in cast[place + 1 :]:
            for outcome in 6 * [VoteOutcome.A] + 2 * [VoteOutcome.B] + [VoteOutcome.TIE]:
                vote_between(contest, better, worse, outcome, rater=rater)


def small_plan(contest: Contest, **wish: Any) -> ReplayPlan:
    """Plan two repetitions of sixty votes under information and uniform, unless told otherwise."""
    return plan_replay(contest, ReplayWish(**{"votes": 60, "repetitions": 2, "policies": ("information",), **wish}))
