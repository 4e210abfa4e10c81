"""The bootstrap: what ratings would have been, had other raters, prompts or votes been drawn."""

from collections.abc import Callable, Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ranking.engine.bradley_terry import PairFit, refuse_unconnected
from ranking.engine.comparisons import Comparisons, Ints, PairCounts
from ranking.engine.errors import BadComparisons, NotConverged
from ranking.engine.likelihood import PairLikelihood
from ranking.engine.newton import maximise, solve_on_sum_zero

Floats = NDArray[np.float64]

REPLICATES: Final = 200


def bootstrap_counts(fit: PairFit, replicates: int = REPLICATES, seed: int = 0, *, one_step: bool = False) -> Floats:
    """Refit counts of redrawn votes.

    N votes are drawn anew from the N there are, as a multinomial over the cells of the count table; each draw is
    refitted from the estimate (Efron and Tibshirani 1993, ch. 6). The cost does not depend on N.

    Parameters
    ----------
    fit : the estimate, on whole votes: counts of weighted votes cannot be redrawn.
    one_step : take one Newton step from the estimate instead of the whole way, which leaves an error of order 1/N.

    Returns
    -------
    (replicates, M) strengths, each row with sum zero.

    Raises
    ------
    BadComparisons
        If the counts are weighted.
    NotConverged
        If a draw has no estimate, because some item lost its only win or loss: use a prior, or the sandwich.
    """
    rng = np.random.default_rng(seed)
    refits = (_refit(fit, counts, one_step) for counts in _redrawn(fit.likelihood.counts, replicates, rng))
    return _collected(refits, replicates)


def bootstrap_rows(
    comparisons: Comparisons,
    estimate: Callable[[Comparisons], Floats],
    replicates: int = REPLICATES,
    seed: int = 0,
    clusters: Ints | None = None,
) -> Floats:
    """Estimate again from redrawn votes or redrawn clusters of votes, whatever the method.

    Parameters
    ----------
    estimate : from comparisons to (M,) numbers.
    clusters : (N,) labels; whole clusters are drawn, their votes in their order. None draws single votes.

    Returns
    -------
    (replicates, M) estimates.
    """
    rng = np.random.default_rng(seed)
    draws = (
        _drawn_votes(len(comparisons.a), replicates, rng)
        if clusters is None
        else _drawn_clusters(clusters, replicates, rng)
    )
    return _collected((estimate(comparisons.picked(rows)) for rows in draws), replicates)


def _collected(refits: Iterator[Floats], replicates: int) -> Floats:
    try:
        return np.array(list(refits)).reshape(replicates, -1)
    except NotConverged as error:
        raise NotConverged(
            f"A redraw of the votes has no estimate, because some item lost its only win or its only loss. Use interval "
            f"sandwich, a prior, or wait for more votes. ({error})"
        ) from error


def _redrawn(counts: PairCounts, replicates: int, rng: np.random.Generator) -> Iterator[PairCounts]:
    if not (counts.wins == counts.wins_squared).all() or not (counts.ties == counts.ties_squared).all():
        raise BadComparisons("Weighted votes cannot be redrawn from their counts; give the comparisons row by row.")
    size = len(counts.items)
    upper = np.triu_indices(size, 1)
    cells = np.concatenate([counts.wins[upper], counts.wins.T[upper], counts.ties[upper]])
    votes, chances = round(float(cells.sum())), cells / cells.sum()
    for _ in range(replicates):
        first, second, tied = rng.multinomial(votes, chances).reshape(3, -1).astype(np.float64)
        wins, ties = np.zeros((size, size)), np.zeros((size, size))
        wins[upper], wins.T[upper], ties[upper], ties.T[upper] = first, second, tied, tied
        yield PairCounts.from_arrays(counts.items, wins, ties)


def _refit(fit: PairFit, counts: PairCounts, one_step: bool) -> Floats:
    likelihood = PairLikelihood(counts, fit.likelihood.model, fit.likelihood.prior_strength)
    start = fit.maximum.point
    refuse_unconnected(counts, fit.likelihood.prior_strength)
    if not one_step:
        return maximise(likelihood, start).point[: fit.items]
    slope = likelihood.evaluate(start)
    return np.asarray((start - solve_on_sum_zero(slope.hessian, slope.gradient, fit.items))[: fit.items])


def _drawn_votes(size: int, replicates: int, rng: np.random.Generator) -> Iterator[Ints]:
    for _ in range(replicates):
        yield np.sort(rng.integers(0, size, size))


def _drawn_clusters(clusters: Ints, replicates: int, rng: np.random.Generator) -> Iterator[Ints]:
    order = np.argsort(clusters, kind="stable")
    _, begins = np.unique(clusters[order], return_index=True)
    members = np.split(order, begins[1:])
    if len(members) < 2:
        raise BadComparisons(f"{len(members)} cluster(s) cannot be redrawn; at least two are needed.")
    for _ in range(replicates):
        drawn = rng.integers(0, len(members), len(members))
        yield np.concatenate([members[k] for k in drawn])
