"""Models of ties: they find what made the votes, and agree with plain optimisation of their likelihood."""

import numpy as np
import pytest
from hypothesis import given, settings
from scipy.optimize import minimize

from ranking import BoardSettings, NotConverged, PairCounts, compute_standings, fit_davidson, fit_rao_kupper
from ranking.engine.likelihood import PairLikelihood
from ranking.engine.ties import DAVIDSON, RAO_KUPPER
from tests.ranking.samples import connected_counts, counts_of

MODELS = pytest.mark.parametrize(("fit", "model"), [(fit_davidson, DAVIDSON), (fit_rao_kupper, RAO_KUPPER)])
START = {"davidson": 0.0, "rao_kupper": 0.5}


def chances(model, gap: np.ndarray, tie: float) -> tuple[np.ndarray, np.ndarray]:
    """The probabilities of a win and of a tie as the papers write them."""
    if model is DAVIDSON:
        total = np.exp(gap / 2) + np.exp(-gap / 2) + np.exp(tie)
        return np.exp(gap / 2) / total, np.exp(tie) / total
    win, loss = 1 / (1 + np.exp(tie - gap)), 1 / (1 + np.exp(tie + gap))
    return win, 1 - win - loss


def by_hand(model, counts: PairCounts) -> np.ndarray:
    """Maximise the likelihood as it is written, by a general optimiser."""
    size = len(counts.items)

    def value(free: np.ndarray) -> float:
        theta = np.append(free[:-1], -free[:-1].sum())
        win, tie = chances(model, theta[:, None] - theta[None, :], free[-1])
        return -float((counts.wins * np.log(win)).sum() + (counts.ties * np.log(tie)).sum() / 2)

    start = np.append(np.zeros(size - 1), START[model.name])
    bounds = [(None, None)] * (size - 1) + [(None if model is DAVIDSON else 1e-6, None)]
    found = minimize(value, start, method="L-BFGS-B", bounds=bounds, options={"ftol": 1e-15, "gtol": 1e-9}).x
    return np.concatenate([found[:-1], [-found[:-1].sum()], found[-1:]])


@MODELS
def test_win_tie_and_loss_are_all_that_can_happen(fit, model):
    gap = np.linspace(-12, 12, 49)
    for parameter in (0.05, 0.5, 2.0):
        terms = model.terms(gap, parameter)
        win, tie = np.exp(terms.win.value), np.exp(terms.tie.value)
        assert win + tie + win[::-1] == pytest.approx(np.ones_like(gap))
        assert (win, tie) == (
            pytest.approx(chances(model, gap, parameter)[0]),
            pytest.approx(chances(model, gap, parameter)[1]),
        )


@MODELS
def test_gaps_of_any_size_stay_finite(fit, model):
    for term in model.terms(np.array([-600.0, 600.0]), 0.7):
        assert all(np.isfinite(values).all() for values in term)


@MODELS
def test_slopes_and_curvatures_are_those_of_the_likelihood(fit, model):
    counts = counts_of([[0, 7, 3], [2, 0, 5], [4, 1, 0]], ties=[[0, 2, 3], [2, 0, 1], [3, 1, 0]])
    likelihood = PairLikelihood(counts, model, prior_strength=0.3)
    point, step = np.array([0.4, -0.1, -0.3, 0.6]), 1e-5
    slope = likelihood.evaluate(point)
    around = [
        (likelihood.evaluate(point + step * axis), likelihood.evaluate(point - step * axis)) for axis in np.eye(4)
    ]
    gradient = [(up.value - down.value) / (2 * step) for up, down in around]
    hessian = [(up.gradient - down.gradient) / (2 * step) for up, down in around]
    assert slope.gradient == pytest.approx(gradient, abs=1e-6)
    assert slope.hessian == pytest.approx(np.array(hessian), abs=1e-6)


@MODELS
@given(counts=connected_counts(most=6))
@settings(deadline=None, max_examples=15)
def test_the_fit_is_the_maximum_of_the_likelihood_as_written(fit, model, counts):
    if not counts.ties.any():
        counts = PairCounts.from_arrays(counts.items, counts.wins, 1 - np.eye(len(counts.items)))
    found = fit(counts)
    other = by_hand(model, counts)
    ours = -PairLikelihood(counts, model).evaluate(found.maximum.point).value
    theirs = -PairLikelihood(counts, model).evaluate(other).value
    assert ours >= theirs - 1e-9
    assert found.theta == pytest.approx(other[:-1], abs=2e-3)


@MODELS
def test_expected_counts_give_back_strengths_and_ties(fit, model):
    theta, parameter = np.array([1.2, 0.3, -0.4, -1.1]), 0.8
    win, tie = chances(model, theta[:, None] - theta[None, :], parameter)
    off = 1 - np.eye(4)
    found = fit(PairCounts.from_arrays("abcd", 1000 * win * off, 1000 * tie * off))
    assert found.theta == pytest.approx(theta, abs=1e-9)
    assert found.tie_parameter == pytest.approx(parameter, abs=1e-9)


@MODELS
def test_half_wins_call_the_same_gap_smaller(fit, model):
    theta = np.array([1.2, 0.3, -0.4, -1.1])
    win, tie = chances(model, theta[:, None] - theta[None, :], 0.8)
    off = 1 - np.eye(4)
    counts = PairCounts.from_arrays("abcd", 1000 * win * off, 1000 * tie * off)
    half, modelled = (compute_standings(counts, BoardSettings(tie_model=name)) for name in ("half_win", model.name))
    assert [row.item for row in half.rows] == [row.item for row in modelled.rows]
    assert np.ptp(half.theta) < 0.95 * np.ptp(modelled.theta)


def test_between_equals_the_share_of_ties_is_told():
    standings = compute_standings(
        counts_of([[0, 40], [40, 0]], [[0, 20], [20, 0]]), BoardSettings(tie_model="davidson")
    )
    assert standings.tie_probability == pytest.approx(0.2)
    assert "Between equals 20% of votes are ties." in standings.explain()
    assert compute_standings(counts_of([[0, 40], [40, 0]])).tie_probability is None


@MODELS
@pytest.mark.parametrize(("wins", "ties"), [([[0, 3], [3, 0]], None), ([[0, 0], [0, 0]], [[0, 3], [3, 0]])])
def test_without_ties_or_without_decisions_there_is_nothing_to_model(fit, model, wins, ties):
    with pytest.raises(NotConverged, match="needs both ties and decided votes"):
        fit(counts_of(wins, ties))


@MODELS
def test_the_sandwich_knows_that_the_tie_parameter_is_estimated_too(fit, model):
    """Held against the covariance of fits to redrawn votes."""
    theta, rng = np.array([0.7, 0.0, -0.7]), np.random.default_rng(11)
    win, tie = chances(model, theta[:, None] - theta[None, :], 0.6)
    upper = np.triu_indices(3, 1)
    cells = np.concatenate([win[upper], tie[upper], win.T[upper]])
    estimates, errors = [], []
    for _ in range(300):
        first, tied, second = rng.multinomial(900, cells / cells.sum()).reshape(3, -1).astype(float)
        wins, ties = np.zeros((3, 3)), np.zeros((3, 3))
        wins[upper], wins.T[upper], ties[upper], ties.T[upper] = first, second, tied, tied
        standings = compute_standings(PairCounts.from_arrays("abc", wins, ties), BoardSettings(tie_model=model.name))
        estimates.append(standings.theta)
        errors.append(np.sqrt(np.diag(standings.covariance)))
    assert np.mean(errors, axis=0) / np.std(estimates, axis=0) == pytest.approx(np.ones(3), abs=0.13)
