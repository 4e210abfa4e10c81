"""A replay is planned from what stands now, played the same every time, and tells what each policy saves."""

import json
from dataclasses import replace
from math import isfinite

import pytest

from arena.queries.replay_results import ReplayResult, Saved, figure_named
from arena.services.errors import ServiceError
from arena.services.matchmaking import change_matchmaking
from arena.services.replay_plans import LAST, MOST_SECONDS, ReplayPlan, ReplayWish, as_run, plan_replay, tell_seconds
from arena.services.replays import STEPS, play_replay
from tests.arena.replayed import small_plan
from tests.factories import make_contest

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def contest(rated_contest):
    return rated_contest


class Told:
    """Progress that is remembered."""

    def __init__(self) -> None:
        self.total, self.what = 0, ""
        self.steps: list[int] = []

    def start(self, total: int, what: str) -> None:
        self.total, self.what = total, what

    def advance(self, n: int = 1) -> None:
        self.steps.append(n)


# --- Planning --------------------------------------------------------------------------------------
def test_a_plan_holds_all_that_the_replay_depends_on(contest):
    change_matchmaking(contest, None, policy="order", sharpness=2.0, floor=0.2, share_cap=0.9, top_k=3)
    plan = small_plan(
        contest, policies=("uniform", "order", "information", "order"), in_flight=4, abandoned=0.25, seed=3
    )
    assert [(one.name, one.sharpness, one.floor, one.share_cap) for one in plan.policies] == [
        ("order", 2.0, 0.2, 0.9),
        ("information", None, 0.2, 0.9),
        ("uniform", None, 0.2, 0.9),
    ]
    assert (plan.votes, plan.repetitions, plan.seed, plan.top_k) == (60, 2, 3, 3)
    world = plan.world()
    assert (world.size, world.in_flight, world.abandoned, world.settled, world.newcomer) == (4, 4, 0.25, 0, None)
    assert 0 < world.even_ties < 0.5


def test_a_plan_survives_a_row_of_the_database(contest):
    plan = small_plan(contest, newcomer=LAST)
    assert ReplayPlan.from_dict(json.loads(json.dumps(plan.to_dict()))) == plan


def test_without_a_policy_it_is_the_contests_own_beside_uniform(contest):
    change_matchmaking(contest, None, policy="balanced")
    assert [one.name for one in small_plan(contest, policies=()).policies] == ["balanced", "uniform"]


def test_strengths_are_drawn_together_unless_they_are_wanted_as_published(contest):
    plan, published = small_plan(contest), small_plan(contest, as_published=True)
    assert 0 < plan.theta[0] < published.theta[0]
    assert "so they are drawn together to" in plan.notes[1]
    assert "taken as published" in published.notes[1]


def test_the_last_contestant_or_a_named_one_is_the_newcomer(contest):
    slugs = list(contest.contestants.order_by("id").values_list("slug", flat=True))
    last, named = small_plan(contest, newcomer=LAST), small_plan(contest, newcomer=slugs[1])
    assert (last.newcomer, named.newcomer) == (3, 1)
    assert last.settled == 18
    assert "begins without votes, as a newcomer; the others have 18 each" in " ".join(last.notes)
    with pytest.raises(ServiceError, match=f"rates no contestant 'nobody'; it rates {slugs[0]}, "):
        small_plan(contest, newcomer="nobody")


def test_boards_are_judged_more_and_more_seldom_and_at_the_end(contest):
    plan = small_plan(contest, votes=2000)
    assert (plan.checkpoints[0], plan.checkpoints[-1], len(plan.checkpoints)) == (100, 2000, 12)
    assert small_plan(contest, votes=5).checkpoints == (5,)
    assert small_plan(contest, votes=60).checkpoints[0] == 8


def test_repetitions_are_as_many_as_fit(contest):
    few, many = (small_plan(contest, repetitions=None, votes=votes) for votes in (50_000, 60))
    assert few.repetitions == 2 or few.seconds < 60
    assert few.repetitions < many.repetitions == 100
    assert small_plan(contest, repetitions=None, votes=50_000) == few


@pytest.mark.parametrize(
    ("wish", "why"),
    [
        ({"policies": ("clever",)}, "Unknown policy clever; choose among information, order"),
        ({"votes": 0}, "write a number from 1 to 1,000,000"),
        ({"repetitions": 1}, "at least 2 times: one alone says nothing of chance"),
        ({"seed": -1}, "The seed must be"),
        ({"in_flight": -1}, "in flight must be from 0"),
        ({"abandoned": 1.0}, "abandoned battles must be from 0 to 0.9"),
        ({"abandoned": float("nan")}, "abandoned battles must be from 0 to 0.9"),
        ({"board": "nobody"}, "There is no board 'nobody'; there are: human"),
    ],
)
def test_what_makes_no_sense_is_refused(contest, wish, why):
    with pytest.raises(ServiceError, match=why):
        small_plan(contest, **wish)


def test_without_strengths_there_is_no_plan():
    with pytest.raises(ServiceError, match="No board of fresh has been published yet"):
        plan_replay(make_contest("fresh"), ReplayWish(votes=60))


def test_strengths_that_noise_explains_are_refused_unless_wanted_as_published(contest, monkeypatch):
    monkeypatch.setattr("arena.queries.replays.Strengths.reliability", 0.0)
    with pytest.raises(ServiceError, match="does not tell its contestants apart yet"):
        small_plan(contest)
    assert small_plan(contest, as_published=True).theta[0] > 0


