"""What `rank` says of a file beside its ratings, and how it reads large ones."""

import io
import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ranking import BoardSettings, compute_standings
from ranking.__main__ import main
from ranking.commandline import rank
from ranking.files import batches, read_counts, read_votes

NAMES = ("tea", "milk", "water", "ale")


def votes(rows=1200, change=0.0):
    """Columns of votes with times, newest first; tea gains `change` logits over the whole time."""
    rng = np.random.default_rng(7)
    a = rng.integers(0, 4, rows)
    b = (a + rng.integers(1, 4, rows)) % 4
    time = np.arange(rows)[::-1]
    strength = np.array([0.0, 0.2, -0.2, 0.4])
    lift = change * (time / rows - 0.5)
    gap = strength[a] - strength[b] + lift * (a == 0) - lift * (b == 0)
    won = rng.random(rows) < 1 / (1 + np.exp(-gap))
    return {
        "contestant_a": [NAMES[k] for k in a],
        "contestant_b": [NAMES[k] for k in b],
        "outcome": np.where(won, "model_a", "model_b").tolist(),
        "time": time.tolist(),
        "weight": rng.choice([0.5, 1.0, 2.0], rows).tolist(),
    }


@pytest.fixture
def write(tmp_path):
    def write(columns):
        path = tmp_path / "votes.parquet"
        pq.write_table(pa.table(columns), path)
        return path

    return write


def text_of(capsys, *arguments):
    assert main(["rank", *map(str, arguments)]) == 0
    return capsys.readouterr().out


def test_a_change_over_time_is_told_where_times_are_known(write, capsys):
    path = write(votes(change=4.0))
    assert "Votes changed over time: tea moved by +" in text_of(capsys, path)
    assert "over time" not in text_of(capsys, path, "--columns", "time=")
    assert "No change over time" in text_of(capsys, write(votes()))


@pytest.mark.parametrize("rows", [False, True])
def test_weights_count_whether_votes_are_kept_or_counted(write, capsys, rows):
    path = write(votes())
    option = ["--diagnose"] if rows else []
    found = json.loads(text_of(capsys, path, "--json", *option))
    expected = compute_standings(read_votes(path)).to_dict()
    assert [row["item"] for row in found["rows"]] == [row["item"] for row in expected["rows"]]
    for name in ("rating", "lower", "upper", "votes"):
        assert [row[name] for row in found["rows"]] == pytest.approx([row[name] for row in expected["rows"]])
    assert found["votes"] == pytest.approx(sum(votes()["weight"]))


def test_only_counts_are_kept_of_more_votes_than_are_checked(write, capsys, monkeypatch):
    path = write(votes())
    monkeypatch.setattr(rank, "FEW", 1199)
    told = text_of(capsys, path)
    assert "pairs were compared" not in told
    assert "pairs were compared" in text_of(capsys, path, "--diagnose")
    monkeypatch.setattr(rank, "FEW", 1200)
    assert text_of(capsys, path).startswith(told.split("\n\n")[0])


def test_counted_votes_give_the_intervals_of_the_rows(write):
    path = write(votes())
    settings = BoardSettings(prior_strength=0.5)
    rows, counted = (compute_standings(read(path), settings).rows for read in (read_votes, read_counts))
    assert [row.item for row in rows] == [row.item for row in counted]
    assert [row.standard_error for row in rows] == pytest.approx([row.standard_error for row in counted])


def test_a_large_file_shows_its_progress_on_a_terminal_only(write, capsys, monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    path = write(votes())
    screen = Terminal()
    monkeypatch.setattr("sys.stderr", screen)
    text_of(capsys, path)
    assert screen.getvalue() == ""
    monkeypatch.setattr(batches, "_LARGE", 0)
    text_of(capsys, path)
    assert "votes.parquet" in screen.getvalue()
    monkeypatch.setattr("sys.stderr", paper := io.StringIO())
    text_of(capsys, path)
    assert paper.getvalue() == ""


def test_an_anchor_that_is_not_rated_is_refused(write, capsys):
    assert main(["rank", str(write(votes())), "--anchor-items", "coffee"]) == 2
    assert "coffee" in capsys.readouterr().err


def test_a_covariate_beside_a_tie_model_is_refused_before_the_file_is_read(tmp_path, capsys):
    arguments = ["rank", str(tmp_path / "nowhere.csv"), "--covariates", "x", "--tie-model", "davidson"]
    assert main(arguments) == 2
    assert "covariates go with" in capsys.readouterr().err
