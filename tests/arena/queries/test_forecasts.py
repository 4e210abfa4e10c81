"""What further votes are expected to settle is told in sentences."""

import pytest

from arena.models import Board, Contest
from arena.queries.forecasts import board_forecast, contest_forecast
from arena.services.beliefs import rebuild_beliefs
from arena.services.leaderboards import ensure_boards
from arena.services.matchmaking import change_matchmaking
from tests.factories import make_arena, make_battle, make_staff, make_vote

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def voted_arena(wins: int = 6, losses: int = 4) -> Contest:
    """Three contestants, the earlier ones a little better."""
    contest = make_arena(contestants=3, prompts=2)
    for first, second in ((0, 1), (1, 2), (0, 2)):
        pair = [list(contest.prompts.order_by("id")[0].responses.order_by("id"))[k] for k in (first, second)]
        for outcome in ["A"] * wins + ["B"] * losses:
            make_vote(make_battle(contest, responses=pair), outcome)
    rebuild_beliefs(contest, "human")
    return contest


def set_to(contest: Contest, **values: object) -> None:
    change_matchmaking(contest, make_staff(), **values)
    rebuild_beliefs(contest, "human")


def test_before_a_worker_looked_there_is_no_forecast():
    assert contest_forecast(make_arena()) is None


def test_neighbours_that_are_open_are_named_from_the_top_with_the_votes_they_take():
    contest = voted_arena()
    told = contest_forecast(contest)
    first, second, third = contest.contestants.order_by("id").values_list("name", flat=True)
    assert told.open[0].startswith("About ")
    assert f"more votes separate #1 {first} from #2 {second}" in told.open[0]
    assert f"#2 {second} from #3 {third}" in told.open[1]
    assert "0 of 2 neighbours" in told.summary


def test_what_is_settled_is_open_no_more():
    told = contest_forecast(voted_arena(wins=90, losses=10))
    assert told.open == []
    assert "2 of 2 neighbours" in told.summary


def test_equals_are_not_promised_an_end():
    told = contest_forecast(voted_arena(wins=5, losses=5))
    assert all("may be equally good" in sentence for sentence in told.open)


def test_without_a_goal_none_is_told():
    told = contest_forecast(voted_arena())
    assert (told.goal, told.budget, told.budget_left) == ("", "", None)


def test_a_goal_is_told_with_the_votes_it_takes_and_when_it_is_reached():
    contest = voted_arena()
    set_to(contest, goal="interval", goal_width=30)
    assert "known to ±30 points: about " in contest_forecast(contest).goal
    set_to_wide = {"goal": "interval", "goal_width": 500}
    change_matchmaking(contest, None, **set_to_wide)
    rebuild_beliefs(contest, "human")
    assert contest_forecast(contest).goal == "The goal is reached: every rating is known to ±500 points."


def test_the_goal_of_neighbours_names_the_places():
    contest = voted_arena()
    set_to(contest, goal="neighbours", top_k=2)
    assert "the first 2 are told apart from each other" in contest_forecast(contest).goal


def test_a_budget_is_forecast_to_its_end():
    contest = voted_arena()
    set_to(contest, vote_budget=130)
    told = contest_forecast(contest)
    assert told.budget_left == 100
    assert told.course[-1].votes == 100
    assert told.budget.startswith("100 of 130 votes are left.")
    assert f"±{told.course[-1].mean_width:.0f} points" in told.budget


def test_a_budget_that_is_spent_says_so():
    contest = voted_arena()
    set_to(contest, vote_budget=10)
    assert contest_forecast(contest).budget == "The budget of 10 votes is spent."


def test_a_goal_out_of_the_budget_says_so():
    contest = voted_arena()
    set_to(contest, vote_budget=40, goal="interval", goal_width=5)
    told = contest_forecast(contest)
    assert told.goal.endswith("more than the budget leaves.")
    # What pairs take is told in any case.
    assert told.open[0].startswith("About ")


def test_many_open_neighbours_are_counted_and_not_all_listed():
    contest = make_arena(contestants=14, prompts=1)
    rebuild_beliefs(contest, "human")
    told = contest_forecast(contest)
    assert len(told.open) == 10
    assert told.more_open == 3


@pytest.mark.parametrize("narrowed", [{"language": "fr"}, {"minimum_seconds": 3.0}])
def test_a_board_of_some_votes_has_no_forecast(narrowed):
    contest = voted_arena()
    boards = ensure_boards(contest)
    assert board_forecast(boards[0]) == contest_forecast(contest)
    part = Board.objects.create(contest=contest, slug="part", name="Part", rater_kind="human", **narrowed)
    assert board_forecast(part) is None


def test_a_closed_contest_awaits_no_votes():
    contest = voted_arena()
    board = ensure_boards(contest)[0]
    board.contest.state = "closed"
    assert board_forecast(board) is None
