"""The benchmark of matchmaking: its peers choose as their papers say, its goals are judged by what was measured."""

import json
from dataclasses import replace
from math import inf, nan

import numpy as np
import pytest
from scipy.stats import norm

from arena.matchmaking.beliefs import Beliefs, fit_beliefs, learn
from arena.matchmaking.comparison import HALF_WIDTH, ORDER, TOP, Figure, compare
from arena.matchmaking.state import MatchState
from arena.matchmaking.worlds import STANDARD, World, standard_world
from benchmarks import matchmaking
from benchmarks.choosers.arena_rule import ArenaRule
from benchmarks.choosers.asap import Asap, expected_divergence
from benchmarks.choosers.fastchat import FastChat
from benchmarks.choosers.gavel import ALPHA, BETA, Gavel, expected_gain, moved_moments
from benchmarks.choosers.oracle import Oracle
from benchmarks.matchmaking_cost import Cost, costs
from benchmarks.matchmaking_goals import Goal, judge
from benchmarks.matchmaking_plan import CHOOSERS, EVERYONE, PLANS, Plan, play
from benchmarks.matchmaking_table import costs_section, goals_section, plain, track_values, world_section


def beliefs_of(m: int) -> tuple[np.ndarray, Beliefs]:
    score = np.random.default_rng(m).integers(1, 9, (m, m)).astype(float)
    np.fill_diagonal(score, 0)
    return score, fit_beliefs(score, np.zeros((m, m)))


def state_of(m: int) -> MatchState:
    score, beliefs = beliefs_of(m)
    return MatchState(beliefs.theta, beliefs.foreseen, score + score.T, np.zeros((m, m)), ~np.eye(m, dtype=bool))


# --- Choosers --------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", CHOOSERS)
def test_every_chooser_names_allowed_pairs_only(name):
    state, rng = state_of(7), np.random.default_rng(1)
    allowed = state.allowed.copy()
    allowed[0, 1] = allowed[1, 0] = False
    state = replace(state, allowed=allowed)
    chooser = CHOOSERS[name](World("seven", state.theta))
    for _ in range(60):
        i, j = chooser.choose(state, rng)
        assert allowed[i, j]
        chooser.hear(i, j, 0.5)


def test_fastchat_gives_half_of_all_weight_to_the_nearest():
    theta = np.array([0.0, 0.1, 0.2, 0.3, 0.4, 5.0, 6.0, 7.0])
    state, rng = replace(state_of(8), theta=theta), np.random.default_rng(2)
    pairs = np.array([FastChat().choose(state, rng) for _ in range(6000)])
    rivals = pairs[pairs[:, 0] == 0, 1]
    # Four targets share half of the weight of eight; the three others have one each: 4 / 7. A standard error is 0.018.
    assert np.mean(rivals <= 4) == pytest.approx(4 / 7, abs=0.07)


def test_fastchat_draws_newcomers_five_times_as_often():
    state, rng = state_of(8), np.random.default_rng(3)
    votes = state.votes.copy()
    votes[7] = votes[:, 7] = 0
    first = [FastChat().choose(replace(state, votes=votes), rng)[0] for _ in range(3000)]
    # 5 of 12; a standard error is 0.009.
    assert np.mean(np.array(first) == 7) == pytest.approx(5 / 12, abs=0.04)


def test_the_arena_rule_weighs_pairs_by_the_fall_of_their_standard_error():
    state = state_of(4)
    table = ArenaRule().probabilities(state)
    win = 1 / (1 + np.exp(state.theta[None, :] - state.theta[:, None]))

    def fall(i: int, j: int) -> float:
        variance, games = win[i, j] * (1 - win[i, j]), 1 + state.votes[i, j]
        return float(np.sqrt(variance / games) - np.sqrt(variance / (games + 1)))

    assert table[0, 1] / table[2, 3] == pytest.approx(fall(0, 1) / fall(2, 3))
    assert np.triu(table).sum() == pytest.approx(1)


