"""What is kept of matchmaking's beliefs, so that web processes begin with it: rebuilt off the path of requests."""

from datetime import datetime
from typing import Any

from django.db.models import F, Max
from django.utils import timezone

from arena.matchmaking.errors import NoPairLeft
from arena.matchmaking.forecast import GoalSettings, forecast_votes
from arena.matchmaking.storage import pack_memory
from arena.models import Board, Contest, ContestState, KeptBeliefs, Matchmaking, Vote
from arena.queries.battles import match_state, may_meet, policy_of, rules_of, votable_rows
from arena.queries.beliefs import Followed, count_beliefs, counted_for
from arena.queries.catalogue import catalogue
from arena.queries.fingerprint import digest, sum_votes
from arena.queries.matchmaking import matchmaking_of


def rebuild_changed() -> int:
    """Rebuild the beliefs of every open contest whose votes or settings changed; return how many were rebuilt."""
    open_contests = Contest.objects.filter(state=ContestState.OPEN).order_by("id")
    return sum(rebuild_beliefs(contest, raters) for contest in open_contests for raters in _raters_of(contest))


def rebuild_beliefs(contest: Contest, raters: str, now: datetime | None = None) -> bool:
    """Rebuild what is kept for one contest and key of raters; return whether anything had changed.

    1. Look at the votes and the settings; where both are as they were, only remember how far the look reached.
    2. Count all votes and fit everything; forecast what further votes will settle.
    3. Write one row in the place of the one before. It follows from the votes, so that a process killed on the way
       loses nothing.
    """
    now = now or timezone.now()
    settings = matchmaking_of(contest)
    latest = Vote.objects.aggregate(last=Max("id"))["last"] or 0
    mark = _mark(contest, raters, settings)
    if KeptBeliefs.objects.filter(contest=contest, raters=raters, mark=mark).update(last_vote=latest):
        return False
    followed = count_beliefs(contest, raters, rules_of(settings))
    memory = followed.memory
    KeptBeliefs.objects.update_or_create(
        contest=contest,
        raters=raters,
        defaults={
            "payload": pack_memory(followed.contestants, memory, followed.recent),
            "mark": mark,
            "votes": round(float(memory.votes.sum()) / 2),
            "last_vote": followed.last_vote,
            "forecast": _forecast(contest, raters, followed, settings, now),
            "built_at": now,
        },
    )
    return True


def _raters_of(contest: Contest) -> list[str]:
    boards = Board.objects.filter(contest=contest).order_by()
    keys = {f"judge:{judge}" if judge else kind for kind, judge in boards.values_list("rater_kind", "judge_id")}
    return sorted(keys)


def _mark(contest: Contest, raters: str, settings: Matchmaking) -> str:
    seen = {
        "votes": sum_votes(counted_for(contest, raters), F("integrity_weight")),
        "contestants": list(contest.contestants.order_by("id").values_list("id", "state")),
        "categories": list(contest.categories.order_by("id").values_list("id", flat=True)),
        "rules": repr(rules_of(settings)),
        "goal": (settings.goal, settings.goal_width, settings.vote_budget),
        "meets": (settings.same_organisation, settings.most_cost_usd),
        "asks": (contest.kind, contest.correctness_apart),
    }
    return digest(seen)


def _forecast(
    contest: Contest, raters: str, followed: Followed, settings: Matchmaking, now: datetime
) -> dict[str, Any] | None:
    """Return the forecast for contestants that can be drawn, with their primary keys; None where none can be."""
    stock = catalogue(contest)
    if stock.contestants.size < 2:
        return None
    goal = GoalSettings(settings.goal, settings.top_k, settings.goal_width)
    votes = float(followed.memory.votes.sum()) / 2
    left = None if settings.vote_budget is None else max(settings.vote_budget - round(votes), 0)
    # What people are not asked about settles nothing by their votes.
    shared = stock.comparable(votable_rows(stock, raters))
    allowed = (shared > 0) & may_meet(contest, stock, settings, now)
    state = match_state(followed, stock, allowed, settings)
    try:
        told = forecast_votes(state, policy_of(settings), goal, left)
    except NoPairLeft:
        return None
    return {"contestants": stock.contestants.tolist(), "budget_left": left, **told.to_dict()}
