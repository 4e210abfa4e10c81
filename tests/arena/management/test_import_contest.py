"""A file of votes becomes a contest: all of it, or nothing and every reason."""

import csv
import gzip
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from arena.management.progress import BarProgress
from arena.models import Battle, Contest, Contestant, Prompt, Rater, RaterKind, Response, Vote
from tests.support.modules import ROOT

pytestmark = [pytest.mark.django_db]

VOTES = [
    {"contestant_a": "Assam", "contestant_b": "Ceylon", "outcome": "A", "rater": "17", "prompt": "Which is stronger?"},
    {"contestant_a": "Ceylon", "contestant_b": "Darjeeling", "outcome": "tie", "rater": "17", "prompt": "Milk?"},
    {"contestant_a": "Darjeeling", "contestant_b": "Assam", "outcome": "both_bad", "rater": "18", "prompt": "Milk?"},
]
DEFINITION = ROOT / "arena" / "fixtures" / "small-model.toml"


def write_votes(path: Path, rows: list[dict[str, str]]) -> str:
    with path.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return str(path)


@pytest.fixture
def votes(tmp_path: Path) -> str:
    """Return a file of three votes by two people."""
    return write_votes(tmp_path / "tea.csv", VOTES)


def load(path: str, slug: str = "tea", format: str = "plain", *options: str) -> None:
    call_command("import_contest", path, "--format", format, "--slug", slug, *options)


def refusal(path: str, slug: str = "tea", format: str = "plain", *options: str) -> str:
    with pytest.raises(CommandError) as caught:
        load(path, slug, format, *options)
    return str(caught.value)


def rows_there() -> list[int]:
    return [model.objects.count() for model in (Contest, Contestant, Prompt, Response, Rater, Battle, Vote)]


NOTHING = [0] * 7


# --- What is loaded --------------------------------------------------------------------------------
@pytest.mark.database
def test_every_row_becomes_a_vote_and_the_report_counts_them(votes, capsys):
    load(votes)
    assert rows_there() == [1, 3, 2, 5, 2, 3, 3]
    assert capsys.readouterr().out.strip() == (
        "tea: imported 1 contests, 3 contestants, 2 prompts, 2 raters, 5 responses, 3 votes."
    )
    told = Vote.objects.values_list("battle__contestant_a__name", "battle__contestant_b__name", "outcome")
    assert set(told) == {
        ("Assam", "Ceylon", "A"),
        ("Ceylon", "Darjeeling", "TIE"),
        ("Darjeeling", "Assam", "BOTH_BAD"),
    }
    assert set(Battle.objects.values_list("policy", "propensity")) == {("imported", None)}


@pytest.mark.database
def test_a_repeated_import_changes_nothing_and_says_so(votes, capsys):
    load(votes)
    before = [rows_there(), *Vote.objects.order_by("id").values_list("id", "created_at")]
    capsys.readouterr()
    load(votes)
    assert [rows_there(), *Vote.objects.order_by("id").values_list("id", "created_at")] == before
    assert capsys.readouterr().out.strip() == "tea: everything was there already; nothing changed."


def test_a_longer_file_adds_what_is_new_and_tells_what_was_there(votes, tmp_path, capsys):
    load(votes)
    capsys.readouterr()
    fourth = {**VOTES[0], "outcome": "B", "rater": "19"}
    load(write_votes(tmp_path / "tea.csv", [*VOTES, fourth]))
    assert Vote.objects.count() == 4
    told = capsys.readouterr().out
    assert "tea: imported 1 raters, 1 votes." in told
    assert "Already there: 1 contests, 3 contestants, 2 prompts, 2 raters, 5 responses, 3 votes." in told


def test_one_file_may_be_two_contests(votes):
    load(votes, "tea")
    load(votes, "coffee")
    assert rows_there() == [2, 6, 4, 10, 4, 6, 6]


def test_columns_under_other_names_are_read_where_they_are_named(tmp_path):
    names = {"contestant_a": "model_x", "contestant_b": "model_y", "outcome": "label"}
    renamed = [{names.get(column, column): value for column, value in row.items()} for row in VOTES]
    path = write_votes(tmp_path / "tea.csv", renamed)
    assert "has no column contestant_a, contestant_b, outcome" in refusal(path)
    load(path, "tea", "plain", "--columns", "contestant_a=model_x,contestant_b=model_y,outcome=label")
    assert rows_there() == [1, 3, 2, 5, 2, 3, 3]


def test_a_definition_brings_a_contest_without_responses(capsys):
    load(str(DEFINITION), "small", "definition")
    contest = Contest.objects.get(slug="small")
    assert contest.name == "How should one small model be asked?"
    assert contest.contestants.filter(provider="small-model").count() == contest.contestants.count() > 2
    assert contest.prompts.count() > 2
    assert (Response.objects.count(), Vote.objects.count()) == (0, 0)
    assert "responses" not in capsys.readouterr().out


