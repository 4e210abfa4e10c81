"""Pairs are drawn, voted on and learnt from as in a contest, and every vote is counted once."""

from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from arena.matchmaking.beliefs import fit_beliefs
from arena.matchmaking.errors import MatchmakingError
from arena.matchmaking.replay import PolicyChooser, Reading, _Room, replay
from arena.matchmaking.settings import PolicySettings
from arena.matchmaking.worlds import World

WORLD = World("six", np.array([1.1, 0.6, 0.2, -0.3, -0.6, -1.0]), even_ties=0.2)
BUSY = replace(WORLD, in_flight=20, abandoned=0.25)
INFORMATION = PolicyChooser(PolicySettings("information"))


@dataclass
class Stubborn:
    """Names one pair, whatever is known."""

    pair: tuple[int, int] = (0, 1)
    label: str = "stubborn"
    heard: list[float] = field(default_factory=list)

    def choose(self, state, rng):
        return self.pair

    def hear(self, i, j, score):
        assert (i, j) == self.pair
        self.heard.append(score)


def played(world: World, policy: str = "information", checkpoints: tuple[int, ...] = (150, 300), seed: int = 1):
    return replay(world, PolicyChooser(PolicySettings(policy)), checkpoints, np.random.default_rng(seed))


@pytest.mark.parametrize("policy", ["information", "order", "top_k", "balanced", "uniform"])
def test_the_same_seed_gives_the_same_track(policy):
    assert played(BUSY, policy) == played(BUSY, policy)
    assert played(BUSY, policy) != played(BUSY, policy, seed=2)


def test_every_battle_is_a_vote_where_all_are_answered_at_once():
    track = played(WORLD, checkpoints=(100, 160, 220))
    assert track.votes == (100, 160, 220)
    assert [reading.battles for reading in track.readings] == [100, 160, 220]
    assert (track.curve("repeated") == 0).all()
    assert (track.world, track.chooser) == ("six", "information/2")


def test_battles_are_votes_those_abandoned_and_those_out():
    reading = played(BUSY, checkpoints=(400,)).readings[0]
    # A quarter is abandoned: 400 votes come of 533 battles, give or take 13.
    assert 470 < reading.battles - 20 < 600
    assert 0 < reading.repeated < 1


def test_a_pair_that_is_out_already_is_a_repetition():
    world = replace(WORLD, in_flight=10)
    track = replay(world, Stubborn(), [30], np.random.default_rng(0))
    battles = track.readings[0].battles
    assert track.readings[0].repeated == pytest.approx((battles - 1) / battles)
    assert track.readings[0].largest_share == 1


def test_the_chooser_hears_every_vote():
    chooser = Stubborn()
    replay(BUSY, chooser, [120], np.random.default_rng(0))
    assert len(chooser.heard) == 120
    assert set(chooser.heard) == {0.0, 0.5, 1.0}


def busy_room(votes: int) -> _Room:
    room = _Room.opened(BUSY, INFORMATION, np.random.default_rng(3))
    while room.votes < votes:
        room.hand_out()
        if len(room.out) > BUSY.in_flight:
            room.close_one()
    return room


def test_battles_that_are_out_are_foreseen_and_unfolded_again():
    room = busy_room(90)
    assert room.pending.sum() == 2 * len(room.out)
    assert np.trace(room.beliefs.foreseen) < np.trace(room.beliefs.covariance)
    while room.out:
        room.close_one()
    assert not room.pending.any()
    assert room.beliefs.foreseen == pytest.approx(room.beliefs.covariance, rel=1e-6, abs=1e-9)


def test_a_refit_foresees_exactly_what_is_out():
    room = busy_room(50)
    assert room.unlearnt == 0
    right = fit_beliefs(room.wins + room.ties / 2, room.pending)
    assert room.beliefs.theta == pytest.approx(right.theta)
    assert room.beliefs.foreseen == pytest.approx(right.foreseen)


def test_between_refits_beliefs_stay_near_those_of_a_refit():
    room = busy_room(349)
    assert room.unlearnt == 49
    right = fit_beliefs(room.wins + room.ties / 2, room.pending)
    assert room.beliefs.theta == pytest.approx(right.theta, abs=0.05)
    assert room.beliefs.foreseen == pytest.approx(right.foreseen, abs=0.02)


def test_more_votes_shorten_the_intervals_and_mend_the_order():
    track = played(WORLD, checkpoints=(200, 800, 3200))
    assert (np.diff(track.curve("half_width")) < 0).all()
    assert (np.diff(track.curve("expected_tau")) > 0).all()
    assert (np.diff(track.curve("top_inversions")) < 0).all()


def test_a_newcomer_gets_what_the_cap_leaves_it():
    world = World("settled", np.linspace(1, -1, 12), 0.2, settled=400, newcomer=6)
    shares = {}
    for cap in (0.3, 1.0):
        chooser = PolicyChooser(PolicySettings("information", share_cap=cap), f"cap {cap}")
        track = replay(world, chooser, [50, 100], np.random.default_rng(1))
        shares[track.chooser] = track.readings[0].largest_share
        assert track.curve("newcomer_half_width")[1] < track.curve("newcomer_half_width")[0]
    # Of 100 battles 30 are the newcomer's, give or take 5.
    assert shares["cap 0.3"] < 0.5 < shares["cap 1.0"]


def test_progress_is_told_each_reading_and_may_stop_the_replay():
    told: list[Reading] = []

    def stop_at_the_second(reading: Reading) -> None:
        told.append(reading)
        if len(told) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        replay(WORLD, INFORMATION, [20, 40, 60], np.random.default_rng(0), stop_at_the_second)
    assert [reading.votes for reading in told] == [20, 40]
    assert replay(WORLD, INFORMATION, [20, 40], np.random.default_rng(0), told.append).readings[-1].votes == 40


@pytest.mark.parametrize("checkpoints", [[], [0, 10], [10, 10], [20, 10]])
def test_checkpoints_rise(checkpoints):
    with pytest.raises(MatchmakingError, match="rise, from 1 on"):
        replay(WORLD, INFORMATION, checkpoints, np.random.default_rng(0))


def test_a_pair_that_may_not_meet_is_refused():
    with pytest.raises(MatchmakingError, match="stubborn chose 2 and 2"):
        replay(WORLD, Stubborn((2, 2)), [10], np.random.default_rng(0))


def test_a_figure_is_found_wherever_it_stands():
    reading = played(WORLD).readings[0]
    assert reading.figure("battles") == 150
    assert reading.figure("slope") == reading.fit.slope
    assert reading.figure("expected_tau") == reading.design.expected_tau
    with pytest.raises(MatchmakingError, match="no figure 'luck'"):
        reading.figure("luck")
