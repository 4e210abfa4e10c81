"""`python -m ranking`, as a stranger runs it: first of all `rank FILE`."""

import csv
import io
import json
import os
import re
import subprocess
import sys

import numpy as np
import pytest

from ranking import BoardSettings, compute_standings
from ranking.__main__ import _parser, main
from ranking.commandline.options import settings_of
from ranking.files import read_votes
from tests.support.modules import ROOT

VOTES = [
    *[("tea", "coffee", "A")] * 14,
    *[("coffee", "tea", "A")] * 8,
    *[("tea", "milk", "A")] * 11,
    *[("milk", "tea", "A")] * 5,
    *[("coffee", "milk", "TIE")] * 3,
    *[("coffee", "milk", "BOTH_BAD")] * 2,
    *[("water", "milk", "B")] * 4,
]


@pytest.fixture
def votes_file(tmp_path):
    path = tmp_path / "votes.csv"
    lines = ["contestant_a,contestant_b,outcome", *(",".join(vote) for vote in VOTES)]
    path.write_text("\n".join(lines) + "\n")
    return path


def run(*arguments):
    """The command in a process of its own, without a word about Django in its environment."""
    bare = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    return subprocess.run(
        [sys.executable, "-m", "ranking", *map(str, arguments)],
        cwd=ROOT,
        env=bare,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_it_prints_a_leaderboard(votes_file):
    done = run("rank", votes_file)
    assert (done.returncode, done.stderr) == (0, "")
    header, *rest = done.stdout.splitlines()
    assert header.split() == ["rank", "contestant", "rating", "interval", "votes", "win", "rate"]
    assert [line.split()[1] for line in rest[:4]] == ["tea", "coffee", "milk", "water"]
    assert re.fullmatch(r" +-  water       unrated +at most \d+\.\d +4 +0\.0%", rest[3])
    assert "Bradley-Terry" in done.stdout
    assert any(line.startswith("* ") and "water" in line for line in rest)


def test_the_columns_of_the_table_are_aligned(votes_file, capsys):
    assert main(["rank", str(votes_file)]) == 0
    lines = capsys.readouterr().out.splitlines()
    ends = {line.index("contestant") if k == 0 else line.index(line.split()[1]) for k, line in enumerate(lines[:5])}
    assert len(ends) == 1


def test_json_holds_every_digit(votes_file, capsys):
    assert main(["rank", str(votes_file), "--json", "--level", "0.9", "--prior", "0.5", "--seed", "7"]) == 0
    settings = BoardSettings(level=0.9, prior_strength=0.5, seed=7)
    expected = compute_standings(read_votes(votes_file), settings).to_dict()
    assert json.loads(capsys.readouterr().out) == json.loads(json.dumps(expected))


def test_columns_under_other_names(tmp_path, capsys):
    path = tmp_path / "duels.csv"
    path.write_text("model_x,model_y,winner\ntea,coffee,left\ncoffee,tea,left\n")
    assert main(["rank", str(path), "--columns", "contestant_a=model_x,contestant_b=model_y,outcome=winner"]) == 0
    assert "1000.0" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("contestant_a,contestant_b,outcome\ntea,coffee,draw\n", "line 2: unknown outcome 'draw'"),
        ("contestant_a,contestant_b,outcome\ntea,coffee,A\n", "More votes are needed"),
        ("", "at least two"),
    ],
)
def test_what_cannot_be_ranked_ends_with_2_and_one_line(tmp_path, text, message):
    path = tmp_path / "votes.csv"
    path.write_text(text)
    done = run("rank", path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("error: ")
    assert message in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["rank"], "FILE"),
        ([], "command"),
        (["rank", "votes.csv", "--level", "much"], "--level"),
        (["rank", "votes.csv", "--columns", "outcome"], "write NAME=COLUMN"),
        (["rank", "votes.csv", "--columns", "winner=outcome"], "write NAME=COLUMN"),
    ],
)
def test_arguments_at_fault_end_with_2_and_the_usage(arguments, message, capsys):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("option", "value"), [("--level", "1.5"), ("--level", "0"), ("--prior", "-1"), ("--prior", "nan")]
)
def test_settings_at_fault_end_with_2(votes_file, capsys, option, value):
    assert main(["rank", str(votes_file), option, value]) == 2
    assert capsys.readouterr().err.startswith("error: ")


def test_a_missing_file_ends_with_2(tmp_path, capsys):
    assert main(["rank", str(tmp_path / "nowhere.csv")]) == 2
    assert "nowhere.csv: cannot be read" in capsys.readouterr().err


