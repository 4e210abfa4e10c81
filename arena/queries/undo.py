"""Whether a vote may still be taken back by whoever cast it."""

from datetime import datetime, timedelta
from typing import Final

from django.utils.translation import gettext as _

from arena.models import Battle, BattleState, ContestState

UNDONE: Final = "Undone by the voter."
"""Why such a vote is void."""
UNDO_MINUTES: Final = 10
"""A slip is noticed at once. Later, only what the names told would be new."""


def shown_again(battle: Battle) -> Battle | None:
    """Return the battle that was handed out in place of this one after an undo; None where there was none."""
    return Battle.objects.filter(rater=battle.rater_id, reason__again=battle.public_id).first()


def is_shown_again(battle: Battle) -> bool:
    """Return whether a battle was handed out after an undo, so that its rater knows the names."""
    return "again" in battle.reason


def why_no_undo(battle: Battle, now: datetime) -> str:
    """Return why the vote on a battle can not be taken back by its voter, as a sentence; empty where it can.

    Battles with a purpose say after the vote which answer is right, or that one should say the same again: an undo
    would make them tell nothing.
    """
    if battle.state != BattleState.VOTED:
        return _("There is no vote on this battle to undo.")
    if battle.purpose is not None or is_shown_again(battle):
        return _("A vote on this battle cannot be undone.")
    if battle.contest.state != ContestState.OPEN:
        return _("The contest {name} takes no votes now, so nothing can be undone.").format(name=battle.contest.name)
    voted_at = battle.vote.created_at
    if now > voted_at + timedelta(minutes=UNDO_MINUTES):
        return _("A vote can be undone for {n} minutes only.").format(n=UNDO_MINUTES)
    if _went_on(battle, voted_at):
        return _("You have gone on to another battle since, so this vote stands.")
    return ""


def _went_on(battle: Battle, voted_at: datetime) -> bool:
    """Return whether the rater answered another battle since; one that merely waits was perhaps never seen."""
    closed = (BattleState.VOTED, BattleState.SKIPPED)
    later = Battle.objects.filter(rater=battle.rater_id, state__in=closed, closed_at__gte=voted_at)
    return later.exclude(pk=battle.pk).exists()
