"""choix on a matrix of wins: iterative Luce spectral ranking, a tie half a win each way."""

import sys

import choix
import numpy as np

from benchmarks.data import TIE, Floats, Votes
from benchmarks.measure import Answer, Task, main
from benchmarks.reference import POINTS


def win_matrix(votes: Votes) -> Floats:
    """Return (M, M) points of row against column; choix leaves the counting to its users."""
    size = len(votes.items)
    code = (votes.outcome * size + votes.a) * size + votes.b
    first, second, tied = np.bincount(code, minlength=(TIE + 1) * size * size).reshape(-1, size, size)
    return np.asarray(first + second.T + (tied + tied.T) / 2, dtype=np.float64)


def fit(votes: Votes) -> Answer:
    """Count, then point fit."""
    return recount(win_matrix(votes))


def recount(matrix: Floats) -> Answer:
    """Point fit from a matrix that somebody maintains."""
    return Answer(POINTS * choix.ilsr_pairwise_dense(matrix))


TASKS = {
    "fit": Task(lambda votes: votes, fit, "fit"),
    "recount": Task(win_matrix, recount, "fit"),
}

if __name__ == "__main__":
    sys.exit(main(TASKS, sys.argv[1:]))
