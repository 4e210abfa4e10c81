"""Versus' own engine."""

import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.data import Floats, Votes
from benchmarks.measure import NORMAL_95, REPLICATES, Answer, Task, main
from ranking.columns.library import comparisons_from_names
from ranking.engine.bootstrap import bootstrap_counts
from ranking.engine.bradley_terry import fit_bradley_terry
from ranking.engine.comparisons import Comparisons, PairCounts
from ranking.engine.covariance import sandwich_covariance
from ranking.engine.scale import POINTS_PER_LOGIT
from ranking.engine.style import fit_style, style_sandwich

Names = tuple[NDArray[Any], NDArray[Any], NDArray[Any]]


def count(votes: Votes) -> PairCounts:
    """Check the coded votes and count them."""
    return Comparisons.from_arrays(votes.items, votes.a, votes.b, votes.outcome).pair_counts()


def fit(votes: Votes) -> Answer:
    """Point fit from coded votes."""
    return Answer(POINTS_PER_LOGIT * fit_bradley_terry(count(votes)).theta)


def intervals_of(counts: PairCounts) -> Answer:
    """Fit and sandwich intervals from counts."""
    found = fit_bradley_terry(counts)
    return answer(found.theta, sandwich_covariance(found))


def answer(theta: Floats, covariance: Floats) -> Answer:
    """Return points and half-widths; further parameters than strengths may follow in the covariance."""
    error = np.sqrt(np.diag(covariance)[: len(theta)])
    return Answer(POINTS_PER_LOGIT * theta, POINTS_PER_LOGIT * NORMAL_95 * error)


def names(columns: Names) -> Answer:
    """Fit and sandwich intervals from columns of names."""
    return intervals_of(code_name_columns(columns).pair_counts())


def code_name_columns(columns: Names) -> Comparisons:
    """Return comparisons from columns of names and words."""
    return comparisons_from_names(*columns)


def counted_but_one(votes: Votes) -> tuple[PairCounts, Comparisons]:
    """Return the counts of all votes but the last, and the last."""
    comparisons = Comparisons.from_arrays(votes.items, votes.a, votes.b, votes.outcome)
    rows = np.arange(len(votes.a))
    return comparisons.picked(rows[:-1]).pair_counts(), comparisons.picked(rows[-1:])


def recount(prepared: tuple[PairCounts, Comparisons]) -> Answer:
    """Count one more vote, fit, intervals."""
    counts, vote = prepared
    return intervals_of(counts + vote.pair_counts())


def style(votes: Votes) -> Answer:
    """Fit with covariates, intervals for ratings and coefficients."""
    comparisons = Comparisons.from_arrays(
        votes.items,
        votes.a,
        votes.b,
        votes.outcome,
        covariates=votes.covariates,
        covariate_names=[f"z{k}" for k in range(votes.covariates.shape[1])],
    )
    found = fit_style(comparisons)
    return answer(found.theta, style_sandwich(found, comparisons))


def bootstrap(votes: Votes) -> None:
    """Fit coded votes and refit redrawn ones."""
    bootstrap_counts(fit_bradley_terry(count(votes)), REPLICATES, seed=0)


def as_they_are(votes: Votes) -> Votes:
    """Return coded votes: what the engine takes."""
    return votes


TASKS = {
    "fit": Task(as_they_are, fit, "fit"),
    "intervals": Task(as_they_are, lambda votes: intervals_of(count(votes)), "fit + sandwich"),
    "names": Task(Votes.name_columns, names, "fit + sandwich"),
    "recount": Task(counted_but_one, recount, "fit + sandwich"),
    "style": Task(as_they_are, style, "fit + sandwich", "style"),
    "bootstrap": Task(as_they_are, bootstrap, "fit + 100 refits", ""),
}

if __name__ == "__main__":
    sys.exit(main(TASKS, sys.argv[1:]))
