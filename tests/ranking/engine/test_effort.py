"""How many votes would separate two items, and how few hold one above the other."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from ranking import PairCounts, compute_standings, fit_bradley_terry, fit_davidson, fragility, simulate_comparisons
from ranking.engine.covariance import contrast_variance, sandwich_covariance
from ranking.engine.effort import votes_to_separate
from tests.ranking.samples import counts_of


def smallest_by_search(wins: int, losses: int) -> int:
    """Two items: take wins of the better away until it is no longer ahead."""
    return wins - losses


@given(st.integers(3, 60), st.integers(1, 20))
@settings(deadline=None, max_examples=25)
def test_of_two_items_the_surplus_of_wins_holds_the_order(losses, surplus):
    fit = fit_bradley_terry(counts_of([[0, losses + surplus], [losses, 0]]))
    found = fragility(fit, 0, 1)
    assert found.removed == smallest_by_search(losses + surplus, losses)
    assert found.share == pytest.approx(found.removed / (2 * losses + surplus))
    assert (found.better, found.worse) == ("a", "b")


def removed_swaps(counts: PairCounts, cells: list[tuple[int, int]], better: int, worse: int) -> bool:
    wins = counts.wins.copy()
    for i, j in cells:
        wins[i, j] -= 1
    theta = fit_bradley_terry(PairCounts.from_arrays(counts.items, wins, counts.ties)).theta
    return bool(theta[better] <= theta[worse])


def test_no_smaller_removal_of_the_same_kind_swaps_three_items():
    # Exhaustive: every removal of one vote fewer leaves the order as it is.
    counts = counts_of([[0, 9, 8], [6, 0, 9], [5, 6, 0]])
    fit = fit_bradley_terry(counts)
    found = fragility(fit, 0, 1)
    cells = [(0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1)]
    fewer = found.removed - 1

    def removals(left: int, start: int):
        if left == 0:
            yield []
            return
        for k in range(start, len(cells)):
            for rest in removals(left - 1, k):
                yield [cells[k], *rest]

    assert found.removed is not None
    assert found.removed <= 5
    assert not any(removed_swaps(counts, list(taken), 0, 1) for taken in removals(fewer, 0))
    assert any(removed_swaps(counts, list(taken), 0, 1) for taken in removals(found.removed, 0))


def test_a_tight_top_hangs_by_few_votes_and_a_clear_one_by_many():
    rng = np.random.default_rng(3)
    tight, clear = (
        compute_standings(simulate_comparisons("abcd", np.array(theta), 2000, rng, tie_rate=0.1))
        for theta in ([0.55, 0.5, 0.0, -1.05], [1.5, 0.0, -0.5, -1.0])
    )
    hangs = [
        fragility(one.fit, one.rated.index(one.rows[0].item), one.rated.index(one.rows[1].item))
        for one in (tight, clear)
    ]
    assert hangs[0].removed < 60 < 150 < hangs[1].removed


def test_ties_are_removed_too_and_davidson_has_its_own_answer():
    counts = counts_of([[0, 9, 8], [6, 0, 9], [5, 6, 0]], ties=[[0, 4, 1], [4, 0, 2], [1, 2, 0]])
    for fit in (fit_bradley_terry(counts), fit_davidson(counts)):
        found = fragility(fit, 0, 1)
        assert found.removed is not None
        assert 1 <= found.removed <= 6


def test_votes_needed_make_the_gap_significant_exactly_when_spent():
    counts = counts_of([[0, 30, 22], [26, 0, 25], [20, 18, 0]])
    fit = fit_bradley_terry(counts)
    variance = contrast_variance(sandwich_covariance(fit))[0, 1]
    gap, information = float(fit.theta[0] - fit.theta[1]), 0.25
    found = votes_to_separate(("a", "b"), gap, variance, information, 141.0, 0.95)
    z = norm.ppf(0.975)
    assert not found.separated
    for votes, enough in ((found.direct, True), (found.direct - 1, False)):
        assert (abs(gap) * np.sqrt(1 / variance + votes * information) >= z) == enough
    for votes, enough in ((found.spread, True), (found.spread - 1, False)):
        assert (abs(gap) / np.sqrt(variance / (1 + votes / 141.0)) >= z - 1e-9) == enough


def test_what_is_separated_needs_nothing_and_equals_never_are():
    settled = votes_to_separate(("a", "b"), 1.0, 0.01, 0.25, 100, 0.95)
    assert (settled.separated, settled.direct, settled.spread) == (True, 0, 0)
    equal = votes_to_separate(("a", "b"), 0.0, 0.01, 0.25, 100, 0.95)
    assert (equal.separated, equal.direct, equal.spread) == (False, None, None)
