"""Votes as columns of numbers: a million of them without a million model instances."""

from typing import Final

import numpy as np
from django.db.models import QuerySet
from django.db.models.expressions import Combinable
from numpy.typing import NDArray

from arena.models import Vote
from arena.queries.outcomes import outcome_number

AT_ONCE: Final = 20_000
COLUMNS: Final = (
    ("a", "battle__contestant_a_id"),
    ("b", "battle__contestant_b_id"),
    ("outcome", "number"),
    ("weight", "counts"),
    ("rater", "battle__rater_id"),
    ("prompt", "battle__prompt_id"),
    ("response_a", "battle__response_a_id"),
    ("response_b", "battle__response_b_id"),
    ("window", "window"),
)
VOTE: Final = np.dtype([(name, "f8" if name == "weight" else "i8") for name, _ in COLUMNS])


def read_votes(votes: QuerySet[Vote], weight: Combinable) -> NDArray[np.void]:
    """Return votes as rows of VOTE in the order in which they were cast; `votes` are annotated with their window."""
    rows = votes.annotate(number=outcome_number(), counts=weight).order_by("created_at", "id")
    return np.fromiter(rows.values_list(*(path for _, path in COLUMNS)).iterator(chunk_size=AT_ONCE), dtype=VOTE)
