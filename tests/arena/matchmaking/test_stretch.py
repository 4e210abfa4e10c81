"""The scale of a board is held against its floor: the interval covers the truth, and a planted stretch is found."""

import numpy as np
import pytest

from arena.matchmaking.rated import rate
from arena.matchmaking.stretch import (
    BALANCE_FROM,
    FEWEST_VOTES,
    LEVEL,
    Slope,
    balanced_slope,
    floor_slope,
    measure_stretch,
)
from ranking import PairCounts, compute_standings, simulate_comparisons


def items(size: int) -> tuple[str, ...]:
    return tuple(f"item-{k:02}" for k in range(size))


def even(theta: np.ndarray, votes: int, rng: np.random.Generator) -> PairCounts:
    """Votes on pairs that were drawn evenly, a fifth of those between equals ties."""
    return simulate_comparisons(items(theta.size), theta, votes, rng, even_tie_rate=0.2).pair_counts()


def uneven(theta: np.ndarray, votes: int, steepness: float, rng: np.random.Generator) -> PairCounts:
    """Votes on pairs that were drawn the seldomer, the wider their gap, with a tenth drawn evenly."""
    i, j = np.triu_indices(theta.size, 1)
    gap = theta[i] - theta[j]
    share = np.exp(-steepness * np.abs(gap))
    games = rng.multinomial(votes, 0.9 * share / share.sum() + 0.1 / share.size)
    wins = np.zeros((theta.size, theta.size))
    wins[i, j] = rng.binomial(games, 1 / (1 + np.exp(-gap)))
    wins[j, i] = games - wins[i, j]
    return PairCounts.from_arrays(items(theta.size), wins)


def strengths(size: int, rng: np.random.Generator, spread: float = 1.0) -> np.ndarray:
    theta = rng.normal(0, spread, size)
    return np.asarray(theta - theta.mean())


