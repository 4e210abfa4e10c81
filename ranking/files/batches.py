"""A file as batches of columns, whatever its format."""

import csv
import gzip
import io
import json
import sys
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TextIO

import pyarrow as pa
import pyarrow.parquet as pq
from tqdm import tqdm

from ranking.files.errors import BadVotesFile

ENDINGS: Final = (".csv", ".jsonl", ".csv.gz", ".jsonl.gz", ".parquet")
Choose = Callable[[Collection[str]], Sequence[str]]
"""From the columns that a file has to those that shall be read."""

_LINES: Final = 1 << 17
_ROWS: Final = 1 << 20
_LARGE: Final = 4_000_000
"""Bytes from which on reading shows its progress."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows.

    Attributes
    ----------
    columns : by name in the file; a column that the file lacks is absent.
    unit : what the numbers of rows count, "line" or "row". numbers : (N,) of each.
    """

    columns: dict[str, Any]
    unit: str
    numbers: Sequence[int]

    def place(self, row: int) -> str:
        """Return where a row of the batch stands in the file."""
        return f"{self.unit} {self.numbers[row]}"


def read_batches(path: Path, choose: Choose, progress: bool = False) -> Iterator[Batch]:
    """Yield the rows of a CSV, JSON lines (both also gzipped) or Parquet file.

    Raises
    ------
    BadVotesFile
        If the file cannot be read, or is of another kind; rows before the one at fault have been yielded then.
    """
    if not path.name.endswith(ENDINGS):
        raise BadVotesFile(f"{path.name}: use a file that ends in {', '.join(ENDINGS[:-1])} or {ENDINGS[-1]}.")
    batches = _parquet if path.suffix == ".parquet" else _text
    try:
        yield from batches(path, choose, progress)
    except (OSError, EOFError, zlib.error, UnicodeDecodeError, csv.Error, pa.ArrowException) as error:
        raise BadVotesFile(f"{path.name}: cannot be read: {error}") from error


@contextmanager
def _bar(path: Path, total: int, unit: str, progress: bool) -> Iterator["tqdm[Any]"]:
    shown = progress and sys.stderr.isatty() and path.stat().st_size > _LARGE
    with tqdm(total=total, unit=unit, unit_scale=True, desc=path.name, leave=False, disable=not shown) as bar:
        yield bar


def _parquet(path: Path, choose: Choose, progress: bool) -> Iterator[Batch]:
    with pq.ParquetFile(path) as file:
        schema = file.schema_arrow
        wanted = [name for name in choose(schema.names) if name in schema.names]
        words = [name for name in wanted if _words(schema.field(name).type)]
    # Words that repeat are read as numbers and the words they stand for, as the file itself keeps them.
    with (
        pq.ParquetFile(path, read_dictionary=words) as file,
        _bar(path, file.metadata.num_rows, " rows", progress) as bar,
    ):
        begin = 1
        for batch in file.iter_batches(batch_size=_ROWS, columns=wanted):
            columns = dict(zip(batch.schema.names, map(_readable, batch.columns), strict=True))
            yield Batch(columns, "row", range(begin, begin + batch.num_rows))
            begin += batch.num_rows
            bar.update(batch.num_rows)


def _readable(column: Any) -> Any:
    """Return bytes as words, and lists and the like as they would be printed."""
    if pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type):
        return column.cast(pa.string())
    return list(map(_plain, column.to_pylist())) if pa.types.is_nested(column.type) else column


def _words(kind: Any) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _text(path: Path, choose: Choose, progress: bool) -> Iterator[Batch]:
    with path.open("rb") as raw, _bar(path, path.stat().st_size, "B", progress) as bar:
        opened: Any = gzip.GzipFile(fileobj=raw) if path.suffix == ".gz" else raw
        with io.TextIOWrapper(opened, encoding="utf-8-sig", newline="") as stream:
            inner = path.name.removesuffix(".gz")
            for batch in _csv(path, stream, choose) if inner.endswith(".csv") else _json(path, stream, choose):
                yield batch
                bar.update(raw.tell() - bar.n)


def _csv(path: Path, stream: TextIO, choose: Choose) -> Iterator[Batch]:
    reader = csv.reader(stream, strict=True)
    header = next(reader, [])
    wanted = [name for name in dict.fromkeys(choose(header)) if name in header]
    # Of columns with one name the last counts.
    places = [len(header) - 1 - header[::-1].index(name) for name in wanted]
    for numbers, rows in _gathered(_csv_rows(path, reader, len(header))):
        yield Batch({name: [row[k] for row in rows] for name, k in zip(wanted, places, strict=True)}, "line", numbers)


def _csv_rows(path: Path, reader: Any, width: int) -> Iterator[tuple[int, list[str]]]:
    try:
        for row in reader:
            if len(row) == width:
                yield reader.line_num, row
            elif row:
                raise BadVotesFile(f"{path.name}, line {reader.line_num}: has not as many fields as the header.")
    except csv.Error as error:
        raise BadVotesFile(f"{path.name}, line {reader.line_num}: cannot be read: {error}.") from error


def _json(path: Path, stream: TextIO, choose: Choose) -> Iterator[Batch]:
    wanted: Sequence[str] | None = None
    for numbers, rows in _gathered(_json_rows(path, stream)):
        wanted = choose(_keys(rows)) if wanted is None else wanted
        yield Batch({name: [_plain(row.get(name)) for row in rows] for name in wanted}, "line", numbers)


def _keys(rows: Sequence[dict[str, Any]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for row in rows for key in row))


def _plain(value: Any) -> Any:
    """Return a value that can be looked up; lists and objects as they would be printed."""
    return str(value) if isinstance(value, list | dict) else value


def _json_rows(path: Path, stream: TextIO) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(stream, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise BadVotesFile(f"{path.name}, line {number}: is not JSON: {error}") from error
        if not isinstance(row, dict):
            raise BadVotesFile(f"{path.name}, line {number}: is not an object.")
        yield number, row


def _gathered(rows: Iterable[tuple[int, Any]]) -> Iterator[tuple[list[int], list[Any]]]:
    """Yield rows by the batch; those before one at fault come first, so that the first fault of a file is the one told."""
    numbers: list[int] = []
    values: list[Any] = []
    try:
        for number, value in rows:
            numbers.append(number)
            values.append(value)
            if len(values) == _LINES:
                yield numbers, values
                numbers, values = [], []
    except (BadVotesFile, OSError, EOFError, zlib.error, UnicodeDecodeError):
        if values:
            yield numbers, values
        raise
    if values:
        yield numbers, values
