"""Talks: staff ask one contestant, or two side by side, and see who answers. Nothing of it counts."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from arena.models import Contest, Contestant, LiveBattle, LiveState, Talk, VoteOutcome
from arena.queries.live import ALIVE_FOR
from arena.queries.talks import LEFT, MOST_TURNS, talk_state, talkers
from arena.services.errors import ServiceError, TalkBusy
from arena.services.live import check_budget, read_message
from arena.services.talk_writing import launch_talk


def start_talk(
    contest: Contest, staff: User, contestants: Sequence[str], text: str, now: datetime | None = None
) -> Talk:
    """Begin a talk with one contestant, or with two side by side, by a first message.

    A talk leaves no prompt, response, battle or vote, so it cannot count.

    Raises
    ------
    NoBattleLeft
        If the contest has spent what it may spend today.
    ServiceError
        If nobody, somebody unknown or more than two are asked, there is no text or too much of it, or too much is
        being written already.
    """
    now = now or timezone.now()
    text = read_message(text)
    cast = _cast(contest, contestants)
    check_budget(contest, now)
    _check_room(now)
    with transaction.atomic():
        talk = Talk.objects.create(
            contest=contest,
            staff=staff,
            contestant_a=cast[0],
            contestant_b=cast[1] if len(cast) > 1 else None,
            asked=text,
            beat_at=now,
        )
        transaction.on_commit(partial(launch_talk, talk.pk))
    return talk


def say_more(talk: Talk, text: str = "", now: datetime | None = None) -> Talk:
    """Say one thing more, or, without a text, ask again what has no answer.

    Raises
    ------
    TalkBusy
        If it is being written.
    NoBattleLeft
        If the contest has spent what it may spend today.
    ServiceError
        If there is nothing to ask or too much of it, or the talk is as long as it may be.
    """
    now = now or timezone.now()
    text = read_message(text or talk.asked)
    if talk_state(talk, now) == LiveState.WRITING:
        raise TalkBusy
    if talk.answers.values("turn").distinct().count() >= MOST_TURNS:
        raise ServiceError(_("A talk has at most {n} turns. Begin another one.").format(n=MOST_TURNS))
    check_budget(talk.contest, now)
    _check_room(now)
    close_left_talks(now)
    with transaction.atomic():
        ready = Talk.objects.filter(pk=talk.pk, state=LiveState.READY)
        fresh = {"shown_a": "", "shown_b": "", "stop_asked_at": None, "trouble": ""}
        if not ready.update(state=LiveState.WRITING, asked=text, beat_at=now, **fresh):
            raise TalkBusy
        transaction.on_commit(partial(launch_talk, talk.pk))
    talk.refresh_from_db()
    return talk


def stop_talk(talk: Talk, now: datetime | None = None) -> None:
    """Ask for the answers to end where they are; stopping twice is one stop."""
    writing = Talk.objects.filter(pk=talk.pk, state=LiveState.WRITING, stop_asked_at__isnull=True)
    writing.update(stop_asked_at=now or timezone.now())


def note_preference(talk: Talk, preference: str, note: str = "") -> Talk:
    """Write down which of two was better, for whoever reads the talk; it is no vote, and counts nowhere.

    Raises
    ------
    ServiceError
        If the talk is with one contestant, has no answers, or the words are none of the outcomes or too many.
    """
    if talk.contestant_b is None or not talk.answers.exists():
        raise ServiceError(_("A preference is between two answers."))
    if preference and preference not in VoteOutcome.values:
        raise ServiceError(_("A preference is one of {listed}, or empty.").format(listed=", ".join(VoteOutcome.values)))
    note = note.replace("\x00", "").strip()
    if len(note) > 500:
        raise ServiceError(_("Keep the note within 500 characters."))
    talk.preference, talk.note = preference, note
    talk.save(update_fields=["preference", "note"])
    return talk


def close_left_talks(now: datetime | None = None) -> int:
    """Let talks whose process died wait for the next message; return how many."""
    now = now or timezone.now()
    left = Talk.objects.filter(state=LiveState.WRITING, beat_at__lte=now - ALIVE_FOR)
    return left.update(state=LiveState.READY, trouble=LEFT, shown_a="", shown_b="")


def _cast(contest: Contest, slugs: Sequence[str]) -> list[Contestant]:
    if len(slugs) not in (1, 2) or len(set(slugs)) != len(slugs):
        raise ServiceError(_("Choose one contestant, or two different ones."))
    known = {row.slug: row for row in talkers(contest)}
    for slug in slugs:
        if slug not in known:
            told = _("{slug} cannot be asked in {name}: it has no endpoint, or is retired.")
            raise ServiceError(told.format(slug=repr(slug), name=contest.name))
    return [known[slug] for slug in slugs]


def _check_room(now: datetime) -> None:
    """Talks and live battles share what is written at the same time."""
    alive = {"state": LiveState.WRITING, "beat_at__gt": now - ALIVE_FOR}
    writing = Talk.objects.filter(**alive).count() + LiveBattle.objects.filter(**alive).count()
    if writing >= settings.LIVE_AT_ONCE:
        raise ServiceError(_("Many answers are being written just now. Please try again in a minute."))
