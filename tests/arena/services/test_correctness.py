"""Prompts with one right answer: asked so, told after the vote and never before, or kept from people altogether."""

from typing import Any

import numpy as np
import pytest

from arena.access import battle_or_404
from arena.models import Contest, ContestKind, RaterKind
from arena.queries.correctness import count_kept_apart
from arena.queries.pages import blind_battle
from arena.queries.reveals import reveal
from arena.services.battles import open_battle
from arena.services.errors import NoBattleLeft
from arena.services.votes import cast_vote
from tests.arena.services.test_quality_battles import Turn
from tests.factories import (
    make_arena,
    make_battle,
    make_contest,
    make_contestant,
    make_matchmaking,
    make_prompt,
    make_rater,
    make_response,
    make_vote,
)

pytestmark = [pytest.mark.django_db, pytest.mark.database]

RIGHT = ContestKind.CORRECTNESS


def make_sum(contest: Contest, **fields: Any) -> None:
    """A prompt with one right answer, on which two agree and one does not."""
    prompt = make_prompt(contest, "2 + 2?", **{"reference": "4", **fields})
    cast = list(contest.contestants.order_by("id"))
    for contestant, text in zip(cast, ("4.", "It is 4, surely.", "Five"), strict=True):
        make_response(prompt, contestant, text)


@pytest.fixture
def mixed() -> Contest:
    """Three contestants, three prompts of preference and one of correctness."""
    contest = make_arena(contestants=3, prompts=3)
    make_sum(contest, kind=RIGHT)
    return contest


def revealed(contest: Contest, **fields: Any) -> Any:
    battle = make_battle(contest, **fields)
    make_vote(battle, "A")
    return reveal(battle_or_404(battle.rater, battle.token))


def test_the_question_and_the_outcome_fit_what_is_asked(mixed):
    for prompt in mixed.prompts.all():
        right = prompt.kind == RIGHT
        battle = make_battle(mixed, prompt=prompt)
        blind = blind_battle(battle)
        assert (blind.right, blind.question) == (
            right,
            "Which answer is right?" if right else "Which response is better?",
        )
        make_vote(battle, "A")
        assert reveal(battle_or_404(battle.rater, battle.token)).outcome == ("A is right" if right else "A is better")


@pytest.mark.parametrize(
    ("kind", "asked", "told"),
    [
        (None, "Which response is better?", "Which answer is right?"),
        (None, "Who computed well?", "Who computed well?"),
        ("preference", "Who computed well?", "Which response is better?"),
    ],
)
def test_a_contest_of_correctness_asks_its_own_question_where_it_has_one(kind, asked, told):
    contest = make_arena(prompts=1, kind=RIGHT, question=asked)
    contest.prompts.update(kind=kind)
    assert blind_battle(make_battle(contest)).question == told


def test_the_reveal_tells_the_reference_and_what_can_be_said_of_likeness(mixed):
    prompt = mixed.prompts.get(kind=RIGHT)
    first, second, third = prompt.responses.order_by("id")
    told = revealed(mixed, prompt=prompt, responses=(first, third)).right
    assert told is not None
    assert told.reference == "<p>4</p>\n"
    assert told.told[0] == "Says exactly what the reference says."
    assert told.told[1].endswith("a likeness, not a verdict.")
    assert (
        revealed(mixed, prompt=prompt, responses=(second, third)).right.told[0]
        == "Contains the reference word for word."
    )


def test_checks_are_told_where_there_is_no_reference(mixed):
    prompt = mixed.prompts.get(kind=RIGHT)
    prompt.reference, prompt.tests = "", ["equals 4", {"regex": "^4$"}]
    prompt.save()
    told = revealed(mixed, prompt=prompt).right
    assert (told.reference, told.checks, told.told) == ("", ["equals 4", '{"regex": "^4$"}'], ("", ""))


def test_a_reference_for_judges_is_not_told_where_the_better_answer_is_asked_for(mixed):
    mixed.prompts.filter(kind=None).update(reference="as one might say")
    assert revealed(mixed).right is None


def test_prompts_kept_apart_are_drawn_for_no_person_and_for_judges_as_before(mixed):
    mixed.correctness_apart = True
    mixed.save()
    assert count_kept_apart(mixed) == 1
    seen = {RaterKind.HUMAN: set(), RaterKind.JUDGE: set()}
    for kind, kinds in seen.items():
        rater = make_rater(kind)
        while True:
            try:
                battle = open_battle(mixed, rater, reuse=False)
            except NoBattleLeft:
                break
            kinds.add(battle.prompt.kind)
    assert seen == {RaterKind.HUMAN: {None}, RaterKind.JUDGE: {None, RIGHT}}


def test_the_stored_propensity_is_that_of_what_may_be_drawn(mixed):
    """Two contestants share only the prompt that is kept apart: their pair has no chance, and the others have all of it."""
    mixed.correctness_apart = True
    mixed.save()
    make_matchmaking(mixed, policy="uniform")
    one, two, _ = mixed.contestants.order_by("id")
    mixed.responses.filter(contestant=two, prompt__kind=None).delete()
    assert one != two
    rng = np.random.default_rng(3)
    for _ in range(5):
        battle = open_battle(mixed, make_rater(), rng=rng)
        assert two.pk not in (battle.contestant_a_id, battle.contestant_b_id)
        assert battle.propensity == 1


def test_what_is_kept_apart_since_is_not_repeated(mixed):
    rater = make_rater()
    prompt = mixed.prompts.get(kind=RIGHT)
    first = make_battle(mixed, rater, prompt=prompt)
    make_vote(first)
    for _ in range(5):
        battle = open_battle(mixed, rater)
        cast_vote(battle.token, rater, "A")
    make_matchmaking(mixed, repeat_rate=0.5)
    assert open_battle(mixed, rater, reuse=False, rng=Turn(0.1)).purpose == "repeat"
    mixed.correctness_apart = True
    mixed.battles.filter(purpose="repeat").delete()
    assert open_battle(mixed, rater, reuse=False, rng=Turn(0.1)).purpose is None


def test_a_change_of_kind_or_setting_is_drawn_by_at_once():
    contest = make_contest()
    for _ in range(3):
        make_contestant(contest)
    make_sum(contest)
    assert open_battle(contest, make_rater()).prompt.kind is None
    contest.prompts.update(kind=RIGHT)
    assert open_battle(contest, make_rater()).prompt.kind == RIGHT
    contest.correctness_apart = True
    contest.save()
    with pytest.raises(NoBattleLeft):
        open_battle(contest, make_rater())
