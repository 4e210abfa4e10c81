"""The admin tells why a pair was drawn, what votes will settle, and how a rater did on checks."""

import pytest
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from arena.models import VoteOutcome
from arena.services.battles import open_battle
from arena.services.beliefs import rebuild_beliefs
from arena.services.matchmaking import change_matchmaking
from arena.services.votes import cast_vote
from tests.factories import make_arena, make_battle, make_rater, make_staff, make_voted_arena

pytestmark = [pytest.mark.django_db]


@pytest.fixture
def staff(client):
    client.force_login(make_staff())
    return client


def page(staff: Client, model: str, row: Model) -> str:
    return staff.get(reverse(f"admin:arena_{model}_change", args=[row.pk])).content.decode()


def test_a_battle_says_why_its_pair_was_drawn(staff):
    assert "Drawn " in page(staff, "battle", open_battle(make_arena(), make_rater()))


def test_an_imported_battle_says_that_it_was_imported(staff):
    assert "it was imported" in page(staff, "battle", make_battle(make_arena()))


@pytest.mark.parametrize(
    ("source", "words"),
    [("identical", "a tie by rule"), ("calibration", "a calibration round"), ("simulation", "by the simulation")],
)
def test_a_battle_that_no_policy_drew_says_where_it_comes_from(staff, source, words):
    told = page(staff, "battle", make_battle(make_arena(), reason={"source": source, "round": 1}))
    assert words in told
    assert "it was imported" not in told


def test_the_settings_of_a_contest_come_with_its_forecast(staff):
    contest = make_voted_arena()
    row = change_matchmaking(contest, None, vote_budget=500)
    assert "It comes within a minute" in page(staff, "matchmaking", row)
    rebuild_beliefs(contest, "human")
    told = page(staff, "matchmaking", row)
    assert "of 500 votes are left" in told
    assert "neighbours are told apart" in told


def test_a_rater_comes_with_checks_and_repeats(staff):
    contest, rater = make_arena(contestants=2, prompts=2), make_rater()
    assert "None yet" in page(staff, "rater", rater)
    battle = make_battle(contest, rater, purpose="repeat")
    cast_vote(battle.token, rater, VoteOutcome.A)
    first = make_battle(contest, rater, responses=(battle.response_b, battle.response_a), prompt=battle.prompt)
    cast_vote(first.token, rater, VoteOutcome.B)
    assert "1 of 1 repeats answered as before" in page(staff, "rater", rater)
