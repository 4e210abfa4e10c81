"""Votes: cast, void, restore. The only writer of single votes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from arena.models import Battle, BattleState, Contest, ContestState, Rater, Vote, VoteCorrection, VoteOutcome
from arena.services.errors import BattleClosed, BattleNotFound, ContestClosed, ServiceError


@dataclass(frozen=True, slots=True)
class CastVote:
    """The recorded vote; `created` is false where it had been recorded before."""

    vote: Vote
    created: bool


def cast_vote(
    token: str,
    rater: Rater,
    outcome: VoteOutcome,
    *,
    tags: Sequence[str] = (),
    comment: str = "",
    now: datetime | None = None,
) -> CastVote:
    """Record a rater's outcome for the battle with this token, exactly once.

    1. Close the battle by a conditional UPDATE: of several simultaneous requests one wins.
    2. The winner writes the vote in the same transaction.
    3. Everyone else gets the vote that stands: a repeat has the same answer, the first choice counts.

    Raises
    ------
    BattleNotFound
        If no battle with this token belongs to this rater.
    BattleClosed
        If the battle was skipped or has expired.
    ContestClosed
        If the contest takes no votes now.
    """
    now = now or timezone.now()
    with transaction.atomic():
        mine = Battle.objects.filter(token=token, rater=rater)
        # No join here: Django would turn it into `id IN (SELECT ...)`, and PostgreSQL, having waited for the
        # winner, looks again at the row's own columns only; the state inside such a SELECT would be the old one.
        open_to_votes = mine.filter(
            Q(expires_at__isnull=True) | Q(expires_at__gt=now),
            state=BattleState.SERVED,
            contest__in=Contest.objects.filter(state=ContestState.OPEN),
        )
        if open_to_votes.update(state=BattleState.VOTED, closed_at=now):
            battle = mine.get()
            return CastVote(_write_vote(battle, outcome, tags, comment, now), created=True)
    return CastVote(_standing_vote(token, rater), created=False)


def _write_vote(battle: Battle, outcome: VoteOutcome, tags: Sequence[str], comment: str, now: datetime) -> Vote:
    duration = (now - battle.served_at).total_seconds() * 1000
    return Vote.objects.create(
        battle=battle,
        outcome=VoteOutcome(outcome),
        tags=list(tags),
        comment=comment,
        # A clock set back must not make a vote fail.
        duration_ms=min(max(round(duration), 0), 2**31 - 1),
        created_at=now,
    )


def _standing_vote(token: str, rater: Rater) -> Vote:
    battle = Battle.objects.select_related("contest", "vote").filter(token=token, rater=rater).first()
    if battle is None:
        raise BattleNotFound
    if battle.state == BattleState.VOTED:
        return battle.vote
    if battle.state != BattleState.SERVED:
        raise BattleClosed(battle.get_state_display().lower())
    if battle.contest.state != ContestState.OPEN:
        raise ContestClosed(battle.contest.name)
    raise BattleClosed("expired")


def void_vote(vote: Vote, by: User | None, reason: str) -> bool:
    """Take a vote out of every board, reversibly; return whether anything changed.

    Raises ServiceError without a reason: an exclusion that cannot say why is not made.
    """
    reason = _required(reason)
    with transaction.atomic():
        changed = Vote.objects.filter(pk=vote.pk, voided_at__isnull=True).update(
            voided_at=timezone.now(), voided_by=by, void_reason=reason
        )
        if changed:
            VoteCorrection.objects.create(vote=vote, verb=VoteCorrection.Verb.VOID, by=by, reason=reason)
    return bool(changed)


def restore_vote(vote: Vote, by: User | None, reason: str) -> bool:
    """Put a voided vote back; return whether anything changed. Raises ServiceError without a reason."""
    reason = _required(reason)
    with transaction.atomic():
        changed = Vote.objects.filter(pk=vote.pk, voided_at__isnull=False).update(
            voided_at=None, voided_by=None, void_reason=""
        )
        if changed:
            VoteCorrection.objects.create(vote=vote, verb=VoteCorrection.Verb.RESTORE, by=by, reason=reason)
    return bool(changed)


def void_votes(votes: QuerySet[Vote], by: User | None, reason: str) -> int:
    """Void votes, all or none of them; return how many changed."""
    with transaction.atomic():
        return sum(void_vote(vote, by, reason) for vote in list(votes))


def restore_votes(votes: QuerySet[Vote], by: User | None, reason: str) -> int:
    """Restore votes, all or none of them; return how many changed."""
    with transaction.atomic():
        return sum(restore_vote(vote, by, reason) for vote in list(votes))


def _required(reason: str) -> str:
    reason = reason.strip()
    if not reason:
        raise ServiceError("Say why: a vote is voided or restored only with a reason.")
    if len(reason) > 200:
        raise ServiceError("Keep the reason within 200 characters.")
    return reason
