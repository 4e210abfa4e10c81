"""A board is counted, fitted and published; nothing is published twice, and what prevents it is told on the board."""

import math
from datetime import UTC, datetime, timedelta

import pytest

from arena.models import Board, Contest, Contestant, PromptState, RaterKind, Vote, VoteOutcome
from arena.services.leaderboards import ensure_boards, refresh_changed, refresh_contest, refresh_leaderboard
from arena.services.votes import restore_vote, void_vote
from ranking.models import Snapshot
from ranking.store import latest
from tests.factories import make_arena, make_contest, make_judge, make_rater, make_user, vote_between

pytestmark = [pytest.mark.django_db, pytest.mark.database]

NOON = datetime(2025, 3, 1, 12, tzinfo=UTC)


def make_duel(wins: int = 3, losses: int = 1, slug: str = "tea", **voter: object) -> Contest:
    """Two contestants, of which the first won so often and lost so often."""
    contest = make_arena(contestants=2, prompts=1, slug=slug)
    add_votes(contest, wins, losses, **voter)
    return contest


def add_votes(contest: Contest, wins: int, losses: int, **voter: object) -> None:
    one, two = duellists(contest)
    for outcome, times in ((VoteOutcome.A, wins), (VoteOutcome.B, losses)):
        for _ in range(times):
            vote_between(contest, one, two, outcome, **voter)


def duellists(contest: Contest) -> list[Contestant]:
    return list(contest.contestants.order_by("id")[:2])


def people(contest: Contest) -> Board:
    [board] = [board for board in ensure_boards(contest) if board.slug == "human"]
    return board


def gap(snapshot: Snapshot, contest: Contest) -> float:
    """Rating of the first contestant above the second."""
    rating = dict(snapshot.ratings.values_list("item_key", "rating"))
    one, two = (rating[who.slug] for who in duellists(contest))
    assert one is not None
    assert two is not None
    return one - two


def test_the_first_refresh_publishes_what_the_votes_say():
    contest = make_duel(wins=3, losses=1)
    done = refresh_leaderboard(people(contest), NOON)
    assert (done.created, done.problem, done.board.key) == (True, "", "tea/human")
    assert latest("tea/human") == done.snapshot
    assert (done.snapshot.published_at, done.snapshot.votes) == (NOON, 4)
    # Of two, the odds are the wins themselves: 400 points for ten to one.
    assert gap(done.snapshot, contest) == pytest.approx(400 * math.log10(3))
    assert sum(row.rating for row in done.snapshot.ratings.all()) == pytest.approx(2000)


def test_unchanged_votes_publish_nothing_new():
    board = people(make_duel())
    first = refresh_leaderboard(board, NOON)
    again = refresh_leaderboard(board, NOON + timedelta(minutes=1))
    assert (again.snapshot, again.created) == (first.snapshot, False)
    assert Snapshot.objects.count() == 1
    board.refresh_from_db()
    assert board.checked_at == NOON + timedelta(minutes=1)


def test_a_new_vote_publishes_a_new_snapshot_beside_the_old_one():
    contest = make_duel(wins=3, losses=1)
    first = refresh_leaderboard(people(contest), NOON).snapshot
    add_votes(contest, wins=0, losses=2)
    second = refresh_leaderboard(people(contest), NOON + timedelta(minutes=1))
    assert second.created
    assert gap(second.snapshot, contest) == pytest.approx(0)
    assert list(Snapshot.objects.order_by("published_at")) == [first, second.snapshot]
    assert gap(first, contest) == pytest.approx(400 * math.log10(3))


def test_a_voided_vote_leaves_the_board_and_a_restored_one_comes_back_with_the_same_content():
    contest, ada = make_duel(wins=3, losses=1), make_user()
    vote = Vote.objects.filter(outcome="A")[0]
    with_it = refresh_leaderboard(people(contest)).snapshot
    void_vote(vote, ada, "A trial.")
    without = refresh_leaderboard(people(contest)).snapshot
    restore_vote(vote, ada, "It was none.")
    back = refresh_leaderboard(people(contest))
    assert gap(without, contest) == pytest.approx(400 * math.log10(2))
    assert back.created
    assert back.snapshot.content_hash == with_it.content_hash != without.content_hash


