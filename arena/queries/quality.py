"""Battles that tell of raters instead of contestants: attention checks and repeats, and how raters did on them."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from django.db.models import Q

from arena.models import (
    Battle,
    BattlePurpose,
    BattleState,
    Contest,
    KnownPair,
    LeakPolicy,
    Rater,
    Response,
    of_person,
)
from arena.queries.correctness import kept_apart
from arena.queries.leaks import left_out

Side = tuple[int, int]

REST: Final = 5
"""Votes between a battle and its repeat, at least: nobody should merely remember."""


@dataclass(frozen=True, slots=True)
class QualityBattle:
    """What to show: primary keys of the prompt, and of response and contestant on sides A and B."""

    prompt: int
    sides: tuple[Side, Side]


def known_pairs(contest: Contest) -> list[KnownPair]:
    """Return the known pairs that may be shown: those with a response that the contest leaves out are not."""
    shown = KnownPair.objects.filter(contest=contest, active=True)
    if contest.leak_policy == LeakPolicy.EXCLUDE:
        hidden = Response.objects.filter(left_out(contest), contest=contest).values("pk")
        shown = shown.exclude(better__in=hidden).exclude(worse__in=hidden)
    return list(shown.select_related("prompt", "better", "worse").order_by("id"))


def as_battle(pair: KnownPair, rng: np.random.Generator) -> QualityBattle:
    """Return a known pair as what to show, sides by a fair coin."""
    sides: tuple[Side, Side] = (
        (pair.better_id, pair.better.contestant_id),
        (pair.worse_id, pair.worse.contestant_id),
    )
    return QualityBattle(pair.prompt_id, sides if rng.random() < 0.5 else (sides[1], sides[0]))


def find_check(contest: Contest, rater: Rater, rng: np.random.Generator) -> QualityBattle | None:
    """Return a known pair that this rater has not met; None where there is none."""
    met = Battle.objects.filter(of_person(rater), contest=contest).order_by()
    shown = {frozenset(pair) for pair in met.values_list("response_a_id", "response_b_id")}
    left = [pair for pair in known_pairs(contest) if frozenset((pair.better_id, pair.worse_id)) not in shown]
    return as_battle(left[int(rng.integers(len(left)))], rng) if left else None


def find_repeat(contest: Contest, rater: Rater, rng: np.random.Generator) -> QualityBattle | None:
    """Return an earlier battle of this rater with the sides swapped; None before there is one to repeat.

    What the contest meanwhile leaves out, or asks people about no more, is not shown again.
    """
    mine = Battle.objects.filter(contest=contest, rater=rater, state=BattleState.VOTED)
    columns = ("prompt_id", "response_a_id", "contestant_a_id", "response_b_id", "contestant_b_id")
    ranked = list(mine.filter(purpose__isnull=True).order_by("-id").values_list(*columns))[REST:]
    again = Battle.objects.filter(contest=contest, rater=rater, purpose=BattlePurpose.REPEAT).order_by()
    repeated = {frozenset(pair) for pair in again.values_list("response_a_id", "response_b_id")}
    hidden = _hidden(contest, ranked)
    left = [row for row in ranked if (pair := frozenset((row[1], row[3]))) not in repeated and not pair & hidden]
    if not left:
        return None
    prompt, response_a, contestant_a, response_b, contestant_b = left[int(rng.integers(len(left)))]
    return QualityBattle(prompt, ((response_b, contestant_b), (response_a, contestant_a)))


def _hidden(contest: Contest, rows: list[tuple[int, int, int, int, int]]) -> frozenset[int]:
    """Return which responses in the rows are not to be shown any more; no query where a contest hides none."""
    if contest.leak_policy != LeakPolicy.EXCLUDE and not contest.correctness_apart:
        return frozenset()
    apart = Q(prompt__in=contest.prompts.filter(kept_apart(contest)).values("pk"))
    shown = {response for row in rows for response in (row[1], row[3])}
    hidden = Response.objects.filter(left_out(contest) | apart, pk__in=shown)
    return frozenset(hidden.values_list("pk", flat=True))


@dataclass(frozen=True, slots=True)
class RaterQuality:
    """How one rater did.

    Attributes
    ----------
    checks, passed : attention checks voted on, and those on which the better response was chosen.
    repeats, steady : repeated battles voted on, and those on which the rater said the same again.
    """

    checks: int
    passed: int
    repeats: int
    steady: int


_MIRRORED: Final = {"A": "B", "B": "A"}


def rater_quality(rater: Rater) -> RaterQuality:
    """Return how a rater did on attention checks and repeats, in all contests; voided votes are left out."""
    voted = Battle.objects.filter(of_person(rater), state=BattleState.VOTED, vote__voided_at__isnull=True).order_by(
        "id"
    )
    columns = ("response_a_id", "response_b_id", "vote__outcome")
    checks = list(voted.filter(purpose=BattlePurpose.CHECK).values_list(*columns))
    repeats = list(voted.filter(purpose=BattlePurpose.REPEAT).values_list(*columns))
    wanted = {response for a, b, _ in repeats for response in (a, b)}
    first = voted.filter(purpose__isnull=True).filter(Q(response_a__in=wanted) & Q(response_b__in=wanted))
    said = {(a, b): outcome for a, b, outcome in first.values_list(*columns)}
    better = set(
        KnownPair.objects.filter(of_person(rater, "prompt__battles__rater")).values_list("better_id", "worse_id")
    )
    passed = sum(chosen(*row) in better for row in checks)
    steady = [said[b, a] == _MIRRORED.get(outcome, outcome) for a, b, outcome in repeats if (b, a) in said]
    return RaterQuality(len(checks), passed, len(steady), sum(steady))


def chosen(a: int, b: int, outcome: str | None) -> tuple[int, int] | None:
    """Return (better, worse) as the rater said; None where neither was chosen, or nothing was said."""
    return {"A": (a, b), "B": (b, a)}.get(outcome or "")
