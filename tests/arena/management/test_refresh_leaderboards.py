"""Leaderboards are recomputed from the command line, and what did not change is not published again."""

import re

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from arena.models import Board, Contest, RaterKind
from arena.services.votes import void_vote
from ranking.models import Snapshot
from tests.factories import make_arena, make_contest, make_judge, make_rater, vote_between

pytestmark = [pytest.mark.django_db]

TIMED = re.compile(r" in \d+\.\d\d s$")


def make_circle(slug: str = "tea", **rater) -> Contest:
    """A contest in which each of three has beaten the next: every rating is the same."""
    contest = make_arena(contestants=3, prompts=1, slug=slug)
    circle(contest, **rater)
    return contest


def circle(contest: Contest, **rater) -> None:
    cast = list(contest.contestants.order_by("id"))
    for place, winner in enumerate(cast):
        vote_between(contest, winner, cast[(place + 1) % 3], "A", **rater)


def refresh(capsys, *options: str) -> list[str]:
    """Return what is told of each board, without the time that it took."""
    call_command("refresh_leaderboards", *options)
    return told(capsys)


def told(capsys) -> list[str]:
    lines = capsys.readouterr().out.splitlines()
    assert all(TIMED.search(line) for line in lines)
    return [TIMED.sub("", line) for line in lines]


@pytest.mark.database
def test_a_board_with_votes_is_published_and_told(capsys):
    make_circle()
    [line] = refresh(capsys)
    snapshot = Snapshot.objects.get()
    assert line == f"tea/human: published, 3 votes, 3 rated, {len(snapshot.notices)} notices"
    assert list(snapshot.ratings.values_list("rating", flat=True)) == pytest.approx([1000.0] * 3)


@pytest.mark.database
def test_what_did_not_change_is_not_published_again(capsys):
    make_circle()
    refresh(capsys)
    [again] = refresh(capsys)
    assert again.startswith("tea/human: unchanged, 3 votes, 3 rated")
    assert Snapshot.objects.count() == 1


@pytest.mark.database
def test_a_voided_vote_leaves_the_next_snapshot_and_not_the_last(capsys):
    contest = make_circle()
    circle(contest)
    refresh(capsys)
    void_vote(contest.battles.order_by("id")[0].vote, None, "Pressed by accident.")
    [line] = refresh(capsys)
    assert line.startswith("tea/human: published, 5 votes")
    assert list(Snapshot.objects.order_by("id").values_list("votes", flat=True)) == [6, 5]


def test_each_kind_of_rater_has_a_board_of_its_own(capsys):
    contest = make_circle()
    circle(contest, rater=make_rater(RaterKind.JUDGE, judge=make_judge("careful-judge")))
    lines = refresh(capsys)
    assert [line.split(":")[0] for line in lines] == ["tea/human", "tea/careful-judge"]
    assert {s.board_key: s.votes for s in Snapshot.objects.all()} == {"tea/human": 3, "tea/careful-judge": 3}


def test_one_contest_or_one_board_can_be_chosen(capsys):
    contest = make_circle("tea")
    circle(contest, rater=make_rater(RaterKind.JUDGE, judge=make_judge("careful-judge")))
    make_circle("coffee")
    assert [line.split(":")[0] for line in refresh(capsys, "--contest", "coffee")] == ["coffee/human"]
    chosen = refresh(capsys, "--contest", "tea", "--board", "careful-judge")
    assert [line.split(":")[0] for line in chosen] == ["tea/careful-judge"]
    everywhere = refresh(capsys, "--board", "human")
    assert sorted(line.split(":")[0] for line in everywhere) == ["coffee/human", "tea/human"]


def test_a_board_that_cannot_be_computed_is_told_and_does_not_stop_the_others(capsys):
    make_arena(slug="coffee")
    make_circle("tea")
    lines = refresh(capsys)
    assert len(lines) == 2
    assert lines[0].startswith("coffee/human: not published. ")
    assert lines[1].startswith("tea/human: published, 3 votes")
    problem = Board.objects.get(contest__slug="coffee").problem
    assert problem
    assert lines[0] == f"coffee/human: not published. {problem}"


def test_a_board_that_was_asked_for_and_cannot_be_published_is_a_failure(capsys):
    make_arena()
    with pytest.raises(CommandError, match=r"^The board could not be published\.$"):
        call_command("refresh_leaderboards", "--contest", "tea", "--board", "human")
    [line] = told(capsys)
    assert line.startswith("tea/human: not published. ")
    assert Snapshot.objects.count() == 0


def test_the_last_snapshot_outlives_a_board_that_cannot_be_computed_any_more(capsys):
    contest = make_circle()
    refresh(capsys)
    for battle in contest.battles.all():
        void_vote(battle.vote, None, "All of them were tests.")
    [line] = refresh(capsys)
    assert line.startswith("tea/human: not published. ")
    assert Snapshot.objects.get().votes == 3


def test_a_solved_problem_is_forgotten(capsys):
    contest = make_arena(contestants=3, prompts=1)
    refresh(capsys)
    assert Board.objects.get().problem
    circle(contest)
    refresh(capsys)
    assert Board.objects.get().problem == ""


def test_an_unknown_contest_is_refused():
    make_circle()
    with pytest.raises(CommandError, match="There is no contest 'coffee'"):
        call_command("refresh_leaderboards", "--contest", "coffee")
    assert Snapshot.objects.count() == 0


def test_an_unknown_board_is_refused():
    make_circle()
    with pytest.raises(CommandError, match="There is no such board"):
        call_command("refresh_leaderboards", "--board", "nobody")
    assert Snapshot.objects.count() == 0


def test_an_installation_without_contests_has_no_board():
    with pytest.raises(CommandError, match="There is no such board"):
        call_command("refresh_leaderboards")


def test_a_simulated_contest_has_no_board_of_people(capsys):
    make_contest("nobody", simulated=True)
    contest = make_arena(contestants=3, prompts=1, slug="tea", simulated=True)
    circle(contest, rater=make_rater(RaterKind.SIMULATED, external_key="simulation:1"))
    assert [line.split(":")[0] for line in refresh(capsys)] == ["tea/simulated"]
