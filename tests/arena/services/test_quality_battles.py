"""Attention checks and repeats: battles that tell of raters, at the rate that a contest asks for."""

from typing import Any

import numpy as np
import pytest

from arena.models import Battle, BattlePurpose, Contest, Rater, RaterKind, VoteOutcome
from arena.queries.quality import REST, rater_quality
from arena.services.battles import open_battle
from arena.services.votes import cast_vote, void_vote
from tests.factories import make_arena, make_known_pair, make_matchmaking, make_rater, make_staff

pytestmark = [pytest.mark.django_db, pytest.mark.database]


class Turn(np.random.Generator):
    """A generator whose first number is chosen: the one that decides what kind of battle it is."""

    def __init__(self, first: float) -> None:
        super().__init__(np.random.PCG64(1))
        self._first = [first]

    def random(self, *args: Any, **kwargs: Any) -> Any:
        return self._first.pop() if self._first else super().random(*args, **kwargs)


def vote(contest: Contest, rater: Rater, outcome: str = "A", turn: float = 0.99) -> Battle:
    battle = open_battle(contest, rater, rng=Turn(turn))
    cast_vote(battle.token, rater, VoteOutcome(outcome))
    return battle


def test_a_check_shows_a_known_pair_and_says_nothing_of_it_before_the_vote():
    contest, rater = make_arena(contestants=3, prompts=2), make_rater()
    known = make_known_pair(contest)
    make_matchmaking(contest, check_rate=0.5)
    battle = open_battle(contest, rater, rng=Turn(0.1))
    assert battle.purpose == BattlePurpose.CHECK
    assert {battle.response_a, battle.response_b} == {known.better, known.worse}
    assert battle.prompt == known.prompt
    assert battle.propensity is None
    assert battle.reason == {"source": "check"}


def test_a_rater_meets_a_known_pair_once():
    contest, rater = make_arena(contestants=3, prompts=2), make_rater()
    make_known_pair(contest)
    make_matchmaking(contest, check_rate=0.5)
    assert vote(contest, rater, turn=0.1).purpose == BattlePurpose.CHECK
    assert vote(contest, rater, turn=0.1).purpose is None


def test_a_pair_seen_in_a_check_is_not_drawn_again():
    contest, rater = make_arena(contestants=2, prompts=2), make_rater()
    known = make_known_pair(contest)
    make_matchmaking(contest, check_rate=0.5)
    vote(contest, rater, turn=0.1)
    assert vote(contest, rater).prompt != known.prompt


def test_a_known_pair_that_was_switched_off_is_not_shown():
    contest = make_arena(contestants=3, prompts=2)
    make_known_pair(contest, active=False)
    make_matchmaking(contest, check_rate=0.5)
    assert open_battle(contest, make_rater(), rng=Turn(0.1)).purpose is None


def test_checks_come_at_their_rate():
    contest = make_arena(contestants=3, prompts=2)
    make_known_pair(contest)
    make_matchmaking(contest, check_rate=0.3)
    rng = np.random.default_rng(5)
    checks = sum(open_battle(contest, make_rater(), rng=rng).purpose == BattlePurpose.CHECK for _ in range(200))
    # 200 at 0.3: outside of 35..87 with probability below 1e-4.
    assert 35 <= checks <= 87


def test_a_repeat_swaps_the_sides_of_an_earlier_battle_after_a_rest():
    contest, rater = make_arena(contestants=3, prompts=6), make_rater()
    make_matchmaking(contest, repeat_rate=0.5)
    first = vote(contest, rater, turn=0.1)
    assert first.purpose is None
    for _ in range(REST):
        assert vote(contest, rater, turn=0.99).purpose is None
    again = vote(contest, rater, turn=0.1)
    assert again.purpose == BattlePurpose.REPEAT
    assert (again.response_a, again.response_b) == (first.response_b, first.response_a)
    assert again.reason == {"source": "repeat"}
    assert vote(contest, rater, turn=0.1).prompt_id != first.prompt_id


def test_judges_get_neither_for_they_read_both_orders_anyway():
    contest = make_arena(contestants=3, prompts=2)
    make_known_pair(contest)
    make_matchmaking(contest, check_rate=0.5)
    assert open_battle(contest, make_rater(RaterKind.JUDGE), rng=Turn(0.1)).purpose is None


def test_by_default_every_battle_ranks():
    contest = make_arena(contestants=3, prompts=2)
    make_known_pair(contest)
    assert open_battle(contest, make_rater(), rng=Turn(0.0)).purpose is None


def test_how_a_rater_did_is_counted():
    contest, rater = make_arena(contestants=3, prompts=6), make_rater()
    known = make_known_pair(contest)
    make_matchmaking(contest, check_rate=0.25, repeat_rate=0.25)
    check = open_battle(contest, rater, rng=Turn(0.1))
    cast_vote(check.token, rater, VoteOutcome.A if check.response_a == known.better else VoteOutcome.B)
    for _ in range(REST + 2):
        vote(contest, rater, "A")
    assert vote(contest, rater, "B", turn=0.3).purpose == BattlePurpose.REPEAT
    assert vote(contest, rater, "A", turn=0.3).purpose == BattlePurpose.REPEAT
    found = rater_quality(rater)
    assert (found.checks, found.passed) == (1, 1)
    assert (found.repeats, found.steady) == (2, 1)


def test_a_check_that_was_failed_or_left_undecided_is_not_passed():
    contest = make_arena(contestants=3, prompts=2)
    known = make_known_pair(contest)
    make_matchmaking(contest, check_rate=0.5)
    for undecided in (False, True):
        rater = make_rater()
        check = open_battle(contest, rater, rng=Turn(0.1))
        wrong = VoteOutcome.B if check.response_a == known.better else VoteOutcome.A
        cast_vote(check.token, rater, VoteOutcome.TIE if undecided else wrong)
        found = rater_quality(rater)
        assert (found.checks, found.passed) == (1, 0)


def test_a_voided_vote_tells_nothing_of_its_rater():
    contest, rater = make_arena(contestants=3, prompts=2), make_rater()
    make_known_pair(contest)
    make_matchmaking(contest, check_rate=0.5)
    void_vote(vote(contest, rater, turn=0.1).vote, make_staff(), "a test")
    assert rater_quality(rater).checks == 0


def test_a_known_pair_that_the_contest_leaves_out_is_no_check():
    contest = make_arena(contestants=3, prompts=2, leak_policy="exclude")
    known = make_known_pair(contest)
    make_matchmaking(contest, check_rate=0.5)
    assert open_battle(contest, make_rater(), rng=Turn(0.1)).purpose == BattlePurpose.CHECK
    contest.responses.filter(pk=known.worse_id).update(leaks=[{"start": 0}])
    assert open_battle(contest, make_rater(), rng=Turn(0.1)).purpose is None
    contest.leak_policy = "mask"
    assert open_battle(contest, make_rater(), rng=Turn(0.1)).purpose == BattlePurpose.CHECK


def test_what_the_contest_leaves_out_since_is_not_repeated():
    contest, rater = make_arena(contestants=3, prompts=6, leak_policy="exclude"), make_rater()
    make_matchmaking(contest, repeat_rate=0.5)
    first = vote(contest, rater)
    for _ in range(REST):
        vote(contest, rater)
    contest.responses.filter(pk=first.response_b_id).update(leaks=[{"start": 0}])
    assert vote(contest, rater, turn=0.1).purpose is None
