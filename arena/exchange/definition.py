"""A contest written by hand: one TOML file with contestants, prompts and judges, and no responses yet."""

import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Any

from arena.exchange.bundle import (
    CategoryRecord,
    ContestantRecord,
    ContestBundle,
    ContestRecord,
    JudgeRecord,
    PromptRecord,
)
from arena.exchange.errors import BadFile, Problem, bad_file


def read_definition(path: Path) -> ContestBundle:
    """Read a definition; raises BadFile naming each table and field that is wrong."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise bad_file(path.name, f"cannot be read: {error}") from error
    problems: list[Problem] = []
    defaults = content.pop("contestant_defaults", {})
    contest = _records(path, ContestRecord, [content.pop("contest", {})], "contest", problems)
    many: dict[str, Any] = {
        "categories": _records(path, CategoryRecord, content.pop("category", []), "category", problems),
        "contestants": _records(
            path,
            ContestantRecord,
            [_with_defaults(defaults, entry) for entry in content.pop("contestant", [])],
            "contestant",
            problems,
        ),
        "prompts": _records(path, PromptRecord, content.pop("prompt", []), "prompt", problems),
        "judges": _records(path, JudgeRecord, content.pop("judge", []), "judge", problems),
    }
    problems += [Problem(path.name, 0, f"unknown table {name!r}") for name in content]
    if problems:
        raise BadFile(problems)
    return ContestBundle(contest=contest[0], **many)


def _with_defaults(defaults: dict[str, Any], entry: dict[str, Any]) -> dict[str, Any]:
    sampling = {**defaults.get("sampling", {}), **entry.get("sampling", {})}
    return {**defaults, **entry, "sampling": sampling}


def _records(
    path: Path, kind: type[Any], entries: list[dict[str, Any]], table: str, problems: list[Problem]
) -> tuple[Any, ...]:
    known = {entry.name for entry in fields(kind)}
    records = []
    for number, entry in enumerate(entries, start=1):
        name = entry.get("slug") or entry.get("name") or f"number {number}"
        unknown = set(entry) - known
        if unknown:
            problems.append(Problem(path.name, 0, f"{table} {name}: unknown field {', '.join(sorted(unknown))}"))
            continue
        try:
            records.append(kind(**entry))
        except TypeError as error:
            missing = str(error).partition("argument")[2].lstrip("s: ")
            problems.append(Problem(path.name, 0, f"{table} {name}: missing field {missing}"))
    return tuple(records)
