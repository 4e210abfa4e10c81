"""A contest written by hand: one TOML file with contestants, prompts and judges, and no responses yet."""

import tomllib
from pathlib import Path
from typing import Any

from arena.exchange.bundle import (
    CategoryRecord,
    ContestantRecord,
    ContestBundle,
    ContestRecord,
    CriterionRecord,
    JudgeRecord,
    PromptRecord,
)
from arena.exchange.errors import BadFile, Problem, bad_file
from arena.exchange.records import Record, build_record


def read_definition(path: Path) -> ContestBundle:
    """Read a definition; raises BadFile naming each table and field that is wrong."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise bad_file(path.name, f"cannot be read: {error}") from error
    reader = _Reader(path.name, content)
    defaults = reader.table("contestant_defaults")
    contest = reader.records(ContestRecord, "contest", [reader.table("contest")])
    contestants = [_with_defaults(defaults, entry) for entry in reader.tables("contestant")]
    many: dict[str, Any] = {
        "categories": reader.records(CategoryRecord, "category", reader.tables("category")),
        "criteria": reader.records(CriterionRecord, "criterion", reader.tables("criterion")),
        "contestants": reader.records(ContestantRecord, "contestant", contestants),
        "prompts": reader.records(PromptRecord, "prompt", reader.tables("prompt")),
        "judges": reader.records(JudgeRecord, "judge", reader.tables("judge")),
    }
    reader.finish()
    return ContestBundle(contest=contest[0], **many)


def _with_defaults(defaults: dict[str, Any], entry: dict[str, Any]) -> dict[str, Any]:
    sampling = [table.get("sampling", {}) for table in (defaults, entry)]
    if not all(isinstance(table, dict) for table in sampling):
        return {**defaults, **entry}
    return {**defaults, **entry, "sampling": {**sampling[0], **sampling[1]}}


class _Reader:
    """The tables of one file on their way into records."""

    def __init__(self, file: str, content: dict[str, Any]) -> None:
        self.file = file
        self.content = content
        self.problems: list[Problem] = []

    def table(self, name: str) -> dict[str, Any]:
        """Take out a table that stands in the file once at most."""
        found = self.content.pop(name, {})
        if isinstance(found, dict):
            return found
        self._refuse(f"write [{name}], once")
        return {}

    def tables(self, name: str) -> list[dict[str, Any]]:
        """Take out a table that may stand in the file many times."""
        found = self.content.pop(name, [])
        if isinstance(found, list) and all(isinstance(entry, dict) for entry in found):
            return found
        self._refuse(f"write [[{name}]], in double brackets, before each {name}")
        return []

    def records(self, kind: type[Record], table: str, entries: list[dict[str, Any]]) -> tuple[Record, ...]:
        """Return the entries as records, without those that are wrong."""
        records = []
        for number, entry in enumerate(entries, start=1):
            try:
                records.append(build_record(kind, entry))
            except ValueError as error:
                name = entry.get("slug") or entry.get("name") or number
                self._refuse(f"{table if kind is ContestRecord else f'{table} {name}'}: {error}")
        return tuple(records)

    def finish(self) -> None:
        """Raise BadFile if anything was wrong, or if anything is left over."""
        for name in self.content:
            self._refuse(f"unknown table {name!r}")
        if self.problems:
            raise BadFile(self.problems)

    def _refuse(self, reason: str) -> None:
        self.problems.append(Problem(self.file, 0, reason))
