"""Battles: open, skip, expire. The only writer of single battles."""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta

import numpy as np
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from arena.matchmaking.draw import draw_pair
from arena.matchmaking.errors import NoPairLeft
from arena.matchmaking.prompts import category_needs, prompt_probabilities
from arena.models import (
    Battle,
    BattlePurpose,
    BattleState,
    Contest,
    ContestState,
    Matchmaking,
    Rater,
    RaterKind,
    SkipReason,
)
from arena.queries.battles import DrawingTable, drawing_table
from arena.queries.catalogue import Catalogue, catalogue
from arena.queries.matchmaking import matchmaking_of
from arena.services.consents import require_consent
from arena.services.errors import BattleClosed, BattleNotFound, ContestClosed, NoBattleLeft
from arena.services.quality_drawing import Drawn, draw_calibration, draw_quality


def open_battle(
    contest: Contest,
    rater: Rater,
    *,
    reuse: bool = True,
    prompts: Collection[int] | None = None,
    admit: Callable[[], None] | None = None,
    rng: np.random.Generator | None = None,
    now: datetime | None = None,
) -> Battle:
    """Hand a rater the next battle of a contest.

    1. Where the contest asks new voters for a calibration round, its known pairs come before everything else.
    2. An unanswered battle of this rater is handed out again, so that reloading costs nothing (`reuse`).
    3. Now and then, as the contest's settings say, it is an attention check or a repeat instead of a new pair.
    4. Otherwise read what is believed of the contestants and what this rater may see, and draw the pair with a known
       probability; filters act before it is normalised.
    5. Draw the prompt: a category by what the pair's vote would tell there, then evenly among what is left.
    6. Draw the sides by a fair coin, and write the battle with policy, propensity, branch and reason.

    Parameters
    ----------
    prompts : primary keys of the prompts to draw from; all good ones by default.
    admit : called before a new battle is drawn, not where one is handed out again; may raise, and nothing is written.

    Raises
    ------
    ContestClosed
        If the contest is not open, or is a simulation and the rater is real.
    ConsentMissing
        If the rater has not accepted the terms in force.
    NoBattleLeft
        If this rater has seen everything, or there is nothing to compare.
    """
    now = now or timezone.now()
    rng = rng or np.random.default_rng()
    # Nobody's opinion belongs among votes that were drawn from known strengths.
    if contest.state != ContestState.OPEN or (contest.simulated and rater.kind != RaterKind.SIMULATED):
        raise ContestClosed(contest.name)
    require_consent(rater)
    calibrating = draw_calibration(contest, rater, rng) if prompts is None else None
    outstanding = _outstanding(contest, rater, now, in_round=calibrating is not None) if reuse else None
    if outstanding is not None:
        return outstanding
    if admit is not None:
        admit()
    chosen = matchmaking_of(contest)
    drawn = calibrating or (draw_quality(contest, rater, chosen, rng) if prompts is None else None)
    if drawn is None:
        drawn = _draw_ranking(contest, rater, chosen, prompts, rng, now)
    return write_battle(contest, rater, drawn, now)


def _outstanding(contest: Contest, rater: Rater, now: datetime, *, in_round: bool) -> Battle | None:
    """Return the unanswered battle that a rater has; in a calibration round only one of it, the others wait."""
    waiting = Battle.objects.filter(contest=contest, rater=rater, state=BattleState.SERVED)
    if in_round:
        waiting = waiting.filter(purpose=BattlePurpose.CALIBRATION)
    return waiting.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=now)).order_by("id").first()


def _draw_ranking(
    contest: Contest,
    rater: Rater,
    chosen: Matchmaking,
    prompts: Collection[int] | None,
    rng: np.random.Generator,
    now: datetime,
) -> Drawn:
    stock = catalogue(contest)
    if stock.contestants.size < 2:
        raise NoBattleLeft(
            _(
                "{name} has fewer than two active contestants with responses, so there is nothing to compare yet."
            ).format(name=contest.name)
        )
    table = drawing_table(contest, rater, stock, _rows(stock, prompts), chosen, now)
    try:
        draw = draw_pair(table.state, table.policy, rng)
    except NoPairLeft as error:
        raise NoBattleLeft(_nothing_left(contest, rater, table)) from error
    prompt, chance = _draw_prompt(table, rater, draw.i, draw.j, rng)
    told = {
        "policy": draw.reason.policy,
        "branch": draw.branch,
        "propensity": draw.propensity,
        "reason": {**draw.reason.to_dict(), "prompt_probability": chance},
    }
    i, j = (draw.j, draw.i) if rng.random() < 0.5 else (draw.i, draw.j)
    sides = tuple((int(stock.responses[prompt, k]), int(stock.contestants[k])) for k in (i, j))
    return Drawn(int(stock.prompts[prompt]), (sides[0], sides[1]), told)


