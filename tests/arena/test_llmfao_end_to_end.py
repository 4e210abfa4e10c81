"""The published LLMFAO votes, from their files to page, JSON and CSV, beside a fit that knows nothing of our code."""

import csv
import io
import math
import re
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test import Client
from django.utils import timezone

from arena.matchmaking.forecast import GoalSettings, forecast_votes
from arena.matchmaking.stopping import half_widths
from arena.models import (
    Battle,
    Category,
    Contest,
    Contestant,
    Judge,
    Prompt,
    Rater,
    RaterKind,
    Response,
    Vote,
    VoteOutcome,
)
from arena.queries.battles import DrawingTable, drawing_table, policy_of
from arena.queries.catalogue import catalogue
from arena.queries.matchmaking import matchmaking_of
from arena.services.battles import open_battle
from arena.services.beliefs import rebuild_beliefs
from arena.services.votes import cast_vote
from ranking import POINTS_PER_LOGIT
from ranking.models import Rating, Snapshot
from ranking.store import latest
from tests.factories import make_contestant, make_rater, make_response
from tests.support.published import FILES, lines_of, maximum_likelihood, rows_of

pytestmark = [pytest.mark.django_db, pytest.mark.database, pytest.mark.slow, pytest.mark.timeout(400)]

VOTES = {"human": 8931, "gpt-4": 3236, "gpt-3-5": 3236}
TABLES = (Contest, Category, Contestant, Prompt, Response, Judge, Rater, Battle, Vote, Snapshot, Rating)
BATTLES, STRENGTH, CAP = 300, 0.6, 0.3


@pytest.fixture(scope="module")
def source(data_dir: Path) -> Path:
    """Return the folder of the data set."""
    return data_dir / "llmfao"


@pytest.fixture(scope="module")
def published(source, module_rows) -> int:
    """Import and publish once for all tests of this module, each of which takes back what it writes itself."""
    load(source)
    refresh()
    connection.check_constraints()  # now, and not for each test anew
    return Contest.objects.get(slug="llmfao").pk


@pytest.fixture
def contest(published: int) -> Contest:
    return Contest.objects.get(pk=published)


def load(folder: Path, slug: str = "llmfao") -> str:
    out = io.StringIO()
    call_command("import_contest", str(folder), "--format", "llmfao", "--slug", slug, stdout=out)
    return out.getvalue().strip()


def refresh() -> str:
    out = io.StringIO()
    call_command("refresh_leaderboards", "--contest", "llmfao", stdout=out)
    return out.getvalue()


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
        r'<td class="num ranks">(\S+?)(?:<span[^>]*>[^<]*</span>)?</td>\s*'
        r'<th scope="row" class="name">(.*?)(?: <span|<span|</th>).*?'
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


# --- Somebody new ----------------------------------------------------------------------------------
def table_of(contest: Contest) -> DrawingTable:
    stock = catalogue(contest)
    everything = np.ones(stock.prompts.size, dtype=bool)
    return drawing_table(contest, make_rater(), stock, everything, matchmaking_of(contest), timezone.now())


def strengths(contest: Contest, newcomer: Contestant) -> dict[int, float]:
    """What the board believes, and a strength for the newcomer that it does not know."""
    rows = Rating.objects.filter(snapshot=latest("llmfao/human"))
    # Who was never compared has no rating; the middle of the board will do.
    published = {row.item_key: 1000.0 if row.rating is None else row.rating for row in rows}
    known = {one.pk: published[one.slug] / POINTS_PER_LOGIT for one in contest.contestants.exclude(pk=newcomer.pk)}
    return {**known, newcomer.pk: float(np.mean(list(known.values()))) + STRENGTH}


def vote_on(battle: Battle, strength: dict[int, float], rng: np.random.Generator) -> None:
    gap = strength[battle.contestant_a_id] - strength[battle.contestant_b_id]
    won = rng.random() < 1 / (1 + np.exp(-gap))
    cast_vote(battle.token, battle.rater, VoteOutcome.A if won else VoteOutcome.B)


def test_a_newcomer_gets_its_share_and_becomes_known_as_forecast(contest: Contest) -> None:
    newcomer = make_contestant(contest, "Newcomer", organisation="Newcomers")
    for prompt in contest.prompts.all():
        make_response(prompt, newcomer, f"A new answer to {prompt.slug}.")
    rebuild_beliefs(contest, "human")
    before = table_of(contest)
    place = before.stock.contestants.tolist().index(newcomer.pk)
    told = forecast_votes(before.state, policy_of(matchmaking_of(contest)), GoalSettings(), BATTLES)
    # Eleven of the published contestants were never compared either; nothing tells them from the newcomer.
    unknown = np.flatnonzero(before.state.votes.sum(axis=1) == 0)
    assert place in unknown
    assert told.steps[0].widest == pytest.approx(half_widths(before.state.covariance)[place])

    rng, strength = np.random.default_rng(12), strengths(contest, newcomer)
    raters = [make_rater() for _ in range(30)]
    battles = []
    for number in range(BATTLES):
        battles.append(open_battle(contest, raters[number % len(raters)], rng=rng))
        vote_on(battles[-1], strength, rng)

    shares = {
        key: np.mean([key in (battle.contestant_a_id, battle.contestant_b_id) for battle in battles])
        for key in before.stock.contestants[unknown].tolist()
    }
    even = float(np.mean(list(shares.values())))
    # Almost every battle is with somebody unknown, many with two; their shares differ by chance alone.
    assert even * len(unknown) > 1
    assert abs(shares[newcomer.pk] - even) < 4 * np.sqrt(even * (1 - even) / BATTLES)
    assert max(shares.values()) < CAP
    after = table_of(contest)
    width = half_widths(after.state.covariance)[place]
    assert width == pytest.approx(told.steps[-1].widest, rel=0.12)
    believed = after.state.theta[place] - np.delete(after.state.theta, place).mean()
    assert abs(believed - STRENGTH) < 1.5 * width / POINTS_PER_LOGIT

    rebuild_beliefs(contest, "human")
    refresh()
    check_pages(newcomer)


def check_pages(newcomer: Contestant) -> None:
    visitor = Client()
    page = visitor.get("/contests/llmfao/leaderboard/").content.decode()
    assert "What further votes will settle" in page
    assert newcomer.name in page
    exposure = visitor.get("/contests/llmfao/matchmaking/").content.decode()
    assert newcomer.name in exposure
    assert newcomer.organisation in exposure


# --- Again, and broken -----------------------------------------------------------------------------
def test_a_second_import_and_a_second_refresh_change_nothing(contest, source):
    before = counts(), list(Snapshot.objects.values_list("content_hash", "published_at"))
    assert load(source) == "llmfao: everything was there already; nothing changed."
    assert refresh().count(": unchanged, ") == 3
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
