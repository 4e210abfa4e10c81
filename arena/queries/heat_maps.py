"""Who beats whom: fitted probabilities among the best rated, with the votes between them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from arena.queries.numbers import per_cent, short
from arena.rendering.plots import bucket
from ranking import win_probability
from ranking.models import Rating, Snapshot

HEAT_MAP_MOST: Final = 30
"""Contestants in a heat map; more cannot be read, and the table has them all."""


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


def heat_map(snapshot: Snapshot, ratings: Sequence[Rating], names_by_key: Mapping[str, str]) -> HeatMap:
    """Return the heat map of a snapshot; a contestant that is no longer there goes by its key."""
    rated = sorted((rating for rating in ratings if rating.rank is not None), key=lambda rating: rating.rank or 0)
    shown = rated[:HEAT_MAP_MOST]
    names = [names_by_key.get(rating.item_key, rating.item_key) for rating in shown]
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
    seen = _("no votes between them")
    if games:
        seen = _("{wins} of {games} votes won, ties half").format(wins=short(wins), games=short(games))
    told = _("{name} beats {other} with probability {share}; {seen}").format(
        name=name, other=other, share=per_cent(probability), seen=seen
    )
    return HeatCell(probability, games, wins, bucket(probability), told)