def test_asap_expects_what_both_outcomes_of_a_vote_bring():
    _, beliefs = beliefs_of(5)
    i, j = 1, 3
    win = 1 / (1 + np.exp(beliefs.theta[j] - beliefs.theta[i]))
    before = beliefs.covariance.diagonal()
    expected = 0.0
    for score, chance in ((1.0, win), (0.0, 1 - win)):
        after = learn(beliefs, i, j, score)
        share = after.covariance.diagonal() / before
        moved = (after.theta - beliefs.theta) ** 2 / before
        expected += chance * float(((share + moved - 1 - np.log(share)) / 2).sum())
    assert expected_divergence(beliefs.theta, beliefs.covariance)[i, j] == pytest.approx(expected)


def test_a_batch_of_asap_connects_everybody_with_the_fewest_pairs():
    state, rng, chooser = state_of(9), np.random.default_rng(5), Asap()
    batch = [chooser.choose(state, rng) for _ in range(8)]
    assert not chooser.batch
    groups = {k: {k} for k in range(9)}
    for i, j in batch:
        joined = groups[i] | groups[j]
        groups |= dict.fromkeys(joined, joined)
    assert groups[0] == set(range(9))


def test_crowd_bt_moves_moments_as_its_paper_says():
    mean, variance, other, other_variance = 0.4, 0.8, -0.1, 0.5
    up, up_variance, down, down_variance = moved_moments(mean, variance, other, other_variance)
    a, b = np.exp(mean), np.exp(other)
    pull = ALPHA * a / (ALPHA * a + BETA * b) - a / (a + b)
    bend = ALPHA * a * BETA * b / (ALPHA * a + BETA * b) ** 2 - a * b / (a + b) ** 2
    assert up == pytest.approx(mean + variance * pull)
    assert down == pytest.approx(other - other_variance * pull)
    assert up_variance == pytest.approx(variance * (1 + variance * bend))
    assert down_variance == pytest.approx(other_variance * (1 + other_variance * bend))


def test_crowd_bt_learns_most_from_whom_it_knows_least():
    gain = expected_gain(0.0, 0.2, np.zeros(3), np.array([0.05, 0.2, 1.0]))
    assert (np.diff(gain) > 0).all()
    assert (gain > 0).all()


def test_gavel_keeps_the_last_contestant_and_hears_votes():
    state, rng, chooser = state_of(6), np.random.default_rng(7), Gavel()
    first = chooser.choose(state, rng)
    before = chooser.mean.copy()
    chooser.hear(*first, 1.0)
    assert chooser.mean[first[0]] > before[first[0]]
    assert chooser.mean[first[1]] < before[first[1]]
    assert chooser.choose(state, rng)[0] == first[1]


def test_gavel_leaves_out_who_is_in_other_hands():
    state, rng = state_of(6), np.random.default_rng(8)
    pending = np.zeros((6, 6))
    pending[0, 1] = pending[1, 0] = pending[2, 3] = pending[3, 2] = 1
    chooser = Gavel()
    following = {chooser.choose(replace(state, pending=pending), rng)[1] for _ in range(40)}
    assert following == {4, 5}


@pytest.mark.parametrize(
    ("goal", "measure", "most"), [("interval", HALF_WIDTH, 0.95), ("order", ORDER, 0.85), ("top", TOP, 0.7)]
)
def test_an_oracle_needs_fewer_votes_than_uniform_pairs(goal, measure, most):
    plan = Plan("a20", votes=900, first=200, every=100, repetitions=3)
    oracle, uniform = (
        [play(plan, name, repetition, 1) for repetition in range(3)] for name in (f"oracle, {goal}", "uniform")
    )
    assert compare(oracle, uniform, measure, plan.target).ratio.value < most


