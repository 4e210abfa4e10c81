"""Which boards a contest has, and which of them a refresh touches."""

import math

import pytest

from arena.models import Board, RaterKind
from arena.services.leaderboards import ensure_boards, refresh_changed, refresh_contest
from ranking.models import Snapshot
from tests.arena.services.duels import NOON, add_votes, gap, make_duel
from tests.factories import (
    make_arena,
    make_contest,
    make_judge,
    make_rater,
    make_styled_arena,
)

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def test_people_have_a_board_from_the_beginning():
    [board] = ensure_boards(make_contest())
    assert (board.slug, board.name, board.rater_kind) == ("human", "People", RaterKind.HUMAN)


def test_a_simulated_contest_has_no_board_of_people_until_one_votes():
    contest = make_duel()
    contest.simulated = True
    contest.save()
    assert ensure_boards(make_contest("other", simulated=True)) == []
    assert [board.slug for board in ensure_boards(contest)] == ["human"]


def test_every_kind_of_rater_and_every_judge_that_voted_has_a_board():
    contest = make_duel()
    add_votes(contest, 1, 1, rater=make_rater(RaterKind.SIMULATED))
    first, second = make_judge("critic"), make_judge("critic", version=2)
    for judge in (first, second):
        add_votes(contest, 1, 1, rater=make_rater(RaterKind.JUDGE, judge=judge))
    make_judge("silent")
    found = [(board.slug, board.name, board.rater_kind, board.judge) for board in ensure_boards(contest)]
    assert found == [
        ("human", "People", "human", None),
        ("simulated", "Simulated raters", "simulated", None),
        ("critic", "Critic", "judge", first),
        ("critic-v2", "Critic v2", "judge", second),
    ]


def test_boards_are_made_once_and_stay_as_they_were_edited():
    contest = make_duel(rater=make_rater(RaterKind.JUDGE, judge=make_judge("critic")))
    boards = ensure_boards(contest)
    Board.objects.filter(slug="critic").update(slug="our-critic", name="Our critic", position=3)
    assert ensure_boards(contest) == boards
    assert set(Board.objects.values_list("slug", "name")) == {("human", "People"), ("our-critic", "Our critic")}


def test_boards_of_people_with_other_settings_are_made_by_hand_and_never_by_votes():
    contest = make_styled_arena()
    refresh_contest(contest)
    assert [board.slug for board in ensure_boards(contest)] == ["human"]


def test_a_judge_of_another_contest_has_no_board_here():
    make_duel(slug="coffee", rater=make_rater(RaterKind.JUDGE, judge=make_judge("critic")))
    assert [board.slug for board in ensure_boards(make_contest())] == ["human"]


def test_votes_of_one_kind_move_the_board_of_their_kind_alone():
    contest = make_duel(wins=3, losses=1)
    judge = make_judge("critic")
    add_votes(contest, wins=1, losses=5, rater=make_rater(RaterKind.JUDGE, judge=judge))
    by_slug = {refresh.board.slug: refresh for refresh in refresh_contest(contest)}
    assert gap(by_slug["human"].snapshot, contest) == pytest.approx(400 * math.log10(3))
    assert gap(by_slug["critic"].snapshot, contest) == pytest.approx(-400 * math.log10(5))
    add_votes(contest, wins=4, losses=0, rater=judge.rater)
    assert {refresh.board.slug: refresh.created for refresh in refresh_contest(contest)} == {
        "human": False,
        "critic": True,
    }


# --- Every minute ----------------------------------------------------------------------------------
def test_the_regular_refresh_publishes_what_changed_and_nothing_else():
    tea, coffee = make_duel(slug="tea"), make_duel(slug="coffee")
    make_arena(slug="unvoted")
    first = refresh_changed(NOON)
    assert {(refresh.board.key, refresh.created) for refresh in first} == {("tea/human", True), ("coffee/human", True)}
    assert [refresh.created for refresh in refresh_changed()] == [False, False]
    add_votes(coffee, 1, 0)
    later = {refresh.board.key: refresh.created for refresh in refresh_changed()}
    assert later == {"tea/human": False, "coffee/human": True}
    assert Board.objects.filter(contest=tea).count() == 1
    assert Snapshot.objects.count() == 3


def test_a_board_that_cannot_be_published_does_not_keep_the_others_from_it():
    make_duel(wins=1, losses=0, slug="tea")
    make_duel(wins=1, losses=1, slug="coffee")
    found = {refresh.board.key: bool(refresh.problem) for refresh in refresh_changed()}
    assert found == {"tea/human": True, "coffee/human": False}
    assert Snapshot.objects.get().board_key == "coffee/human"


def test_counting_takes_as_many_queries_however_many_votes_there_are(django_assert_max_num_queries):
    contest = make_duel(wins=1, losses=1)
    refresh_contest(contest)
    # Two and then thirty votes under the same limit: boards, counts, the latest snapshot, the note of the check.
    for wins in (0, 28):
        add_votes(contest, wins, 0)
        refresh_contest(contest)
        with django_assert_max_num_queries(12):
            refresh_contest(contest)
