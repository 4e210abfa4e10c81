"""Our own format: JSON lines, one record a line, gzipped where the name ends in .gz.

The first line names format and version; every other line is ["<table>", {fields}] with defaults left out. The
same bundle always gives the same bytes.
"""

import gzip
import io
import json
import types
import zlib
from collections.abc import Iterator
from dataclasses import MISSING, Field, fields
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from arena.exchange.bundle import (
    CallRecord,
    CategoryRecord,
    ContestantRecord,
    ContestBundle,
    ContestRecord,
    CriterionRecord,
    JudgeRecord,
    PromptRecord,
    RaterRecord,
    ResponseRecord,
    VoteRecord,
)
from arena.exchange.errors import BadFile, Problem, bad_file
from arena.exchange.records import build_record

HEADER: Final = {"format": "versus-contest", "version": 1}
MOST_BYTES: Final = 2_000_000_000
TABLES: Final[dict[str, tuple[str, type[Any]]]] = {
    "contest": ("contest", ContestRecord),
    "category": ("categories", CategoryRecord),
    "criterion": ("criteria", CriterionRecord),
    "contestant": ("contestants", ContestantRecord),
    "prompt": ("prompts", PromptRecord),
    "response": ("responses", ResponseRecord),
    "judge": ("judges", JudgeRecord),
    "rater": ("raters", RaterRecord),
    "vote": ("votes", VoteRecord),
}


def write_native(bundle: ContestBundle, path: Path) -> None:
    """Write a bundle; the file appears whole or not at all."""
    text = "".join(f"{line}\n" for line in native_lines(bundle)).encode()
    if path.suffix == ".gz":
        packed = io.BytesIO()
        # No name and no time inside, so that the same bundle gives the same bytes.
        with gzip.GzipFile(filename="", mode="wb", fileobj=packed, mtime=0, compresslevel=9) as stream:
            stream.write(text)
        text = packed.getvalue()
    fresh = path.with_name(f"{path.name}.part")
    fresh.write_bytes(text)
    fresh.replace(path)


def native_lines(bundle: ContestBundle) -> Iterator[str]:
    """Yield the lines of the format, without their ends."""
    yield _dump(HEADER)
    for table, (attribute, _) in TABLES.items():
        records = getattr(bundle, attribute)
        for record in [records] if table == "contest" else records:
            yield _dump([table, _plain(record)])


def read_native(path: Path) -> ContestBundle:
    """Read a bundle; raises BadFile with every line that cannot be read."""
    found: dict[str, list[Any]] = {table: [] for table in TABLES}
    problems = []
    for number, line in _lines(path):
        try:
            table, values = _row(line)
            found[table].append(_record(TABLES[table][1], values))
        except ValueError as error:
            problems.append(Problem(path.name, number, f"cannot be read: {error}"))
    if problems:
        raise BadFile(problems)
    if len(found["contest"]) != 1:
        raise bad_file(path.name, f"has {len(found['contest'])} contests; one is expected")
    many = {TABLES[table][0]: tuple(records) for table, records in found.items() if table != "contest"}
    return ContestBundle(contest=found["contest"][0], **many)


def _row(line: str) -> tuple[str, dict[str, Any]]:
    row = json.loads(line)
    if not (isinstance(row, list) and len(row) == 2 and isinstance(row[0], str) and isinstance(row[1], dict)):
        raise ValueError('a line must be ["table", {fields}]')
    if row[0] not in TABLES:
        raise ValueError(f"unknown table {row[0]!r}; use one of {', '.join(TABLES)}")
    return row[0], row[1]


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    opener = gzip.open if path.suffix == ".gz" else open
    size = 0
    try:
        with opener(path, "rt", encoding="utf-8") as stream:
            _expect_header(path, stream.readline())
            for number, line in enumerate(stream, start=2):
                size += len(line)
                if size > MOST_BYTES:
                    raise bad_file(path.name, f"unpacks to more than {MOST_BYTES:,} bytes")
                if line.strip():
                    yield number, line
    except (OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
        raise bad_file(path.name, f"cannot be read: {error}") from error


def _expect_header(path: Path, line: str) -> None:
    try:
        header = json.loads(line)
    except ValueError:
        header = None
    if header != HEADER:
        raise bad_file(path.name, f"does not begin with {_dump(HEADER)}", line=1)


def _plain(record: Any) -> dict[str, Any]:
    values = {}
    for entry in fields(record):
        value = getattr(record, entry.name)
        if value != _default(entry):
            values[entry.name] = _plain_value(value)
    return values


def _plain_value(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [_plain(item) if isinstance(item, CallRecord) else _plain_value(item) for item in value]
    return value


def _default(entry: "Field[Any]") -> Any:
    if entry.default is not MISSING:
        return entry.default
    return entry.default_factory() if entry.default_factory is not MISSING else MISSING


def _record(kind: type[Any], values: dict[str, Any]) -> Any:
    values = dict(values)
    for entry in fields(kind):
        if entry.type == datetime | types.NoneType and isinstance(values.get(entry.name), str):
            values[entry.name] = _time(entry.name, values[entry.name])
        elif isinstance(values.get(entry.name), list):
            values[entry.name] = tuple(values[entry.name])
    if kind is VoteRecord and isinstance(values.get("calls"), tuple):
        values["calls"] = tuple(
            _record(CallRecord, call) if isinstance(call, dict) else call for call in values["calls"]
        )
    return build_record(kind, values)


def _time(name: str, text: str) -> datetime:
    when = datetime.fromisoformat(text)
    if when.tzinfo is None:
        raise ValueError(f"field {name} must be a time with its zone")
    return when


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