def test_the_oracle_of_orders_weighs_pairs_by_the_slope_of_their_wrong_order():
    world = standard_world("a20", 2)
    oracle = Oracle.of(world, "order")
    covariance = np.diag(np.linspace(0.1, 0.3, 20))
    weights = oracle._weights(covariance)

    def slope(i: int, j: int) -> float:
        gap, variance, step = abs(oracle.truth[i] - oracle.truth[j]), covariance[i, i] + covariance[j, j], 1e-6
        rise = norm.cdf(-gap / np.sqrt(variance + step)) - norm.cdf(-gap / np.sqrt(variance - step))
        return float(rise / step)

    assert weights[0, 1] / weights[5, 9] == pytest.approx(slope(0, 1) / slope(5, 9), rel=1e-4)


# --- The plan --------------------------------------------------------------------------------------
def test_every_world_has_a_plan_and_every_plan_its_checkpoints():
    assert set(PLANS) == set(STANDARD)
    for plan in PLANS.values():
        assert {plan.half, plan.target, plan.votes} <= set(plan.checkpoints)
        assert list(plan.checkpoints) == sorted(set(plan.checkpoints))
        assert set(EVERYONE) <= set(plan.choosers) <= set(CHOOSERS)


def test_a_replay_is_the_same_again():
    plan = Plan("e30", votes=120, first=60, every=60, repetitions=1)
    assert play(plan, "ASAP", 0, 3) == play(plan, "ASAP", 0, 3)


# --- Goals and tables ------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("value", "least", "most", "met"),
    [
        (0.9, None, 0.88, False),
        (0.88, None, 0.88, True),
        (0.96, 0.97, None, False),
        (1.0, 0.97, 1.05, True),
        (inf, None, 200, False),
        (nan, 0.93, 0.97, False),
    ],
)
def test_a_goal_is_met_by_its_value(value, least, most, met):
    goal = Goal("something", "a20", Figure(value, value, value, 3), least, most)
    assert goal.met == met
    assert f"| {'met' if met else 'missed'} |" in goals_section([goal])


def test_costs_are_timed_and_judged():
    found = costs({8: 5})
    assert {cost.policy for cost in found} == {"information", "order", "top_k", "uniform"}
    assert all(0 <= cost.middle <= cost.p99 for cost in found)
    assert costs_section(found).count("| 8 |") == 4
    slow, fast = Cost("order", 100, 0.5, 2.0, 0.1), Cost("order", 1000, 12.0, 20.0, 5.0)
    assert [goal.met for goal in judge({}, [slow, fast, *found])] == [False, True]


def test_what_is_no_number_is_none_in_json():
    assert plain({"a": [1.5, nan, inf], "b": (1, "x", None, True)}) == {
        "a": [1.5, None, None],
        "b": [1, "x", None, True],
    }


def test_a_newcomer_has_a_table_of_its_own():
    plan = replace(PLANS["b50"], votes=60, repetitions=1, choosers=("no cap", "uniform"))
    tracks = {name: [play(plan, name, 0, 1)] for name in plan.choosers}
    text = world_section(plan, tracks)
    assert "battles until ±0.25 logits" in text
    assert text.count("not reached") == 2
    assert track_values(tracks["no cap"][0])["votes"] == list(plan.checkpoints)


# --- The command -----------------------------------------------------------------------------------
def test_the_command_plays_prints_and_writes(tmp_path, capsys):
    path = tmp_path / "made" / "matchmaking.json"
    arguments = ["--worlds", "a20", "--quick", "--reps", "1", "--processes", "1", "--no-cost", "--json", str(path)]
    assert matchmaking.main(arguments) == 0
    told = capsys.readouterr()
    assert "### a20: 20 contestants, normal strengths; 600 votes, 1 repetitions" in told.out
    assert all(f"| {name} |" in told.out for name in EVERYONE)
    assert "| order: votes of order / uniform | a20 | at most 0.82 |" in told.out
    assert "a20: ASAP done after" in told.err
    written = json.loads(path.read_text())
    assert {replay["chooser"] for replay in written["replays"]} >= {"information", "order"}
    assert [goal["world"] for goal in written["goals"]] == ["a20"] * 4
    assert written["seed"] == 1


def test_unknown_worlds_are_refused(capsys):
    with pytest.raises(SystemExit):
        matchmaking.main(["--worlds", "z9"])
    assert "z9" in capsys.readouterr().err
