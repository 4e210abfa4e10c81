"""A person's data: everything, and nothing of others or of what is still blind."""

import json

import pytest

from arena.models import BattleState, ReportKind, VoteOutcome
from arena.queries.own_data import own_data
from arena.services.accounts import adopt_browser
from arena.services.battles import open_battle, skip_battle
from arena.services.consents import accept_terms
from arena.services.raters import identify_account, identify_browser
from arena.services.reports import report_problem
from arena.services.terms import publish_terms
from arena.services.votes import cast_vote
from tests.factories import (
    make_arena,
    make_battle,
    make_category,
    make_live,
    make_rater,
    make_staff,
    make_talk,
    make_user,
    make_vote,
)

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def test_nobody_has_nothing():
    found = own_data(None, None)
    assert found.pop("made_at")
    assert found == {
        "account": None,
        "raters": [],
        "consents": [],
        "battles": [],
        "live_battles": [],
        "reports": [],
        "talks": [],
    }


def test_everything_of_an_account_and_of_the_browser_that_joined_it():
    contest, alice = make_arena(live=True), make_user(email="alice@example.org")
    rater, browser = identify_account(alice), identify_browser("a-key")
    publish_terms("Be honest.")
    accept_terms(rater, 1)
    rater.expertise.add(make_category(contest))
    vote = make_vote(make_battle(contest, rater), "TIE", comment="Hm.", tags=["clear"])
    make_vote(make_battle(contest, browser))
    report_problem(vote.battle.token, rater, ReportKind.BROKEN, "Cut off.")
    make_live(contest, rater=rater, asked="And green tea?", turns=[{"user": "How long?", "a": "3", "b": "4"}])
    adopt_browser(alice, "a-key")
    found = json.loads(json.dumps(own_data(rater, alice)))
    assert (found["account"]["name"], found["account"]["email"]) == ("alice", "alice@example.org")
    assert [one["id"] for one in found["raters"]] == [rater.public_id, browser.public_id]
    assert found["raters"][0]["expertise"] == [{"contest": "tea", "category": "general"}]
    assert [one["version"] for one in found["consents"]] == [1]
    assert len(found["battles"]) == 2
    told = found["battles"][0]
    assert told["contestant_a"] == vote.battle.contestant_a.slug
    assert (told["vote"]["outcome"], told["vote"]["comment"], told["vote"]["tags"]) == ("TIE", "Hm.", ["clear"])
    assert found["live_battles"][0]["typed"] == ["How long?", "And green tea?"]
    assert [(one["kind"], one["text"]) for one in found["reports"]] == [("broken", "Cut off.")]


def test_nothing_of_others():
    contest, rater = make_arena(), make_rater()
    make_vote(make_battle(contest), comment="A secret.")
    assert own_data(rater, None)["battles"] == []


def test_who_wrote_what_is_told_after_the_vote_only():
    contest, rater = make_arena(), make_rater()
    skip_battle(open_battle(contest, rater).token, rater)
    open_battle(contest, rater)
    found = own_data(rater, None)
    assert [one["state"] for one in found["battles"]] == [BattleState.SKIPPED, BattleState.SERVED]
    text = json.dumps(found)
    for contestant in contest.contestants.all():
        assert contestant.slug not in text
        assert contestant.name not in text


def test_it_takes_as_many_queries_however_many_votes(django_assert_max_num_queries):
    contest, rater = make_arena(), make_rater()
    for _ in range(12):
        make_vote(make_battle(contest, rater))
    with django_assert_max_num_queries(7):
        own_data(rater, None)


def test_what_a_member_of_staff_typed_in_talks_is_theirs_too():
    contest, ada, ben = make_arena(), make_staff(), make_staff("ben")
    make_talk(contest, ada, preference="A", note="Quicker.", asked="And green tea?")
    make_talk(contest, ben, note="A secret.")
    (talk,) = own_data(None, ada)["talks"]
    assert talk["typed"] == ["How long should tea steep?", "And green tea?"]
    assert (talk["contest"], talk["preference"], talk["note"]) == ("tea", "A", "Quicker.")


def test_why_a_pair_was_drawn_is_told_with_the_vote_and_not_before():
    contest, rater = make_arena(), make_rater()
    battle = open_battle(contest, rater)
    assert own_data(rater, None)["battles"][0]["why"] is None
    cast_vote(battle.token, rater, VoteOutcome.A)
    assert own_data(rater, None)["battles"][0]["why"]
