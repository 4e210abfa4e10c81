"""Undo: a voter takes a vote back and is shown the same pair again."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from arena.models import Battle, BattlePurpose, BattleState, Rater
from arena.queries.undo import UNDONE, shown_again, why_no_undo
from arena.services.errors import BattleNotFound, UndoRefused
from arena.services.votes import void_vote


def undo_vote(token: str, rater: Rater, now: datetime | None = None) -> Battle:
    """Take back the vote on a battle; return the battle that shows the same two responses again.

    1. Void the vote by a conditional UPDATE, logged as every correction: of several simultaneous requests one wins.
    2. The winner hands out the pair again in the same transaction, with the same prompt and sides.
    3. Everyone else gets the battle that was handed out.

    The names are known by then. The new battle says so in its reason, was drawn by nobody (no branch), and ranks only
    where the contest counts corrections.

    Raises
    ------
    BattleNotFound
        If no battle with this token belongs to this rater.
    UndoRefused
        If there is no vote, it is too old, or its voter went on since.
    """
    now = now or timezone.now()
    battle = Battle.objects.select_related("contest", "vote").filter(token=token, rater=rater).first()
    if battle is None:
        raise BattleNotFound
    with transaction.atomic():
        if battle.state == BattleState.VOTED and battle.vote.voided_at is None:
            refusal = why_no_undo(battle, now)
            if refusal:
                raise UndoRefused(refusal)
            if void_vote(battle.vote, None, UNDONE):
                return _show_again(battle, now)
    again = shown_again(battle)
    if again is None:
        raise UndoRefused(_("There is no vote on this battle to undo."))
    return again


def _show_again(battle: Battle, now: datetime) -> Battle:
    return Battle.objects.create(
        contest_id=battle.contest_id,
        prompt_id=battle.prompt_id,
        response_a_id=battle.response_a_id,
        response_b_id=battle.response_b_id,
        contestant_a_id=battle.contestant_a_id,
        contestant_b_id=battle.contestant_b_id,
        rater_id=battle.rater_id,
        policy=battle.policy,
        propensity=battle.propensity,
        reason={**battle.reason, "again": battle.public_id},
        purpose=BattlePurpose.AGAIN if battle.contest.blind_only else None,
        # The time for reading began when the pair was shown first.
        served_at=battle.served_at,
        expires_at=now + timedelta(minutes=settings.BATTLE_MINUTES),
    )