def _rows(stock: Catalogue, prompts: Collection[int] | None) -> NDArray[np.bool_]:
    if prompts is None:
        return np.ones(stock.prompts.size, dtype=bool)
    return np.isin(stock.prompts, np.fromiter(prompts, dtype=np.int64))


def _nothing_left(contest: Contest, rater: Rater, table: DrawingTable) -> str:
    told = {"name": contest.name, "languages": ", ".join(rater.languages or ())}
    if not table.seen and rater.languages:
        text = _(
            "{name} has no two contestants that may be compared now in the languages that you read ({languages}). Please "
            "come back later."
        )
    elif not table.seen:
        text = _("{name} has no two contestants that may be compared now. Please come back later.")
    elif rater.languages:
        text = _(
            "You have compared everything that {name} has to offer in the languages that you read ({languages}) for now. "
            "Thank you."
        )
    else:
        text = _("You have compared everything that {name} has to offer for now. Thank you.")
    return text.format(**told)


def _draw_prompt(table: DrawingTable, rater: Rater, i: int, j: int, rng: np.random.Generator) -> tuple[int, float]:
    """Return the row of a prompt for the pair, and the probability with which it was drawn, given the pair."""
    stock, memory = table.stock, table.memory
    low, high = sorted((int(stock.contestants[i]), int(stock.contestants[j])))
    seen = np.array([prompt for prompt, *pair in table.seen if pair == [low, high]], dtype=np.int64)
    fresh = table.rows & stock.shared_rows(i, j) & ~np.isin(stock.prompts, seen)
    places = (int(table.places[i]), int(table.places[j]))
    needs = category_needs([memory.categories.get(int(key)) for key in stock.categories], memory.beliefs, *places)
    home = list(rater.expertise.values_list("id", flat=True)) if stock.categories.size else []
    chances = prompt_probabilities(fresh, stock.membership, needs, np.isin(stock.categories, home))
    row = int(rng.choice(chances.size, p=chances))
    return row, float(chances[row])


def write_battle(contest: Contest, rater: Rater, drawn: Drawn, now: datetime) -> Battle:
    """Write a drawn battle down; from then on it is out."""
    (response_a, contestant_a), (response_b, contestant_b) = drawn.sides
    return Battle.objects.create(
        contest=contest,
        prompt_id=drawn.prompt,
        response_a_id=response_a,
        response_b_id=response_b,
        contestant_a_id=contestant_a,
        contestant_b_id=contestant_b,
        rater=rater,
        served_at=now,
        expires_at=now + timedelta(minutes=settings.BATTLE_MINUTES),
        **drawn.told,
    )


def skip_battle(token: str, rater: Rater, now: datetime | None = None, reason: SkipReason | None = None) -> Battle:
    """Close a battle without a vote; skipping twice is one skip, and the first reason stays.

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
        in_time.update(state=BattleState.SKIPPED, closed_at=now, skip_reason=reason)
    battle = mine.first()
    if battle is None:
        raise BattleNotFound
    if battle.state == BattleState.SERVED:
        # Late, and not swept yet.
        raise BattleClosed(BattleState.EXPIRED)
    if battle.state != BattleState.SKIPPED:
        raise BattleClosed(BattleState(battle.state))
    return battle


def expire_battles(now: datetime | None = None) -> int:
    """Close every battle whose time has run out; return how many."""
    now = now or timezone.now()
    late = Battle.objects.filter(state=BattleState.SERVED, expires_at__lte=now)
    return late.update(state=BattleState.EXPIRED, closed_at=now)
