"""What was measured: one record a measurement, kept in a JSON file that a later run continues."""

import json
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

Key = tuple[str, str, str]
"""Size, task, contender."""


@dataclass(frozen=True)
class Record:
    """One measurement.

    Attributes
    ----------
    status : ok, failed, timeout, or skipped; `reason` says why where it is not ok.
    seconds, cpu_seconds : of the task alone. first_call_seconds : of the same on tiny data, in the new process.
    process_seconds : from start to end of the process.
    peak_mb, growth_mb : largest resident memory during the task, and by how much that is above what was loaded.
    error : largest distance of a rating from the reference, in points. width_error : the same of a half-width.
    """

    size: str
    task: str
    contender: str
    round: int
    status: str
    reason: str = ""
    does: str = ""
    seconds: float | None = None
    cpu_seconds: float | None = None
    first_call_seconds: float | None = None
    process_seconds: float | None = None
    peak_mb: float | None = None
    growth_mb: float | None = None
    error: float | None = None
    width_error: float | None = None

    @property
    def key(self) -> Key:
        """What was measured, whichever round."""
        return self.size, self.task, self.contender


@dataclass
class Log:
    """All records, written to a file after each if there is one."""

    path: Path | None
    machine: dict[str, Any]
    records: list[Record] = field(default_factory=list)

    @classmethod
    def opened(cls, path: Path | None, machine: dict[str, Any]) -> "Log":
        """Return the log of a file, without what failed or was skipped there: that is tried again."""
        if path is None or not path.exists():
            if path:
                path.parent.mkdir(parents=True, exist_ok=True)
            return cls(path, machine)
        read = json.loads(path.read_text(encoding="utf-8"))
        records = [Record(**fields) for fields in read["measurements"]]
        return cls(path, read["machine"], [record for record in records if record.status in ("ok", "timeout")])

    def add(self, record: Record) -> None:
        """Keep a record; the file is replaced whole, so that an interruption leaves the last one."""
        self.records.append(record)
        if self.path:
            text = json.dumps({"machine": self.machine, "measurements": list(map(asdict, self.records))}, indent=1)
            partial = self.path.with_name(f"{self.path.name}.partial")
            partial.write_text(f"{text}\n", encoding="utf-8")
            partial.replace(self.path)

    def of(self, key: Key) -> list[Record]:
        """Return the records of one cell."""
        return [record for record in self.records if record.key == key]


def middle(records: Sequence[Record], name: str) -> float | None:
    """Return the median of a figure over the measurements that have it."""
    values = [getattr(record, name) for record in records if getattr(record, name) is not None]
    return statistics.median(values) if values else None


def largest(records: Sequence[Record], name: str) -> float | None:
    """Return the largest of a figure over the measurements that have it."""
    return max((getattr(record, name) for record in records if getattr(record, name) is not None), default=None)
