"""Live battles: who may write, what policies look at, and what a voter sees of one."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import numpy as np
from django.core.cache import cache
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from arena.integrity.names import Names
from arena.integrity.veil import veil_whole
from arena.matchmaking.settings import PolicySettings
from arena.matchmaking.state import MatchState
from arena.models import (
    BattleState,
    Contest,
    Contestant,
    ContestantState,
    ContestKind,
    LiveBattle,
    LiveState,
    Rater,
    Writing,
)
from arena.providers.breaker import Breaker
from arena.queries.battles import FAILING_FOR, match_state, may_meet, policy_of, rules_of
from arena.queries.beliefs import follow_beliefs, raters_key
from arena.queries.catalogue import Catalogue, catalogue
from arena.queries.correctness import question_of_contest
from arena.queries.leaks import author_names, contest_cast
from arena.queries.matchmaking import matchmaking_of
from arena.queries.providers import provider_endpoints
from arena.queries.spending import spent_providers
from arena.rendering.markdown import render_markdown

ALIVE_FOR: Final = timedelta(seconds=60)
"""Whoever writes gives a sign of life several times a second; after this time without one it is gone."""
MOST_TURNS: Final = 10
NO_FOLLOW_UP: Final = gettext_noop("The follow-up could not be answered. What was written before it may be voted on.")
CLOSED: Final = gettext_noop(
    "The answers could not be written to their end, so there is nothing to vote on. Please try again."
)


@dataclass(frozen=True, slots=True)
class LiveTable:
    """What a draw of a live pair needs: the policy, what it looks at, and (M,) primary keys of who may write."""

    state: MatchState
    policy: PolicySettings
    contestants: Sequence[int]


@dataclass(frozen=True, slots=True)
class LiveTurn:
    """One message and both answers, as HTML."""

    user: str
    a: str
    b: str


@dataclass(frozen=True, slots=True)
class LivePage:
    """Everything that a voter may know of a live battle before the vote."""

    token: str
    contest_slug: str
    contest_name: str
    question: str
    right: bool
    language: str
    state: str
    message: str
    turns: Sequence[LiveTurn]
    asked: str
    may_vote: bool
    may_follow_up: bool


@dataclass(frozen=True, slots=True)
class Glance:
    """What was shown so far of the answers that are being written; both sides in one value, so that they stay in step."""

    state: str
    a: str
    b: str


def live_writers(contest: Contest, now: datetime, without: Collection[int] = ()) -> list[Contestant]:
    """Return the contestants that may write now, by primary key.

    Those whose provider failed lately, is left alone or has spent its budget are left out: a voter waits for them in
    vain.
    """
    endpoints = provider_endpoints()
    resting = {name for name in endpoints if Breaker(name, cache).is_open} | spent_providers(endpoints, now)
    cast = contest.contestants.filter(state=ContestantState.ACTIVE, provider__in=set(endpoints) - resting)
    cast = cast.exclude(failed_at__gt=now - FAILING_FOR).exclude(pk__in=without)
    return list(cast.order_by("id"))


def live_table(contest: Contest, rater: Rater, now: datetime, without: Collection[int] = ()) -> LiveTable:
    """Return what a policy looks at when it draws a pair that shall write now.

    Beliefs and settings are those by which stored responses are drawn; filters act before probabilities are normalised.
    """
    chosen, whole = matchmaking_of(contest), catalogue(contest)
    followed = follow_beliefs(contest, whole, raters_key(rater), rules_of(chosen), now)
    stock = _stock(whole, live_writers(contest, now, without))
    state = match_state(followed, stock, may_meet(contest, stock, chosen, now), chosen)
    return LiveTable(state, policy_of(chosen), stock.contestants.tolist())


def _stock(whole: Catalogue, writers: Sequence[Contestant]) -> Catalogue:
    """Return a catalogue of those who may write, without prompts: what they shall answer is not there yet."""
    n = len(writers)
    costs = dict(zip(whole.contestants.tolist(), whole.costs.tolist(), strict=True))
    return replace(
        whole,
        contestants=np.array([row.pk for row in writers], dtype=np.int64),
        prompts=np.zeros(0, dtype=np.int64),
        responses=np.zeros((0, n), dtype=np.int64),
        texts=np.zeros((0, n), dtype=np.int64),
        apart=np.zeros(0, dtype=bool),
        languages=np.zeros(0, dtype=np.str_),
        membership=np.zeros((0, whole.categories.size), dtype=bool),
        organisations=np.array([row.organisation for row in writers], dtype=np.str_),
        costs=np.array([costs.get(row.pk, np.nan) for row in writers], dtype=np.float64),
        shared=np.zeros((n, n), dtype=np.int64),
    )


def names_for(contestant: Contestant) -> Names:
    """Return the names by which an answer of a contestant can tell who writes it."""
    return author_names(contest_cast(contestant.contest_id), contestant.pk)


def asked_until(live: LiveBattle, turns: Sequence[Mapping[str, str]]) -> str:
    """Return all that a voter asked; what it speaks of may be spoken of in the answers."""
    return "\n".join([*(turn["user"] for turn in turns), live.asked])


def blind_turns(live: LiveBattle) -> list[dict[str, str]]:
    """Return the whole turns as they may be shown before the vote: without what tells who writes them."""
    names = {"a": names_for(live.contestant_a), "b": names_for(live.contestant_b)} if live.turns else {}
    asked = asked_until(live, live.turns)
    return [
        {"user": turn["user"], **{side: veil_whole(turn[side], known, asked) for side, known in names.items()}}
        for turn in live.turns
    ]


def state_of(live: LiveBattle, now: datetime) -> LiveState:
    """Return the state of a live battle, whether somebody swept it or not.

    One whose process died is closed; if it died in a follow-up, it is ready for a vote on what was whole before.
    """
    if is_left_behind(live, now):
        return LiveState.CLOSED if live.battle_id is None else LiveState.READY
    return LiveState(live.state)


def is_left_behind(writing: Writing, now: datetime) -> bool:
    """Return whether the process died that wrote this."""
    return writing.state == LiveState.WRITING and writing.beat_at <= now - ALIVE_FOR


def told_of(live: LiveBattle, now: datetime) -> str:
    """Return what a voter is told of the state of a live battle; empty where nothing is to be told."""
    if live.message:
        return live.message
    if state_of(live, now) == LiveState.CLOSED:
        return CLOSED
    return NO_FOLLOW_UP if is_left_behind(live, now) else ""


def may_vote(live: LiveBattle, now: datetime) -> bool:
    """Return whether a live battle waits for its vote."""
    battle = live.battle
    ready = state_of(live, now) == LiveState.READY
    return ready and battle is not None and battle.state == BattleState.SERVED and not battle.is_late()


def live_page(live: LiveBattle, now: datetime) -> LivePage:
    """Return what the page of a live battle shows: whole turns alone, and nothing that tells who wrote them."""
    state = state_of(live, now)
    return LivePage(
        token=live.token,
        contest_slug=live.contest.slug,
        contest_name=live.contest.name,
        # What voters type says nothing of its kind, so that it is of the contest's.
        question=question_of_contest(live.contest),
        right=live.contest.kind == ContestKind.CORRECTNESS,
        language=live.contest.language,
        state=state,
        message=_message(live, now),
        turns=[LiveTurn(*(render_markdown(turn[key]) for key in ("user", "a", "b"))) for turn in blind_turns(live)],
        asked=render_markdown(live.asked),
        may_vote=may_vote(live, now),
        may_follow_up=may_vote(live, now) and len(live.turns) < MOST_TURNS,
    )


def _message(live: LiveBattle, now: datetime) -> str:
    """Return what the voter is told, in the voter's language; the row holds it as the catalogue does."""
    stored = told_of(live, now)
    return _(stored) if stored else ""


def glance(token: str, now: datetime) -> Glance:
    """Return what was shown so far of a live battle; one query."""
    live = LiveBattle.objects.only("state", "beat_at", "battle_id", "shown_a", "shown_b").get(token=token)
    return Glance(state_of(live, now), live.shown_a, live.shown_b)
