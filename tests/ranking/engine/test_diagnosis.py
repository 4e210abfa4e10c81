"""What is checked beside the ratings: each check finds what was planted and stays quiet where nothing was."""

import json

import numpy as np
import pytest
from scipy.special import expit

from ranking import Comparisons, compute_standings, simulate_comparisons, time_windows
from ranking.engine.bradley_terry import fit_bradley_terry
from ranking.engine.cycles import cyclicity, worst_cycles
from ranking.engine.drift import drift
from ranking.engine.goodness import goodness_of_fit, side_bias
from tests.ranking.samples import counts_of

THETA = np.array([0.9, 0.5, 0.1, -0.1, -0.4, -1.0])
ITEMS = tuple("abcdef")


def honest(votes: int, seed: int, **rates: float) -> Comparisons:
    return simulate_comparisons(ITEMS, THETA, votes, np.random.default_rng(seed), **rates)


def fitted(comparisons: Comparisons):
    return fit_bradley_terry(comparisons.pair_counts())


def drawn(chance, votes: int, seed: int) -> Comparisons:
    """Decided votes of which `chance(a, b, place in time)` says how likely a wins."""
    rng = np.random.default_rng(seed)
    a = rng.integers(0, 6, votes)
    b = (a + rng.integers(1, 6, votes)) % 6
    return Comparisons.from_arrays(
        ITEMS, a, b, (rng.random(votes) > chance(a, b, np.arange(votes) / votes)).astype(int)
    )


def plain(a, b, when):
    return expit(THETA[a] - THETA[b])


RING = np.zeros((6, 6))
RING[0, 1] = RING[1, 2] = RING[2, 0] = 1.0
RING = 1.6 * (RING - RING.T)


def ring(a, b, when):
    """The first three run in a circle."""
    return expit(THETA[a] - THETA[b] + RING[a, b])


def rising(a, b, when):
    """Item f gains 1.2 logits while the votes come in."""
    gain = 1.2 * when * ((a == 5).astype(float) - (b == 5))
    return expit(THETA[a] - THETA[b] + gain)


def lean(a, b, when):
    return expit(THETA[a] - THETA[b] + 0.3)


@pytest.mark.parametrize("rates", [{}, {"even_tie_rate": 0.4}])
def test_p_values_of_honest_boards_are_even(rates):
    """Of 120 boards without anything wrong about 5 % fall below .05, for each test."""
    found = np.array([p_values(honest(1200, seed, **rates)) for seed in range(120)], dtype=float)
    for column in found.T:
        assert (column < 0.05).mean() <= 0.125
        assert 0.35 < column.mean() < 0.65


def p_values(comparisons: Comparisons) -> list[float | None]:
    fit = fitted(comparisons)
    return [
        goodness_of_fit(fit).p_value,
        cyclicity(fit).p_value,
        drift(fit, time_windows(comparisons, 4)).p_value,
    ]


def test_degrees_of_freedom_are_pairs_less_strengths():
    assert goodness_of_fit(fitted(honest(3000, 1))).degrees == pytest.approx(15 - 5)
    # Without a loop there is nothing to test.
    chain = fit_bradley_terry(counts_of([[0, 7, 0], [5, 0, 9], [0, 6, 0]]))
    assert goodness_of_fit(chain).p_value is None
    assert cyclicity(chain).p_value is None


def test_a_ring_is_found_named_and_measured():
    fit = fitted(drawn(ring, 6000, seed=2))
    found = cyclicity(fit)
    assert goodness_of_fit(fit).p_value < 1e-6
    assert found.p_value < 1e-6
    worst = found.cycles[0]
    assert set(worst.items) == {"a", "b", "c"}
    assert worst.p_value < 0.001
    assert all(rate > 0.5 for rate in worst.rates)
    # Planted: 3 edges of 1.6 logits against the energy of all gaps.
    gaps = (THETA[:, None] - THETA[None, :])[np.triu_indices(6, 1)]
    assert found.share == pytest.approx(3 * 1.6**2 / (3 * 1.6**2 + (gaps**2).sum()), abs=0.12)


def test_a_cycle_by_chance_is_not_called_one():
    fit = fitted(honest(300, seed=3))
    assert all(cycle.p_value > 0.05 for cycle in worst_cycles(fit))
    assert cyclicity(fit).share < 0.2


