"""Battles: open, skip, expire. The only writer of single battles."""

from collections.abc import Collection
from datetime import datetime, timedelta

import numpy as np
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from numpy.typing import NDArray

from arena.matchmaking.errors import NoPairLeft
from arena.matchmaking.policies import Draw, PolicySettings, draw_pair
from arena.models import Battle, BattleState, Contest, ContestState, Rater, RaterKind
from arena.queries.battles import Catalogue, catalogue, matchmaking_state, seen_by
from arena.services.errors import BattleClosed, BattleNotFound, ContestClosed, NoBattleLeft


def open_battle(
    contest: Contest,
    rater: Rater,
    *,
    reuse: bool = True,
    prompts: Collection[int] | None = None,
    rng: np.random.Generator | None = None,
    now: datetime | None = None,
) -> Battle:
    """Hand a rater the next battle of a contest.

    1. An unanswered battle of this rater is handed out again, so that reloading costs nothing (`reuse`).
    2. Read what is known of the contestants and what this rater has not seen.
    3. Draw the pair with a known probability; filters act before it is normalised.
    4. Draw the prompt evenly among those left for the pair, and the sides by a fair coin.
    5. Write the battle with policy, propensity, branch and reason.

    Parameters
    ----------
    prompts : primary keys of the prompts to draw from; all good ones by default.

    Raises
    ------
    ContestClosed
        If the contest is not open, or is a simulation and the rater is real.
    NoBattleLeft
        If this rater has seen everything, or there is nothing to compare.
    """
    now = now or timezone.now()
    rng = rng or np.random.default_rng()
    # Nobody's opinion belongs among votes that were drawn from known strengths.
    if contest.state != ContestState.OPEN or (contest.simulated and rater.kind != RaterKind.SIMULATED):
        raise ContestClosed(contest.name)
    outstanding = _outstanding(contest, rater, now) if reuse else None
    if outstanding is not None:
        return outstanding
    stock = catalogue(contest)
    rows = _rows(stock, prompts)
    draw = _draw(contest, rater, stock, rows, rng, now)
    prompt = _draw_prompt(contest, rater, stock, rows, draw, rng)
    return _write_battle(contest, rater, stock, draw, prompt, bool(rng.random() < 0.5), now)


def _outstanding(contest: Contest, rater: Rater, now: datetime) -> Battle | None:
    waiting = Battle.objects.filter(contest=contest, rater=rater, state=BattleState.SERVED)
    return waiting.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=now)).order_by("id").first()


def _rows(stock: Catalogue, prompts: Collection[int] | None) -> NDArray[np.bool_]:
    if prompts is None:
        return np.ones(stock.prompts.size, dtype=bool)
    return np.isin(stock.prompts, np.fromiter(prompts, dtype=np.int64))


def _draw(
    contest: Contest,
    rater: Rater,
    stock: Catalogue,
    rows: NDArray[np.bool_],
    rng: np.random.Generator,
    now: datetime,
) -> Draw:
    if stock.contestants.size < 2:
        raise NoBattleLeft(
            f"{contest.name} has fewer than two active contestants with responses, so there is nothing to compare yet."
        )
    state = matchmaking_state(contest, rater, stock, rows, now)
    try:
        return draw_pair(state, PolicySettings(), rng)
    except NoPairLeft as error:
        raise NoBattleLeft(
            f"You have compared everything that {contest.name} has to offer for now. Thank you."
        ) from error


def _draw_prompt(
    contest: Contest,
    rater: Rater,
    stock: Catalogue,
    rows: NDArray[np.bool_],
    draw: Draw,
    rng: np.random.Generator,
) -> int:
    low, high = sorted((int(stock.contestants[draw.i]), int(stock.contestants[draw.j])))
    seen = {prompt for prompt, a, b in seen_by(rater, contest) if (a, b) == (low, high)}
    fresh = ~np.isin(stock.prompts, np.fromiter(seen, dtype=np.int64))
    return int(rng.choice(np.flatnonzero(rows & stock.shared_rows(draw.i, draw.j) & fresh)))


def _write_battle(
    contest: Contest, rater: Rater, stock: Catalogue, draw: Draw, prompt: int, swapped: bool, now: datetime
) -> Battle:
    a, b = (draw.j, draw.i) if swapped else (draw.i, draw.j)
    return Battle.objects.create(
        contest=contest,
        prompt_id=int(stock.prompts[prompt]),
        response_a_id=int(stock.responses[prompt, a]),
        response_b_id=int(stock.responses[prompt, b]),
        contestant_a_id=int(stock.contestants[a]),
        contestant_b_id=int(stock.contestants[b]),
        rater=rater,
        policy=draw.reason.policy,
        branch=draw.branch,
        propensity=draw.propensity,
        reason=draw.reason.to_dict(),
        served_at=now,
        expires_at=now + timedelta(minutes=settings.BATTLE_MINUTES),
    )


def skip_battle(token: str, rater: Rater, now: datetime | None = None) -> Battle:
    """Close a battle without a vote; skipping twice is one skip.

    Raises
    ------
    BattleNotFound
        If no battle with this token belongs to this rater.
    BattleClosed
        If it was voted on or has expired.
    """
    now = now or timezone.now()
    mine = Battle.objects.filter(token=token, rater=rater)
    in_time = mine.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=now), state=BattleState.SERVED)
    with transaction.atomic():
        in_time.update(state=BattleState.SKIPPED, closed_at=now)
    battle = mine.first()
    if battle is None:
        raise BattleNotFound
    if battle.state == BattleState.SERVED:
        # Late, and not swept yet.
        raise BattleClosed("expired")
    if battle.state != BattleState.SKIPPED:
        raise BattleClosed(battle.get_state_display().lower())
    return battle


def expire_battles(now: datetime | None = None) -> int:
    """Close every battle whose time has run out; return how many."""
    now = now or timezone.now()
    late = Battle.objects.filter(state=BattleState.SERVED, expires_at__lte=now)
    return late.update(state=BattleState.EXPIRED, closed_at=now)
