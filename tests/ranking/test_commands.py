"""The commands beside rank: elo, compare, agree."""

import json

import numpy as np
import pytest

from ranking import average_elo, compare_standings, compute_standings, measure_agreement, replay_elo
from ranking.__main__ import main
from ranking.files import read_votes

HEADER = "contestant_a,contestant_b,outcome,rater,prompt,day\n"


def votes(seed, gaps=(0.0, 0.5, 1.0), rows=240):
    rng = np.random.default_rng(seed)
    names = ("tea", "milk", "water")
    lines = []
    for k in range(rows):
        first, second = rng.choice(3, 2, replace=False)
        won = rng.random() < 1 / (1 + np.exp(gaps[second] - gaps[first]))
        word = "tie" if rng.random() < 0.1 else "A" if won else "B"
        lines.append(f"{names[first]},{names[second]},{word},r{k % 4},p{k // 8},{rows - k}")
    return HEADER + "\n".join(lines) + "\n"


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "votes.csv"
    path.write_text(votes(1))
    return path


@pytest.fixture
def other(tmp_path):
    path = tmp_path / "other.csv"
    path.write_text(votes(2, gaps=(2.0, 0.0, 0.5)).replace("water", "wine") + votes(3).removeprefix(HEADER))
    return path


def run(capsys, *arguments):
    assert main(list(map(str, arguments))) == 0
    return capsys.readouterr().out


def refused(capsys, *arguments):
    assert main(list(map(str, arguments))) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert len(told.err.splitlines()) == 1
    return told.err


# --- elo -------------------------------------------------------------------------------------------
def test_elo_replays_the_order_of_the_file_and_random_ones(file, capsys):
    found = json.loads(run(capsys, "elo", file, "--json", "--elo-k", "8", "--elo-orders", "5", "--seed", "3"))
    data = read_votes(file)
    once, over = replay_elo(data, 8.0), average_elo(data, 8.0, orders=5, seed=3)
    rows = {row["item"]: row for row in found["rows"]}
    assert [rows[item]["rating"] for item in data.items] == once.tolist()
    assert [rows[item]["mean"] for item in data.items] == over.mean.tolist()
    assert [rows[item]["spread"] for item in data.items] == over.spread.tolist()
    assert found["rows"] == sorted(found["rows"], key=lambda row: -row["rating"])


def test_elo_in_the_order_of_a_column(file, capsys):
    found = json.loads(run(capsys, "elo", file, "--json", "--time", "day"))
    expected = replay_elo(read_votes(file, {"time": "day"}))
    assert sorted(row["rating"] for row in found["rows"]) == sorted(expected.tolist())
    assert sorted(expected.tolist()) != sorted(replay_elo(read_votes(file)).tolist())


def test_elo_as_text_says_what_it_is(file, capsys):
    text = run(capsys, "elo", file)
    assert text.splitlines()[0].split() == ["contestant", "in", "order", "mean", "spread"]
    assert "it is no interval" in text


@pytest.mark.parametrize("option", [("--elo-k", "0"), ("--elo-orders", "1"), ("--seed", "-1"), ("--initial", "nan")])
def test_elo_refuses_impossible_settings(file, capsys, option):
    assert refused(capsys, "elo", file, *option).startswith("error: ")


# --- compare ---------------------------------------------------------------------------------------
def test_compare_holds_two_files_against_each_other(file, other, capsys):
    found = json.loads(run(capsys, "compare", file, other, "--json"))
    first, second = (compute_standings(read_votes(path)) for path in (file, other))
    assert found == json.loads(json.dumps(compare_standings(first, second).to_dict()))
    assert found["only_second"] == ["wine"]


def test_compare_as_text_marks_what_differs(file, other, capsys):
    lines = run(capsys, "compare", file, other).splitlines()
    assert lines[0].split()[:4] == ["contestant", "first", "second", "difference"]
    assert lines[1].endswith("*")
    assert "* Rated by the second file only: wine." in lines
    assert any("Kendall's tau" in line for line in lines)


def test_a_file_does_not_differ_from_itself(file, capsys):
    text = run(capsys, "compare", file, file)
    assert "No difference is significant" in text
    assert "Kendall's tau is 1.000" in text


def test_files_without_common_contestants_are_refused(file, tmp_path, capsys):
    path = tmp_path / "apart.csv"
    path.write_text("contestant_a,contestant_b,outcome\nale,stout,A\nale,stout,B\n")
    assert "rated on both boards" in refused(capsys, "compare", file, path)


# --- agree -----------------------------------------------------------------------------------------
def test_agree_measures_and_names_raters(file, capsys):
    found = json.loads(run(capsys, "agree", file, "--json", "--level", "0.9", "--seed", "4"))
    expected = measure_agreement(read_votes(file), 0.9, 4)
    assert found["alpha"] == expected.alpha
    assert [row["rater"] for row in found["by_rater"]] == ["r0", "r1", "r2", "r3"]


def test_agree_as_text_lists_raters_and_explains(file, capsys):
    text = run(capsys, "agree", file)
    assert text.splitlines()[0].split() == ["rater", "units", "with", "the", "majority", "standard", "error"]
    assert "Krippendorff" in text


def test_without_prompts_all_votes_are_on_one(file, capsys):
    assert "no column prompt" in run(capsys, "agree", file, "--columns", "prompt=")


def test_agree_needs_raters(file, capsys):
    assert "no column rater" in refused(capsys, "agree", file, "--columns", "rater=")
    assert "level is 2" in refused(capsys, "agree", file, "--level", "2")
