"""The published LLMFAO votes, from their files to page, JSON and CSV, beside a fit that knows nothing of our code."""

import csv
import io
import json
import math
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import transaction
from django.test import Client
from scipy.optimize import minimize
from scipy.special import log_expit

from arena.models import Battle, Category, Contest, Contestant, Judge, Prompt, Rater, RaterKind, Response, Vote
from ranking.models import Rating, Snapshot

pytestmark = [pytest.mark.django_db, pytest.mark.database, pytest.mark.slow, pytest.mark.timeout(400)]

FILES = {"human": "crowd-comparisons.csv", "gpt-4": "gpt4-comparisons.csv", "gpt-3-5": "gpt3-comparisons.csv"}
VOTES = {"human": 8931, "gpt-4": 3236, "gpt-3-5": 3236}
TABLES = (Contest, Category, Contestant, Prompt, Response, Judge, Rater, Battle, Vote, Snapshot, Rating)


@pytest.fixture(scope="module")
def source(data_dir: Path) -> Path:
    """Return the folder of the data set."""
    return data_dir / "llmfao"


@pytest.fixture(scope="module")
def contest(source, django_db_setup, django_db_blocker) -> Iterator[Contest]:
    """Import and publish once for all tests of this module, each of which takes back what it writes itself."""
    with django_db_blocker.unblock(), transaction.atomic():
        load(source)
        call_command("refresh_leaderboards", "--contest", "llmfao", stdout=io.StringIO())
        yield Contest.objects.get(slug="llmfao")
        transaction.set_rollback(True)


def load(folder: Path, slug: str = "llmfao") -> str:
    out = io.StringIO()
    call_command("import_contest", str(folder), "--format", "llmfao", "--slug", slug, stdout=out)
    return out.getvalue().strip()


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def maximum_likelihood(path: Path) -> dict[str, float]:
    """Return ratings by name: scipy's own optimiser on the likelihood of every single row of the file."""
    rows = rows_of(path)
    names = sorted({row[side] for row in rows for side in ("left", "right")})
    left, right = (np.array([names.index(row[side]) for row in rows]) for side in ("left", "right"))
    score = np.array([{"left": 1.0, "right": 0.0, "tie": 0.5}[row["winner"]] for row in rows])

    def loss(theta):
        gap = theta[left] - theta[right]
        pull = score - np.exp(log_expit(gap))
        slope = np.bincount(right, pull, len(names)) - np.bincount(left, pull, len(names))
        return -(score * log_expit(gap) + (1 - score) * log_expit(-gap)).sum(), slope

    options = {"maxiter": 10_000, "maxfun": 100_000, "ftol": 1e-15, "gtol": 1e-8}
    theta = minimize(loss, np.zeros(len(names)), jac=True, method="L-BFGS-B", options=options).x
    return dict(zip(names, 1000 + 400 / math.log(10) * (theta - theta.mean()), strict=True))


def counts() -> dict[str, int]:
    return {table.__name__: table.objects.count() for table in TABLES}


def board_json(contest: Contest, board: str) -> Any:
    return Client().get(f"/api/v1/contests/{contest.slug}/leaderboard/", {"raters": board}).json()


# --- What was imported -----------------------------------------------------------------------------
def test_every_row_of_the_files_is_a_vote(contest, source):
    for board, file in FILES.items():
        assert len(rows_of(source / file)) == VOTES[board]
    by_kind = Vote.objects.values_list("battle__rater__kind", "battle__rater__judge__slug")
    assert Counter(by_kind) == {
        (RaterKind.HUMAN, None): 8931,
        (RaterKind.JUDGE, "gpt-4"): 3236,
        (RaterKind.JUDGE, "gpt-3-5"): 3236,
    }


def test_contestants_prompts_responses_and_workers_are_those_of_the_files(contest, source):
    found = counts()
    workers = {row["worker"] for row in rows_of(source / FILES["human"])}
    assert found["Contestant"] == len(lines_of(source / "models.jsonl")) == 70
    assert found["Prompt"] == len(lines_of(source / "prompts.jsonl")) == 19
    assert found["Response"] == len(lines_of(source / "results.jsonl"))
    assert found["Rater"] == len(workers) + 2 == 126
    assert (found["Judge"], found["Battle"]) == (2, found["Vote"])


