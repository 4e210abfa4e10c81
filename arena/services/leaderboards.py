"""Leaderboards: from votes to a published snapshot, outside of the vote's request."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils import timezone

from arena.models import Board, Contest, Judge, RaterKind, Vote
from arena.queries.tally import board_settings, pair_counts
from ranking import RankingError, compute_standings
from ranking.models import Snapshot
from ranking.store import publish

NAMES: Final = {RaterKind.HUMAN: "People", RaterKind.SIMULATED: "Simulated raters"}


@dataclass(frozen=True, slots=True)
class Refresh:
    """What became of one board: a snapshot, new or standing, or the problem that prevented one."""

    board: Board
    snapshot: Snapshot | None
    created: bool
    problem: str = ""


def refresh_leaderboard(board: Board, now: datetime | None = None) -> Refresh:
    """Count, fit and publish one board.

    1. Count the votes by pair.
    2. Compute the standings; what makes that impossible is stored on the board for everyone to read.
    3. Publish them, unless nothing changed.

    Two refreshes at the same time do the same work twice and publish the same content; the later one finds
    it there.
    """
    now = now or timezone.now()
    try:
        counts = pair_counts(board)
        standings = compute_standings(counts, board_settings(board))
    except RankingError as error:
        Board.objects.filter(pk=board.pk).update(problem=str(error), checked_at=now)
        return Refresh(board, None, created=False, problem=str(error))
    snapshot, created = publish(board.key, standings, counts, now)
    Board.objects.filter(pk=board.pk).update(problem="", checked_at=now)
    return Refresh(board, snapshot, created)


def refresh_contest(contest: Contest, now: datetime | None = None) -> list[Refresh]:
    """Refresh every board of a contest, those included that its votes call for and that are not there yet."""
    return [refresh_leaderboard(board, now) for board in ensure_boards(contest)]


def ensure_boards(contest: Contest) -> list[Board]:
    """Return the contest's boards; one for people, one for simulated raters and one for each judge that voted
    is created where it is missing. People have a board from the beginning.
    """
    votes = Vote.objects.filter(battle__contest=contest).order_by()
    kinds = set(votes.values_list("battle__rater__kind", flat=True).distinct())
    for position, kind in enumerate((RaterKind.HUMAN, RaterKind.SIMULATED)):
        if kind in kinds or (kind == RaterKind.HUMAN and not contest.simulated):
            Board.objects.get_or_create(
                contest=contest,
                slug=kind.value,
                defaults={"name": NAMES[kind], "rater_kind": kind, "position": position},
            )
    judges = votes.filter(battle__rater__judge__isnull=False).values_list("battle__rater__judge", flat=True)
    for judge in Judge.objects.filter(pk__in=judges.distinct()):
        _ensure_judge_board(contest, judge)
    return list(contest.boards.select_related("contest", "judge", "category"))


def _ensure_judge_board(contest: Contest, judge: Judge) -> None:
    if not contest.boards.filter(judge=judge).exists():
        slug = judge.slug if judge.version == 1 else f"{judge.slug}-v{judge.version}"
        if contest.boards.filter(slug=slug).exists() or slug in RaterKind.values:
            # Taken by another board, or by the one that people or simulations will have.
            slug = f"judge-{judge.slug}-v{judge.version}"
        Board.objects.get_or_create(
            contest=contest,
            slug=slug,
            defaults={
                "name": judge.name if judge.version == 1 else str(judge),
                "rater_kind": RaterKind.JUDGE,
                "judge": judge,
                "position": 10,
            },
        )


def refresh_changed(now: datetime | None = None) -> list[Refresh]:
    """Refresh the boards of every contest that has votes; where nothing changed nothing is published."""
    refreshed = []
    for contest in Contest.objects.filter(battles__vote__isnull=False).distinct():
        refreshed += refresh_contest(contest, now)
    return refreshed