def test_a_vote_counts_by_its_weight():
    contest = make_duel(wins=2, losses=1)
    Vote.objects.filter(outcome="B").update(integrity_weight=0.5, integrity_reason="too_fast")
    snapshot = refresh_leaderboard(people(contest)).snapshot
    assert snapshot.votes == 2.5
    assert gap(snapshot, contest) == pytest.approx(400 * math.log10(4))


def test_votes_on_junk_leave_the_board():
    contest = make_duel()
    contest.prompts.update(state=PromptState.JUNK)
    done = refresh_leaderboard(people(contest))
    assert done.snapshot is None
    assert done.problem


def test_what_prevents_a_board_is_written_on_it_and_cleared_when_it_is_gone():
    contest = make_arena(contestants=2, prompts=1)
    board = people(contest)
    stuck = refresh_leaderboard(board, NOON)
    board.refresh_from_db()
    assert (stuck.snapshot, stuck.created) == (None, False)
    assert board.problem == stuck.problem != ""
    assert board.checked_at == NOON
    add_votes(contest, wins=1, losses=1)
    refresh_leaderboard(board, NOON + timedelta(minutes=1))
    board.refresh_from_db()
    assert (board.problem, board.checked_at) == ("", NOON + timedelta(minutes=1))


def test_a_board_that_became_impossible_keeps_its_last_snapshot():
    contest, ada = make_duel(wins=2, losses=1), make_user()
    kept = refresh_leaderboard(people(contest)).snapshot
    void_vote(Vote.objects.get(outcome="B"), ada, "A trial.")
    done = refresh_leaderboard(people(contest))
    assert done.snapshot is None
    assert people(contest).problem == done.problem != ""
    assert latest("tea/human") == kept
    assert Snapshot.objects.count() == 1


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"levle": 0.9}, "Unknown board setting: levle"),
        ({"method": "elo"}, "Unknown method 'elo'; use bradley_terry"),
        ({"level": "high"}, "level is 'high'; it must be a number"),
        ({"prior_strength": None}, "prior_strength is None; it must be a number"),
        ({"anchor": [1000]}, "anchor is [1000]; it must be a number"),
        ({"seed": -1}, "seed is -1; it must be a whole number"),
        ({"seed": 0.5}, "seed is 0.5; it must be a whole number"),
    ],
)
def test_settings_that_cannot_be_used_are_a_problem_of_their_board_alone(values, reason):
    contest = make_duel()
    good = people(contest)
    Board.objects.create(contest=contest, slug="odd", name="Odd", rater_kind="human", settings=values, position=9)
    by_slug = {refresh.board.slug: refresh for refresh in refresh_contest(contest)}
    assert by_slug["human"].created
    assert by_slug["human"].board == good
    assert by_slug["odd"].problem.startswith(reason)


def test_a_board_of_other_settings_publishes_other_numbers_of_the_same_votes():
    contest = make_duel(wins=3, losses=1)
    Board.objects.create(
        contest=contest,
        slug="shrunk",
        name="Shrunk",
        rater_kind="human",
        settings={"prior_strength": 1.0, "anchor": 1500.0},
        position=9,
    )
    by_slug = {refresh.board.slug: refresh.snapshot for refresh in refresh_contest(contest)}
    assert 0 < gap(by_slug["shrunk"], contest) < gap(by_slug["human"], contest)
    assert sum(row.rating for row in by_slug["shrunk"].ratings.all()) == pytest.approx(3000)
    assert by_slug["shrunk"].settings["prior_strength"] == 1.0


# --- Which boards there are ------------------------------------------------------------------------
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