@pytest.mark.parametrize("board", FILES)
def test_every_vote_names_who_met_whom_on_what_and_how_it_ended(contest, source, board):
    texts = {str(row["id"]): row["text"] for row in lines_of(source / "prompts.jsonl")}
    outcomes = {"left": "A", "right": "B", "tie": "TIE"}
    expected = Counter(
        (texts[row["prompt"]], row["left"], row["right"], outcomes[row["winner"]])
        for row in rows_of(source / FILES[board])
    )
    votes = Vote.objects.filter(battle__rater__kind=RaterKind.HUMAN if board == "human" else RaterKind.JUDGE)
    if board != "human":
        votes = votes.filter(battle__rater__judge__slug=board)
    fields = ("battle__prompt__text", "battle__contestant_a__name", "battle__contestant_b__name", "outcome")
    assert Counter(votes.values_list(*fields)) == expected


def test_each_worker_has_as_many_votes_as_in_the_file(contest, source):
    there = Counter(Vote.objects.filter(battle__rater__kind="human").values_list("battle__rater__external_key"))
    expected = Counter((f"llmfao:worker:{row['worker']}",) for row in rows_of(source / FILES["human"]))
    assert there == expected


def test_responses_are_word_for_word_those_that_were_compared(contest, source):
    names = {row["id"]: row["name"] for row in lines_of(source / "models.jsonl")}
    texts = {row["id"]: row["text"] for row in lines_of(source / "prompts.jsonl")}
    expected = {
        (texts[row["prompt"]], names[row["model"]]): row["result"] or "" for row in lines_of(source / "results.jsonl")
    }
    there = Response.objects.values_list("prompt__text", "contestant__name", "text")
    assert {(prompt, name): text for prompt, name, text in there} == expected


def test_authors_and_licence_are_named_on_the_page(contest):
    page = Client().get(f"/contests/{contest.slug}/leaderboard/").content.decode()
    assert "Dmitry Ustalov" in page
    assert "CC BY 4.0" in page


# --- What was published ----------------------------------------------------------------------------
@pytest.mark.parametrize("board", FILES)
def test_ratings_are_those_of_an_independent_fit(contest, source, board):
    expected = maximum_likelihood(source / FILES[board])
    snapshot = Snapshot.objects.get(board_key=f"llmfao/{board}")
    names = dict(contest.contestants.values_list("slug", "name"))
    rated = {names[row.item_key]: row.rating for row in snapshot.ratings.all() if row.rating is not None}
    assert snapshot.votes == VOTES[board]
    assert len(rated) == (59 if board == "human" else 70)
    assert rated == pytest.approx(expected, abs=0.1)


def test_models_that_the_crowd_never_saw_are_listed_without_a_rating(contest, source):
    rows = rows_of(source / FILES["human"])
    seen = {row[side] for row in rows for side in ("left", "right")}
    unrated = [row for row in board_json(contest, "human")["rows"] if row["rating"] is None]
    assert {row["name"] for row in unrated} == {row["name"] for row in lines_of(source / "models.jsonl")} - seen
    assert len(unrated) == 11
    assert all(row["note"] and row["votes"] == 0 for row in unrated)


@pytest.mark.parametrize("board", FILES)
def test_wins_losses_and_ties_are_those_of_the_file(contest, source, board):
    expected: dict[str, Counter[str]] = {}
    for row in rows_of(source / FILES[board]):
        for side, other in (("left", "right"), ("right", "left")):
            ended = {"tie": "ties", side: "wins", other: "losses"}[row["winner"]]
            expected.setdefault(row[side], Counter())[ended] += 1
    rows = [row for row in board_json(contest, board)["rows"] if row["rating"] is not None]
    assert {row["name"]: (row["wins"], row["losses"], row["ties"]) for row in rows} == {
        name: (told["wins"], told["losses"], told["ties"]) for name, told in expected.items()
    }


@pytest.mark.parametrize("board", FILES)
def test_page_json_and_csv_tell_the_same_numbers(contest, board):
    body = board_json(contest, board)
    for address in (f"/contests/{contest.slug}/leaderboard.csv", f"/api/v1/contests/{contest.slug}/leaderboard.csv"):
        text = Client().get(address, {"raters": board}).content.decode()
        table = list(csv.DictReader(io.StringIO(text, newline="")))
        assert [as_text(row) for row in body["rows"]] == table
    page = Client().get(f"/contests/{contest.slug}/leaderboard/", {"raters": board}).content.decode()
    shown = re.findall(
        r'<td class="num ranks">(\S+?)</td>\s*<th scope="row" class="name">(.*?)(?: <span|<span|</th>).*?'
        r'<strong>(-?\d+)</strong> <span class="interval">(-?\d+) to (-?\d+)</span>',
        page,
        flags=re.DOTALL,
    )
    rated = [row for row in body["rows"] if row["rating"] is not None]
    assert [(name, *map(int, numbers)) for _, name, *numbers in shown] == [
        (row["name"], *(half_up(row[number]) for number in ("rating", "lower", "upper"))) for row in rated
    ]
    assert [ranks for ranks, *_ in shown] == [
        f"{row['rank_low']}–{row['rank_high']}" if row["rank_low"] < row["rank_high"] else f"{row['rank_low']}"
        for row in rated
    ]
    assert f"<strong>{VOTES[board]:,}</strong> votes" in page


