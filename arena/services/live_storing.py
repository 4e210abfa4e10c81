"""What becomes of a live turn: an ordinary battle, a longer one, or none."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from arena.models import (
    Battle,
    BattlePurpose,
    BattleState,
    Contestant,
    LiveBattle,
    LiveState,
    Prompt,
    PromptState,
    Response,
    ResponseOrigin,
)
from arena.providers.likelihood import mean_logprob
from arena.services.asking import WatchedAnswer
from arena.services.features import measured
from arena.services.leaks import author_leaks
from arena.services.responses import likelihood_columns

TYPED: Final = "typed by a voter"
CONVERSATION: Final = 1
"""Sample of a response that has several turns: what others wrote to its first message alone is not its like."""


def store_turn(live: LiveBattle, answers: Mapping[str, WatchedAnswer], now: datetime | None = None) -> bool:
    """Store both answers of a turn, all or nothing; return whether they were still wanted.

    The first turn makes prompt, responses and battle; a further one is added to both responses, unless the battle was
    closed meanwhile: what was voted on stays as it was.
    """
    now = now or timezone.now()
    turn = {"user": live.asked, **{side: answer.text for side, answer in answers.items()}}
    with transaction.atomic():
        mine = LiveBattle.objects.filter(pk=live.pk, state=LiveState.WRITING)
        # The conditional update is also the lock: nobody else closes or stores this turn now.
        if not mine.update(beat_at=now):
            return False
        turns = [*live.turns, turn]
        battle = live.battle
        if battle is None:
            battle = _new_battle(live, answers, now)
        elif not _prolonged(battle, now):
            mine.update(state=LiveState.READY, shown_a="", shown_b="")
            return False
        else:
            for side, response in (("a", battle.response_a), ("b", battle.response_b)):
                _lengthen(response, turns, side, answers[side])
        mine.update(state=LiveState.READY, battle=battle, turns=turns, message="", shown_a="", shown_b="")
    return True


def close_live(live: LiveBattle, message: str, trouble: str = "", now: datetime | None = None) -> bool:
    """Close a live battle that cannot be written to its end, and its battle with it; return whether anything changed."""
    now = now or timezone.now()
    with transaction.atomic():
        mine = LiveBattle.objects.filter(pk=live.pk, state=LiveState.WRITING)
        closed = mine.update(state=LiveState.CLOSED, message=message, trouble=trouble)
        if closed and live.battle_id is not None:
            served = Battle.objects.filter(pk=live.battle_id, state=BattleState.SERVED)
            served.update(state=BattleState.SKIPPED, closed_at=now)
    return bool(closed)


def keep_turns(live: LiveBattle, message: str, trouble: str = "") -> bool:
    """Give up a follow-up: what was written before it may be voted on as before; return whether anything changed."""
    mine = LiveBattle.objects.filter(pk=live.pk, state=LiveState.WRITING, battle__isnull=False)
    return bool(mine.update(state=LiveState.READY, message=message, trouble=trouble, shown_a="", shown_b=""))


def _new_battle(live: LiveBattle, answers: Mapping[str, WatchedAnswer], now: datetime) -> Battle:
    contest = live.contest
    prompt = Prompt.objects.create(
        contest=contest,
        slug=f"live-{live.public_id}",
        text=live.asked,
        language=contest.language,
        # Drawn for nobody else until an admin has read it. Votes on it count: only junk is left out.
        state=PromptState.SUSPECT,
        state_reason=TYPED,
    )
    a, b = (
        _new_response(prompt, contestant, answers[side])
        for side, contestant in (("a", live.contestant_a), ("b", live.contestant_b))
    )
    return Battle.objects.create(
        contest=contest,
        prompt=prompt,
        response_a=a,
        response_b=b,
        contestant_a=live.contestant_a,
        contestant_b=live.contestant_b,
        rater=live.rater,
        token=live.token,
        purpose=BattlePurpose.LIVE if contest.live_counts is False else None,
        served_at=now,
        expires_at=now + timedelta(minutes=settings.BATTLE_MINUTES),
        **live.draw,
    )


def _new_response(prompt: Prompt, contestant: Contestant, answer: WatchedAnswer) -> Response:
    return Response.objects.create(
        contest_id=prompt.contest_id,
        prompt=prompt,
        contestant=contestant,
        text=answer.text,
        **measured(answer.text),
        **author_leaks(answer.text, contestant, prompt),
        finish_reason=answer.finish_reason[:40],
        prompt_tokens=answer.prompt_tokens,
        completion_tokens=answer.completion_tokens,
        latency_ms=answer.latency_ms,
        **likelihood_columns(answer.whole),
        settings=dict(answer.settings),
        origin=ResponseOrigin.GENERATED,
    )


def _prolonged(battle: Battle, now: datetime) -> bool:
    """Give a battle time from now on; false where it takes no vote any more."""
    open_to_votes = Battle.objects.filter(pk=battle.pk, state=BattleState.SERVED, expires_at__gt=now)
    return bool(open_to_votes.update(served_at=now, expires_at=now + timedelta(minutes=settings.BATTLE_MINUTES)))


def _lengthen(response: Response, turns: list[dict[str, str]], side: str, answer: WatchedAnswer) -> None:
    """Make a response the whole conversation of its side."""
    response.turns = [
        {"role": role, "content": turn[key]} for turn in turns for role, key in (("user", "user"), ("assistant", side))
    ]
    response.text = told_in_one(turns, side)
    response.sample = CONVERSATION
    response.finish_reason = answer.finish_reason[:40]
    response.prompt_tokens = _sum(response.prompt_tokens, answer.prompt_tokens)
    response.completion_tokens = _sum(response.completion_tokens, answer.completion_tokens)
    response.latency_ms = _sum(response.latency_ms, answer.latency_ms)
    _add_likelihood(response, likelihood_columns(answer.whole))
    found = author_leaks(response.text, response.contestant, response.prompt)
    for name, value in {**measured(response.text), **found}.items():
        setattr(response, name, value)
    response.save()


def _add_likelihood(response: Response, more: Mapping[str, Any]) -> None:
    """Make log-probabilities those of all answers of the conversation; unknown where one of them is."""
    for name in ("logprob_sum", "logprob_tokens", "logprob_bytes"):
        setattr(response, name, _sum(getattr(response, name), more[name]))
    response.mean_logprob = mean_logprob(response.logprob_sum, response.logprob_tokens)


def told_in_one(turns: list[dict[str, str]], side: str) -> str:
    """Return the answers of one side as one text, each further message quoted before its answer."""
    told = [turns[0][side]]
    for turn in turns[1:]:
        quoted = "\n".join(f"> {line}" for line in turn["user"].splitlines())
        told += [quoted, turn[side]]
    return "\n\n".join(told)


def _sum(first: float | None, second: float | None) -> Any:
    return None if first is None or second is None else first + second
