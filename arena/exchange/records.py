"""Records from fields that somebody else wrote down."""

import math
import types
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, fields
from datetime import datetime
from typing import Any, Final, TypeVar, get_args, get_origin

Record = TypeVar("Record")

_WORDS: Final[Mapping[Any, str]] = {
    str: "a text",
    int: "a whole number",
    float: "a finite number",
    bool: "true or false",
    dict: "a table",
    Sequence: "a list",
    datetime: "a time",
}


def build_record(kind: type[Record], values: Mapping[str, Any]) -> Record:
    """Return a record of a kind; raises ValueError where a field is unknown, missing or not of its type."""
    entries: Any = fields(kind)  # type: ignore[arg-type]
    unknown = sorted(set(values) - {entry.name for entry in entries})
    if unknown:
        raise ValueError(f"unknown field {', '.join(unknown)}")
    missing = [
        entry.name
        for entry in entries
        if entry.name not in values and entry.default is MISSING and entry.default_factory is MISSING
    ]
    if missing:
        raise ValueError(f"missing field {', '.join(missing)}")
    for entry in entries:
        if entry.name in values and not _fits(values[entry.name], entry.type):
            raise ValueError(f"field {entry.name} must be {_described(entry.type)}")
    return kind(**values)


def _fits(value: Any, wanted: Any) -> bool:
    parts = get_args(wanted)
    if wanted is Any:
        return True
    if get_origin(wanted) is types.UnionType:
        return any(_fits(value, part) for part in parts)
    if get_origin(wanted) is dict:
        return isinstance(value, dict) and all(_fits(part, parts[1]) for part in value.values())
    if get_origin(wanted) is Sequence:
        return isinstance(value, list | tuple) and all(_fits(part, parts[0]) for part in value)
    if wanted is float:
        return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return isinstance(value, wanted) and (wanted is bool or not isinstance(value, bool))


def _described(wanted: Any) -> str:
    """Return what a field takes, in words; of a list also what stands in it."""
    options = [part for part in get_args(wanted) if part is not types.NoneType]
    kind = get_origin(wanted)
    if kind is types.UnionType:
        return _described(options[0])
    inner = {str: " of texts", dict: " of tables"}.get(get_origin(options[0]) or options[0], "") if options else ""
    return _WORDS[kind or wanted] + (inner if kind is Sequence else "")