def test_the_three_boards_are_tabs_and_the_crowd_comes_first(contest):
    page = Client().get(f"/contests/{contest.slug}/leaderboard/").content.decode()
    tabs = [tag for tag in re.findall(r"<a [^>]*>", page) if 'href="?raters=' in tag]
    boards = [tag.split("?raters=")[1].split('"')[0] for tag in tabs]
    assert boards == ["human", "gpt-3-5", "gpt-4"]
    assert ["aria-current" in tag for tag in tabs] == [True, False, False]
    assert page.count('<span class="kind">AI judge</span>') == 2


def as_text(row: dict[str, Any]) -> dict[str, str]:
    """Return a row of the JSON as CSV would write it: None is empty, every digit is kept."""
    return {name: "" if value is None else str(value) for name, value in row.items()}


def half_up(value: float) -> int:
    return math.floor(abs(value) + 0.5) * (1 if value >= 0 else -1)


# --- Again, and broken -----------------------------------------------------------------------------
def test_a_second_import_and_a_second_refresh_change_nothing(contest, source):
    before = counts(), list(Snapshot.objects.values_list("content_hash", "published_at"))
    assert load(source) == "llmfao: everything was there already; nothing changed."
    out = io.StringIO()
    call_command("refresh_leaderboards", "--contest", "llmfao", stdout=out)
    assert out.getvalue().count(": unchanged, ") == 3
    assert (counts(), list(Snapshot.objects.values_list("content_hash", "published_at"))) == before


@pytest.fixture
def broken(source: Path, tmp_path: Path) -> Path:
    """Return a copy of the folder that a test may damage."""
    for file in source.iterdir():
        if not file.name.startswith("pairs-"):
            shutil.copyfile(file, tmp_path / file.name)
    return tmp_path


def damage(path: Path, line: int, old: str, new: str) -> None:
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    assert old in lines[line - 1]
    lines[line - 1] = lines[line - 1].replace(old, new, 1)
    path.write_text("".join(lines), encoding="utf-8")


@pytest.mark.parametrize(
    ("file", "line", "old", "new", "reason"),
    [
        ("crowd-comparisons.csv", 5000, ",", ",,", "has not as many fields as the header"),
        ("gpt4-comparisons.csv", 2, ",97,", ",970,", "unknown or unreadable value: 970"),
        ("gpt3-comparisons.csv", 3237, ",", ",x", "unknown or unreadable value"),
        ("crowd-comparisons.csv", 2, "tie", "draw", "unknown or unreadable value: 'draw'"),
    ],
)
def test_one_bad_row_refuses_everything_with_file_line_and_reason(contest, broken, file, line, old, new, reason):
    before = counts()
    damage(broken / file, line, old, new)
    with pytest.raises(CommandError) as refusal:
        load(broken, "copy")
    assert str(refusal.value).startswith(f"Nothing was imported.\n{file}, line {line}: {reason}")
    assert len(str(refusal.value).splitlines()) == 2
    assert counts() == before
    assert not Contest.objects.filter(slug="copy").exists()


def test_bad_rows_of_all_files_are_told_at_once(contest, broken):
    for file in FILES.values():
        damage(broken / file, 3, ",", ",x")
    with pytest.raises(CommandError) as refusal:
        load(broken, "copy")
    told = str(refusal.value).splitlines()[1:]
    assert [line.split(":")[0] for line in told] == [f"{file}, line 3" for file in FILES.values()]


@pytest.mark.parametrize("file", ["crowd-comparisons.csv", "models.jsonl", "results.jsonl", "gpt-instruction.txt"])
def test_a_missing_file_is_named(contest, broken, file):
    (broken / file).unlink()
    before = counts()
    with pytest.raises(CommandError, match=f"{re.escape(file)}: cannot be read"):
        load(broken, "copy")
    assert counts() == before


def test_a_changed_vote_is_refused_and_the_first_one_stays(contest, broken):
    damage(broken / FILES["human"], 2, "tie", "left")
    before = counts(), Counter(Vote.objects.values_list("outcome", flat=True))
    with pytest.raises(CommandError, match=r"1 vote\(s\) are there with another content"):
        load(broken)
    assert (counts(), Counter(Vote.objects.values_list("outcome", flat=True))) == before