def test_progress_is_told_on_standard_error(votes, capsys):
    load(votes)
    told = capsys.readouterr()
    assert "Importing tea" in told.err
    assert "8/8" in told.err, "five responses and three votes"
    assert "Importing" not in told.out


# --- What is refused -------------------------------------------------------------------------------
@pytest.mark.database
def test_one_bad_row_refuses_the_file_with_its_line_and_leaves_no_row(tmp_path):
    bad = [*VOTES, {**VOTES[0], "outcome": "perhaps"}, {**VOTES[0], "contestant_b": "Assam"}]
    told = refusal(write_votes(tmp_path / "tea.csv", bad))
    assert told.startswith("Nothing was imported.\n")
    assert "tea.csv, line 5: unknown outcome 'perhaps'" in told
    assert "tea.csv, line 6: 'Assam' is compared with itself" in told
    assert rows_there() == NOTHING


@pytest.mark.database
def test_a_fact_that_is_there_with_another_content_is_refused_and_stays(votes, tmp_path):
    load(votes)
    changed = write_votes(tmp_path / "tea.csv", [{**VOTES[0], "outcome": "B"}, *VOTES[1:], {**VOTES[2], "rater": "19"}])
    told = refusal(changed)
    assert "1 vote(s) are there with another content" in told
    assert "import under another slug" in told
    assert rows_there() == [1, 3, 2, 5, 2, 3, 3], "the new vote of the same file is not taken either"
    assert Vote.objects.filter(outcome="A").count() == 1


def test_a_file_that_does_not_exist_is_named(tmp_path):
    assert f"{tmp_path / 'no.csv'}: does not exist" in refusal(str(tmp_path / "no.csv"))


def test_a_broken_archive_is_no_contest(tmp_path):
    whole = gzip.compress(b'{"format":"versus-contest","version":1}\n' + b'["contest",{"name":"Tea"}]\n' * 50)
    (tmp_path / "tea.jsonl.gz").write_bytes(whole[: len(whole) // 2])
    told = refusal(str(tmp_path / "tea.jsonl.gz"), "tea", "native")
    assert "tea.jsonl.gz: cannot be read" in told
    assert rows_there() == NOTHING


@pytest.mark.parametrize(
    ("slug", "reason"),
    [
        ("two words", "letters, numbers, underscores or hyphens"),
        ("tea/leaves", "letters, numbers, underscores or hyphens"),
        ("téa", "letters, numbers, underscores or hyphens"),
        ("", "cannot be blank"),
        ("t" * 61, "at most 60 characters"),
    ],
)
def test_a_slug_that_no_address_or_column_can_hold_is_refused(votes, slug, reason):
    told = refusal(votes, slug)
    assert told.startswith(f"--slug {slug!r}: ")
    assert reason in told
    assert rows_there() == NOTHING


def test_the_longest_slug_is_taken(votes):
    load(votes, "t" * 60)
    assert Contest.objects.get().slug == "t" * 60


@pytest.mark.parametrize("columns", ["contestant_a", "contestant_a=x,,", "winner=outcome", "outcome=label,rater"])
def test_columns_that_cannot_be_understood_are_refused_with_the_names_there_are(votes, columns):
    told = refusal(votes, "tea", "plain", "--columns", columns)
    assert "write NAME=COLUMN,... with names among contestant_a, contestant_b, outcome, rater" in told


def test_columns_are_refused_for_other_formats():
    told = refusal(str(DEFINITION), "small", "definition", "--columns", "outcome=label")
    assert "columns can be named for the plain format only" in told


def test_an_unknown_format_is_refused_with_those_that_are_known(votes):
    told = refusal(votes, "tea", "parquet")
    assert all(format in told for format in ("definition", "llmfao", "native", "plain"))


@pytest.mark.parametrize("missing", ["--format", "--slug"])
def test_what_must_be_said_is_asked_for(votes, missing):
    given = {"--format": "plain", "--slug": "tea"}
    del given[missing]
    with pytest.raises(CommandError, match=missing):
        call_command("import_contest", votes, *(word for pair in given.items() for word in pair))


@pytest.mark.database
def test_an_interruption_leaves_nothing_and_says_so(votes, monkeypatch):
    def interrupt(self: BarProgress, n: int = 1) -> None:
        assert Response.objects.count() == 5, "the work is under way"
        raise KeyboardInterrupt

    monkeypatch.setattr(BarProgress, "advance", interrupt)
    assert refusal(votes) == "Interrupted. Nothing was imported."
    assert rows_there() == NOTHING
    monkeypatch.undo()
    load(votes)
    assert rows_there() == [1, 3, 2, 5, 2, 3, 3]


def test_simulated_raters_are_kept_apart_from_people(tmp_path):
    rows = [{**row, "rater_kind": "simulated"} for row in VOTES]
    load(write_votes(tmp_path / "tea.csv", rows))
    assert set(Rater.objects.values_list("kind", flat=True)) == {RaterKind.SIMULATED}
    assert Contest.objects.get().simulated