def test_what_takes_too_long_is_no_run(contest):
    plan = small_plan(contest)
    assert as_run(plan) == plan.to_dict()
    long = replace(plan, votes=1_000_000, repetitions=500)
    assert long.seconds > MOST_SECONDS
    with pytest.raises(
        ServiceError, match=r"would take about \d+ h, and a run may take about 20 min: ask for fewer votes"
    ):
        as_run(long)


@pytest.mark.parametrize(
    ("seconds", "told"), [(0.1, "about 1 s"), (75, "about 75 s"), (100, "about 2 min"), (9000, "about 2 h")]
)
def test_time_is_told_roughly(seconds, told):
    assert tell_seconds(seconds) == told


# --- Playing ---------------------------------------------------------------------------------------
def test_the_same_plan_gives_the_same_result_and_another_seed_another(contest):
    plan = small_plan(contest, in_flight=3, abandoned=0.2)
    first = play_replay(plan)
    assert play_replay(ReplayPlan.from_dict(json.loads(json.dumps(plan.to_dict())))) == first
    assert play_replay(replace(plan, seed=1)) != first


def test_every_policy_is_judged_at_every_checkpoint(contest):
    plan = small_plan(contest, policies=("information", "top_k"))
    result = play_replay(plan)
    assert [curve.policy for curve in result.curves] == ["information", "top_k", "uniform"]
    assert (result.votes, result.repetitions) == (plan.checkpoints, 2)
    for curve in result.curves:
        assert set(curve.values) == {"interval", "order", "top", "coverage", "slope"}
        assert {len(row) for row in curve.values.values()} == {len(plan.checkpoints)}
        assert 20 < curve.values["interval"][-1] < 200
        assert 0 < curve.values["order"][-1] < 1
        assert curve.values["order"][0] < curve.values["order"][-1]
        assert curve.values["top"][0] > curve.values["top"][-1]


def test_each_policy_is_held_against_uniform_by_each_goal(contest):
    result = play_replay(small_plan(contest, policies=("information", "balanced"), votes=200, repetitions=4))
    assert [(one.figure, one.policy) for one in result.savings] == [
        (figure, policy) for figure in ("interval", "order", "top") for policy in ("information", "balanced")
    ]
    for one in result.savings:
        assert one.low <= one.share <= one.high
        assert one.share == pytest.approx(1 - one.votes / one.base_votes, abs=1e-4)
        assert max(one.votes, one.base_votes) <= 200


def test_a_newcomer_is_judged_and_saves_votes(contest):
    result = play_replay(small_plan(contest, newcomer=LAST, votes=100, repetitions=6))
    values = result.curves[0].values["newcomer"]
    assert values[0] > values[-1]
    [saved] = [one for one in result.savings if one.figure == "newcomer"]
    assert saved.share > 0


def test_what_is_not_known_in_every_repetition_is_none_and_said(contest):
    result = play_replay(small_plan(contest, votes=4))
    assert result.curves[0].values["interval"] == [None]
    assert result.sentences("interval") == [
        "information: too few votes to compare it with uniform by mean half-width of the 95 % intervals, in points."
    ]


def test_a_result_survives_a_row_of_the_database(contest):
    result = play_replay(small_plan(contest, newcomer=LAST))
    plain = json.dumps(result.to_dict(), allow_nan=False)
    assert ReplayResult.from_dict(json.loads(plain)) == result
    assert all(isfinite(value) for curve in result.curves for row in curve.values.values() for value in row if value)


def test_progress_is_told_in_votes_and_seldom(contest):
    told = Told()
    plan = small_plan(contest, votes=300, repetitions=3)
    play_replay(plan, told)
    assert (told.total, told.what, sum(told.steps)) == (plan.total, "Replays of tea", plan.total)
    assert plan.total == 300 * 3 * 2
    assert len(told.steps) <= STEPS + 1


def test_whoever_listens_can_stop_it(contest):
    class Impatient(Told):
        def advance(self, n: int = 1) -> None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        play_replay(small_plan(contest), Impatient())


# --- Telling ---------------------------------------------------------------------------------------
def saved(**fields) -> Saved:
    told = {"policy": "information", "figure": "interval", "target": 20.04, "votes": 1240.4, "base_votes": 1410.0}
    return Saved(**{**told, "share": 0.12, "low": 0.08, "high": 0.153, **fields})


@pytest.mark.parametrize(
    ("fields", "end"),
    [
        ({}, "12 % fewer votes (90 % interval: 8 to 15 % fewer)."),
        ({"share": -0.05, "low": -0.09, "high": -0.01}, "5 % more votes (90 % interval: 1 to 9 % more)."),
        (
            {"share": 0.02, "low": -0.03, "high": 0.06},
            "2 % fewer votes (90 % interval: 3 % more to 6 % fewer, so this may be chance).",
        ),
        ({"low": None}, "12 % fewer votes (its 90 % interval is not known)."),
    ],
)
def test_a_saving_is_one_sentence(fields, end):
    beginning = "information reaches ±20.0 points after 1,240 votes, uniform after 1,410: "
    assert str(saved(**fields)) == beginning + end


def test_each_goal_has_its_words():
    told = {key: figure_named(key).reached(0.5) for key in ("order", "top", "newcomer")}
    assert told == {
        "order": "an agreement of 0.500 with the true order",
        "top": "0.50 wrong orders at the top",
        "newcomer": "±0.5 points for the newcomer",
    }
