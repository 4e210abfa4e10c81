"""Style covariates of votes, from the stored features of both responses."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from arena.models import Board, Response
from arena.style.errors import MissingFeatures
from arena.style.features import chosen_features, features_version
from ranking import style_covariates


def covariates_of(board: Board, votes: NDArray[np.void], names: Sequence[str]) -> NDArray[np.float64]:
    """Return the (N, K) covariates of votes (rows of `columns.VOTE`).

    The features of a response are read once, however many votes it has.

    Raises
    ------
    UnknownFeature, MissingFeatures
        If there is no such feature, or a response with votes was not measured: nothing is silently zero.
    """
    chosen_features(names)
    measured = Response.objects.filter(contest=board.contest_id, features_version=features_version())
    rows = measured.filter(features__isnull=False).order_by("id").values_list("id", "features")
    stored = [(key, *((found or {})[name] for name in names)) for key, found in rows]
    table = np.array(stored, dtype=np.float64).reshape(-1, 1 + len(names))
    first, second = (_lookup(table, votes[side]) for side in ("response_a", "response_b"))
    return style_covariates(first, second, votes["weight"])


def _lookup(table: NDArray[np.float64], ids: NDArray[np.int64]) -> NDArray[np.float64]:
    known = table[:, 0].astype(np.int64)
    missing = np.setdiff1d(ids, known)
    if missing.size:
        raise MissingFeatures(
            f"{missing.size:,} responses with votes have no style features yet. Run manage.py compute_features."
        )
    return np.asarray(table[np.searchsorted(known, ids), 1:])
