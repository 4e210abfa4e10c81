"""Leaderboards as pages, JSON and CSV read them: one value for all three."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from arena.models import Board, Contest, Contestant, ContestantState
from arena.queries.tally import Exclusions, exclusions
from arena.rendering.markdown import render_markdown
from arena.rendering.plots import Axis, bucket, make_axis
from ranking import POINTS_PER_LOGIT, win_probability
from ranking.models import Rating, Snapshot
from ranking.store import latest

HEAT_MAP_MOST: Final = 30
"""Contestants in a heat map; more cannot be read, and the table has them all."""


@dataclass(frozen=True, slots=True)
class Row:
    """One contestant on a board; places are per cent of the common axis. Unrated ones have a note instead."""

    slug: str
    name: str
    description: str
    organisation: str
    licence: str
    state: str
    rank: int | None
    rank_low: int | None
    rank_high: int | None
    rank_ub: int | None
    rating: float | None
    lower: float | None
    upper: float | None
    votes: float
    wins: float
    losses: float
    ties: float
    both_bad: float
    win_rate: float | None
    both_bad_rate: float | None
    note: str
    true_rating: float | None
    place: float | None
    place_lower: float | None
    place_upper: float | None
    place_true: float | None

    @property
    def ranks(self) -> str:
        """The rank range as text."""
        if self.rank is None:
            return ""
        return str(self.rank_low) if self.rank_low == self.rank_high else f"{self.rank_low}–{self.rank_high}"


@dataclass(frozen=True, slots=True)
class HeatCell:
    """How row fares against column: the fitted probability and the votes between them."""

    probability: float | None
    votes: float
    wins: float
    bucket: int
    told: str


@dataclass(frozen=True, slots=True)
class HeatMap:
    """Win probabilities among the best rated, in rank order."""

    names: Sequence[str]
    cells: Sequence[tuple[str, Sequence[HeatCell]]]
    left_out: int


@dataclass(frozen=True, slots=True)
class Leaderboard:
    """One board of a contest, as last published."""

    contest: Contest
    board: Board | None
    boards: Sequence[Board]
    snapshot: Snapshot | None
    rows: Sequence[Row]
    unrated: Sequence[Row]
    axis: Axis | None
    heat_map: HeatMap | None
    exclusions: Exclusions | None
    truth_known: bool

    @property
    def published_at(self) -> datetime | None:
        """When this board was published."""
        return self.snapshot.published_at if self.snapshot else None

    @property
    def problem(self) -> str:
        """Why the last refresh published nothing; empty where it did."""
        return self.board.problem if self.board else ""

    @property
    def attribution(self) -> str:
        """Who made what is compared here, as HTML."""
        return render_markdown(self.contest.attribution)

    @property
    def notices(self) -> Sequence[dict[str, Any]]:
        """What must be known beside the numbers."""
        return self.snapshot.notices if self.snapshot else ()


class NoSuchBoard(LookupError):
    """The contest has no board of this name; the message lists those that it has."""

    def __init__(self, slug: str, boards: Sequence[Board]) -> None:
        known = ", ".join(board.slug for board in boards) or "none yet"
        super().__init__(f"There is no board {slug!r}; there are: {known}.")


def leaderboard(contest: Contest, board_slug: str | None) -> Leaderboard:
    """Return a board as last published.

    Parameters
    ----------
    board_slug : which board; None takes the first that has been published, people's before judges'.

    Raises
    ------
    NoSuchBoard
        If the contest has no board of that slug.
    """
    boards = list(contest.boards.select_related("contest", "judge", "category"))
    board, snapshot = _choose(boards, board_slug)
    contestants = {row.slug: row for row in contest.contestants.all()}
    ratings = list(snapshot.ratings.all()) if snapshot else []
    truth = _true_ratings(contestants, ratings, snapshot)
    axis = _axis(ratings, truth)
    rows = [_row(contestants.get(rating.item_key), rating, axis, truth.get(rating.item_key)) for rating in ratings]
    rated = [row for row in rows if row.rank is not None]
    return Leaderboard(
        contest=contest,
        board=board,
        boards=boards,
        snapshot=snapshot,
        rows=sorted(rated, key=lambda row: (row.rank or 0, row.name)),
        unrated=[row for row in rows if row.rank is None],
        axis=axis,
        heat_map=_heat_map(snapshot, ratings, contestants) if snapshot else None,
        exclusions=exclusions(board) if board else None,
        truth_known=bool(truth),
    )


def _choose(boards: list[Board], slug: str | None) -> tuple[Board | None, Snapshot | None]:
    if slug is not None:
        for board in boards:
            if board.slug == slug:
                return board, latest(board.key)
        raise NoSuchBoard(slug, boards)
    for board in boards:
        snapshot = latest(board.key)
        if snapshot is not None:
            return board, snapshot
    return (boards[0], None) if boards else (None, None)


def _true_ratings(
    contestants: dict[str, Contestant], ratings: Sequence[Rating], snapshot: Snapshot | None
) -> dict[str, float]:
    """Return the known strengths of a simulation on the board's own scale: same mean over the rated."""
    rated = [rating.item_key for rating in ratings if rating.rating is not None and rating.item_key in contestants]
    known = {key: strength for key in rated if (strength := contestants[key].true_strength) is not None}
    if snapshot is None or not known:
        return {}
    mean = sum(known.values()) / len(known)
    anchor = float(snapshot.settings["anchor"])
    return {key: anchor + POINTS_PER_LOGIT * (strength - mean) for key, strength in known.items()}


