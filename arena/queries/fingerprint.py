"""A board's votes at a glance: whether anything changed since the last look, for the price of one query."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import BigIntegerField, Count, F, Max, Min, QuerySet, Sum
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast

from arena.models import Board, Vote
from arena.queries.outcomes import outcome_number
from arena.queries.selection import counted_votes, vote_weight
from arena.style.features import chosen_features
from ranking import BoardSettings
from ranking.store import ENGINE_VERSION

_PRIME: Final = 65521
"""Ids are squared modulo this: no sum over a hundred million votes leaves 64 bits."""
_MILLION: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class VotesSeen:
    """What was seen: a hash that changes with votes, weights, contestants and settings; first and last vote."""

    fingerprint: str
    first: datetime | None
    last: datetime | None


def look_at_votes(board: Board, settings: BoardSettings) -> VotesSeen:
    """Return the fingerprint of the votes that a board counts; see `sum_votes`.

    Raises
    ------
    UnknownFeature
        If the settings name a style feature that does not exist.
    """
    found = sum_votes(counted_votes(board), vote_weight(board))
    items = list(board.contest.contestants.order_by("slug").values_list("slug", flat=True))
    features = [[feature.name, feature.version] for feature in chosen_features(settings.covariates)]
    content = {**found, "items": items, "features": features, "settings": settings.to_dict(), "engine": ENGINE_VERSION}
    return VotesSeen(digest(content), found["first"], found["last"])


def sum_votes(votes: QuerySet[Vote], weight: Combinable) -> dict[str, Any]:
    """Return counts, sums and moments of votes by one query, from which a change of any of them shows.

    Counts and sums of ids, of their squares and of their products with weights and outcomes: two different sets of
    votes that agree in all of them do not come about by chance. Sums are of whole numbers, which no order of adding
    changes.
    """
    residue = F("id") % _PRIME
    millionths = Cast(weight * _MILLION, BigIntegerField())
    return votes.aggregate(
        votes=Count("id"),
        last_id=Max("id"),
        ids=_total(F("id")),
        squares=_total(residue * residue),
        weights=_total(millionths),
        weighed=_total(millionths * residue),
        said=_total(outcome_number() * residue),
        first=Min("created_at"),
        last=Max("created_at"),
    )


def _total(value: Combinable) -> Sum:
    return Sum(value, output_field=BigIntegerField())


def digest(content: Mapping[str, Any]) -> str:
    """Return a hash of plain values."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()
