"""Parquet gives the same votes as the same rows in CSV, and tells the row at fault."""

from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ranking import Outcome, TooFewItems, compute_standings
from ranking.files import BadVotesFile, Layout, batches, read_counts, read_file, read_votes

COLUMNS = {
    "contestant_a": ["tea", "milk", "tea"],
    "contestant_b": ["milk", "tea", "water"],
    "outcome": ["A", "tie", "left"],
}


@pytest.fixture
def write(tmp_path):
    def write(columns, **options):
        path = tmp_path / "votes.parquet"
        pq.write_table(pa.table(columns), path, **options)
        return path

    return write


def test_columns_are_read(write):
    votes = read_votes(write(COLUMNS | {"weight": [1, 2, 3], "rater": [7, 7, 8]}))
    assert votes.items == ("milk", "tea", "water")
    assert (votes.a.tolist(), votes.b.tolist()) == ([1, 0, 1], [0, 1, 2])
    assert votes.outcome.tolist() == [Outcome.A, Outcome.TIE, Outcome.A]
    assert votes.weight.tolist() == [1, 2, 3]
    assert votes.rater.tolist() == [0, 0, 1]


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.dictionary(pa.int8(), pa.string())])
def test_words_may_be_stored_in_any_way(write, kind):
    votes = read_votes(write({name: pa.array(values).cast(kind) for name, values in COLUMNS.items()}))
    assert votes.a.tolist() == [1, 0, 1]


def test_numbers_may_be_names(write):
    assert read_votes(write(COLUMNS | {"contestant_a": [1, 2, 1]})).items == ("1", "2", "milk", "tea", "water")


def test_a_score_may_be_a_float(write):
    votes = read_votes(write(COLUMNS | {"result": [0.0, 0.5, 1.0]}), {"score": "result"})
    assert votes.outcome.tolist() == [Outcome.B, Outcome.TIE, Outcome.A]


@pytest.mark.parametrize(
    "time",
    [
        pa.array([datetime(2026, 1, day, tzinfo=UTC) for day in (3, 1, 2)]),
        pa.array([datetime(2026, 1, day, tzinfo=UTC).replace(tzinfo=None) for day in (3, 1, 2)], pa.timestamp("ns")),
        pa.array([datetime(2026, 1, day, tzinfo=UTC).date() for day in (3, 1, 2)]),
        pa.array([3, 1, 2]),
        pa.array(["2026-01-03", "2026-01-01", "2026-01-02"]),
    ],
)
def test_times_of_every_kind_sort_the_rows(write, time):
    votes = read_file(write(COLUMNS | {"time": time}), Layout())
    assert votes.timed
    assert votes.data.outcome.tolist() == [Outcome.TIE, Outcome.A, Outcome.A]


def many(rows=3000, seed=1):
    rng = np.random.default_rng(seed)
    first = rng.integers(0, 40, rows)
    second = (first + rng.integers(1, 40, rows)) % 40
    words = np.array(["model_a", "model_b", "tie", "tie (bothbad)"])[rng.integers(0, 4, rows)]
    return {
        "contestant_a": [f"m{k}" for k in first],
        "contestant_b": [f"m{k}" for k in second],
        "outcome": words.tolist(),
    }


def test_many_batches_and_row_groups_are_one_file(write, monkeypatch):
    monkeypatch.setattr(batches, "_ROWS", 170)
    columns = many()
    path = write(columns, row_group_size=700)
    read = read_votes(path)
    assert [read.items[k] for k in read.a] == columns["contestant_a"]
    assert [read.items[k] for k in read.b] == columns["contestant_b"]
    counted = read_counts(path)
    assert counted.items == read.items == tuple(sorted(set(columns["contestant_a"])))
    assert (counted.wins == read.pair_counts().wins).all()
    assert compute_standings(counted).rows == compute_standings(read).rows


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("outcome", "draw", "row 2001: unknown outcome 'draw'"),
        ("outcome", None, "row 2001: no outcome"),
        ("contestant_a", None, "row 2001: no contestant_a"),
        ("contestant_a", "M1", "row 2001: 'm1' and 'M1' differ only in case"),
    ],
)
def test_the_row_at_fault_is_told(write, monkeypatch, column, value, reason):
    monkeypatch.setattr(batches, "_ROWS", 500)
    columns = many()
    columns[column][2000] = value
    for read in (read_votes, read_counts):
        with pytest.raises(BadVotesFile, match=rf"votes\.parquet, {reason}"):
            read(write(columns, row_group_size=900))


@pytest.mark.parametrize("weight", [-1.0, float("nan"), None, float("inf")])
def test_weights_at_fault_are_told(write, weight):
    with pytest.raises(BadVotesFile, match=r"row 2: weight .* is not a number from 0 on"):
        read_counts(write(COLUMNS | {"weight": [1.0, weight, 1.0]}))


def test_an_item_against_itself_is_told(write):
    with pytest.raises(BadVotesFile, match="row 2: 'tea' is compared with itself"):
        read_counts(write(COLUMNS | {"contestant_a": ["tea", " tea", "tea"]}))


def test_missing_columns_are_told_with_what_to_do(write):
    with pytest.raises(BadVotesFile, match=r"no contestant_a, outcome\. Name other columns by --columns"):
        read_votes(write({"contestant_b": ["tea"], "x": ["milk"]}))


def test_a_word_that_no_row_holds_is_no_contestant(write):
    words = pa.DictionaryArray.from_arrays(pa.array([0, 1, 0], pa.int8()), ["tea", "milk", "Tea", "draw"])
    assert read_votes(write(COLUMNS | {"contestant_a": words})).items == ("milk", "tea", "water")


def test_what_is_no_parquet_is_refused(tmp_path):
    path = tmp_path / "votes.parquet"
    path.write_text("contestant_a,contestant_b,outcome\n")
    with pytest.raises(BadVotesFile, match=r"votes\.parquet: cannot be read"):
        read_votes(path)


def test_an_empty_file_has_too_few_items(write):
    with pytest.raises(TooFewItems):
        read_counts(write({name: pa.array([], pa.string()) for name in COLUMNS}))
