"""A contest goes to a file and comes back from it whole."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from arena.models import BattleState, Contest, JudgeCall, RaterKind, Vote, VoteCorrection
from arena.services.leaderboards import refresh_contest
from arena.services.votes import void_vote
from ranking.models import Snapshot
from tests.factories import make_arena, make_battle, make_judge, make_rater, make_user, vote_between

pytestmark = [pytest.mark.django_db]


@pytest.fixture
def contest() -> Contest:
    """Return a contest with votes of a person, an account and a judge, one of them voided."""
    contest = make_arena(contestants=3, prompts=2)
    one, two, three = contest.contestants.order_by("id")
    vote_between(contest, one, two, "A")
    vote_between(contest, two, three, "A", rater=make_rater(user=make_user("bob")), comment="Clear.")
    vote_between(contest, three, one, "A")
    judge = make_judge()
    judged = vote_between(contest, one, three, "B", rater=make_rater(RaterKind.JUDGE, judge=judge))
    JudgeCall.objects.create(battle=judged.battle, judge=judge, order="AB", verdict="B", raw_text="VERDICT: B")
    void_vote(vote_between(contest, one, two, "TIE"), None, "Pressed by accident.")
    return contest


def write(slug: str, path: Path) -> None:
    call_command("export_contest", slug, str(path))


def records(path: Path) -> list[tuple[str, dict[str, Any]]]:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as stream:
        return [json.loads(line) for line in stream][1:]


def test_the_report_counts_what_was_written(contest, tmp_path, capsys):
    path = tmp_path / "tea.jsonl"
    write("tea", path)
    assert capsys.readouterr().out.strip() == f"{path}: 2 prompts, 3 contestants, 6 responses, 5 votes."
    tables = [table for table, _ in records(path)]
    assert {table: tables.count(table) for table in set(tables)} == {
        "contest": 1,
        "contestant": 3,
        "prompt": 2,
        "response": 6,
        "judge": 1,
        "rater": 5,
        "vote": 5,
    }


@pytest.mark.parametrize("name", ["tea.jsonl", "tea.jsonl.gz"])
def test_the_same_contest_gives_the_same_bytes(contest, tmp_path, name):
    write("tea", tmp_path / name)
    (tmp_path / "again").mkdir()
    write("tea", tmp_path / "again" / name)
    assert (tmp_path / name).read_bytes() == (tmp_path / "again" / name).read_bytes()


def test_the_packed_file_holds_what_the_open_one_does(contest, tmp_path):
    write("tea", tmp_path / "tea.jsonl")
    write("tea", tmp_path / "tea.jsonl.gz")
    assert gzip.decompress((tmp_path / "tea.jsonl.gz").read_bytes()) == (tmp_path / "tea.jsonl").read_bytes()


@pytest.mark.database
def test_what_was_written_is_read_again_with_every_vote(contest, tmp_path, capsys):
    path = tmp_path / "tea.jsonl.gz"
    write("tea", path)
    told = sorted((v.outcome, v.comment, v.void_reason) for v in Vote.objects.all())
    calls = list(JudgeCall.objects.values_list("order", "verdict", "raw_text"))
    erase(contest)
    call_command("import_contest", str(path), "--format", "native", "--slug", "tea")
    assert sorted((v.outcome, v.comment, v.void_reason) for v in Vote.objects.all()) == told
    assert list(JudgeCall.objects.values_list("order", "verdict", "raw_text")) == calls
    write("tea", tmp_path / "again.jsonl.gz")
    assert len(records(tmp_path / "again.jsonl.gz")) == len(records(path))


@pytest.mark.database
def test_ratings_are_the_same_on_both_sides(contest, tmp_path):
    path = tmp_path / "tea.jsonl"
    write("tea", path)
    call_command("import_contest", str(path), "--format", "native", "--slug", "copy")
    refresh_contest(contest)
    refresh_contest(Contest.objects.get(slug="copy"))
    first, second = (Snapshot.objects.get(board_key=f"{slug}/human") for slug in ("tea", "copy"))
    assert (first.votes, first.content_hash) == (3, second.content_hash)
    fields = ("item_key", "rating", "lower", "upper", "rank", "votes")
    assert list(first.ratings.values_list(*fields)) == list(second.ratings.values_list(*fields))


def test_no_account_is_named(contest, tmp_path):
    write("tea", tmp_path / "tea.jsonl")
    assert "bob" not in (tmp_path / "tea.jsonl").read_text()


def test_a_battle_without_a_vote_stays_at_home(contest, tmp_path):
    battle = make_battle(contest)
    assert battle.state == BattleState.SERVED
    write("tea", tmp_path / "tea.jsonl")
    assert battle.public_id not in (tmp_path / "tea.jsonl").read_text()


def test_other_contests_stay_at_home(contest, tmp_path):
    make_arena(slug="coffee")
    write("coffee", tmp_path / "coffee.jsonl")
    tables = [table for table, _ in records(tmp_path / "coffee.jsonl")]
    assert (tables.count("contestant"), tables.count("response"), tables.count("vote")) == (3, 6, 0)


def test_an_unknown_contest_is_refused_and_no_file_appears(tmp_path):
    with pytest.raises(CommandError, match="There is no contest 'tea'"):
        write("tea", tmp_path / "tea.jsonl")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["tea", "tea.json", "tea.csv", "tea.gz", "jsonl"])
def test_a_name_that_import_would_not_know_is_refused(contest, tmp_path, name):
    with pytest.raises(CommandError, match=r"ends in \.jsonl or \.jsonl\.gz"):
        write("tea", tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_an_older_file_is_replaced_as_a_whole(contest, tmp_path):
    path = tmp_path / "tea.jsonl"
    path.write_text("something much longer than nothing\n" * 10_000)
    write("tea", path)
    assert len(records(path)) == 23
    assert list(tmp_path.iterdir()) == [path], "nothing half-written beside it"


def test_a_folder_that_is_not_there_is_told_without_a_trace(contest, tmp_path):
    with pytest.raises(CommandError, match=r"nowhere/tea\.jsonl cannot be written: No such file or directory\."):
        write("tea", tmp_path / "nowhere" / "tea.jsonl")


def erase(contest: Contest) -> None:
    """Forget a contest as if this were another installation."""
    for rows in (
        JudgeCall.objects.all(),
        VoteCorrection.objects.all(),
        Vote.objects.all(),
        contest.battles.all(),
        contest.responses.all(),
        contest.prompts.all(),
        contest.contestants.all(),
        contest.boards.all(),
    ):
        rows._raw_delete(rows.db)
    contest.delete()
