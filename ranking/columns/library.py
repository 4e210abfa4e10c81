"""Comparisons from columns as other libraries hold them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ranking.columns.encode import Encoded, encode
from ranking.columns.names import MISSING, NameTable, differ_in_case
from ranking.columns.outcomes import UNKNOWN, outcome_numbers, unknown_outcome
from ranking.engine.comparisons import Comparisons, Outcome
from ranking.engine.errors import BadComparisons, BadOutcome


def comparisons_from_names(
    a: Any,
    b: Any,
    outcome: Any,
    *,
    weight: ArrayLike | None = None,
    rater: Any = None,
    prompt: Any = None,
    covariates: ArrayLike | None = None,
    covariate_names: Sequence[str] = (),
) -> Comparisons:
    """Return comparisons from columns of names, one row a vote; items stand in sorted order.

    Parameters
    ----------
    a, b : N names each: lists, numpy arrays, pandas Series, pyarrow Arrays or ChunkedArrays. Spaces around and double
        spaces inside a name do not count.
    outcome : N words of SPELLINGS, or values of Outcome (0 A, 1 B, 2 TIE, 3 BOTH_BAD).
    rater, prompt : N identifiers of any kind, numbered in the order in which they appear.
    weight, covariates, covariate_names : as in `Comparisons.from_arrays`.

    Raises
    ------
    BadComparisons
        If columns differ in length, a name is missing, or two names differ only in case.
    BadOutcome
        If an outcome is none of those words and values.
    """
    table = NameTable()
    columns = [encode(a), encode(b)]
    numbers = [_numbers(column, table, called) for column, called in zip(columns, ("a", "b"), strict=True)]
    twin = table.near_twin(0)
    if twin is not None:
        raise BadComparisons(f"{differ_in_case(*twin)}.")
    items, place = table.sorted()
    first, second = (column.through(place[own]) for column, own in zip(columns, numbers, strict=True))
    return Comparisons.from_arrays(
        items,
        first,
        second,
        _outcomes(outcome),
        weight,
        None if rater is None else _identifiers(rater, "rater"),
        None if prompt is None else _identifiers(prompt, "prompt"),
        covariates,
        covariate_names,
    )


def _numbers(column: Encoded, table: NameTable, called: str) -> NDArray[np.int64]:
    numbers = table.lookup(column)
    if (numbers[column.used()] == MISSING).any():
        row = int(np.argmax(column.through(numbers) == MISSING))
        raise BadComparisons(f"Comparison {row}: no {called}; give every vote one.")
    return numbers


def _identifiers(column: Any, called: str) -> NDArray[np.int64]:
    encoded = encode(column)
    return encoded.through(_numbers(encoded, NameTable(), called))


def _outcomes(column: Any) -> NDArray[np.integer[Any]]:
    if isinstance(column, np.ndarray) and column.dtype.kind in "iu":
        return column
    encoded = encode(column)
    # True and False are numbers too, but nobody knows who of the two is meant.
    if all(isinstance(value, int | np.integer) and not isinstance(value, bool) for value in encoded.values):
        return encoded.through(np.array([*encoded.values, UNKNOWN], dtype=np.int64))
    return _from_words(encoded)


def _from_words(encoded: Encoded) -> NDArray[np.integer[Any]]:
    lookup = outcome_numbers([_word(value) for value in encoded.values]).astype(np.int64)
    if (lookup[encoded.used()] == UNKNOWN).any():
        row = int(np.argmax(encoded.through(lookup) == UNKNOWN))
        code = encoded.codes[row]
        raise BadOutcome(f"Comparison {row}: {unknown_outcome(None if code < 0 else encoded.values[code])}.")
    return encoded.through(lookup)


def _word(value: Any) -> Any:
    return value.name if isinstance(value, Outcome) else value
