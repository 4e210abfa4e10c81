"""`python -m ranking rank FILE`, as a stranger runs it."""

import json
import os
import subprocess
import sys

import pytest

from ranking import BoardSettings, compute_standings
from ranking.__main__ import main
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
    assert rest[3].split() == ["-", "water", "unrated", "4", "0.0%"]
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
        (["rank"], "file"),
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
