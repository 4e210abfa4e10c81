"""Style control: what length or lists are worth is found, and taken out of the ratings."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit

from ranking import BadComparisons, BoardSettings, Comparisons, PairCounts, compute_standings, fit_style, style_sandwich
from ranking.engine.covariance import cluster_covariance
from ranking.engine.style import RowLikelihood, covariates_of

THETA = np.array([0.8, 0.4, 0.0, -0.4, -0.8])
BETA = np.array([0.5, -0.3])
NAMES = ("length", "lists")


def styled(votes: int, seed: int, beta: np.ndarray = BETA, lean: float = 0.0, ties: float = 0.15) -> Comparisons:
    """Votes in which style counts; with `lean`, stronger items are longer too."""
    theta = THETA
    rng = np.random.default_rng(seed)
    size = len(theta)
    a = rng.integers(0, size, votes)
    b = (a + rng.integers(1, size, votes)) % size
    z = rng.normal(size=(votes, len(beta))) + lean * (theta[a] - theta[b])[:, None]
    p = expit(theta[a] - theta[b] + z @ beta)
    outcome = np.where(rng.random(votes) < ties, 2, np.where(rng.random(votes) < p, 0, 1))
    return Comparisons.from_arrays("abcde"[:size], a, b, outcome, covariates=z, covariate_names=NAMES[: len(beta)])


def by_rows(comparisons: Comparisons) -> tuple[np.ndarray, np.ndarray]:
    """Estimate and sandwich as textbooks write them, with the last item's strength set to zero."""
    size, covariates = len(comparisons.items), covariates_of(comparisons)
    told = comparisons.outcome != 3
    design = (np.eye(size)[comparisons.a] - np.eye(size)[comparisons.b])[told, :-1]
    x = np.hstack([design, covariates[told]])
    y, w = np.array([1, 0, 0.5, 0])[comparisons.outcome[told]], comparisons.weight[told]
    point = np.zeros(x.shape[1])
    for _ in range(50):
        p = expit(x @ point)
        point = point + np.linalg.solve((x * (w * p * (1 - p))[:, None]).T @ x, x.T @ (w * (y - p)))
    p = expit(x @ point)
    bread = np.linalg.inv((x * (w * p * (1 - p))[:, None]).T @ x)
    covariance = bread @ (x * ((w * (y - p)) ** 2)[:, None]).T @ x @ bread
    centre = np.zeros((size + covariates.shape[1], len(point)))
    centre[: size - 1, : size - 1] = np.eye(size - 1)
    centre[:size, : size - 1] -= 1 / size
    centre[size:, size - 1 :] = np.eye(covariates.shape[1])
    return centre @ point, centre @ covariance @ centre.T


def test_fit_and_sandwich_are_those_of_the_textbook():
    comparisons = styled(700, seed=1)
    comparisons = Comparisons.from_arrays(
        comparisons.items,
        comparisons.a,
        comparisons.b,
        comparisons.outcome,
        weight=np.random.default_rng(2).uniform(0.2, 2, 700),
        covariates=comparisons.covariates,
        covariate_names=NAMES,
    )
    fit = fit_style(comparisons)
    point, covariance = by_rows(comparisons)
    assert fit.maximum.point == pytest.approx(point, abs=1e-9)
    assert style_sandwich(fit, comparisons) == pytest.approx(covariance, rel=1e-6, abs=1e-9)


def test_a_cluster_a_vote_is_the_sandwich_but_for_its_correction():
    comparisons = styled(400, seed=3)
    fit = fit_style(comparisons)
    clustered = cluster_covariance(fit, comparisons, "none")
    assert clustered * 399 / 400 == pytest.approx(style_sandwich(fit, comparisons), abs=1e-9)


def test_planted_effects_are_found_and_taken_out_of_the_ratings():
    comparisons = styled(40_000, seed=5, lean=1.0, ties=0.0)
    standings = compute_standings(comparisons, BoardSettings(covariates=NAMES))
    for coefficient, planted in zip(standings.coefficients, BETA, strict=True):
        assert abs(coefficient.value - planted) < 4 * coefficient.standard_error < 0.1
        assert coefficient.lower < coefficient.value < coefficient.upper
    order = [row.item for row in standings.rows]
    assert order == list("abcde")
    controlled = np.array([row.theta for row in standings.rows])
    plain = np.array([row.plain_rating for row in standings.rows])
    assert np.ptp(controlled) == pytest.approx(np.ptp(THETA), rel=0.1)
    # Length that goes with strength is paid twice without style control.
    assert np.ptp(plain) * np.log(10) / 400 > 1.1 * np.ptp(controlled)
    assert "equal style: the effect of length, lists is taken out" in standings.explain()


