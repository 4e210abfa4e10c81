"""The database refuses settings of matchmaking, known pairs and beliefs that cannot be; forms hear why."""

import pytest
from django.core.exceptions import ValidationError

from arena.models import Battle, BattlePurpose, Contest, KeptBeliefs, KnownPair, Matchmaking, Rater
from arena.queries.matchmaking import matchmaking_of
from tests.arena.models.refusals import refuse
from tests.factories import make_arena, make_battle, make_contest, make_known_pair, make_matchmaking, make_rater

pytestmark = [pytest.mark.django_db, pytest.mark.database]

IMPOSSIBLE = [
    ({"policy": "best"}, "not a valid choice"),
    ({"goal": "win"}, "not a valid choice"),
    ({"floor": 0}, "more than 0 and at most 1"),
    ({"floor": 1.1}, "more than 0 and at most 1"),
    ({"sharpness": 0}, "leave it empty for the policy's own"),
    ({"share_cap": 0}, "largest share of one contestant"),
    ({"share_cap": 1.5}, "largest share of one contestant"),
    ({"top_k": 0}, "At least one place"),
    ({"most_cost_usd": 0}, "leave it empty for no limit"),
    ({"check_rate": -0.1}, "at least half of the battles must rank"),
    ({"repeat_rate": -0.1}, "at least half of the battles must rank"),
    ({"check_rate": 0.3, "repeat_rate": 0.3}, "at least half of the battles must rank"),
    ({"category_sd": 0}, "How far categories lie"),
    ({"goal_width": 0}, "more than 0 points"),
    ({"goal": "interval"}, "needs a width"),
    ({"vote_budget": 0}, "at least one vote"),
]

POSSIBLE = [
    {},
    {"policy": "top_k", "top_k": 1, "floor": 1, "share_cap": 1},
    {"sharpness": 0.5, "most_cost_usd": 0.001, "vote_budget": 1},
    {"check_rate": 0.25, "repeat_rate": 0.25},
    {"check_rate": 0.5},
    {"goal": "interval", "goal_width": 0.5},
    {"goal": "neighbours"},
]


@pytest.fixture
def contest() -> Contest:
    return make_arena(contestants=3, prompts=2)


@pytest.mark.parametrize(("fields", "why"), IMPOSSIBLE)
def test_impossible_settings_are_refused_with_a_sentence(contest, fields, why):
    with pytest.raises(ValidationError, match=why):
        Matchmaking(contest=contest, **fields).full_clean()
    refuse(Matchmaking.objects.create, contest=contest, **fields)


@pytest.mark.parametrize("fields", POSSIBLE)
def test_possible_settings_are_accepted(contest, fields):
    Matchmaking(contest=contest, **fields).full_clean()
    assert make_matchmaking(contest, **fields).pk


def test_a_contest_has_one_matchmaking(contest):
    make_matchmaking(contest)
    refuse(make_matchmaking, contest=contest)


def test_a_contest_without_a_row_has_the_defaults(contest, django_assert_num_queries):
    make_matchmaking(make_contest("coffee"), floor=0.5)
    with django_assert_num_queries(1):
        found = matchmaking_of(contest)
    assert (found.pk, found.policy, found.floor, found.contest) == (None, "information", 0.1, contest)
    row = make_matchmaking(contest, floor=0.2)
    with django_assert_num_queries(1):
        assert matchmaking_of(contest) == row


def test_settings_go_with_their_contest():
    empty = make_contest("empty")
    make_matchmaking(empty)
    KeptBeliefs.objects.create(contest=empty, raters="human", payload=b"\x00", mark="x")
    empty.delete()
    assert not Matchmaking.objects.exists()
    assert not KeptBeliefs.objects.exists()


def test_a_proper_known_pair_is_accepted(contest):
    assert make_known_pair(contest).active


def test_a_known_pair_of_one_response(contest):
    response = contest.responses.first()
    refuse(make_known_pair, contest=contest, prompt=response.prompt, responses=(response, response))


def test_a_known_pair_twice(contest):
    make_known_pair(contest)
    refuse(make_known_pair, contest=contest)


@pytest.mark.parametrize("side", ["better", "worse"])
def test_a_known_pair_whose_response_answers_another_prompt(contest, side):
    known = make_known_pair(contest)
    other = contest.prompts.order_by("id")[1].responses.order_by("id")[2]
    refuse(KnownPair.objects.filter(pk=known.pk).update, **{side: other})
    prompt = contest.prompts.order_by("id")[1]
    first, second = prompt.responses.order_by("id")[:2]
    stranger = known.better
    pair = {"better": (stranger, second), "worse": (first, stranger)}[side]
    refuse(make_known_pair, contest=contest, prompt=prompt, responses=pair)


def test_a_known_pair_on_a_prompt_of_another_contest(contest):
    prompt = contest.prompts.order_by("id")[0]
    refuse(make_known_pair, contest=make_contest("coffee"), prompt=prompt)


def test_beliefs_are_kept_once_for_the_same_raters(contest):
    fields = {"contest": contest, "payload": b"\x00\x01", "mark": "x"}
    kept = KeptBeliefs.objects.create(raters="human", **fields)
    kept.refresh_from_db()
    assert (bytes(kept.payload), kept.votes, kept.last_vote) == (b"\x00\x01", 0, 0)
    KeptBeliefs.objects.create(raters="simulated", **fields)
    refuse(KeptBeliefs.objects.create, raters="human", **fields)


def test_a_battle_says_what_it_is_for_where_it_does_not_rank(contest):
    assert make_battle(contest).purpose is None
    check = make_battle(contest, purpose=BattlePurpose.CHECK)
    assert list(Battle.objects.filter(purpose__isnull=False)) == [check]


def test_a_rater_says_what_it_reads_and_knows(contest):
    hot = contest.categories.create(slug="hot", name="Hot")
    rater = make_rater(external_key="x", languages=["en", "pt-BR"])
    rater.expertise.add(hot)
    again = Rater.objects.get()
    assert (again.languages, list(again.expertise.all()), list(hot.experts.all())) == (["en", "pt-BR"], [hot], [again])
    assert make_rater().languages is None