def floor_slopes(boards: int, size: int, active: int, floor: int, stretch: float = 1.0, seed: int = 1):
    """Slopes of boards whose floor votes come from strengths so many times as close together as the active ones'."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(boards):
        theta = strengths(size, rng)
        told = floor_slope(even(theta, active, rng), even(theta / stretch, floor, rng))
        if told.slope is not None:
            found.append(told.slope)
    assert len(found) > 0.95 * boards
    return found


@pytest.mark.parametrize(("size", "active", "floor"), [(12, 1800, 200), (8, 900, 100), (20, 1000, 400)])
def test_under_even_drawing_the_interval_covers_one(size, active, floor):
    slopes = floor_slopes(600, size, active, floor)
    covered = np.mean([slope.lower <= 1 <= slope.upper for slope in slopes])
    # Three Monte Carlo standard errors are 0.027.
    assert LEVEL - 0.027 <= covered <= LEVEL + 0.027


def test_a_planted_stretch_is_covered_and_found():
    slopes = floor_slopes(200, 12, 9000, 1000, stretch=1.5)
    covered = np.mean([slope.lower <= 1.5 <= slope.upper for slope in slopes])
    assert covered >= 0.9
    assert np.mean([slope.verdict == "off" for slope in slopes]) > 0.95
    assert np.median([slope.value for slope in slopes]) == pytest.approx(1.5, rel=0.03)


def test_the_noise_of_ratings_does_not_look_like_stretching():
    """Forty contestants with a hundred votes each: uncorrected, b would be 0.93."""
    slopes = floor_slopes(100, 40, 2000, 2000)
    assert np.mean([1 / slope.value for slope in slopes]) == pytest.approx(1, abs=0.02)


def test_an_alarm_by_chance_is_rare():
    slopes = floor_slopes(600, 12, 1800, 200, seed=2)
    assert np.mean([slope.verdict == "off" for slope in slopes]) <= 0.05


@pytest.mark.parametrize(
    ("ends", "verdict"),
    [
        ((1.06, 1.4), "off"),
        ((0.8, 0.94), "off"),
        ((0.96, 1.04), "within"),
        ((0.9, 1.04), "open"),
        ((1.04, 1.2), "open"),
        ((1.0, np.inf), "open"),
    ],
)
def test_the_verdict_follows_the_whole_interval(ends, verdict):
    assert Slope(1.0, *ends).verdict == verdict


def test_what_cannot_be_told_is_not_told():
    rng = np.random.default_rng(3)
    theta = strengths(6, rng)
    many, few, none = (even(theta, votes, rng) for votes in (2000, FEWEST_VOTES - 1, 0))
    for active, floor, why in (
        (many, none, "no vote was given on a pair that was drawn evenly"),
        (none, many, "every pair was drawn evenly"),
        (many, few, "too few"),
        (PairCounts.from_arrays(items(6), np.triu(np.ones((6, 6)), 1)), many, "no two contestants on one scale"),
        (even(np.zeros(6), 60, rng), many, "too noisy"),
    ):
        told = floor_slope(active, floor)
        assert told.slope is None
        assert why in told.why


def test_only_contestants_whom_active_votes_put_on_one_scale_are_looked_at():
    rng = np.random.default_rng(4)
    theta = strengths(7, rng)
    active, floor = even(theta, 3000, rng), even(theta, 700, rng)
    wins, ties = active.wins.copy(), active.ties.copy()
    wins[6], wins[:, 6], ties[6], ties[:, 6] = 0, 0, 0, 0
    told = floor_slope(PairCounts.from_arrays(items(7), wins, ties), floor)
    assert told.contestants == 6
    assert told.floor_votes == floor.games[:6, :6].sum() / 2 < 700


def test_floor_votes_that_contradict_the_ratings_are_an_alarm_without_bound():
    rng = np.random.default_rng(5)
    theta = strengths(10, rng)
    told = floor_slope(even(theta, 3000, rng), even(-theta, 500, rng))
    assert told.slope.value == told.slope.lower == np.inf
    assert told.slope.verdict == "off"


@pytest.mark.parametrize("votes", [2000, 8000])
def test_under_uneven_drawing_of_one_truth_the_balanced_slope_covers_one(votes):
    rng = np.random.default_rng(6)
    slopes = [balanced_slope(uneven(strengths(14, rng), votes, 1.5, rng)).slope for _ in range(400)]
    covered = np.mean([slope.lower <= 1 <= slope.upper for slope in slopes])
    assert 0.91 <= covered <= 0.985
    assert not [slope for slope in slopes if slope.verdict == "off" and 0.95 < slope.value < 1.05]
    assert np.mean([slope.verdict == "off" for slope in slopes]) < 0.02


def test_pairs_with_many_votes_that_tell_of_wider_gaps_are_found_by_balancing():
    rng = np.random.default_rng(7)
    theta = strengths(10, rng)
    often, seldom = even(theta, 20_000, rng), even(theta / 2, 20_000, rng)
    ring = np.abs(np.subtract.outer(range(10), range(10))) % 2 == 1
    wins = np.where(ring, 8 * often.wins, seldom.wins)
    ties = np.where(ring, 8 * often.ties, seldom.ties)
    slope = balanced_slope(PairCounts.from_arrays(items(10), wins, ties)).slope
    assert slope.verdict == "off"
    assert slope.lower > 1.1


def test_there_is_nothing_to_balance_where_no_pair_has_many_votes_or_nobody_is_rated():
    rng = np.random.default_rng(8)
    assert "nothing to balance" in balanced_slope(even(strengths(12, rng), 150, rng)).why
    never = PairCounts.from_arrays(items(3), np.triu(np.full((3, 3), 2.0 * BALANCE_FROM), 1))
    assert "on one scale" in balanced_slope(never).why
    alike = np.full((4, 4), 30.0) - 30 * np.eye(4)
    assert "no width" in balanced_slope(PairCounts.from_arrays(items(4), alike)).why


def test_a_board_on_which_pairs_weigh_alike_is_its_own_balanced_board():
    theta = np.linspace(1, -1, 5)
    wins = np.round(40 / (1 + np.exp(theta[None, :] - theta[:, None]))) * (1 - np.eye(5))
    slope = balanced_slope(PairCounts.from_arrays(items(5), wins)).slope
    assert (slope.value, slope.lower, slope.upper) == pytest.approx((1, 1, 1), abs=1e-6)


def test_the_floor_alone_is_rated_as_a_board_of_its_own_would_be():
    rng = np.random.default_rng(10)
    theta = strengths(6, rng)
    active, floor = even(theta, 3000, rng), even(theta, 400, rng)
    found = measure_stretch(active, floor, active + floor)
    alone = {row.item: row for row in compute_standings(floor).rows}
    whole = {row.item: row for row in compute_standings(active + floor).rows}
    assert [row.item for row in found.ratings] == sorted(whole, key=lambda item: whole[item].rank)
    for row in found.ratings:
        own = alone[row.item]
        assert (row.rating, row.lower, row.upper) == pytest.approx((own.rating, own.lower, own.upper))
        assert row.headline == pytest.approx(whole[row.item].rating)
        assert row.outside == (not own.lower <= whole[row.item].rating <= own.upper)
    assert found.outside == sum(row.outside for row in found.ratings)


def test_a_floor_that_connects_nobody_has_no_ratings():
    rng = np.random.default_rng(11)
    active = even(strengths(4, rng), 400, rng)
    floor = PairCounts.from_arrays(items(4), np.triu(np.ones((4, 4)), 1))
    assert measure_stretch(active, floor, active + floor).ratings == ()


def test_the_overshoot_of_few_votes_is_taken_off():
    """Over many small boards strengths are right on average; plain maximum likelihood is some 4 % too wide."""
    rng = np.random.default_rng(12)
    theta = np.array([1.0, 0.4, -0.3, -1.1])
    found = [rate(even(theta, 160, rng)) for _ in range(600)]
    plain, corrected = (np.mean([getattr(one, name) for one in found], axis=0) for name in ("fitted", "theta"))
    slope = theta @ corrected / (theta @ theta)
    assert theta @ plain / (theta @ theta) > 1.03
    assert slope == pytest.approx(1, abs=0.015)
