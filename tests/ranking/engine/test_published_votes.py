"""On published votes the board is the one that an independent fit of the same votes gives."""

import csv

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import log_expit

from ranking import POINTS_PER_LOGIT, compute_standings
from ranking.files import read_votes

COLUMNS = {"contestant_a": "left", "contestant_b": "right", "outcome": "winner"}


def fit_from_the_file(path):
    """A general optimiser on the likelihood of each vote, written without anything of the engine."""
    with path.open(encoding="utf-8") as stream:
        votes = [(row["left"].strip(), row["right"].strip(), row["winner"]) for row in csv.DictReader(stream)]
    names = sorted({name for vote in votes for name in vote[:2]})
    left = np.array([names.index(vote[0]) for vote in votes])
    right = np.array([names.index(vote[1]) for vote in votes])
    score = np.array([{"left": 1.0, "right": 0.0, "tie": 0.5}[vote[2]] for vote in votes])

    def loss(theta):
        gap = theta[left] - theta[right]
        pull = score - np.exp(log_expit(gap))
        slope = np.bincount(right, pull, len(names)) - np.bincount(left, pull, len(names))
        return -(score * log_expit(gap) + (1 - score) * log_expit(-gap)).sum(), slope

    options = {"maxiter": 10_000, "maxfun": 100_000, "ftol": 1e-15, "gtol": 1e-8}
    theta = minimize(loss, np.zeros(len(names)), jac=True, method="L-BFGS-B", options=options).x
    return dict(zip(names, 1000 + POINTS_PER_LOGIT * (theta - theta.mean()), strict=True)), len(votes)


@pytest.mark.parametrize(
    ("name", "best", "contestants"),
    [
        ("crowd-comparisons.csv", "GPT 4", 59),
        ("gpt4-comparisons.csv", "GPT 3.5 Turbo", 70),
        ("gpt3-comparisons.csv", "GPT 3.5 Turbo", 70),
    ],
)
def test_ratings_are_those_of_an_independent_fit(data_dir, name, best, contestants):
    expected, votes = fit_from_the_file(data_dir / "llmfao" / name)
    standings = compute_standings(read_votes(data_dir / "llmfao" / name, COLUMNS))
    assert standings.votes == votes
    assert {row.item for row in standings.rows} == set(expected)
    assert len(standings.rated) == contestants
    for row in standings.rows:
        assert row.rating == pytest.approx(expected[row.item], abs=0.1), row.item
    assert standings.rows[0].item == best
    assert standings.rows[0].rank_high > 1, "a few thousand votes on dozens of contestants crown nobody"
