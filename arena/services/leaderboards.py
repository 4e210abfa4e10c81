"""Leaderboards: from votes to a published snapshot, outside of the vote's request."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Exists, OuterRef
from django.utils import timezone

from arena.models import Board, Contest, Judge, RaterKind
from arena.queries.fingerprint import look_at_votes
from arena.queries.selection import given_votes
from arena.queries.tally import Tally, board_settings, tally
from arena.services.features import compute_features
from arena.style.errors import StyleError
from ranking import Diagnosis, RankingError, Standings, compute_standings
from ranking.models import Snapshot
from ranking.store import latest, publish

NAMES: Final = {RaterKind.HUMAN: "People", RaterKind.SIMULATED: "Simulated raters"}


@dataclass(frozen=True, slots=True)
class Refresh:
    """What became of one board: a snapshot, new or standing, or the problem that prevented one."""

    board: Board
    snapshot: Snapshot | None
    created: bool
    problem: str = ""


def refresh_leaderboard(board: Board, now: datetime | None = None) -> Refresh:
    """Count, fit, check and publish one board.

    1. Look whether votes or settings changed since the last snapshot; if not, that is all.
    2. Count the votes, or read them row by row where the settings need it; measure responses that were not.
    3. Compute and check the standings; what makes that impossible is stored on the board for everyone to read.
    4. Publish them, unless the content is the same.

    Two refreshes at the same time do the same work twice and publish the same content; the later one finds
    it there. A vote that comes between 1 and 2 is counted now, and looked at again by the next refresh.
    """
    now = now or timezone.now()
    try:
        settings = board_settings(board)
        seen = look_at_votes(board, settings)
        last = latest(board.key)
        if last is not None and last.fingerprint == seen.fingerprint:
            return _checked(board, last, now, created=False)
        if settings.covariates:
            compute_features(board.contest)
        votes = tally(board, settings, seen)
        standings = compute_standings(votes.data, settings)
        diagnosis = _diagnose(standings, votes)
    except (RankingError, StyleError) as error:
        Board.objects.filter(pk=board.pk).update(problem=str(error), checked_at=now)
        return Refresh(board, None, created=False, problem=str(error))
    snapshot, created = publish(
        board.key, standings, votes.data, now, diagnosis=diagnosis, fingerprint=seen.fingerprint
    )
    return _checked(board, snapshot, now, created=created)


def _checked(board: Board, snapshot: Snapshot, now: datetime, *, created: bool) -> Refresh:
    Board.objects.filter(pk=board.pk).update(problem="", checked_at=now)
    return Refresh(board, snapshot, created)


def _diagnose(standings: Standings, votes: Tally) -> Diagnosis | None:
    """Check the standings against the votes, with BOTH_BAD as the board takes it."""
    if standings.settings.both_bad != "tie":
        return standings.diagnose(votes.shown, votes.windows)
    windows = tuple(counts.with_both_bad_as_ties() for counts in votes.windows)
    return standings.diagnose(votes.shown.with_both_bad_as_ties(), windows)


def refresh_contest(contest: Contest, now: datetime | None = None) -> list[Refresh]:
    """Refresh every board of a contest, those included that its votes call for and that are not there yet."""
    return [refresh_leaderboard(board, now) for board in ensure_boards(contest)]


def ensure_boards(contest: Contest) -> list[Board]:
    """Return the contest's boards; one for people, one for simulated raters and one for each judge that voted
    is created where it is missing. People have a board from the beginning.
    """
    votes = given_votes().filter(battle__contest=contest).order_by()
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
    for contest in Contest.objects.filter(Exists(given_votes().filter(battle__contest=OuterRef("pk")))):
        refreshed += refresh_contest(contest, now)
    return refreshed
