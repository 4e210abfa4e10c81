"""From a file of votes to what the engine takes."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from ranking.engine.comparisons import Comparisons, PairCounts
from ranking.files.batches import read_batches
from ranking.files.chunks import Chunk, Names, checked
from ranking.files.gather import Tally, joined
from ranking.files.layout import Columns, Layout


@dataclass(frozen=True, slots=True)
class VotesFile:
    """What a file holds.

    Attributes
    ----------
    data : rows, or counts where there are more rows than were asked for.
    rows : how many votes. timed : whether rows stand in the order of a column of times.
    raters, prompts : their names, by the numbers in the rows.
    """

    data: Comparisons | PairCounts
    rows: int
    timed: bool
    raters: tuple[str, ...]
    prompts: tuple[str, ...]


def read_votes(
    path: Path,
    columns: Mapping[str, str] | None = None,
    progress: bool = False,
    covariates: Mapping[str, str] | None = None,
) -> Comparisons:
    """Read a file of votes: CSV, JSON lines, both also gzipped, or Parquet.

    Columns contestant_a, contestant_b and outcome are needed; rater, prompt, weight and time are read where the file has
    them, and with times the rows are sorted by them.

    Parameters
    ----------
    columns : names in the file for these columns where they differ; `score` (1, 0.5, 0 of a) stands for an outcome.
    progress : whether to show it on a terminal, for large files.
    covariates : column of each covariate by its name: differences a minus b, or a pair of columns `x_a`, `x_b` under `x`.

    Raises
    ------
    BadVotesFile
        With the line of the first row that cannot be read, and why.
    """
    data = read_file(path, Layout(columns or {}, covariates or {}), progress).data
    assert isinstance(data, Comparisons)
    return data


def read_counts(path: Path, columns: Mapping[str, str] | None = None, progress: bool = False) -> PairCounts:
    """Read a file of votes and only count: memory does not grow with the votes. Parameters as `read_votes`."""
    data = read_file(path, Layout(columns or {}, optional=("weight",)), progress, most_rows=0).data
    assert isinstance(data, PairCounts)
    return data


def read_file(path: Path, layout: Layout, progress: bool = False, most_rows: int | None = None) -> VotesFile:
    """Read a file of votes.

    Parameters
    ----------
    layout : which columns. most_rows : votes up to which rows are kept; beyond, they are counted. None keeps all.

    Raises
    ------
    BadVotesFile
        With the line of the first row that cannot be read, and why.
    """
    reading = _Reading(layout, most_rows)
    for batch in read_batches(path, reading.choose, progress):
        reading.add(checked(path, batch, reading.columns, reading.names))
    return reading.result()


class _Reading:
    """What was read so far: chunks of rows while they are few enough, else their tally."""

    def __init__(self, layout: Layout, most_rows: int | None) -> None:
        self.layout, self.most_rows = layout, most_rows
        self.columns = Columns({}, {})
        self.names, self.chunks, self.rows = Names(), list[Chunk](), 0
        self.tally: Tally | None = Tally() if most_rows == 0 else None

    def choose(self, present: Collection[str]) -> tuple[str, ...]:
        self.columns = self.layout.resolve(present)
        return self.columns.all()

    def add(self, chunk: Chunk) -> None:
        self.rows += len(chunk.a)
        self.chunks.append(chunk)
        if self.most_rows is not None and self.rows > self.most_rows:
            self.tally = self.tally or Tally()
        if self.tally is not None:
            for kept in self.chunks:
                self.tally.add(kept, len(self.names.contestants.places))
            self.chunks.clear()

    def result(self) -> VotesFile:
        contestants = self.names.contestants
        if self.tally is not None:
            data: Comparisons | PairCounts = self.tally.counts(contestants)
        else:
            data = joined(self.chunks, contestants, self.columns.covariates)
        timed = "time" in self.columns.named and self.tally is None
        return VotesFile(data, self.rows, timed, self.names.raters.names, self.names.prompts.names)
