"""Contests of two for the tests of boards: who won how often is all there is to know."""

from datetime import UTC, datetime

from arena.models import Board, Contest, Contestant, VoteOutcome
from arena.services.leaderboards import ensure_boards
from ranking.models import Snapshot
from tests.factories import (
    make_arena,
    vote_between,
)

NOON = datetime(2025, 3, 1, 12, tzinfo=UTC)


def make_duel(wins: int = 3, losses: int = 1, slug: str = "tea", **voter: object) -> Contest:
    """Two contestants, of which the first won so often and lost so often."""
    contest = make_arena(contestants=2, prompts=1, slug=slug)
    add_votes(contest, wins, losses, **voter)
    return contest


def add_votes(contest: Contest, wins: int, losses: int, **voter: object) -> None:
    one, two = duellists(contest)
    for outcome, times in ((VoteOutcome.A, wins), (VoteOutcome.B, losses)):
        for _ in range(times):
            vote_between(contest, one, two, outcome, **voter)


def duellists(contest: Contest) -> list[Contestant]:
    return list(contest.contestants.order_by("id")[:2])


def people(contest: Contest) -> Board:
    [board] = [board for board in ensure_boards(contest) if board.slug == "human"]
    return board


def gap(snapshot: Snapshot, contest: Contest) -> float:
    """Rating of the first contestant above the second."""
    rating = dict(snapshot.ratings.values_list("item_key", "rating"))
    one, two = (rating[who.slug] for who in duellists(contest))
    assert one is not None
    assert two is not None
    return one - two
