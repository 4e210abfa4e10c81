"""The plain format: a CSV or JSON lines file with one vote a row.

Columns: contestant_a, contestant_b, outcome; and, where known, rater, rater_kind (human or simulated), prompt, category,
language, response_a, response_b, time (ISO 8601), comment. See docs/operations.md.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from arena.exchange.bundle import (
    CategoryRecord,
    ContestantRecord,
    ContestBundle,
    ContestRecord,
    PromptRecord,
    RaterRecord,
    ResponseRecord,
    VoteRecord,
)
from arena.exchange.errors import bad_file
from arena.exchange.rows import SPELLINGS, Collector, csv_rows, distinct_slugs, json_rows

REQUIRED: Final = ("contestant_a", "contestant_b", "outcome")
OPTIONAL: Final = (
    "rater",
    "rater_kind",
    "prompt",
    "category",
    "language",
    "response_a",
    "response_b",
    "time",
    "comment",
)
UNKNOWN_PROMPT: Final = "(prompt not recorded)"
UNKNOWN_RATER: Final = "unknown"
_COUNT: Final = re.compile(r"[\d.]{9,}")


def read_plain(path: Path, columns: Mapping[str, str] | None = None) -> ContestBundle:
    """Read a file of votes.

    Several responses of one contestant to one prompt are kept apart as samples; names are trimmed, and two that
    differ only in case are refused. Keys are given in the order of the rows, so that a longer file keeps them.

    Parameters
    ----------
    columns : names in the file for the columns above, where they differ.

    Raises
    ------
    BadFile
        With every line that cannot be taken.
    """
    named = {name: (columns or {}).get(name, name) for name in (*REQUIRED, *OPTIONAL)}
    rows = list(_rows(path, named))
    reader = _Reader(path.name, rows)
    return reader.bundle(path.stem)


def _rows(path: Path, named: Mapping[str, str]) -> Iterator[tuple[int, dict[str, str]]]:
    required = tuple(named[name] for name in REQUIRED)
    if path.suffix not in {".csv", ".jsonl"}:
        raise bad_file(path.name, "use a file that ends in .csv or .jsonl")
    source: Iterator[tuple[int, dict[str, Any]]]
    source = csv_rows(path, required) if path.suffix == ".csv" else json_rows(path, required)
    collector = Collector(path.name)
    seen: set[str] = set()
    for line, row in source:
        seen |= row.keys()
        found = {name: row.get(column) for name, column in named.items()}
        nested = [named[name] for name, value in found.items() if isinstance(value, dict | list)]
        if nested:
            collector.refuse(line, f"{nested[0]} must be a text")
        else:
            yield line, {name: "" if value is None else str(value) for name, value in found.items()}
    # A column that somebody named is meant to be there, if only in some of the rows.
    unseen = [column for name, column in named.items() if column != name and column not in seen]
    if seen and unseen:
        collector.refuse(0, f"has no column {', '.join(unseen)}")
    collector.finish()


def _name(text: str) -> str:
    """Return a name without needless white space."""
    return " ".join(text.split())


class _Reader:
    """Rows of one file on their way into records."""

    def __init__(self, file: str, rows: list[tuple[int, dict[str, str]]]) -> None:
        self.collector = Collector(file)
        self.rows = rows
        self.contestants = distinct_slugs(self._names(*REQUIRED[:2]))
        self.categories = distinct_slugs([name for name in self._names("category") if name])
        texts = list(dict.fromkeys(row["prompt"].strip() or UNKNOWN_PROMPT for _, row in rows))
        self.prompts = {text: f"prompt-{number}" for number, text in enumerate(texts, start=1)}
        self.samples: dict[tuple[str, str], dict[str, int]] = {}

    def bundle(self, name: str) -> ContestBundle:
        """Return the records; raises BadFile with every problem."""
        self._refuse_twins(self.contestants, *REQUIRED[:2])
        self._refuse_twins(self.categories, "category")
        kinds = self._kinds()
        votes = [vote for line, row in self.rows if (vote := self._vote(line, row)) is not None]
        if not self.rows:
            self.collector.refuse(0, "holds no votes")
        self.collector.finish()
        return ContestBundle(
            contest=ContestRecord(name=name[:120], simulated=set(kinds.values()) == {"simulated"}),
            categories=[CategoryRecord(slug, category) for category, slug in self.categories.items()],
            contestants=[ContestantRecord(slug, contestant) for contestant, slug in self.contestants.items()],
            prompts=self._prompts(),
            responses=[
                ResponseRecord(prompt, contestant, text, sample)
                for (prompt, contestant), texts in self.samples.items()
                for text, sample in texts.items()
            ],
            raters=[RaterRecord(key, kind) for key, kind in kinds.items()],
            votes=votes,
        )

    def _names(self, *columns: str) -> list[str]:
        return list(dict.fromkeys(_name(row[column]) for _, row in self.rows for column in columns))

    def _kinds(self) -> dict[str, str]:
        """Return the kind of each rater: what any of its rows says, and human where none does."""
        kinds: dict[str, str] = {}
        for line, row in self.rows:
            rater, kind = row["rater"].strip() or UNKNOWN_RATER, row["rater_kind"].strip()
            known = kinds.setdefault(rater, kind) or kind
            kinds[rater] = known
            if kind not in {"", known}:
                self.collector.refuse(line, f"rater {rater!r} is {known} in an earlier row and {kind} here")
        return {rater: kind or "human" for rater, kind in kinds.items()}

    def _prompts(self) -> list[PromptRecord]:
        tags: dict[str, dict[str, None]] = {text: {} for text in self.prompts}
        languages: dict[str, str] = {}
        for _, row in self.rows:
            text = row["prompt"].strip() or UNKNOWN_PROMPT
            languages.setdefault(text, row["language"].strip() or "en")
            if row["category"].strip():
                tags[text][self.categories[_name(row["category"])]] = None
        return [
            PromptRecord(slug, text, categories=tuple(tags[text]), language=languages[text])
            for text, slug in self.prompts.items()
        ]

    def _refuse_twins(self, names: Iterable[str], *columns: str) -> None:
        folded: dict[str, str] = {}
        for name in names:
            twin = folded.setdefault(name.casefold(), name)
            if twin != name:
                line = next(n for n, row in self.rows if name in (_name(row[column]) for column in columns))
                self.collector.refuse(line, f"{name!r} and {twin!r} differ only in case; write one name one way")

    def _vote(self, line: int, row: dict[str, str]) -> VoteRecord | None:
        first, second = (_name(row[side]) for side in REQUIRED[:2])
        outcome = SPELLINGS.get(row["outcome"].strip().casefold())
        when, problem = _time(row["time"])
        reasons = [
            *(["a contestant has no name"] if not (first and second) else []),
            *([f"{first!r} is compared with itself"] if first and first == second else []),
            *([f"unknown outcome {row['outcome']!r}; use one of {', '.join(SPELLINGS)}"] if outcome is None else []),
            *(
                [f"unknown rater kind {row['rater_kind']!r}; use human or simulated"]
                if row["rater_kind"].strip() not in {"", "human", "simulated"}
                else []
            ),
            *([problem] if problem else []),
        ]
        for reason in reasons:
            self.collector.refuse(line, reason)
        if reasons or outcome is None:
            return None
        prompt = self.prompts[row["prompt"].strip() or UNKNOWN_PROMPT]
        a, b = self.contestants[first], self.contestants[second]
        return VoteRecord(
            key=f"line/{line}",
            rater=row["rater"].strip() or UNKNOWN_RATER,
            prompt=prompt,
            contestant_a=a,
            contestant_b=b,
            sample_a=self._sample(prompt, a, row["response_a"]),
            sample_b=self._sample(prompt, b, row["response_b"]),
            outcome=outcome,
            voted_at=when,
            reason={"source": "plain", "line": line},
            comment=row["comment"],
        )

    def _sample(self, prompt: str, contestant: str, text: str) -> int:
        texts = self.samples.setdefault((prompt, contestant), {})
        return texts.setdefault(text, len(texts))


def _time(text: str) -> tuple[datetime | None, str]:
    if not text.strip():
        return None, ""
    try:
        # A count of milliseconds can be read as a day of the year 1712; a bare number is at most a day.
        when = datetime.fromisoformat("" if _COUNT.fullmatch(text.strip()) else text.strip())
    except ValueError:
        return None, f"time {text!r} is not ISO 8601, for example 2025-03-01T12:30:00Z"
    return (when if when.tzinfo else when.replace(tzinfo=UTC)), ""
