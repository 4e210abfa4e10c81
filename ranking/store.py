"""Publishing standings and reading them back."""

import hashlib
import json
from datetime import datetime
from typing import Any, Final

import numpy as np
from django.db import transaction
from django.db.models import QuerySet
from numpy.typing import NDArray

from ranking.engine.comparisons import PairCounts
from ranking.engine.settings import BoardSettings
from ranking.engine.standings import Standings, row_to_dict
from ranking.models import Rating, Snapshot

ENGINE_VERSION: Final = "1"
"""Raised whenever the same votes and settings would give other numbers."""


def publish(board_key: str, standings: Standings, counts: PairCounts, published_at: datetime) -> tuple[Snapshot, bool]:
    """Write standings as a snapshot, whole or not at all; return it and whether it is new.

    Where the latest snapshot of the board has the same content hash nothing is written: same votes and settings,
    same board.
    """
    content = content_hash(counts, standings.settings)
    with transaction.atomic():
        last = latest(board_key)
        if last is not None and last.content_hash == content:
            return last, False
        snapshot = Snapshot.objects.create(
            board_key=board_key,
            content_hash=content,
            engine_version=ENGINE_VERSION,
            settings=standings.settings.to_dict(),
            votes=standings.votes,
            both_bad=standings.both_bad,
            iterations=standings.iterations,
            gradient_norm=standings.gradient_norm,
            notices=[notice.to_dict() for notice in standings.notices],
            explanation=standings.explain(),
            pair_table=_pair_table(counts),
            published_at=published_at,
        )
        Rating.objects.bulk_create(_rating(snapshot, row_to_dict(row)) for row in standings.rows)
    return snapshot, True


def latest(board_key: str) -> Snapshot | None:
    """Return the newest snapshot of a board with its ratings; None before the first."""
    return history(board_key).prefetch_related("ratings").first()


def history(board_key: str) -> QuerySet[Snapshot]:
    """Return all snapshots of a board, newest first."""
    return Snapshot.objects.filter(board_key=board_key).order_by("-published_at", "-id")


def content_hash(counts: PairCounts, settings: BoardSettings) -> str:
    """Return the SHA-256 of votes, settings and engine version: equal for equal boards."""
    content = {
        "engine": ENGINE_VERSION,
        "settings": settings.to_dict(),
        "squared": [_cells(counts.wins_squared), _cells(counts.ties_squared)],
        **_pair_table(counts),
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _rating(snapshot: Snapshot, values: dict[str, Any]) -> Rating:
    return Rating(snapshot=snapshot, item_key=values.pop("item"), **values)


def _pair_table(counts: PairCounts) -> dict[str, Any]:
    return {
        "items": list(counts.items),
        "wins": _cells(counts.wins),
        "ties": _cells(np.triu(counts.ties)),
        "both_bad": _cells(np.triu(counts.both_bad)),
    }


def _cells(table: NDArray[np.float64]) -> list[list[float]]:
    rows, columns = np.nonzero(table)
    values = table[rows, columns]
    return [[int(row), int(column), float(value)] for row, column, value in zip(rows, columns, values, strict=True)]
