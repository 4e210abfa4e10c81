"""Raters held against a fit: leaving votes out, and reliability."""

import json

import numpy as np
import pytest

from ranking.engine.bradley_terry import fit_bradley_terry
from ranking.engine.comparisons import Comparisons, Outcome
from ranking.engine.errors import BadComparisons
from ranking.engine.raters import outcome_chances, point_without, rater_reliability
from ranking.engine.ties import DAVIDSON, fit_davidson, fit_rao_kupper

ITEMS = [f"m{k}" for k in range(12)]
THETA = np.linspace(1.5, -1.5, len(ITEMS))
LOG_NU = np.log(0.5)
MODELS = [fit_davidson, fit_rao_kupper, fit_bradley_terry]


def drawn(seed, raters, each, eta=1.0):
    """Votes by Davidson's model; rater k turns a vote around with probability 1 - eta, given once or for each."""
    rng = np.random.default_rng(seed)
    rater = np.repeat(np.arange(raters), each)
    a = rng.integers(0, len(ITEMS), rater.size)
    b = (a + rng.integers(1, len(ITEMS), rater.size)) % len(ITEMS)
    terms = DAVIDSON.terms(THETA[a] - THETA[b], LOG_NU)
    win, tie = np.exp(terms.win.value), np.exp(terms.tie.value)
    fate = rng.random(rater.size)
    outcome = np.where(fate < win, Outcome.A, np.where(fate < win + tie, Outcome.TIE, Outcome.B))
    turned = (rng.random(rater.size) > np.broadcast_to(eta, raters)[rater]) & (outcome <= Outcome.B)
    return Comparisons.from_arrays(ITEMS, a, b, np.where(turned, 1 - outcome, outcome), rater=rater)


def split_by(votes, rows):
    return votes.picked(np.flatnonzero(rows)), votes.picked(np.flatnonzero(~rows))


@pytest.mark.parametrize("fit_model", MODELS)
@pytest.mark.parametrize(("out", "closeness"), [(1, 0.05), (10, 0.1)])
def test_one_step_comes_close_to_a_refit(fit_model, out, closeness):
    # Of 40 raters; ten of them are a quarter of all votes.
    votes = drawn(0, 40, 50)
    fit = fit_model(votes.pair_counts())
    some, others = split_by(votes, votes.rater < out)
    exact = fit_model(others.pair_counts()).maximum.point
    moved = np.abs(exact - fit.maximum.point).max()
    assert moved > 0.01
    assert np.abs(point_without(fit, some) - exact).max() < closeness * moved


def test_leaving_nothing_out_changes_nothing():
    votes = drawn(1, 20, 30)
    fit = fit_davidson(votes.pair_counts())
    assert point_without(fit, votes.picked(np.array([], dtype=int))) == pytest.approx(fit.maximum.point, abs=1e-9)


def test_an_item_that_only_these_votes_know_stays_where_it_was():
    votes = drawn(2, 20, 50)
    newcomer = Comparisons.from_arrays([*ITEMS, "new"], [12, 0, 12, 1], [0, 12, 1, 12], [0, 0, 2, 0], rater=[99] * 4)
    everybody = Comparisons.from_arrays(
        newcomer.items,
        np.append(votes.a, newcomer.a),
        np.append(votes.b, newcomer.b),
        np.append(votes.outcome, newcomer.outcome),
        rater=np.append(votes.rater, newcomer.rater),
    )
    fit = fit_davidson(everybody.pair_counts())
    point = point_without(fit, newcomer)
    assert np.isfinite(point).all()
    assert point[12] == pytest.approx(fit.theta[12], abs=0.1)


def test_votes_that_were_not_fitted_cannot_be_left_out():
    fit = fit_davidson(drawn(3, 20, 50).pair_counts())
    with pytest.raises(BadComparisons, match="not among those that were fitted"):
        point_without(fit, drawn(4, 40, 50))


def test_a_fit_of_other_items_is_refused():
    votes = drawn(5, 20, 50)
    fit = fit_davidson(votes.restricted_to(np.arange(12) < 6).pair_counts())
    for asked in (lambda: point_without(fit, votes), lambda: rater_reliability(votes, fit)):
        with pytest.raises(BadComparisons, match="different items"):
            asked()


