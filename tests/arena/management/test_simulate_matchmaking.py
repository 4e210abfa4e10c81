"""Policies are replayed from the command line: a table, JSON, files written whole, and errors that say what to do."""

import csv
import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from arena.management.files import check_writable, write_whole
from arena.management.progress import BarProgress
from arena.models import Run, Vote
from arena.queries.replay_results import ReplayResult
from arena.services.replay_plans import ReplayPlan
from arena.services.replays import play_replay
from ranking.models import Snapshot
from tests.arena.replayed import make_rated_arena
from tests.factories import make_contest

pytestmark = [pytest.mark.django_db]

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def contest(rated_contest):
    return rated_contest


def simulate(*options: object, contest: str = "tea", votes: object = 60, repetitions: int = 2) -> None:
    small = ["--contest", contest, "--votes", str(votes), "--repetitions", str(repetitions)]
    call_command("simulate_matchmaking", *small, *map(str, options))


# --- What is told ----------------------------------------------------------------------------------
@pytest.mark.database
def test_a_table_an_estimate_and_what_is_saved_are_told(contest, capsys):
    simulate("--policy", "information", "order")
    told = capsys.readouterr()
    lines = told.out.splitlines()
    assert lines[0].startswith("The strengths are those of the board tea/human as published on ")
    assert "information, order, uniform: 2 repetitions of 60 votes each, about 1 s." in lines
    head = next(line for line in lines if line.split()[:2] == ["policy", "votes"])
    assert head.split()[2:] == ["Interval", "Order", "Top", "Coverage", "Slope"]
    rows = [line.split() for line in lines if line.split()[:1] in (["information"], ["order"], ["uniform"])]
    numbers = [row for row in rows if len(row) == 7]
    assert {row[0] for row in numbers} == {"information", "order", "uniform"}
    assert [row[1] for row in numbers if row[0] == "order"][-1] == "60"
    assert sum(line.startswith("order reaches ") for line in lines) == 3
    assert "Interval  mean half-width of the 95 % intervals, in points" in lines
    assert "Replays of tea" in told.err
    assert "360/360" in told.err


def test_nothing_is_written_into_the_contest(contest):
    votes = Vote.objects.count()
    simulate()
    assert (Vote.objects.count(), Run.objects.count(), Snapshot.objects.count()) == (votes, 0, 1)


@pytest.mark.database
def test_json_is_all_that_stands_on_standard_output(contest, capsys):
    simulate("--json", "--newcomer", "--in-flight", 3, "--abandoned", 0.1, "--seed", 5)
    told = capsys.readouterr()
    found = json.loads(told.out)
    plan = ReplayPlan.from_dict(found["plan"])
    assert (plan.newcomer, plan.in_flight, plan.abandoned, plan.seed) == (3, 3, 0.1, 5)
    assert play_replay(plan) == ReplayResult.from_dict(found["result"])
    assert "2 repetitions of 60 votes each" in told.err


def test_the_newcomer_has_a_column_and_may_be_named(contest, capsys):
    first = contest.contestants.order_by("id")[0]
    simulate("--newcomer", first.slug)
    told = capsys.readouterr().out
    assert f"{first.name} begins without votes" in told
    assert "Newcomer  half-width of the newcomer's interval, in points" in told
    assert "points for the newcomer after" in told


def test_strengths_are_taken_as_published_where_that_is_wanted(contest, capsys):
    simulate("--as-published", "--board", "human")
    assert "They are taken as published" in capsys.readouterr().out


# --- Files -----------------------------------------------------------------------------------------
def test_every_number_is_written_as_csv(contest, tmp_path, capsys):
    simulate("--csv", tmp_path / "numbers.csv", "--json")
    curves = json.loads(capsys.readouterr().out)["result"]["curves"]
    rows = list(csv.DictReader((tmp_path / "numbers.csv").open()))
    assert list(rows[0]) == ["policy", "votes", "interval", "order", "top", "coverage", "slope"]
    for curve in curves:
        own = [row for row in rows if row["policy"] == curve["policy"]]
        assert [float(row["order"]) for row in own] == curve["values"]["order"]
        assert [row["interval"] and float(row["interval"]) for row in own] == [
            "" if value is None else value for value in curve["values"]["interval"]
        ]


