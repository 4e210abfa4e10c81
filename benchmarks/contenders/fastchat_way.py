"""FastChat's way, in our own words: unique (a, b, outcome) rows with counts, SciPy's L-BFGS-B of at most 100 steps.

FastChat is no package that could be installed for this without its servers, so its method is written out here: the
negative log-likelihood of a logistic regression, ties half a win each way, no penalty, the names factorised by pandas.
The bootstrap redraws the counts of the rows and refits from zero, here in one process.
"""

import sys
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit, log_expit

from benchmarks.data import WORDS, Floats, Votes
from benchmarks.measure import REPLICATES, Answer, Task, main
from benchmarks.reference import POINTS

SCORES = np.array([1.0, 0.0, 0.5])
Rows = tuple[int, NDArray[Any], NDArray[Any], Floats, Floats]
"""Number of items; first, second, score and count of each unique row."""


def unique_rows(size: int, a: NDArray[Any], b: NDArray[Any], outcome: NDArray[Any]) -> Rows:
    """Aggregate votes that are equal."""
    code, counts = np.unique((a * size + b) * len(SCORES) + outcome, return_counts=True)
    pair = code // len(SCORES)
    return size, pair // size, pair % size, SCORES[code % len(SCORES)], counts.astype(np.float64)


def coded_rows(votes: Votes) -> Rows:
    """Aggregate coded votes."""
    return unique_rows(len(votes.items), votes.a, votes.b, votes.outcome)


def named_rows(columns: tuple[NDArray[Any], NDArray[Any], NDArray[Any]]) -> Rows:
    """Factorise names and words, then aggregate."""
    first, second, outcome = columns
    codes, items = pd.factorize(np.concatenate([first, second]), sort=True)
    words = pd.Series(outcome).map({word: number for number, word in enumerate(WORDS)}).to_numpy()
    return unique_rows(len(items), codes[: len(first)], codes[len(first) :], words)


def solve(rows: Rows, counts: Floats) -> Floats:
    """Return (M,) logits."""
    size, a, b, score, _ = rows

    def loss(theta: Floats) -> tuple[float, Floats]:
        gap = theta[a] - theta[b]
        residual = counts * (expit(gap) - score)
        value = counts @ ((1 - score) * gap - log_expit(gap))
        return float(value), np.asarray(np.bincount(a, residual, size) - np.bincount(b, residual, size), np.float64)

    found = minimize(loss, np.zeros(size), jac=True, method="L-BFGS-B", options={"maxiter": 100})
    return np.asarray(found.x)


def fit(rows: Rows) -> Answer:
    """Point fit of aggregated votes."""
    return Answer(POINTS * solve(rows, rows[-1]))


def style(votes: Votes) -> Answer:
    """Point fit of rows with covariates; unpenalised, so that all fit one model (FastChat adds a ridge of .5)."""
    size, a, b, z, score = len(votes.items), votes.a, votes.b, votes.covariates, SCORES[votes.outcome]

    def loss(point: Floats) -> tuple[float, Floats]:
        gap = point[a] - point[b] + z @ point[size:]
        residual = expit(gap) - score
        by_item = np.bincount(a, residual, size) - np.bincount(b, residual, size)
        return float(((1 - score) * gap - log_expit(gap)).sum()), np.append(by_item, residual @ z)

    start = np.zeros(size + z.shape[1])
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 100})
    return Answer(POINTS * found.x[:size])


def bootstrap(votes: Votes) -> None:
    """Fit aggregated votes and refit redrawn counts."""
    rows = coded_rows(votes)
    fit(rows)
    counts = rows[-1]
    rng = np.random.default_rng(0)
    for _ in range(REPLICATES):
        solve(rows, rng.multinomial(len(votes.a), counts / counts.sum()).astype(np.float64))


TASKS = {
    "fit": Task(lambda votes: votes, lambda votes: fit(coded_rows(votes)), "fit"),
    "names": Task(Votes.name_columns, lambda columns: fit(named_rows(columns)), "fit"),
    "recount": Task(coded_rows, fit, "fit"),
    "style": Task(lambda votes: votes, style, "fit", "style"),
    "bootstrap": Task(lambda votes: votes, bootstrap, "fit + 100 refits", ""),
}

if __name__ == "__main__":
    sys.exit(main(TASKS, sys.argv[1:]))
