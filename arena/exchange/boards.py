"""Leaderboards as CSV."""

from collections.abc import Iterable
from typing import Any, Final

from arena.exchange.tables import csv_text

COLUMNS: Final = (
    "rank",
    "rank_low",
    "rank_high",
    "rank_ub",
    "tier",
    "slug",
    "name",
    "organisation",
    "licence",
    "state",
    "rating",
    "lower",
    "upper",
    "at_least",
    "at_most",
    "plain_rating",
    "plain_rank",
    "votes",
    "wins",
    "losses",
    "ties",
    "both_bad",
    "win_rate",
    "note",
)


def leaderboard_csv_text(rows: Iterable[Any]) -> str:
    """Return the rows of a leaderboard as CSV with every digit."""
    return csv_text(COLUMNS, ([getattr(row, column) for column in COLUMNS] for row in rows))