def test_a_reader_that_leaves_early_is_no_error(votes_file):
    command = f"{sys.executable} -m ranking rank {votes_file} --json | head -c 1"
    done = subprocess.run(command, shell=True, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout == "{"
    assert "Traceback" not in done.stderr


# --- What rank can do more -------------------------------------------------------------------------
def printed(capsys, *arguments):
    assert main(list(map(str, arguments))) == 0
    return capsys.readouterr().out


def test_each_setting_has_an_option():
    options = _parser().parse_args(["rank", "votes.csv", "--anchor-items", "tea", "--covariates", "x"])
    renamed = {"prior_strength": "prior"}
    assert [name for name in BoardSettings.__slots__ if not hasattr(options, renamed.get(name, name))] == []
    assert settings_of(options) == BoardSettings(anchor_items=("tea",), covariates=("x",))


@pytest.mark.parametrize(
    ("option", "value", "setting"),
    [
        ("--tie-model", "rao-kupper", {"tie_model": "rao_kupper"}),
        ("--both-bad", "tie", {"both_bad": "tie"}),
        ("--interval", "bootstrap", {"interval": "bootstrap"}),
        ("--centre", "votes", {"centre": "votes"}),
        ("--anchor-items", "milk", {"anchor_items": ("milk",)}),
        ("--method", "win_rate", {"method": "win_rate"}),
        ("--method", "elo", {"method": "elo"}),
    ],
)
def test_options_reach_the_engine(votes_file, tmp_path, capsys, option, value, setting):
    # Six times as many votes: a redraw must leave them connected.
    header, *lines = votes_file.read_text().splitlines()
    path = tmp_path / "many.csv"
    path.write_text("\n".join([header, *lines * 6]))
    found = json.loads(printed(capsys, "rank", path, "--json", option, value))
    expected = compute_standings(read_votes(path), BoardSettings(**setting)).to_dict()
    assert found == json.loads(json.dumps(expected))


def test_clusters_read_their_column_and_miss_it(tmp_path, votes_file, capsys):
    path = tmp_path / "clustered.csv"
    header, *lines = votes_file.read_text().splitlines()
    path.write_text("\n".join([f"{header},who", *(f"{line},r{k % 9}" for k, line in enumerate(lines))]))
    assert "if raters are independent" in printed(capsys, "rank", path, "--columns", "rater=who", "--clusters", "rater")
    assert main(["rank", str(votes_file), "--clusters", "rater"]) == 2
    assert capsys.readouterr().err.startswith("error: ")


def test_checks_are_told_in_text_and_asked_for_in_json(votes_file, capsys):
    assert "pairs were compared" in printed(capsys, "rank", votes_file)
    assert "pairs were compared" not in printed(capsys, "rank", votes_file, "--no-diagnose")
    assert "diagnosis" not in json.loads(printed(capsys, "rank", votes_file, "--json"))
    assert (
        json.loads(printed(capsys, "rank", votes_file, "--json", "--diagnose"))["diagnosis"]["exposure"]["pairs"] == 3
    )


def test_csv_holds_every_row_and_every_digit(votes_file, capsys):
    rows = list(csv.DictReader(io.StringIO(printed(capsys, "rank", votes_file, "--csv"))))
    expected = compute_standings(read_votes(votes_file)).rows
    assert [row["item"] for row in rows] == [row.item for row in expected]
    assert [float(row["rating"]) for row in rows[:3]] == [row.rating for row in expected[:3]]
    assert rows[3]["rating"] == ""
    assert float(rows[3]["at_most"]) == expected[3].at_most


def test_groups_apart_have_tables_of_their_own(tmp_path, capsys):
    path = tmp_path / "apart.csv"
    pairs = [("tea", "coffee"), ("coffee", "milk"), ("milk", "tea"), ("ale", "stout")]
    lines = [f"{a},{b},{word}" for a, b in pairs for word in ("A", "A", "B")]
    path.write_text("\n".join(["contestant_a,contestant_b,outcome", *lines]))
    text = printed(capsys, "rank", path)
    assert re.search(r"Apart, group 1.*\nrank .*\n +1-2  ale +1060\.2 .*\n +1-2  stout +939\.8", text)
    rows = list(csv.DictReader(io.StringIO(printed(capsys, "rank", path, "--csv"))))
    assert [(row["item"], row["group"]) for row in rows][3:] == [("ale", "1"), ("stout", "1")]


def test_style_is_controlled_and_its_coefficients_are_told(tmp_path, capsys):
    rng = np.random.default_rng(2)
    lines = ["contestant_a,contestant_b,outcome,words_a,words_b"]
    for k in range(300):
        first, second = [("tea", "milk"), ("milk", "water"), ("water", "tea")][k % 3]
        left, right = rng.integers(1, 100, 2)
        lines.append(f"{first},{second},{'A' if left + rng.normal(0, 60) > right else 'B'},{left},{right}")
    path = tmp_path / "styled.csv"
    path.write_text("\n".join(lines))
    text = printed(capsys, "rank", path, "--covariates", "length=words", "--no-diagnose")
    assert re.search(r"^covariate +logits +interval +points\nlength +\d\.\d{4} ", text, flags=re.MULTILINE)
    assert text.split("\n")[0].split() == ["rank", "contestant", "rating", "interval", "plain", "votes", "win", "rate"]


def test_a_plot_is_written(votes_file, tmp_path, capsys):
    printed(capsys, "rank", votes_file, "--plot", tmp_path / "out.svg")
    assert "Ratings from votes.csv" in (tmp_path / "out.svg").read_text()


@pytest.mark.parametrize(("name", "reason"), [("out.png", "only .svg"), ("nowhere/out.svg", "cannot be written")])
def test_a_plot_that_cannot_be_written_ends_with_2(votes_file, tmp_path, capsys, name, reason):
    assert main(["rank", str(votes_file), "--plot", str(tmp_path / name)]) == 2
    assert reason in capsys.readouterr().err
