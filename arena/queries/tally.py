"""From votes to numbers: counts by pair, and where a board needs them the votes row by row."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
from django.db.models import Case, IntegerField, Sum, Value, When
from numpy.typing import NDArray

from arena.models import Board
from arena.queries.columns import read_votes
from arena.queries.covariates import covariates_of
from arena.queries.fingerprint import VotesSeen
from arena.queries.outcomes import outcome_number
from arena.queries.selection import counted_votes, vote_weight
from ranking import BoardSettings, Comparisons, Outcome, PairCounts

WINDOWS: Final = 4
"""Stretches of equal time, from the first counted vote to the last, between which a change over time is looked for.
Of equal time, because these can be cut in the query that counts, and everybody sees when they began."""
GROUP: Final = np.dtype(
    [("a", "i8"), ("b", "i8"), ("outcome", "i8"), ("window", "i8"), ("weight", "f8"), ("squared", "f8")]
)


@dataclass(frozen=True, slots=True)
class Tally:
    """The votes of a board as the engine takes them.

    Attributes
    ----------
    data : what standings are computed from: counts, or rows where the settings need them.
    shown : the same votes with their sides: the rows, or one row for each pair, outcome and window with the summed
        weight, of which sides can be counted and nothing else.
    windows : counts by stretches of equal time; those without votes are left out.
    """

    data: Comparisons | PairCounts
    shown: Comparisons
    windows: tuple[PairCounts, ...]


def board_settings(board: Board) -> BoardSettings:
    """Return the engine settings that a board stores."""
    return BoardSettings.from_dict(board.settings)


def needs_rows(settings: BoardSettings) -> bool:
    """Return whether standings need votes row by row, or counts by pair are enough."""
    by_counts = settings.clusters == "none" and settings.method == "bradley_terry" and settings.interval == "sandwich"
    return bool(settings.covariates) or not by_counts


def tally(board: Board, settings: BoardSettings, seen: VotesSeen) -> Tally:
    """Return the votes of a board in the form that its settings need, with its windows of time.

    Raises
    ------
    MissingFeatures, UnknownFeature
        If style is controlled and a response is without the features.
    """
    bounds = time_bounds(seen.first, seen.last)
    if not needs_rows(settings):
        items, groups = _groups(board, bounds)
        shown = Comparisons.from_arrays(items, groups["a"], groups["b"], groups["outcome"], groups["weight"])
        windows = [_counts(items, groups[groups["window"] == k]) for k in np.unique(groups["window"])]
        return Tally(_counts(items, groups), shown, tuple(windows))
    rows, window = _rows(board, settings, bounds)
    parts = [rows.picked(np.flatnonzero(window == k)).pair_counts() for k in np.unique(window)]
    return Tally(rows, rows, tuple(parts))


def pair_counts(board: Board) -> PairCounts:
    """Return how often each pair of contestants ended how, by one GROUP BY in the database.

    Votes count with their weight on the board. Every contestant of the contest is an item, in the order of slugs,
    so that those without votes are told and not forgotten.
    """
    return _counts(*_groups(board, ()))


def comparisons(board: Board) -> Comparisons:
    """Return the counted votes in the order in which they were cast, with raters, prompts and wanted covariates."""
    return _rows(board, board_settings(board), ())[0]


def time_bounds(first: datetime | None, last: datetime | None) -> tuple[datetime, ...]:
    """Return where one window ends and the next begins; none where all votes came at once."""
    if first is None or last is None or first == last:
        return ()
    return tuple(first + (last - first) * k / WINDOWS for k in range(1, WINDOWS))


def _window(bounds: Sequence[datetime]) -> Case:
    """Return the expression of the number of a vote's window."""
    whens = [When(created_at__lt=bound, then=Value(k)) for k, bound in enumerate(bounds)]
    return Case(*whens, default=Value(len(bounds)), output_field=IntegerField())


def _items(board: Board) -> tuple[list[str], NDArray[np.int64]]:
    """Return the slugs of all contestants in their order, and their ids."""
    listed = list(board.contest.contestants.order_by("slug").values_list("slug", "id"))
    return [slug for slug, _ in listed], np.array([key for _, key in listed], dtype=np.int64)


def _groups(board: Board, bounds: Sequence[datetime]) -> tuple[list[str], NDArray[np.void]]:
    """Return the items, and the weight of the votes of each pair, outcome and window as rows of GROUP."""
    items, keys = _items(board)
    weight = vote_weight(board)
    rows = (
        counted_votes(board)
        .annotate(number=outcome_number(), window=_window(bounds))
        .values_list("battle__contestant_a_id", "battle__contestant_b_id", "number", "window")
        .annotate(weight=Sum(weight), squared=Sum(weight * weight))
        .order_by()
    )
    # Not by `iterator`: PostgreSQL plans a cursor for its first rows, by sorting, and five times as slowly as a whole.
    groups = np.fromiter(rows, dtype=GROUP)
    groups["a"], groups["b"] = _places(keys, groups["a"]), _places(keys, groups["b"])
    return items, groups


def _places(keys: NDArray[np.int64], ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the position of each id among the keys."""
    order = np.argsort(keys)
    return np.asarray(order[np.searchsorted(keys, ids, sorter=order)], dtype=np.int64)


def _counts(items: list[str], groups: NDArray[np.void]) -> PairCounts:
    size = len(items)
    sums, squares = (np.zeros((len(Outcome), size, size)) for _ in range(2))
    place = (groups["outcome"], groups["a"], groups["b"])
    np.add.at(sums, place, groups["weight"])
    np.add.at(squares, place, groups["squared"])
    return PairCounts.from_arrays(
        items,
        sums[Outcome.A] + sums[Outcome.B].T,
        _both_ways(sums[Outcome.TIE]),
        _both_ways(sums[Outcome.BOTH_BAD]),
        wins_squared=squares[Outcome.A] + squares[Outcome.B].T,
        ties_squared=_both_ways(squares[Outcome.TIE]),
    )


def _both_ways(table: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(table + table.T)


def _rows(board: Board, settings: BoardSettings, bounds: Sequence[datetime]) -> tuple[Comparisons, NDArray[np.int64]]:
    """Return the votes row by row, and the number of the window of each."""
    items, keys = _items(board)
    votes = read_votes(counted_votes(board).annotate(window=_window(bounds)), vote_weight(board))
    weight = None if (votes["weight"] == 1).all() else votes["weight"]
    rows = Comparisons.from_arrays(
        items,
        _places(keys, votes["a"]),
        _places(keys, votes["b"]),
        votes["outcome"],
        weight,
        rater=votes["rater"],
        prompt=votes["prompt"],
        covariates=covariates_of(board, votes, settings.covariates) if settings.covariates else None,
        covariate_names=settings.covariates,
    )
    return rows, votes["window"]