def test_covariates_of_no_effect_change_nothing_that_can_be_seen():
    comparisons = styled(20_000, seed=6, beta=np.zeros(2))
    standings = compute_standings(comparisons, BoardSettings(covariates=NAMES))
    assert all(abs(c.value) < 4 * c.standard_error for c in standings.coefficients)
    assert all(abs(row.rating - row.plain_rating) < 3 for row in standings.rows)


@given(st.integers(0, 10_000))
@settings(deadline=None, max_examples=10)
def test_swapping_the_sides_of_a_vote_changes_nothing(seed):
    comparisons = styled(300, seed=7)
    swap = np.random.default_rng(seed).random(300) < 0.5
    outcome = np.array([1, 0, 2, 3])[comparisons.outcome]
    swapped = Comparisons.from_arrays(
        comparisons.items,
        np.where(swap, comparisons.b, comparisons.a),
        np.where(swap, comparisons.a, comparisons.b),
        np.where(swap, outcome, comparisons.outcome),
        covariates=np.where(swap[:, None], -comparisons.covariates, comparisons.covariates),
        covariate_names=NAMES,
    )
    one, other = fit_style(comparisons), fit_style(swapped)
    assert one.maximum.point == pytest.approx(other.maximum.point, abs=1e-9)
    assert style_sandwich(one, comparisons) == pytest.approx(style_sandwich(other, swapped), abs=1e-9)


def test_slices_of_rows_add_up(monkeypatch):
    comparisons = styled(1000, seed=8)
    whole = RowLikelihood(comparisons).evaluate(np.linspace(-1, 1, 7))
    monkeypatch.setattr("ranking.engine.style.ROWS_AT_ONCE", 37)
    pieces = RowLikelihood(comparisons).evaluate(np.linspace(-1, 1, 7))
    assert pieces.value == pytest.approx(whole.value)
    assert pieces.gradient == pytest.approx(whole.gradient)
    assert pieces.hessian == pytest.approx(whole.hessian)


def test_a_covariate_that_items_determine_is_refused_by_name():
    comparisons = styled(500, seed=9)
    verbosity = np.array([3.0, 1.0, 2.0, 5.0, 4.0])
    own = verbosity[comparisons.a] - verbosity[comparisons.b]
    collinear = Comparisons.from_arrays(
        comparisons.items,
        comparisons.a,
        comparisons.b,
        comparisons.outcome,
        covariates=np.column_stack([comparisons.covariates[:, 0], own]),
        covariate_names=("length", "verbosity"),
    )
    with pytest.raises(BadComparisons, match="'verbosity' is collinear"):
        fit_style(collinear)


@pytest.mark.parametrize("values", [np.ones((500, 1)), np.zeros((500, 1))])
def test_a_covariate_twice_or_empty_is_refused(values):
    comparisons = styled(500, seed=10)
    doubled = np.hstack([comparisons.covariates[:, :1], values * comparisons.covariates[:, :1]])
    again = Comparisons.from_arrays(
        comparisons.items, comparisons.a, comparisons.b, comparisons.outcome, covariates=doubled, covariate_names=NAMES
    )
    with pytest.raises(BadComparisons, match="'lists' is collinear"):
        fit_style(again)


def test_style_control_without_covariates_says_what_is_missing():
    plain = Comparisons.from_arrays("ab", [0, 0], [1, 1], [0, 1])
    with pytest.raises(BadComparisons, match="no covariate length; they have: none"):
        compute_standings(plain, BoardSettings(covariates=("length",)))
    with pytest.raises(BadComparisons, match="row by row"):
        compute_standings(PairCounts.from_arrays("ab", [[0, 3], [3, 0]]), BoardSettings(covariates=("length",)))
    with pytest.raises(BadComparisons, match="Style control needs covariates"):
        fit_style(plain)


@pytest.mark.parametrize(
    ("covariates", "names", "reason"),
    [
        (None, ("length",), "named but not given"),
        ([[1.0, 2.0], [1.0, 2.0]], ("length",), "have shape"),
        ([[1.0], [np.nan]], ("length",), "Comparison 1: a covariate is not a number"),
    ],
)
def test_broken_covariates_are_refused(covariates, names, reason):
    with pytest.raises(BadComparisons, match=reason):
        Comparisons.from_arrays("ab", [0, 0], [1, 1], [0, 1], covariates=covariates, covariate_names=names)
