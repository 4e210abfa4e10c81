"""Files as they really come: broken, half filled, oddly typed. Each is read rightly or refused in one sentence."""

import json
import subprocess
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ranking import BoardSettings, RankingError, compute_standings
from ranking.__main__ import main
from ranking.files import BadVotesFile, Layout, read_file, read_votes
from tests.support.modules import ROOT

HEADER = "contestant_a,contestant_b,outcome"
DUEL = {"contestant_a": "tea", "contestant_b": "milk", "outcome": "A"}


def json_lines(tmp_path, *rows):
    path = tmp_path / "votes.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def csv_file(tmp_path, *lines):
    path = tmp_path / "votes.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def parquet(tmp_path, **columns):
    path = tmp_path / "votes.parquet"
    plain = {"contestant_a": ["tea", "milk"], "contestant_b": ["milk", "tea"], "outcome": ["A", "A"]}
    pq.write_table(pa.table(plain | columns), path)
    return path


# --- Text ------------------------------------------------------------------------------------------
@pytest.mark.parametrize("field", ['"tea', '"tea"x', "x" * 200_000])
def test_csv_that_cannot_be_taken_apart_is_refused_with_the_line(tmp_path, field):
    with pytest.raises(BadVotesFile, match=r"votes\.csv, line 3: cannot be read"):
        read_votes(csv_file(tmp_path, HEADER, "tea,milk,A", f"{field},milk,A"))


def test_empty_lines_and_a_missing_last_line_end_are_no_matter(tmp_path):
    path = tmp_path / "votes.csv"
    path.write_text(f"{HEADER}\n\ntea,milk,A\n\n\nmilk,tea,B")
    assert read_votes(path).outcome.tolist() == [0, 1]


def test_lines_are_counted_as_an_editor_does(tmp_path):
    with pytest.raises(BadVotesFile, match="line 5: unknown outcome 'draw'"):
        read_votes(csv_file(tmp_path, HEADER, '"tea\nwith milk",milk,A', "", "tea,milk,draw"))


def test_a_key_that_only_later_json_lines_have_is_seen(tmp_path):
    with pytest.raises(
        BadVotesFile, match=r"line 1: no rater\. Give every vote one, or leave .* --columns rater= alone"
    ):
        read_votes(json_lines(tmp_path, DUEL, DUEL | {"rater": "ann"}))
    assert read_votes(tmp_path / "votes.jsonl", {"rater": ""}).rater is None


def test_deeply_nested_json_is_refused_with_the_line(tmp_path):
    path = tmp_path / "votes.jsonl"
    path.write_text(json.dumps(DUEL) + "\n" + "[" * 100_000 + "\n")
    with pytest.raises(BadVotesFile, match="line 2: is not JSON"):
        read_votes(path)


@pytest.mark.parametrize("time", ["inf", "nan", "", "soon"])
def test_times_must_be_finite(tmp_path, time):
    with pytest.raises(BadVotesFile, match=r"line 3: time .* is neither a number nor a date"):
        read_votes(csv_file(tmp_path, f"{HEADER},time", "tea,milk,A,1", f"tea,milk,A,{time}"))


@pytest.mark.parametrize("role", ["contestant_a", "contestant_b", "outcome"])
def test_what_a_vote_needs_cannot_be_left_out(role):
    with pytest.raises(BadVotesFile, match=f"{role} cannot be left out"):
        Layout({role: ""})


def test_an_outcome_can_be_left_out_for_a_score():
    assert Layout({"score": "points", "outcome": ""}).resolve(("points",)).named["score"] == "points"


def test_covariates_of_votes_without_any_weight_end_in_a_refusal(tmp_path):
    path = csv_file(tmp_path, f"{HEADER},weight,x_a,x_b", "tea,milk,A,0,1,2", "milk,tea,A,0,2,1")
    votes = read_votes(path, covariates={"x": "x"})
    assert np.isfinite(votes.covariates).all()
    with pytest.raises(RankingError):
        compute_standings(votes, BoardSettings(covariates=("x",)))


# --- Parquet ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", [pa.binary(), pa.large_binary()])
def test_words_may_be_stored_as_bytes(tmp_path, kind):
    assert read_votes(parquet(tmp_path, contestant_a=pa.array([b"tea", b"milk"], kind))).items == ("milk", "tea")


def test_bytes_that_are_no_words_are_refused(tmp_path):
    with pytest.raises(BadVotesFile, match="cannot be read"):
        read_votes(parquet(tmp_path, contestant_a=[b"\xff\xfe", b"milk"]))


def test_lists_are_taken_as_they_are_printed(tmp_path):
    votes = read_file(parquet(tmp_path, rater=[["ann", "bob"], ["ann", "bob"]]), Layout())
    assert votes.raters == ("['ann', 'bob']",)


@pytest.mark.parametrize(
    "time",
    [
        pa.array([2_000_000_001, 1_000_000_001], pa.timestamp("ns")),
        pa.array([2, 1], pa.timestamp("s", tz="Asia/Tokyo")),
        pa.array([2**62 + 4096, 2**62 + 1]),
    ],
)
def test_times_of_any_precision_sort_the_rows(tmp_path, time):
    assert read_votes(parquet(tmp_path, time=time, outcome=["A", "B"])).outcome.tolist() == [1, 0]


def test_a_folder_is_no_parquet_file(tmp_path):
    (tmp_path / "votes.parquet").mkdir()
    with pytest.raises(BadVotesFile, match="cannot be read"):
        read_votes(tmp_path / "votes.parquet")


# --- Names on a terminal ---------------------------------------------------------------------------
def test_names_do_not_command_the_terminal(tmp_path, capsys):
    red = "\x1b[31mtea"
    path = json_lines(
        tmp_path, *[DUEL | {"contestant_a": red}, DUEL | {"contestant_b": red, "contestant_a": "milk"}] * 3
    )
    assert main(["rank", str(path)]) == 0
    told = capsys.readouterr().out
    assert told.splitlines()[1].split()[1] == "?[31mtea"
    assert "\x1b" not in told


@pytest.mark.parametrize("name", ["\ud800tea", "Kräutertee ☕"])
def test_names_beyond_the_encoding_of_the_terminal_are_written_out(tmp_path, name):
    path = json_lines(
        tmp_path, *[DUEL | {"contestant_a": name}, DUEL | {"contestant_b": name, "contestant_a": "milk"}] * 3
    )
    done = subprocess.run(
        [sys.executable, "-m", "ranking", "rank", str(path), "--csv"],
        cwd=ROOT,
        env={"PYTHONIOENCODING": "ascii"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert name.encode("ascii", "backslashreplace").decode() in done.stdout
