"""The command line on published votes: no traceback, no infinite number, and warnings in plain words."""

import csv
import gzip
import json
import math
from xml.etree import ElementTree as ET

import pytest
from scipy.stats import spearmanr

from ranking import Comparisons, Outcome, compute_standings, replay_elo
from ranking.__main__ import main
from ranking.files import read_votes

LLMFAO = "contestant_a=model_x,contestant_b=model_y,outcome=winner"


def ranked(capsys, path, *options):
    """Rank a file as text and as JSON; return both, after looking for numbers that are none."""
    printed = []
    for form in ((), ("--json",)):
        assert main(["rank", str(path), *options, *form]) == 0
        told = capsys.readouterr()
        assert told.err == ""
        printed.append(told.out)
    found = json.loads(printed[1], parse_constant=pytest.fail)
    ratings = [row["rating"] for row in found["rows"] if row["rating"] is not None]
    assert len(ratings) >= 2
    assert all(math.isfinite(rating) and abs(rating) < 10_000 for rating in ratings)
    assert "nan" not in printed[0].lower().split()
    return printed[0], found


@pytest.mark.parametrize("name", ["crowd", "gpt4", "gpt3", "gpt4-crowd", "gpt3-crowd"])
def test_llmfao(data_dir, capsys, name):
    extra = ("--clusters", "rater", "--columns", f"{LLMFAO},rater=worker")
    options = extra if name == "crowd" else ("--columns", LLMFAO)
    text, found = ranked(capsys, data_dir / "llmfao" / f"{name}-comparisons.csv", *options)
    assert found["votes"] == {"crowd": 8931, "gpt4": 3236, "gpt3": 3236}.get(name, 2139)
    assert "The side matters" in text or "No bias of the side" in text


def test_raters_of_llmfao_agree_somewhat(data_dir, capsys):
    path = data_dir / "llmfao" / "crowd-comparisons.csv"
    assert main(["agree", str(path), "--columns", f"{LLMFAO},rater=worker", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert 0.2 < found["alpha"] < 0.4
    assert found["raters"] == 124


def test_crowd_and_judge_are_compared(data_dir, capsys):
    files = [str(data_dir / "llmfao" / f"{name}-comparisons.csv") for name in ("crowd", "gpt4")]
    assert main(["compare", *files, "--columns", LLMFAO, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert 0.5 < found["kendall"] < 1
    assert sum(row["difference"] for row in found["rows"]) == pytest.approx(0, abs=1e-6)


def argument_votes(path):
    """The (first argument, second argument, word, worker) of each vote of a debate."""
    words = {"a1": "A", "a2": "B", "equal": "tie"}
    with gzip.open(path) as stream:
        for _, pair in ET.iterparse(stream):
            if pair.tag.endswith("ArgumentPair") or pair.find("arg1") is not None:
                first, second = (pair.findtext(f"{side}/id") for side in ("arg1", "arg2"))
                for vote in pair.iter():
                    if vote.findtext("turkID") and vote.findtext("value"):
                        yield first, second, words[vote.findtext("value")], vote.findtext("turkID")


@pytest.mark.parametrize("number", range(18))
def test_convincing_arguments(data_dir, tmp_path, capsys, number):
    source = sorted((data_dir / "convincing-arguments").glob("*.xml.gz"))[number]
    path = tmp_path / "votes.csv"
    with path.open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["contestant_a", "contestant_b", "outcome", "rater"])
        writer.writerows(argument_votes(source))
    text, found = ranked(capsys, path)
    assert found["votes"] > 1000
    assert "pairs were compared" in text
    rows = coded(list(argument_votes(source)))
    expected = compute_standings(rows).to_dict()
    assert found["rows"] == json.loads(json.dumps(expected["rows"]))
    # Whoever wins more of its comparisons mostly stands higher.
    rates = [(row["rating"], row["win_rate"]) for row in found["rows"] if row["rating"] is not None]
    assert spearmanr(*zip(*rates, strict=True)).statistic > 0.9


def coded(votes):
    """Votes as the engine takes them, without anything that reads files."""
    items = sorted({name for vote in votes for name in vote[:2]})
    outcomes = {"A": Outcome.A, "B": Outcome.B, "tie": Outcome.TIE}
    a, b = ([items.index(vote[side]) for vote in votes] for side in (0, 1))
    return Comparisons.from_arrays(items, a, b, [outcomes[vote[2]] for vote in votes])


@pytest.fixture(scope="module")
def matches(data_dir):
    with (data_dir / "international-results" / "results.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    scored = [(row["date"], row["home_team"], row["away_team"], row["home_score"], row["away_score"]) for row in rows]
    return [(day, a, b, _score(int(x), int(y))) for day, a, b, x, y in scored if x.isdigit() and y.isdigit()]


def _score(home, away):
    return 1.0 if home > away else 0.0 if home < away else 0.5


@pytest.fixture
def match_file(matches, tmp_path):
    path = tmp_path / "matches.csv"
    with path.open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["date", "contestant_a", "contestant_b", "points"])
        writer.writerows(matches)
    return path


def test_international_results(match_file, capsys):
    options = ("rank", str(match_file), "--columns", "score=points,time=date", "--no-diagnose")
    assert main([*options, "--json"]) == 0
    found = json.loads(capsys.readouterr().out, parse_constant=pytest.fail)
    rated = [row for row in found["rows"] if row["rating"] is not None]
    assert (len(found["rows"]), len(rated), len(found["apart"])) == (337, 316, 1)
    assert rated[0]["item"] == "Brazil"
    assert {notice["code"] for notice in found["notices"]} >= {"never_lost", "never_won", "unconnected"}


def test_sequential_elo_on_international_results_is_a_plain_loop(matches, match_file, capsys):
    ratings = {}
    for _, a, b, score in matches:
        expected = 1 / (1 + 10 ** ((ratings.get(b, 1000.0) - ratings.get(a, 1000.0)) / 400))
        change = 4.0 * (score - expected)
        ratings[a], ratings[b] = ratings.get(a, 1000.0) + change, ratings.get(b, 1000.0) - change
    columns = {"score": "points", "time": "date"}
    data = read_votes(match_file, columns)
    assert dict(zip(data.items, replay_elo(data).tolist(), strict=True)) == ratings
    assert main(["elo", str(match_file), "--columns", "score=points,time=date", "--elo-orders", "2", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["rows"]
    assert {row["item"]: row["rating"] for row in rows} == ratings
