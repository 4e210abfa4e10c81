"""A column as numbers and the distinct values that they stand for, whatever library the column comes from."""

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.signedinteger[Any]]

_LONG: Final = 1 << 16
_SLOT_BITS: Final = 18
_MULTIPLIERS: Final = tuple(np.uint64(odd) for odd in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9))


@dataclass(frozen=True, slots=True)
class Encoded:
    """A column.

    Attributes
    ----------
    codes : (N,) positions in `values`, -1 where the value is missing.
    values : what occurs, in any order; one value may stand there twice.
    exact : whether it is known that every value occurs and none is missing.
    """

    codes: Ints
    values: Sequence[Any]
    exact: bool = False

    def used(self) -> Ints:
        """Return the positions in `values` that rows hold, ascending, then -1 if some hold none."""
        if self.exact:
            return np.arange(len(self.values))
        held = np.zeros(len(self.values) + 1, dtype=np.bool_)
        held[self.codes] = True
        return np.append(np.flatnonzero(held[:-1]), np.full(int(held[-1]), -1))

    def through(self, lookup: NDArray[Any]) -> NDArray[Any]:
        """Return (N,) `lookup` at each code; its last entry, beyond those of the values, is for missing ones."""
        return np.asarray(lookup[self.codes])


def encode(column: Any) -> Encoded:
    """Encode a list, numpy array, pandas Series, or pyarrow Array or ChunkedArray.

    Neither pandas nor pyarrow is imported: a column of theirs brings its own methods.
    """
    if hasattr(column, "dictionary_encode"):
        return _of_arrow(column)
    if hasattr(column, "factorize"):
        codes, values = column.factorize()
        return Encoded(np.asarray(codes), list(values))
    if isinstance(column, np.ndarray) and column.dtype.kind in "iufb":
        values, codes = np.unique(column, return_inverse=True)
        return Encoded(codes, values.tolist(), exact=True)
    return _of_objects(column)


def _of_arrow(column: Any) -> Encoded:
    encoded = column.dictionary_encode()
    if not hasattr(encoded, "chunks"):
        return Encoded(_indices(encoded), encoded.dictionary.to_pylist())
    chunks = encoded.unify_dictionaries().chunks
    if not chunks:
        return Encoded(np.zeros(0, dtype=np.int32), [])
    return Encoded(np.concatenate([_indices(chunk) for chunk in chunks]), chunks[-1].dictionary.to_pylist())


def _indices(encoded: Any) -> Ints:
    return np.asarray(encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False))


def _of_objects(column: Any) -> Encoded:
    listed = column.tolist() if isinstance(column, np.ndarray) and column.dtype.kind != "O" else column
    objects = listed if isinstance(listed, np.ndarray) else _object_array(listed)
    same = _by_identity(objects)
    return same if same is not None else _by_value(objects)


def _object_array(values: Sequence[Any]) -> NDArray[np.object_]:
    objects = np.empty(len(values), dtype=object)
    objects[:] = values
    return objects


def _by_value(objects: NDArray[np.object_]) -> Encoded:
    places = _Places()
    codes = np.fromiter(map(places.__getitem__, objects.tolist()), dtype=np.int64, count=len(objects))
    return Encoded(codes, list(places), exact=True)


class _Places(dict[Any, int]):
    """Each key's number, in the order in which they were asked for."""

    def __missing__(self, key: Any) -> int:
        self[key] = place = len(self)
        return place


def _by_identity(objects: NDArray[np.object_]) -> Encoded | None:
    """Encode by address: a long column usually points at a few objects. None where it is short or does not.

    Addresses are hashed into slots (multiplicative hashing, Knuth 1998, sec. 6.4); a hash that puts two of them into one
    slot is given up for the next. Equal values at different addresses stay apart here, and come together by name.
    """
    if len(objects) < _LONG or objects.itemsize != np.dtype(np.uint64).itemsize:
        return None
    addresses = _addresses(objects)
    tries = (_hashed(objects, addresses, multiplier) for multiplier in _MULTIPLIERS)
    return next((found for found in tries if found is not None), None)


def _hashed(objects: NDArray[np.object_], addresses: NDArray[np.uint64], multiplier: np.uint64) -> Encoded | None:
    holder = np.zeros(1 << _SLOT_BITS, dtype=np.uint64)
    row = np.zeros(1 << _SLOT_BITS, dtype=np.int64)
    slots = np.empty(len(addresses), dtype=np.int32)
    for begin in range(0, len(addresses), _LONG):
        part = addresses[begin : begin + _LONG]
        slot = ((part * multiplier) >> np.uint64(64 - _SLOT_BITS)).view(np.int64)
        held = holder[slot]
        new = np.flatnonzero(held != part)
        if held[new].any():
            return None
        holder[slot[new]], row[slot[new]] = part[new], begin + new
        if (holder[slot[new]] != part[new]).any():
            return None
        slots[begin : begin + _LONG] = slot
    taken = np.flatnonzero(holder)
    number = np.zeros(1 << _SLOT_BITS, dtype=np.int32)
    number[taken] = np.arange(len(taken))
    return Encoded(number[slots], objects[row[taken]].tolist(), exact=True)


def _addresses(objects: NDArray[np.object_]) -> NDArray[np.uint64]:
    """Return (N,) addresses of the objects; they are valid while `objects` lives."""
    whole = np.ascontiguousarray(objects)
    return np.array((ctypes.c_uint64 * len(whole)).from_address(whole.ctypes.data), dtype=np.uint64)