def test_a_perfect_ring_is_all_cycle():
    fit = fit_bradley_terry(counts_of([[0, 80, 20], [20, 0, 80], [80, 20, 0]]))
    assert fit.theta == pytest.approx(np.zeros(3), abs=1e-12)
    found = cyclicity(fit)
    assert found.share == 1.0
    assert len(found.cycles) <= 1


def test_who_rises_is_found_and_by_how_much():
    comparisons = drawn(rising, 8000, seed=4)
    found = drift(fitted(comparisons), time_windows(comparisons, 4))
    assert found.p_value < 1e-6
    assert found.item == "f"
    # From the middle of the first quarter to that of the last.
    assert found.change == pytest.approx(0.75 * 1.2 * 400 / np.log(10), rel=0.35)
    assert found.item_p_value < 0.001


def test_windows_hold_every_vote_once():
    comparisons = honest(1003, 5, tie_rate=0.2)
    windows = time_windows(comparisons, 4)
    total = windows[0] + windows[1] + windows[2] + windows[3]
    assert (total.wins == comparisons.pair_counts().wins).all()
    assert {float(counts.games.sum() / 2) for counts in windows} == {250.0, 251.0}


def test_a_lean_to_the_first_side_is_measured():
    comparisons = drawn(lean, 8000, seed=6)
    found = side_bias(fitted(comparisons), comparisons.side_counts(), 0.95)
    assert found.lower < expit(0.3) < found.upper
    assert found.lower > 0.5
    assert found.votes == 8000


def test_intervals_of_the_side_cover_an_even_side():
    hits = []
    for seed in range(200):
        comparisons = honest(400, seed, tie_rate=0.2)
        found = side_bias(fitted(comparisons), comparisons.side_counts(), 0.9)
        hits.append(found.lower <= 0.5 <= found.upper)
    # Three Monte Carlo standard deviations around 90 %.
    assert 0.836 <= np.mean(hits) <= 0.964


def test_where_one_item_always_stands_on_one_side_its_strength_and_the_side_cannot_be_told_apart():
    comparisons = Comparisons.from_arrays("ab", [0] * 10, [1] * 10, [0] * 6 + [1] * 4)
    assert side_bias(fitted(comparisons), comparisons.side_counts(), 0.95) is None


def codes(comparisons: Comparisons) -> dict[str, str]:
    standings = compute_standings(comparisons)
    found = standings.diagnose(comparisons, time_windows(comparisons, 4))
    assert found is not None
    json.dumps(found.to_dict())
    return {notice.code: notice.message for notice in found.notices()}


def test_an_honest_board_is_told_to_be_well():
    told = codes(drawn(plain, 1500, seed=8))
    assert set(told) == {"fit", "transitive", "steady", "no_side_bias", "exposure", "open", "fragility"}
    assert "15 of 15 pairs were compared" in told["exposure"]
    assert "p = " in told["fit"]


@pytest.mark.parametrize(
    ("chance", "code", "words"),
    [
        (ring, "cycles", "beats"),
        (rising, "drift", "f moved by +"),
        (lean, "side_bias", "side A wins 5"),
    ],
)
def test_what_was_planted_is_told_in_a_sentence_with_numbers(chance, code, words):
    assert words in codes(drawn(chance, 8000, seed=9))[code]


def test_counts_alone_are_enough_for_all_but_time_and_side():
    comparisons = drawn(plain, 3000, seed=10)
    counts = comparisons.pair_counts()
    found = compute_standings(counts).diagnose(counts)
    assert found.drift is None
    assert found.side_bias is None
    assert found.goodness == compute_standings(comparisons).diagnose(comparisons).goodness


def test_two_items_have_little_to_check():
    comparisons = Comparisons.from_rows([("a", "b", 0)] * 3 + [("b", "a", 0)] * 2)
    assert set(codes(comparisons)) == {"exposure", "open", "fragility"}


def test_ties_alone_leave_nothing_to_check():
    comparisons = Comparisons.from_rows([("a", "b", 2)] * 5 + [("b", "c", 2)] * 5 + [("a", "c", 2)] * 5)
    assert compute_standings(comparisons).diagnose(comparisons) is None
