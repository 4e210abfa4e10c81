"""Columns of numbers and of times, as written in files."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def numbers_of(column: Any) -> Floats:
    """Return (N,) numbers of a column; NaN where there is none."""
    if isinstance(column, pa.Array) and _numeric(column.type):
        return _floats(column.cast(pa.float64(), safe=False))
    return _each(column, _number)


def times_of(column: Any) -> Floats:
    """Return (N,) seconds of a column of times: numbers, time stamps, or ISO 8601 words; NaN where there is none."""
    if isinstance(column, pa.Array) and pa.types.is_timestamp(column.type):
        micros = column.cast(pa.timestamp("us"), safe=False).cast(pa.int64())
        return _floats(micros.cast(pa.float64(), safe=False)) / 1e6
    return numbers_of(column) if isinstance(column, pa.Array) and _numeric(column.type) else _each(column, _seconds)


def scores_of(column: Any) -> NDArray[np.int8]:
    """Return (N,) outcomes of a column with the score of a: 1, 0.5, 0; -1 for anything else."""
    score = numbers_of(column)
    return np.select([score == 1, score == 0, score == 0.5], [0, 1, 2], default=-1).astype(np.int8)


def _numeric(kind: Any) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def _floats(column: Any) -> Floats:
    return np.asarray(column.to_numpy(zero_copy_only=False), dtype=np.float64)


def _each(column: Any, read: Callable[[Any], float]) -> Floats:
    values = column.to_pylist() if isinstance(column, pa.Array) else column
    return np.fromiter(map(read, values), dtype=np.float64, count=len(values))


def _number(value: Any) -> float:
    try:
        return float("nan") if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        return float("nan")


def _seconds(value: Any) -> float:
    number = _number(value)
    if number == number:
        return number
    try:
        if isinstance(value, datetime):
            moment = value
        else:
            moment = datetime.fromisoformat(value.isoformat() if isinstance(value, date) else str(value).strip())
    except ValueError:
        return number
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
