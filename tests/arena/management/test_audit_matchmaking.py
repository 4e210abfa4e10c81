"""Matchmaking is audited from the command line, and the exit code says whether something is wrong."""

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db.models import F

from arena.models import Contest
from arena.services.leaderboards import ensure_boards
from arena.services.matchmaking import change_matchmaking
from tests.arena.queries.drawn import draw_battles
from tests.factories import make_arena, make_contest, make_voted_arena

pytestmark = [pytest.mark.django_db]


@pytest.fixture
def contest() -> Contest:
    """Four contestants and 1000 drawn battles."""
    contest = make_arena(contestants=4, prompts=1)
    draw_battles(contest, 1000)
    ensure_boards(contest)
    return contest


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("audit_matchmaking", *arguments, stdout=out)
    return out.getvalue()


def refused(*arguments: str) -> tuple[int, str]:
    with pytest.raises(CommandError) as caught:
        run(*arguments)
    return caught.value.returncode, str(caught.value)


def test_an_honest_matchmaker_is_told_in_sentences_with_a_table(contest):
    lines = run("--contest", "tea").splitlines()
    assert lines[0] == "tea/human"
    assert lines[1].startswith("- Pairs were drawn with the probabilities written down (chi-square")
    head = next(place for place, line in enumerate(lines) if line.startswith("contestant"))
    assert {line.split()[0] for line in lines[head + 1 :]} == set(contest.contestants.values_list("slug", flat=True))
    assert not [line for line in lines if line.startswith("!")]


def spoil(contest: Contest) -> None:
    """Let every battle say that its pair was drawn half as often as it was."""
    contest.battles.update(propensity=F("propensity") / 2)


def test_an_alarm_ends_with_one_after_everything_was_told(contest):
    spoil(contest)
    out = StringIO()
    with pytest.raises(CommandError) as caught:
        call_command("audit_matchmaking", "--contest", "tea", stdout=out)
    assert caught.value.returncode == 1
    assert "1 of these findings" in str(caught.value)
    assert out.getvalue().splitlines()[1].startswith("! Weighted by their probabilities, battles do not stand for")


def test_json_holds_everything(contest):
    told = json.loads(run("--contest", "tea", "--board", "human", "--json"))
    assert (told["contest"], told["board"], told["alarms"]) == ("tea", "human", [])
    assert told["propensities"]["battles"] == 1000
    assert len(told["stretch"]["ratings"]) == 4
    assert {"value", "lower", "upper"} == set(told["stretch"]["floor"]["slope"])


def test_bad_input_ends_with_two_and_names_what_there_is(contest):
    assert refused("--contest", "coffee") == (2, "There is no contest 'coffee'; there are: tea.")
    assert refused("--contest", "tea", "--board", "x") == (2, "There is no board 'x'; there are: human.")


def test_without_any_contest_that_is_said():
    assert refused("--contest", "tea") == (2, "There is no contest 'tea'; there are: none yet.")


def test_imports_alone_cannot_be_audited():
    ensure_boards(make_voted_arena())
    assert "tea/human: nothing can be audited. No pair was drawn here" in run("--contest", "tea")
    assert json.loads(run("--contest", "tea", "--json"))["notices"][0]["code"] == "nothing_drawn"


def test_a_contest_without_boards_says_what_makes_them():
    make_contest()
    assert "refresh_leaderboards makes them" in run("--contest", "tea")
    assert json.loads(run("--contest", "tea", "--json")) == {
        "contest": "tea",
        "board": None,
        "notices": [],
        "alarms": [],
    }


def test_a_floor_that_is_not_kept_is_an_alarm(contest):
    change_matchmaking(contest, None, floor=0.5)
    contest.battles.update(served_at=contest.matchmaking_changes.get().at)
    code, _ = refused("--contest", "tea")
    assert code == 1
