"""Leaderboards as pages, JSON and CSV read them: one value for all three."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np

from arena.models import Board, Contest, Contestant, ContestantState
from arena.queries.checks import Check, Checks, sort_checks, tell_exclusions, tell_filters
from arena.queries.criteria import TagCounts, count_tags
from arena.queries.forecasts import ForecastPage, board_forecast
from arena.queries.heat_maps import HeatMap, heat_map
from arena.queries.selection import Exclusions, exclusions
from arena.queries.style import StyleEffect, style_effects
from arena.rendering.markdown import render_markdown
from arena.rendering.plots import Axis, make_axis
from ranking import POINTS_PER_LOGIT
from ranking.models import Rating, Snapshot
from ranking.store import latest


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
    tier: int | None
    rating: float | None
    lower: float | None
    upper: float | None
    at_least: float | None
    at_most: float | None
    plain_rating: float | None
    plain_rank: int | None
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
    starts_tier: bool = False

    @property
    def ranks(self) -> str:
        """The rank range as text."""
        if self.rank is None:
            return ""
        return str(self.rank_low) if self.rank_low == self.rank_high else f"{self.rank_low}–{self.rank_high}"


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
    checks: Checks
    effects: Sequence[StyleEffect]
    apart: Sequence[Sequence[Row]]
    forecast: ForecastPage | None
    remarks: TagCounts | None

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
    def notices(self) -> Sequence[Check]:
        """Everything that must be known beside the numbers, and what was checked; one list, as the API gives it."""
        return self.checks.all

    @property
    def controls_style(self) -> bool:
        """Whether ratings are told with and without the effect of style."""
        return bool(self.effects)

    @property
    def has_tiers(self) -> bool:
        """Whether there is more than one tier."""
        return any(row.starts_tier for row in self.rows)

    @property
    def left_out(self) -> str:
        """Which votes do not count, in words."""
        return tell_exclusions(self.exclusions) if self.exclusions else ""

    @property
    def filters(self) -> str:
        """Which votes count, in words; empty where all do."""
        return tell_filters(self.board) if self.board else ""


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
    names = {slug: row.name for slug, row in contestants.items()}
    ratings = list(snapshot.ratings.all()) if snapshot else []
    truth = _true_ratings(contestants, ratings, snapshot)
    axis = _axis(ratings, truth)
    rows = [_row(contestants.get(rating.item_key), rating, axis, truth.get(rating.item_key)) for rating in ratings]
    return Leaderboard(
        contest=contest,
        board=board,
        boards=boards,
        snapshot=snapshot,
        rows=_best_first(rows),
        unrated=[row for row in rows if row.rank is None],
        axis=axis,
        heat_map=heat_map(snapshot, ratings, names) if snapshot else None,
        exclusions=exclusions(board) if board else None,
        truth_known=bool(truth),
        checks=sort_checks(snapshot.notices if snapshot else [], names, rows),
        effects=style_effects(snapshot.coefficients if snapshot else []),
        apart=[_apart(group, contestants) for group in snapshot.apart] if snapshot else [],
        forecast=board_forecast(board) if board and snapshot else None,
        remarks=count_tags(board) if board and snapshot else None,
    )


def _best_first(rows: Sequence[Row]) -> list[Row]:
    """Return the rated rows by rank, then name, each told whether a new tier begins with it."""
    rated = sorted((row for row in rows if row.rank is not None), key=lambda row: (row.rank or 0, row.name))
    before = [None, *(row.tier for row in rated)]
    return [
        replace(row, starts_tier=last is not None and row.tier != last)
        for row, last in zip(rated, before, strict=False)
    ]


def _apart(group: dict[str, Any], contestants: dict[str, Contestant]) -> list[Row]:
    """Return the rows of a group that no comparison connects with the others, on a scale of its own."""
    stored = {field.name for field in Rating._meta.get_fields()}
    ratings = [
        Rating(item_key=values["item"], **{name: value for name, value in values.items() if name in stored})
        for values in group["rows"]
    ]
    axis = _axis(ratings, {})
    return _best_first([_row(contestants.get(rating.item_key), rating, axis, None) for rating in ratings])


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
    """Return the known strengths of a simulation on the board's own scale: the same centre over the rated."""
    rated = [rating for rating in ratings if rating.rating is not None and rating.item_key in contestants]
    known = {
        row.item_key: strength for row in rated if (strength := contestants[row.item_key].true_strength) is not None
    }
    if snapshot is None or not known:
        return {}
    share = [_share(rating, snapshot.settings) for rating in rated if rating.item_key in known]
    if not any(share):
        return {}
    centre, anchor = float(np.average(list(known.values()), weights=share)), float(snapshot.settings["anchor"])
    return {key: anchor + POINTS_PER_LOGIT * (strength - centre) for key, strength in known.items()}


def _share(rating: Rating, settings: dict[str, Any]) -> float:
    """Return the weight of a rated contestant in the centre of the scale, as the engine centres it."""
    if settings.get("anchor_items"):
        return float(rating.item_key in settings["anchor_items"])
    return rating.votes - rating.both_bad if settings.get("centre") == "votes" else 1.0


def _axis(ratings: Sequence[Rating], truth: dict[str, float]) -> Axis | None:
    ends = [end for rating in ratings if rating.rating is not None for end in (rating.lower, rating.upper)]
    values = [float(end) for end in ends if end is not None] + list(truth.values())
    return make_axis(values) if values else None


def _row(contestant: Contestant | None, rating: Rating, axis: Axis | None, true_rating: float | None) -> Row:
    numbers = ("rank", "rank_low", "rank_high", "rank_ub", "tier", "rating", "lower", "upper", "at_least", "at_most")
    style = ("plain_rating", "plain_rank")
    counts = ("votes", "wins", "losses", "ties", "both_bad", "win_rate", "note")
    return Row(
        slug=rating.item_key,
        name=contestant.name if contestant else rating.item_key,
        description=contestant.description if contestant else "",
        organisation=contestant.organisation if contestant else "",
        licence=contestant.licence if contestant else "",
        state=contestant.state if contestant else ContestantState.RETIRED.value,
        **{name: getattr(rating, name) for name in (*numbers, *style, *counts)},
        both_bad_rate=rating.both_bad / rating.votes if rating.votes else None,
        true_rating=true_rating,
        place=_place(axis, rating.rating),
        place_lower=_place(axis, rating.lower),
        place_upper=_place(axis, rating.upper),
        place_true=_place(axis, true_rating),
    )


def _place(axis: Axis | None, value: float | None) -> float | None:
    return axis.place(value) if axis is not None and value is not None else None