def _axis(ratings: Sequence[Rating], truth: dict[str, float]) -> Axis | None:
    ends = [end for rating in ratings if rating.rating is not None for end in (rating.lower, rating.upper)]
    values = [float(end) for end in ends if end is not None] + list(truth.values())
    return make_axis(values) if values else None


def _row(contestant: Contestant | None, rating: Rating, axis: Axis | None, true_rating: float | None) -> Row:
    numbers = ("rank", "rank_low", "rank_high", "rank_ub", "rating", "lower", "upper")
    counts = ("votes", "wins", "losses", "ties", "both_bad", "win_rate", "note")
    return Row(
        slug=rating.item_key,
        name=contestant.name if contestant else rating.item_key,
        description=contestant.description if contestant else "",
        organisation=contestant.organisation if contestant else "",
        licence=contestant.licence if contestant else "",
        state=contestant.state if contestant else ContestantState.RETIRED.value,
        **{name: getattr(rating, name) for name in (*numbers, *counts)},
        both_bad_rate=rating.both_bad / rating.votes if rating.votes else None,
        true_rating=true_rating,
        place=_place(axis, rating.rating),
        place_lower=_place(axis, rating.lower),
        place_upper=_place(axis, rating.upper),
        place_true=_place(axis, true_rating),
    )


def _place(axis: Axis | None, value: float | None) -> float | None:
    return axis.place(value) if axis is not None and value is not None else None


def _heat_map(snapshot: Snapshot, ratings: Sequence[Rating], contestants: dict[str, Contestant]) -> HeatMap:
    rated = sorted((rating for rating in ratings if rating.rank is not None), key=lambda rating: rating.rank or 0)
    shown = rated[:HEAT_MAP_MOST]
    names = [contestants[r.item_key].name if r.item_key in contestants else r.item_key for r in shown]
    fitted = win_probability(np.array([rating.theta for rating in shown], dtype=np.float64))
    place = {key: index for index, key in enumerate(snapshot.pair_table["items"])}
    order = [place[rating.item_key] for rating in shown]
    wins, games = (table[np.ix_(order, order)] for table in _tables(snapshot.pair_table))
    cells = [
        (
            name,
            [
                _cell(name, other, None if i == j else float(fitted[i, j]), wins[i, j], games[i, j])
                for j, other in enumerate(names)
            ],
        )
        for i, name in enumerate(names)
    ]
    return HeatMap(names=names, cells=cells, left_out=len(rated) - len(shown))


def _tables(pair_table: dict[str, Any]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return points of row against column, ties half, and the votes between them, as (M, M) arrays."""
    size = len(pair_table["items"])
    wins, ties = np.zeros((size, size)), np.zeros((size, size))
    for i, j, weight in pair_table["wins"]:
        wins[i, j] += weight
    for i, j, weight in pair_table["ties"]:
        ties[i, j] += weight
        ties[j, i] += weight
    return wins + ties / 2, wins + wins.T + ties


def _cell(name: str, other: str, probability: float | None, wins: float, games: float) -> HeatCell:
    if probability is None:
        return HeatCell(None, 0, 0, 0, "")
    seen = f"{wins:g} of {games:g} votes won, ties half" if games else "no votes between them"
    told = f"{name} beats {other} with probability {probability:.0%}; {seen}"
    return HeatCell(probability, games, wins, bucket(probability), told)
