"""Comparisons for the tests of the engine, and slow, plain computations to hold it against."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from scipy.optimize import root
from scipy.special import expit

from ranking import Comparisons, Outcome, PairCounts

Floats = NDArray[np.float64]
Row = tuple[str, str, Outcome]

KEYS = "abcdef"


def counts_of(wins: Any, ties: Any = None, both_bad: Any = None, items: Sequence[str] | None = None) -> PairCounts:
    """Counts between a, b, c, ... unless the items are named."""
    table = np.array(wins, dtype=float)
    return PairCounts.from_arrays(items or list(KEYS[: len(table)]), table, ties, both_bad)


def repeat(first: str, second: str, outcome: Outcome, times: int = 1) -> list[Row]:
    return [(first, second, outcome)] * times


def even_pair(first: str, second: str, times: int = 5) -> list[Row]:
    """Both have beaten each other as often."""
    return repeat(first, second, Outcome.A, times) + repeat(first, second, Outcome.B, times)


@st.composite
def rows(draw: st.DrawFn, least: int = 1, most: int = 40) -> list[Row]:
    """Any votes between a few items: who won, lost or is connected is left to chance."""
    pair = st.permutations(KEYS[:5]).map(lambda order: (order[0], order[1]))
    vote = st.tuples(pair, st.sampled_from(Outcome)).map(lambda drawn: (*drawn[0], drawn[1]))
    return draw(st.lists(vote, min_size=least, max_size=most))


@st.composite
def connected_rows(draw: st.DrawFn) -> list[Row]:
    """Any votes, with a ring of wins that puts all five items on one scale."""
    ring = [(KEYS[k], KEYS[(k + 1) % 5], Outcome.A) for k in range(5)]
    return ring + draw(rows(least=0))


@st.composite
def connected_counts(draw: st.DrawFn, most: int = 20) -> PairCounts:
    """Counts of two to six items on one scale, with ties and both-bad votes."""
    size = draw(st.integers(2, 6))
    whole = arrays(np.float64, (size, size), elements=st.integers(0, most).map(float))
    wins, ties, bad = (draw(whole) for _ in range(3))
    wins = wins - np.diag(np.diag(wins))
    for k in range(size):
        wins[k, (k + 1) % size] += 1
    return counts_of(wins, _mirrored(ties), _mirrored(bad))


def _mirrored(table: Floats) -> Floats:
    upper = np.triu(table, k=1)
    return np.asarray(upper + upper.T)


def scores_of(comparisons: Comparisons) -> tuple[Floats, Floats]:
    """The (N, M) design matrix of the votes that tell something, and their (N,) scores 1, 1/2 or 0."""
    told = comparisons.outcome != Outcome.BOTH_BAD
    size = len(comparisons.items)
    design = np.eye(size)[comparisons.a[told]] - np.eye(size)[comparisons.b[told]]
    return design, np.array([1.0, 0.0, 0.5])[comparisons.outcome[told]]


def weights_of(comparisons: Comparisons) -> Floats:
    return np.asarray(comparisons.weight[comparisons.outcome != Outcome.BOTH_BAD])


def fit_by_rows(comparisons: Comparisons) -> Floats:
    """Solve the likelihood equations of the votes, vote by vote, with a general solver; sum zero."""
    design, score = scores_of(comparisons)
    weight = weights_of(comparisons)
    free = design[:, 1:]

    def equations(theta: Floats) -> Floats:
        return np.asarray(free.T @ (weight * (score - expit(free @ theta))))

    def slopes(theta: Floats) -> Floats:
        p = expit(free @ theta)
        return np.asarray(-(free * (weight * p * (1 - p))[:, None]).T @ free)

    found = root(equations, np.zeros(free.shape[1]), jac=slopes, tol=1e-14)
    theta = np.concatenate([[0.0], found.x])
    return np.asarray(theta - theta.mean())


def sandwich_by_rows(comparisons: Comparisons, theta: Floats) -> Floats:
    """The sandwich covariance as the textbook writes it: sums over votes."""
    design, score = scores_of(comparisons)
    weight = weights_of(comparisons)
    p = expit(design @ theta)
    bread = np.linalg.pinv((design * (weight * p * (1 - p))[:, None]).T @ design)
    meat = (design * ((weight * (score - p)) ** 2)[:, None]).T @ design
    return np.asarray(bread @ meat @ bread)
