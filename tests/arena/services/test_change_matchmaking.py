"""How pairs are drawn is changed by one verb, which checks, logs what changed, and does no more."""

import pytest

from arena.models import Contest, KnownPair, Matchmaking, MatchmakingChange
from arena.queries.matchmaking import matchmaking_of
from arena.services.errors import ServiceError
from arena.services.matchmaking import SETTINGS, change_matchmaking, switch_known_pairs
from tests.factories import make_arena, make_contest, make_known_pair, make_staff

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def contest() -> Contest:
    return make_contest()


def log() -> list[tuple[object, dict[str, object], dict[str, object]]]:
    return [(row.by, row.before, row.after) for row in MatchmakingChange.objects.order_by("id")]


def test_the_first_change_writes_the_row_and_what_changed_from_the_defaults(contest):
    ada = make_staff()
    row = change_matchmaking(contest, ada, policy="top_k", top_k=3, floor=0.1)
    assert matchmaking_of(contest) == row == Matchmaking.objects.get(policy="top_k", top_k=3)
    assert log() == [(ada, {"policy": "information", "top_k": 5}, {"policy": "top_k", "top_k": 3})]


def test_a_later_change_is_told_beside_the_first(contest):
    change_matchmaking(contest, None, goal="interval", goal_width=25)
    change_matchmaking(contest, None, goal_width=20, sharpness=2)
    assert log() == [
        (None, {"goal": "none", "goal_width": None}, {"goal": "interval", "goal_width": 25}),
        (None, {"goal_width": 25, "sharpness": None}, {"goal_width": 20, "sharpness": 2}),
    ]
    assert (matchmaking_of(contest).goal_width, Matchmaking.objects.count()) == (20, 1)


@pytest.mark.parametrize("values", [{}, {"floor": 0.1}, {"floor": "0.1", "sharpness": None, "same_organisation": True}])
def test_what_is_so_already_is_not_written(contest, values):
    assert change_matchmaking(contest, None, **values).pk is None
    assert not Matchmaking.objects.exists()
    change_matchmaking(contest, None, top_k=2)
    change_matchmaking(contest, None, top_k=2, **values)
    assert len(log()) == 1


def test_values_are_kept_as_their_type_whatever_way_they_were_written(contest):
    change_matchmaking(contest, None, floor="0.25", vote_budget="100", leave_out_failing="True")
    assert log() == [
        (
            None,
            {"floor": 0.1, "vote_budget": None, "leave_out_failing": False},
            {"floor": 0.25, "vote_budget": 100, "leave_out_failing": True},
        )
    ]


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"floor": 0}, "The floor must be more than 0"),
        ({"floor": "much"}, "floor: .*must be a float"),
        ({"policy": "best"}, "policy: .*not a valid choice"),
        ({"goal": "interval"}, "needs a width"),
        ({"check_rate": 0.4, "repeat_rate": 0.2}, "at least half of the battles must rank"),
        ({"sharpness": float("inf")}, "sharpness: write a finite number"),
        ({"category_sd": float("nan")}, "."),
        ({"colour": "red"}, "no setting colour; it has policy, floor, sharpness"),
        ({"public_id": "x"}, "no setting public_id"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence_and_nothing_is_written(contest, values, why):
    change_matchmaking(contest, None, top_k=2)
    with pytest.raises(ServiceError, match=why):
        change_matchmaking(contest, None, **{"top_k": 3, **values})
    assert (matchmaking_of(contest).top_k, len(log())) == (2, 1)


def test_every_setting_can_be_changed(contest):
    assert set(SETTINGS) == {
        "policy",
        "floor",
        "sharpness",
        "share_cap",
        "top_k",
        "same_organisation",
        "most_cost_usd",
        "leave_out_failing",
        "check_rate",
        "repeat_rate",
        "category_sd",
        "goal",
        "goal_width",
        "vote_budget",
    }


def test_contests_are_changed_one_by_one(contest):
    other = make_contest("coffee")
    change_matchmaking(contest, None, floor=0.2)
    assert matchmaking_of(other).floor == 0.1
    assert not other.matchmaking_changes.exists()


def test_known_pairs_are_shown_or_not():
    contest = make_arena(prompts=2)
    first, second = (make_known_pair(contest, prompt=prompt) for prompt in contest.prompts.all())
    assert switch_known_pairs(KnownPair.objects.filter(pk=first.pk), active=False) == 1
    assert switch_known_pairs(KnownPair.objects.all(), active=False) == 1
    assert not KnownPair.objects.filter(active=True).exists()
    assert switch_known_pairs(KnownPair.objects.filter(pk=second.pk), active=True) == 1
