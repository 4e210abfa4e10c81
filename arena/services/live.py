"""Live battles: start one, follow up, stop, close what was left behind."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from arena.models import Contest, ContestState, LiveBattle, LiveState, Rater
from arena.queries.calibration import calibration
from arena.queries.live import ALIVE_FOR, CLOSED, MOST_TURNS, NO_FOLLOW_UP, may_vote, state_of
from arena.queries.numbers import local
from arena.queries.spending import contest_is_spent
from arena.services.consents import require_consent
from arena.services.errors import (
    BattleClosed,
    BattleNotFound,
    CalibrationRefused,
    ContestClosed,
    NoBattleLeft,
    ServiceError,
)
from arena.services.live_drawing import draw_live_pair
from arena.services.live_storing import close_live, keep_turns
from arena.services.live_writing import launch
from arena.services.raters import hold_rater

MOST_CHARACTERS: Final = 8000
ENDED: Final = "Its process ended."


def start_live(
    contest: Contest,
    rater: Rater,
    text: str,
    now: datetime | None = None,
    admit: Callable[[], None] | None = None,
) -> LiveBattle:
    """Draw two contestants for a prompt that a voter typed, and let them write.

    A live battle of this voter that is being written is handed out again: one at a time. `admit` is called
    before another one begins, and may raise.

    Raises
    ------
    ContestClosed
        If the contest takes no votes or no typed prompts.
    ConsentMissing
        If the voter has not accepted the terms in force.
    CalibrationRefused
        If the contest begins with known pairs that this voter has not answered.
    NoBattleLeft
        If too few contestants can write now, or too much is being written or was spent already.
    ServiceError
        If there is no text, or too much of it.
    """
    now = now or timezone.now()
    if contest.state != ContestState.OPEN or contest.simulated or not contest.live:
        raise ContestClosed(contest.name)
    require_consent(rater)
    text = read_message(text)
    if calibration(contest, rater).asks:
        raise CalibrationRefused(
            _("This contest begins with a few known pairs. Start voting first; then ask something of your own.")
        )
    with transaction.atomic():
        # A second press waits here, and then finds what the first one started.
        hold_rater(rater)
        writing = LiveBattle.objects.filter(state=LiveState.WRITING, beat_at__gt=now - ALIVE_FOR)
        mine = writing.filter(contest=contest, rater=rater).first()
        if mine is not None:
            return mine
        if writing.count() >= settings.LIVE_AT_ONCE:
            raise NoBattleLeft(_("Many answers are being written just now. Please try again in a minute."))
        check_budget(contest, now)
        if admit is not None:
            admit()
        pair = draw_live_pair(contest, rater, now)
        live = LiveBattle.objects.create(
            contest=contest,
            rater=rater,
            contestant_a_id=pair.a,
            contestant_b_id=pair.b,
            draw=pair.draw,
            asked=text,
            beat_at=now,
        )
        transaction.on_commit(partial(launch, live.pk))
    return live


def follow_up(token: str, rater: Rater, text: str, now: datetime | None = None) -> LiveBattle:
    """Ask both contestants of a live battle one thing more; the vote then covers the whole conversation.

    Raises
    ------
    BattleNotFound
        If no live battle with this token belongs to this rater.
    BattleClosed
        If it is being written, or takes no vote any more.
    ServiceError
        If there is no text or too much of it, or the conversation is as long as it may be.
    """
    now = now or timezone.now()
    text = read_message(text)
    live = _mine(token, rater)
    if state_of(live, now) == LiveState.WRITING:
        return live
    if not may_vote(live, now):
        raise BattleClosed(LiveState.CLOSED)
    if len(live.turns) >= MOST_TURNS:
        raise ServiceError(_("A conversation has at most {n} turns. Please vote on this one.").format(n=MOST_TURNS))
    check_budget(live.contest, now)
    if live.state == LiveState.WRITING:
        _give_up(live, now)
    with transaction.atomic():
        ready = LiveBattle.objects.filter(pk=live.pk, state=LiveState.READY)
        if ready.update(state=LiveState.WRITING, asked=text, beat_at=now, stop_asked_at=None, message=""):
            transaction.on_commit(partial(launch, live.pk))
    return _mine(token, rater)


def stop_live(token: str, rater: Rater, now: datetime | None = None) -> LiveBattle:
    """Ask for both answers to end where they are; stopping twice is one stop.

    Raises BattleNotFound if no live battle with this token belongs to this rater.
    """
    live = _mine(token, rater)
    writing = LiveBattle.objects.filter(pk=live.pk, state=LiveState.WRITING, stop_asked_at__isnull=True)
    writing.update(stop_asked_at=now or timezone.now())
    return live


def close_abandoned(now: datetime | None = None) -> int:
    """Close the live battles whose process died; return how many.

    Where it died in a follow-up, the battle goes back to what was whole before: a server that ends says nothing of who
    was writing.
    """
    now = now or timezone.now()
    left = LiveBattle.objects.filter(state=LiveState.WRITING, beat_at__lte=now - ALIVE_FOR)
    return sum(_give_up(live, now) for live in left)


def _give_up(live: LiveBattle, now: datetime) -> bool:
    if live.battle_id is not None:
        return keep_turns(live, NO_FOLLOW_UP, ENDED)
    return close_live(live, CLOSED, ENDED, now)


def _mine(token: str, rater: Rater) -> LiveBattle:
    live = LiveBattle.objects.select_related("contest", "battle").filter(token=token, rater=rater).first()
    if live is None:
        raise BattleNotFound
    return live


def read_message(text: str) -> str:
    """Return a message as it is asked; raises ServiceError where there is none, or too much of it."""
    text = text.replace("\x00", "").strip()
    if not text:
        raise ServiceError(_("Type what the two shall answer."))
    if len(text) > MOST_CHARACTERS:
        raise ServiceError(_("Keep it within {n} characters.").format(n=local(MOST_CHARACTERS)))
    return text


def check_budget(contest: Contest, now: datetime) -> None:
    """Raise NoBattleLeft where a contest has spent what it may spend in a day."""
    if contest_is_spent(contest, now):
        raise NoBattleLeft(
            _("{name} has spent what it may spend on new answers today. Please vote on those that are there.").format(
                name=contest.name
            )
        )
