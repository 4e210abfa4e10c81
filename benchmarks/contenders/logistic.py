"""scikit-learn's LogisticRegression, as notebooks fit it: a column an item, a tie as two rows of half weight."""

import sys

import numpy as np
from scipy.sparse import coo_array, csr_array, hstack, vstack
from sklearn.linear_model import LogisticRegression

from benchmarks.data import TIE, A, Floats, Votes
from benchmarks.measure import Answer, Task, main
from benchmarks.reference import POINTS


def design(votes: Votes) -> csr_array:
    """Return sparse (N, M + K) rows (e_a - e_b, z)."""
    rows = np.arange(len(votes.a))
    ones = np.ones(len(rows))
    places = (np.concatenate([rows, rows]), np.concatenate([votes.a, votes.b]))
    signs = coo_array((np.concatenate([ones, -ones]), places), shape=(len(rows), len(votes.items)))
    return csr_array(hstack([signs, votes.covariates]))


def regress(x: csr_array, score: Floats, weight: Floats, size: int) -> Answer:
    """Regress wins and losses, weighted by score, on the design; its default tolerance, without its penalty."""
    won, lost = score > 0, score < 1
    both = vstack([x[won], x[lost]], format="csr")
    y = np.repeat([1, 0], [int(won.sum()), int(lost.sum())])
    weights = np.concatenate([(weight * score)[won], (weight * (1 - score))[lost]])
    model = LogisticRegression(C=np.inf, fit_intercept=False, max_iter=1000).fit(both, y, sample_weight=weights)
    return Answer(POINTS * model.coef_[0, :size])


def score_of(votes: Votes) -> Floats:
    """Return 1, 1/2 or 0 of each vote, from the side of a."""
    return np.where(votes.outcome == TIE, 0.5, np.where(votes.outcome == A, 1.0, 0.0))


def fit(votes: Votes) -> Answer:
    """Point fit of aggregated votes."""
    size = len(votes.items)
    code, counts = np.unique((votes.outcome * size + votes.a) * size + votes.b, return_counts=True)
    pair = code % (size * size)
    unique = Votes(votes.items, pair // size, pair % size, code // (size * size), np.zeros((len(code), 0)))
    return regress(design(unique), score_of(unique), counts.astype(np.float64), size)


def style(votes: Votes) -> Answer:
    """Point fit of rows with covariates."""
    return regress(design(votes), score_of(votes), np.ones(len(votes.a)), len(votes.items))


TASKS = {
    "fit": Task(lambda votes: votes, fit, "fit"),
    "style": Task(lambda votes: votes, style, "fit", "style"),
}

if __name__ == "__main__":
    sys.exit(main(TASKS, sys.argv[1:]))
