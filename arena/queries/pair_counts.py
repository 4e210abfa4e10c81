"""Votes by pair, as the matrices from which beliefs are fitted; by GROUP BY, in the database."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db.models import QuerySet, Sum
from numpy.typing import NDArray

from arena.models import Contest, Vote
from arena.queries.outcomes import POINTS

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PairPoints:
    """Points and votes of every pair.

    Attributes
    ----------
    score : (M, M) points of row against column; a tie is half a point for both, both bad is none.
    votes : (M, M) symmetric sums of the votes' weights, those that found both bad included.
    inside : by category, (M, M) points on its prompts.
    """

    score: Floats
    votes: Floats
    inside: dict[int, Floats]


def count_points(contest: Contest, votes: QuerySet[Vote], contestants: NDArray[np.int64]) -> PairPoints:
    """Return the points of (M,) contestants from votes, in two queries; every category of the contest has a table."""
    size = contestants.size
    score, counts = np.zeros((size, size)), np.zeros((size, size))
    inside = {key: np.zeros((size, size)) for key in contest.categories.order_by("id").values_list("id", flat=True)}
    pair = ("battle__contestant_a", "battle__contestant_b", "outcome")
    for a, b, outcome, weight in _summed(votes, *pair):
        i, j = np.searchsorted(contestants, (a, b))
        counts[i, j] += weight
        counts[j, i] += weight
        _add_points(score, i, j, outcome, weight)
    if inside:
        told = votes.filter(battle__prompt__categories__isnull=False)
        for category, a, b, outcome, weight in _summed(told, "battle__prompt__categories", *pair):
            i, j = np.searchsorted(contestants, (a, b))
            _add_points(inside[category], i, j, outcome, weight)
    return PairPoints(score, counts, inside)


def _summed(votes: QuerySet[Vote], *columns: str) -> QuerySet[Vote, Any]:
    return votes.order_by().values_list(*columns).annotate(weight=Sum("integrity_weight"))


def _add_points(score: Floats, i: int, j: int, outcome: str, weight: float) -> None:
    points = POINTS[outcome]
    if points is not None:
        score[i, j] += weight * points
        score[j, i] += weight * (1 - points)
