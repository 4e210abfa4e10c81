"""Publishing standings and reading them back."""

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

import numpy as np
from django.db import transaction
from django.db.models import QuerySet
from numpy.typing import NDArray

from ranking.engine.comparisons import Comparisons, PairCounts
from ranking.engine.diagnosis import Diagnosis
from ranking.engine.rows import row_to_dict
from ranking.engine.settings import BoardSettings
from ranking.engine.standings import Standings
from ranking.models import Rating, Snapshot

ENGINE_VERSION: Final = "2"
"""Raised whenever the same votes and settings would give other numbers."""


def publish(
    board_key: str,
    standings: Standings,
    data: Comparisons | PairCounts,
    published_at: datetime,
    *,
    diagnosis: Diagnosis | None = None,
    fingerprint: str = "",
) -> tuple[Snapshot, bool]:
    """Write standings as a snapshot, whole or not at all; return it and whether it is new.

    Where the latest snapshot of the board has the same content hash nothing of it is written anew: same votes and
    settings, same board. Only the fingerprint of the votes that gave it is kept up to date.

    Parameters
    ----------
    data : what the standings were computed from. diagnosis : what was checked; its sentences follow the notices.
    fingerprint : of the votes, by which the next refresh sees that nothing changed.
    """
    counts = data.pair_counts() if isinstance(data, Comparisons) else data
    content = content_hash(data, standings.settings)
    told = (*standings.notices, *(diagnosis.notices() if diagnosis else ()))
    with transaction.atomic():
        last = latest(board_key)
        if last is not None and last.content_hash == content:
            Snapshot.objects.filter(pk=last.pk).exclude(fingerprint=fingerprint).update(fingerprint=fingerprint)
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
            notices=[notice.to_dict() for notice in told],
            explanation=standings.explain(),
            pair_table=_pair_table(counts),
            coefficients=_plain([asdict(coefficient) for coefficient in standings.coefficients]),
            tie_probability=standings.tie_probability,
            diagnosis=_plain(diagnosis.to_dict()) if diagnosis else None,
            apart=_plain([{"rows": [row_to_dict(row) for row in group.rows]} for group in standings.apart]),
            fingerprint=fingerprint,
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


def content_hash(data: Comparisons | PairCounts, settings: BoardSettings) -> str:
    """Return the SHA-256 of votes, settings and engine version: equal for equal boards.

    Of votes row by row their order, raters, prompts and covariates count too, whatever numbers name the raters.
    """
    counts = data.pair_counts() if isinstance(data, Comparisons) else data
    content = {
        "engine": ENGINE_VERSION,
        "settings": settings.to_dict(),
        "squared": [_cells(counts.wins_squared), _cells(counts.ties_squared)],
        **_pair_table(counts),
    }
    if isinstance(data, Comparisons):
        content["rows"] = _hash_of_rows(data)
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _hash_of_rows(data: Comparisons) -> str:
    found = hashlib.sha256(",".join(data.covariate_names).encode())
    for column in (data.a, data.b, data.outcome, _numbered(data.rater), _numbered(data.prompt)):
        found.update(b"-" if column is None else np.ascontiguousarray(column, dtype="<i8").data)
    for numbers in (data.weight, data.covariates):
        found.update(b"-" if numbers is None else np.ascontiguousarray(numbers, dtype="<f8").data)
    return found.hexdigest()


def _numbered(labels: NDArray[np.int64] | None) -> NDArray[np.int64] | None:
    """Return labels as numbers in the order of their first appearance."""
    if labels is None:
        return None
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    return np.asarray(np.argsort(np.argsort(first))[inverse])


def _plain(value: Any) -> Any:
    """Return a value as JSON holds it: lists for tuples, null for what is no finite number."""
    if isinstance(value, Mapping):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(entry) for entry in value]
    plain = value.item() if isinstance(value, np.generic) else value
    return None if isinstance(plain, float) and not math.isfinite(plain) else plain


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