@pytest.mark.parametrize("fit_model", MODELS)
def test_chances_are_probabilities_and_turn_with_the_sides(fit_model):
    votes = drawn(6, 20, 50)
    fit = fit_model(votes.pair_counts())
    chances = outcome_chances(fit, fit.maximum.point, votes)
    turned = Comparisons.from_arrays(ITEMS, votes.b, votes.a, votes.outcome)
    assert chances.sum(axis=0) == pytest.approx(np.ones(len(votes.a)))
    assert outcome_chances(fit, fit.maximum.point, turned)[::-1] == pytest.approx(chances)


def test_reliability_is_found_again():
    # Thirty raters who follow the model; six of 400 votes who turn around 0 to 60 % of theirs.
    truth = np.append(np.ones(30), [1.0, 0.9, 0.8, 0.7, 0.6, 0.4])
    votes = drawn(7, len(truth), 400, eta=truth)
    found = rater_reliability(votes, fit_davidson(votes.pair_counts()))[30:]
    assert [row.reliability for row in found] == pytest.approx(list(truth[30:]), abs=0.12)
    assert sum(row.low <= eta <= row.high for row, eta in zip(found, truth[30:], strict=True)) >= 4
    assert [row.reliability for row in found] == sorted((row.reliability for row in found), reverse=True)


def test_without_decided_votes_there_is_only_the_prior():
    votes = drawn(8, 20, 50)
    fit = fit_davidson(votes.pair_counts())
    (row,) = rater_reliability(Comparisons.from_arrays(ITEMS, [0, 1], [1, 2], [2, 3], rater=[5, 5]), fit)
    # Beta(10, 1): mean 10/11, variance 10 / (11^2 * 12), quantile q^(1/10).
    assert (row.rater, row.votes) == (5, 0)
    assert row.reliability == pytest.approx(10 / 11, abs=1e-3)
    assert row.standard_error == pytest.approx((10 / (11**2 * 12)) ** 0.5, abs=1e-3)
    assert (row.low, row.high) == pytest.approx((0.025**0.1, 0.975**0.1), abs=3e-3)


def test_swapped_sides_and_doubled_weights():
    votes = drawn(9, 20, 50)
    fit = fit_davidson(votes.pair_counts())
    turned = np.where(votes.outcome <= Outcome.B, 1 - votes.outcome, votes.outcome)
    swapped = Comparisons.from_arrays(ITEMS, votes.b, votes.a, turned, rater=votes.rater)
    plain = [row.reliability for row in rater_reliability(votes, fit)]
    assert [row.reliability for row in rater_reliability(swapped, fit)] == pytest.approx(plain)
    heavy = Comparisons.from_arrays(ITEMS, votes.a, votes.b, votes.outcome, np.full(1000, 2.0), votes.rater)
    twice = votes.picked(np.repeat(np.arange(1000), 2))
    doubled = [row.reliability for row in rater_reliability(twice, fit)]
    assert [row.reliability for row in rater_reliability(heavy, fit)] == pytest.approx(doubled)


def test_a_careful_rigger_looks_reliable():
    """The warning of the docstring: reliability repairs noise, not purpose."""
    votes = drawn(10, 40, 50)
    rigged = Comparisons.from_arrays(
        ITEMS,
        np.append(votes.a, np.full(50, 2)),
        np.append(votes.b, np.resize([k for k in range(12) if k != 2], 50)),
        np.append(votes.outcome, np.zeros(50, dtype=int)),
        rater=np.append(votes.rater, np.full(50, 40)),
    )
    found = rater_reliability(rigged, fit_davidson(rigged.pair_counts()))
    assert found[40].reliability > np.mean([row.reliability for row in found[:40]])


def test_raters_must_be_known():
    votes = Comparisons.from_arrays("ab", [0, 0, 0], [1, 1, 1], [0, 1, 2])
    with pytest.raises(BadComparisons, match="the rater of every vote"):
        rater_reliability(votes, fit_davidson(votes.pair_counts()))


def test_it_says_so_in_words_and_in_plain_values():
    votes = drawn(11, 20, 50)
    row = rater_reliability(votes, fit_davidson(votes.pair_counts()))[0]
    assert "rater 0 is estimated to follow the ranking" in row.explain()
    assert json.loads(json.dumps(row.to_dict()))["votes"] == row.votes
