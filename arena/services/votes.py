"""Votes: cast, void, restore. The only writer of single votes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from arena.models import (
    Battle,
    BattleState,
    Contest,
    ContestState,
    IntegrityReason,
    LeakPolicy,
    Rater,
    Vote,
    VoteCorrection,
    VoteOutcome,
)
from arena.queries.calibration import calibration
from arena.queries.leaks import leaks_of
from arena.queries.undo import UNDONE, is_shown_again
from arena.services.errors import BattleClosed, BattleNotFound, ContestClosed, ServiceError
from arena.services.raters import hold_rater

LEAK_WEIGHT: Final = 0.5
"""What a vote counts where a response named its author and the contest weighs such votes."""


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
    shown_ms: int | None = None,
    now: datetime | None = None,
) -> CastVote:
    """Record a rater's outcome for the battle with this token, exactly once.

    1. Close the battle by a conditional UPDATE: of several simultaneous requests one wins.
    2. The winner writes the vote in the same transaction.
    3. Everyone else gets the vote that stands: a repeat has the same answer, the first choice counts.

    Parameters
    ----------
    shown_ms : how long ago the battle was shown, as whoever showed it says; a battle fetched ahead waits unseen. It can
        only make the recorded duration shorter.

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
            return CastVote(_write_vote(battle, outcome, tags, comment, shown_ms, now), created=True)
    return CastVote(_standing_vote(token, rater), created=False)


def _write_vote(
    battle: Battle, outcome: VoteOutcome, tags: Sequence[str], comment: str, shown_ms: int | None, now: datetime
) -> Vote:
    return Vote.objects.create(
        battle=battle,
        outcome=VoteOutcome(outcome),
        tags=list(tags),
        comment=comment,
        duration_ms=_duration(battle, shown_ms, now),
        created_at=now,
        **_integrity(battle),
    )


def _duration(battle: Battle, shown_ms: int | None, now: datetime) -> int:
    """Return the time for reading in ms: since the battle was handed out, or shown, whichever is less.

    A battle shown again after an undo was read before the first vote already, which is counted with it.
    """
    served = round((now - battle.served_at).total_seconds() * 1000)
    if shown_ms is not None:
        before = Vote.objects.filter(battle__public_id=battle.reason["again"]) if is_shown_again(battle) else None
        first = before.values_list("duration_ms", flat=True).first() if before is not None else None
        served = min(served, shown_ms + (first or 0))
    # A clock set back must not make a vote fail.
    return min(max(served, 0), 2**31 - 1)


def _integrity(battle: Battle) -> dict[str, Any]:
    """Return what a vote counts and why, where it is less than one; the names were hidden, but perhaps not all traces."""
    asks = battle.purpose is None and battle.contest.calibration_pairs
    if asks and calibration(battle.contest, battle.rater).sets_aside:
        return {"integrity_weight": 0.0, "integrity_reason": IntegrityReason.CALIBRATION}
    return weigh_leaks(battle)


def weigh_leaks(battle: Battle) -> dict[str, Any]:
    """Return what a vote counts and why where a response named its author and the contest weighs that; else nothing."""
    if battle.contest.leak_policy != LeakPolicy.WEIGH:
        return {}
    if not (leaks_of(battle.response_a) or leaks_of(battle.response_b)):
        return {}
    return {"integrity_weight": LEAK_WEIGHT, "integrity_reason": IntegrityReason.IDENTITY_LEAK}


def _standing_vote(token: str, rater: Rater) -> Vote:
    battle = Battle.objects.select_related("contest", "vote").filter(token=token, rater=rater).first()
    if battle is None:
        raise BattleNotFound
    if battle.state == BattleState.VOTED:
        return battle.vote
    if battle.state != BattleState.SERVED:
        raise BattleClosed(BattleState(battle.state))
    if battle.contest.state != ContestState.OPEN:
        raise ContestClosed(battle.contest.name)
    raise BattleClosed(BattleState.EXPIRED)


def remark_on_vote(token: str, rater: Rater, *, tags: Sequence[str], comment: str) -> Vote:
    """Put reasons and a comment to a vote that was cast, in place of those it has; what was chosen stays.

    Raises
    ------
    BattleNotFound
        If no battle with this token belongs to this rater.
    BattleClosed
        If it has no vote.
    """
    vote = _standing_vote(token, rater)
    vote.tags, vote.comment = list(tags), comment
    with transaction.atomic():
        hold_rater(rater)
        vote.save(update_fields=["tags", "comment"])
    return vote


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
    """Put a voided vote back; return whether anything changed. Raises ServiceError without a reason.

    What its voter took back stays taken back: another vote of the same voter on the same pair has its place, or the voter
    left and withdrew all of them.
    """
    reason = _required(reason)
    voided = Vote.objects.filter(pk=vote.pk, voided_at__isnull=False).exclude(void_reason=UNDONE)
    with transaction.atomic():
        # Held, so that a rater who is just withdrawing is waited for.
        raters = Rater.objects.select_for_update(no_key=True)
        if raters.get(pk__in=Battle.objects.filter(vote=vote.pk).values("rater")).withdrew_at is not None:
            return False
        changed = voided.update(voided_at=None, voided_by=None, void_reason="")
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
