"""Votes for the tests of the tally, named and weighed, and what two counts have in common."""

from typing import Any

import numpy as np
import pytest
from django.utils import timezone

from arena.models import Board, Contest, PromptState, RaterKind, VoteOutcome
from ranking import PairCounts
from tests.factories import (
    make_battle,
    make_contest,
    make_contestant,
    make_prompt,
    make_rater,
    make_response,
    make_vote,
    vote_between,
)

MIRRORED = {"A": "B", "B": "A", "TIE": "TIE", "BOTH_BAD": "BOTH_BAD"}
TABLES = ("wins", "ties", "both_bad", "wins_squared", "ties_squared")


def people(contest: Contest, **fields: Any) -> Board:
    return Board.objects.create(
        contest=contest, **{"slug": "human", "name": "People", "rater_kind": RaterKind.HUMAN, **fields}
    )


def named(*names: str) -> Contest:
    """A contest of contestants with these slugs, who all answered one prompt."""
    contest = make_contest()
    prompt = make_prompt(contest)
    for name in names:
        make_response(prompt, make_contestant(contest, name))
    return contest


def weighed(weight: float) -> dict[str, Any]:
    return {} if weight == 1 else {"integrity_weight": weight, "integrity_reason": "manual"}


def voided() -> dict[str, Any]:
    return {"voided_at": timezone.now(), "void_reason": "a test"}


def say(contest: Contest, first: str, second: str, outcome: str, **fields: Any) -> None:
    one, other = (contest.contestants.get(slug=slug) for slug in (first, second))
    vote_between(contest, one, other, outcome, **fields)


def assert_same(one: PairCounts, other: PairCounts) -> None:
    assert one.items == other.items
    for table in TABLES:
        assert getattr(one, table) == pytest.approx(getattr(other, table), abs=1e-12), table


def random_votes(contest: Contest, rng: np.random.Generator, n: int) -> list[tuple[str, str, str, float]]:
    """Cast votes of every sort, some void, weightless or on junk; return those that count."""
    prompts = list(contest.prompts.order_by("id"))
    prompts[-1].state = PromptState.JUNK
    prompts[-1].save()
    rater, counted = make_rater(), []
    for _ in range(n):
        prompt = prompts[rng.integers(len(prompts))]
        pair = list(rng.permutation(np.array(prompt.responses.order_by("id"), dtype=object))[:2])
        outcome, weight = str(rng.choice(VoteOutcome.values)), float(rng.choice([0.0, 0.25, 0.5, 1.0]))
        void = rng.random() < 0.2
        battle = make_battle(contest, rater, prompt=prompt, responses=pair)
        make_vote(battle, outcome, **weighed(weight), **(voided() if void else {}))
        if weight > 0 and not void and prompt.state != PromptState.JUNK:
            counted.append((battle.contestant_a.slug, battle.contestant_b.slug, outcome, weight))
    return counted