def test_the_intervals_are_drawn_as_a_picture_that_needs_nothing_else(contest, tmp_path):
    simulate("--plot", tmp_path / "curves.svg")
    picture = ET.parse(tmp_path / "curves.svg").getroot()
    assert picture.tag == f"{SVG}svg"
    assert picture.findtext(f"{SVG}title") == "Interval by votes"
    assert "mean half-width" in (picture.findtext(f"{SVG}desc") or "")
    assert "prefers-color-scheme: dark" in (picture.findtext(f"{SVG}style") or "")
    assert len(picture.findall(f".//{SVG}polyline")) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["curves.svg"]


@pytest.mark.parametrize(("name", "why"), [("", "it is a folder"), ("nowhere/x.csv", "there is no such folder")])
def test_a_file_that_cannot_be_written_is_refused_before_the_work(contest, tmp_path, name, why, monkeypatch):
    monkeypatch.setattr(BarProgress, "start", lambda *_: pytest.fail("It began."))
    for option in ("--csv", "--plot"):
        with pytest.raises(CommandError, match=rf"cannot be written: {why}\.$"):
            simulate(option, tmp_path / name)


def test_a_folder_that_takes_no_files_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("os.access", lambda *_: False)
    with pytest.raises(PermissionError, match="the folder takes no new files"):
        check_writable(tmp_path / "x.csv")


def test_a_file_is_written_whole_or_stays_as_it_was(tmp_path, monkeypatch):
    path = tmp_path / "x.csv"
    write_whole(path, "old")

    def interrupt(self: Path, text: str, **_: object) -> None:
        self.write_bytes(text[:2].encode())
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Path, "write_text", interrupt)
        write_whole(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_an_interruption_writes_nothing(contest, tmp_path, monkeypatch):
    def interrupt(self: BarProgress, n: int = 1) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(BarProgress, "advance", interrupt)
    with pytest.raises(CommandError, match=r"^Interrupted\. Nothing was written\.$"):
        simulate("--csv", tmp_path / "x.csv", "--plot", tmp_path / "x.svg")
    assert list(tmp_path.iterdir()) == []


# --- What is refused -------------------------------------------------------------------------------
def test_an_unknown_contest_is_refused_with_those_that_there_are(contest):
    with pytest.raises(CommandError, match="There is no contest 'coffee'; there are: tea"):
        simulate(contest="coffee")


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["--policy", "clever"], "Unknown policy clever; choose among information"),
        (["--board", "nobody"], "There is no board 'nobody'; there are: human"),
        (["--newcomer", "nobody"], "rates no contestant 'nobody'; it rates "),
        (["--in-flight", "-1"], "in flight must be from 0"),
        (["--abandoned", "2"], "abandoned battles must be from 0"),
        (["--seed", "-3"], "The seed must be"),
    ],
)
def test_what_is_not_there_or_makes_no_sense_is_refused(contest, options, why):
    with pytest.raises(CommandError, match=why):
        simulate(*options)


@pytest.mark.parametrize("votes", ["0", "-3", "many"])
def test_a_number_of_votes_that_is_no_count_is_refused(contest, votes):
    with pytest.raises(CommandError, match="--votes"):
        simulate(votes=votes)


def test_one_repetition_says_nothing_of_chance(contest):
    with pytest.raises(CommandError, match="at least 2 times"):
        simulate(repetitions=1)


def test_a_contest_without_a_published_board_is_refused_with_what_to_do():
    make_contest("fresh")
    with pytest.raises(CommandError, match=r"refresh_leaderboards --contest fresh publishes it"):
        simulate(contest="fresh")


def test_two_contestants_are_too_few():
    make_rated_arena("few", contestants=2)
    with pytest.raises(CommandError, match="rates 2 contestants, and a replay needs 3"):
        simulate(contest="few")
