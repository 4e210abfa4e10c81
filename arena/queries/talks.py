"""Talks as staff see them: whole turns with names and costs, and what is being written."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from arena.models import Contest, Contestant, ContestantState, LiveState, Talk, TalkAnswer, VoteOutcome
from arena.providers.likelihood import bits_per_byte, mean_logprob, perplexity
from arena.queries.live import Glance, is_left_behind
from arena.queries.numbers import local
from arena.queries.providers import provider_endpoints
from arena.rendering.markdown import render_markdown

MOST_TURNS: Final = 30
LEFT: Final = gettext_noop("The process that wrote this ended. Nothing of the last turn was kept; ask again.")


@dataclass(frozen=True, slots=True)
class TalkSide:
    """One answer as HTML, by whom, and what it cost in words."""

    name: str
    text: str
    cost: str


@dataclass(frozen=True, slots=True)
class TalkTurn:
    """One message and what was answered to it, in the order of the sides."""

    user: str
    answers: Sequence[TalkSide]


@dataclass(frozen=True, slots=True)
class TalkPage:
    """What the page of a talk shows.

    Attributes
    ----------
    unanswered : the message that has no answer, as HTML; empty where all have one.
    writers : side and name of each who is asked, A first.
    """

    token: str
    contest_slug: str
    contest_name: str
    language: str
    writing: bool
    message: str
    turns: Sequence[TalkTurn]
    unanswered: str
    writers: Sequence[tuple[str, str]]
    may_say_more: bool
    may_note: bool
    preference: str
    note: str
    outcomes: Sequence[tuple[str, str]]


def talkers(contest: Contest) -> list[Contestant]:
    """Return the contestants that staff may talk with: whoever has an endpoint, drawn at present or not."""
    cast = contest.contestants.exclude(state=ContestantState.RETIRED).filter(provider__in=set(provider_endpoints()))
    return list(cast.order_by("name"))


def cast_of(talk: Talk) -> dict[str, Contestant]:
    """Return who is asked, by side."""
    return {"a": talk.contestant_a, **({"b": talk.contestant_b} if talk.contestant_b else {})}


def talk_state(talk: Talk, now: datetime) -> LiveState:
    """Return the state of a talk; one whose process died waits for the next message."""
    return LiveState.READY if is_left_behind(talk, now) else LiveState(talk.state)


def talk_message(talk: Talk, now: datetime) -> str:
    """Return what staff are told of the last turn; empty where there is nothing to tell.

    The row holds it as the catalogue does; what an endpoint said is in no catalogue.
    """
    stored = LEFT if is_left_behind(talk, now) else talk.trouble
    return _(stored) if stored else ""


def turns_of(talk: Talk) -> list[list[TalkAnswer]]:
    """Return the answers of each turn, side A first."""
    order = {who.pk: side for side, who in cast_of(talk).items()}
    answers = sorted(talk.answers.select_related("contestant"), key=lambda row: (row.turn, order[row.contestant_id]))
    return [list(rows) for _, rows in groupby(answers, key=lambda row: row.turn)]


def history_of(talk: Talk, contestant: Contestant) -> list[tuple[str, str]]:
    """Return what a contestant was asked and answered so far."""
    return [(row.asked, row.text) for row in talk.answers.filter(contestant=contestant).order_by("turn")]


def talk_page(talk: Talk, now: datetime) -> TalkPage:
    """Return what the page of a talk shows."""
    state, turns = talk_state(talk, now), turns_of(talk)
    ready = state == LiveState.READY
    return TalkPage(
        token=talk.token,
        contest_slug=talk.contest.slug,
        contest_name=talk.contest.name,
        language=talk.contest.language,
        writing=state == LiveState.WRITING,
        message=talk_message(talk, now),
        turns=[TalkTurn(render_markdown(rows[0].asked), [_side(row) for row in rows]) for rows in turns],
        unanswered=render_markdown(talk.asked) if talk.asked else "",
        writers=[(side, who.name) for side, who in cast_of(talk).items()],
        may_say_more=ready and len(turns) < MOST_TURNS,
        may_note=ready and bool(turns) and talk.contestant_b is not None,
        preference=talk.preference,
        note=talk.note,
        outcomes=_outcomes(talk),
    )


def talk_glance(token: str, now: datetime) -> Glance:
    """Return what was shown so far of what is being written; one query."""
    talk = Talk.objects.only("state", "beat_at", "shown_a", "shown_b").get(token=token)
    return Glance(talk_state(talk, now), talk.shown_a, talk.shown_b)


def _outcomes(talk: Talk) -> list[tuple[str, str]]:
    names = [who.name for who in cast_of(talk).values()]
    if len(names) == 1:
        return []
    better = {VoteOutcome.A: names[0], VoteOutcome.B: names[1]}
    told = {outcome: _("{name} is better").format(name=name) for outcome, name in better.items()}
    return [(outcome.value, told.get(outcome, str(outcome.label))) for outcome in VoteOutcome]


def _side(row: TalkAnswer) -> TalkSide:
    return TalkSide(row.contestant.name, render_markdown(row.text), _cost(row))


def _cost(row: TalkAnswer) -> str:
    """Return what is known of an answer's cost, in words; what is unknown is left out."""
    surprise, bits = answer_likelihood(row)
    told = [
        row.finish_reason,
        _("{n} tokens").format(n=local(row.completion_tokens)) if row.completion_tokens is not None else "",
        _("{n} s").format(n=local(row.latency_ms / 1000, 1)) if row.latency_ms is not None else "",
        _("perplexity {n}").format(n=local(surprise, 2)) if surprise is not None else "",
        _("{n} bits per byte").format(n=local(bits, 2)) if bits is not None else "",
    ]
    return " · ".join(part for part in told if part)


def answer_likelihood(answer: TalkAnswer) -> tuple[float | None, float | None]:
    """Return the perplexity of an answer in a talk and its bits per byte; None where that is not known."""
    mean = mean_logprob(answer.logprob_sum, answer.logprob_tokens)
    return perplexity(mean), bits_per_byte(answer.logprob_sum, answer.logprob_bytes)
