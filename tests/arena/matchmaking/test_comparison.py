"""Votes to a target are read off the mean curve, with an interval over repetitions."""

from math import inf, isnan, nan

import numpy as np
import pytest

from arena.matchmaking.comparison import (
    HALF_WIDTH,
    ORDER,
    Figure,
    compare,
    mean_figure,
    mean_ratio,
    reach,
    votes_to,
)
from arena.matchmaking.errors import MatchmakingError
from arena.matchmaking.referee import DesignQuality, FitQuality
from arena.matchmaking.replay import Reading, Track

VOTES = (100, 200, 400, 800, 1600)


def track(name: str, scale: float, votes: tuple[int, ...] = VOTES) -> Track:
    """A replay whose intervals have half-width scale / sqrt(votes)."""
    readings = [
        Reading(n, n, FitQuality(half_width=scale * n**-0.5), DesignQuality(expected_tau=1 - scale * n**-0.5), 0.0, 0.0)
        for n in votes
    ]
    return Track("world", name, tuple(readings))


UNIFORM = [track("uniform", scale) for scale in (9.0, 10.0, 11.0)]
BETTER = [track("better", scale * 0.9) for scale in (9.0, 10.0, 11.0)]


def test_a_curve_of_standard_errors_is_read_exactly():
    curve = 10 / np.sqrt(VOTES)
    for votes in (100, 123, 400, 777, 1600):
        assert votes_to(VOTES, curve, 10 / votes**0.5, HALF_WIDTH) == pytest.approx(votes)


def test_a_figure_that_rises_reaches_its_target_from_below():
    curve = 1 - 10 / np.sqrt(VOTES)
    assert votes_to(VOTES, curve, 1 - 10 / 500**0.5, ORDER) == pytest.approx(500)


def test_what_is_not_reached_is_infinite_and_what_is_no_number_reaches_nothing():
    assert votes_to(VOTES, 10 / np.sqrt(VOTES), 0.1, HALF_WIDTH) == inf
    assert votes_to(VOTES, np.full(5, nan), 0.1, HALF_WIDTH) == inf
    assert votes_to(VOTES, np.array([nan, nan, 0.4, 0.3, 0.2]), 0.5, HALF_WIDTH) == 400


def test_votes_go_with_the_square_of_the_scale():
    saving = compare(BETTER, UNIFORM, HALF_WIDTH, 800)
    assert saving.target == pytest.approx(10 / 800**0.5)
    assert saving.base_votes == pytest.approx(800)
    assert saving.votes == pytest.approx(648)
    # The two differ alike in every repetition, so that nothing is left to vary.
    assert saving.ratio == Figure(pytest.approx(0.81), pytest.approx(0.81), pytest.approx(0.81), 3)
    assert compare(UNIFORM, UNIFORM, ORDER, 800).ratio.value == pytest.approx(1)


def test_a_yardstick_sets_the_target_of_both():
    best = [track("best", scale * 0.8) for scale in (9.0, 10.0, 11.0)]
    saving = compare(best, BETTER, HALF_WIDTH, 800, yardstick=UNIFORM)
    assert saving.base_votes == pytest.approx(648)
    assert saving.ratio.value == pytest.approx((8 / 9) ** 2)


def test_the_interval_holds_the_ratio_and_is_the_same_again():
    noisy = [track("noisy", scale) for scale in (9.5, 8.0, 10.5)]
    saving = compare(noisy, UNIFORM, HALF_WIDTH, 800)
    assert saving.ratio.low < saving.ratio.value < saving.ratio.high
    assert saving == compare(noisy, UNIFORM, HALF_WIDTH, 800)


def test_a_saving_tells_itself():
    assert str(compare(BETTER, UNIFORM, HALF_WIDTH, 800)) == (
        "better reached a mean half-width of the intervals of 0.354 with 648 votes, uniform with 800: "
        "0.81 times as many (90 % interval 0.81 to 0.81, 3 repetitions)."
    )
    worse = [track("worse", 30.0)] * 3
    saving = compare(worse, UNIFORM, HALF_WIDTH, 800)
    assert saving.ratio.value == inf
    assert str(saving) == "worse did not reach a mean half-width of the intervals of 0.354 within 1,600 votes."
    lonely = compare(UNIFORM, worse, HALF_WIDTH, 800, yardstick=UNIFORM)
    assert isnan(lonely.ratio.value)
    assert str(lonely).endswith("with 800 votes; worse did not.")


def test_votes_to_a_target_that_is_given():
    figure = reach(UNIFORM, HALF_WIDTH, 0.5)
    assert figure.value == pytest.approx(400)
    assert 324 <= figure.low < 400 < figure.high <= 484
    assert reach(UNIFORM, HALF_WIDTH, 0.001) == Figure(inf, inf, inf, 3)


def test_means_and_their_ratios_over_repetitions():
    mean = mean_figure(UNIFORM, "half_width", 400)
    assert mean.value == pytest.approx(0.5)
    assert 0.45 <= mean.low < 0.5 < mean.high <= 0.55
    assert mean_ratio(BETTER, UNIFORM, "half_width", 400).value == pytest.approx(0.9)


def test_a_mean_with_a_board_missing_is_no_number():
    broken = Track("world", "uniform", tuple(Reading(n, n, FitQuality(), DesignQuality(), 0.0, 0.0) for n in VOTES))
    mean = mean_figure([*UNIFORM, broken], "half_width", 400)
    assert isnan(mean.value)
    assert isnan(mean.low)


def test_only_like_is_compared_with_like():
    for base in (UNIFORM[:2], [track("uniform", 10.0, (100, 200))] * 3):
        with pytest.raises(MatchmakingError, match="same repetitions and checkpoints"):
            compare(BETTER, base, HALF_WIDTH, 200)
    with pytest.raises(MatchmakingError, match="no checkpoint at 300 votes"):
        compare(BETTER, UNIFORM, HALF_WIDTH, 300)
    with pytest.raises(MatchmakingError, match="no checkpoint"):
        mean_figure([], "slope", 100)
