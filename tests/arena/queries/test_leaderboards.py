"""A board is read as it was published: the same numbers, in their places, with what must be known beside them."""

import numpy as np
import pytest

from arena.models import ContestantState, RaterKind
from arena.queries.heat_maps import HEAT_MAP_MOST
from arena.queries.leaderboards import NoSuchBoard, leaderboard
from arena.rendering.plots import bucket
from arena.services.leaderboards import refresh_contest, refresh_leaderboard
from ranking import (
    POINTS_PER_LOGIT,
    BoardSettings,
    PairCounts,
    win_probability,
)
from tests.arena.queries.published import contest_of, make_board, published, ring, rows_by_slug, simulated
from tests.factories import (
    make_arena,
    make_battle,
    make_contest,
    make_contestant,
    make_judge,
    make_rater,
    make_vote,
    make_voted_arena,
    vote_between,
)

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def test_a_contest_without_boards_has_an_empty_one():
    board = leaderboard(make_contest(), None)
    assert (board.board, board.snapshot, board.axis, board.heat_map, board.exclusions) == (None, None, None, None, None)
    assert (list(board.rows), list(board.unrated), list(board.boards)) == ([], [], [])
    assert (board.published_at, board.problem, list(board.notices), board.truth_known) == (None, "", [], False)


def test_a_board_that_was_never_published_is_empty_and_says_why():
    contest = make_arena()
    make_board(contest, problem="More votes are needed.")
    board = leaderboard(contest, None)
    assert board.board is not None
    assert board.snapshot is None
    assert board.problem == "More votes are needed."
    assert board.exclusions is not None
    assert board.exclusions.total == 0


def test_the_first_board_that_was_published_is_shown():
    contest = contest_of(3)
    make_board(contest, "human", position=0)
    published(contest, ring(3), "careful-judge")
    assert leaderboard(contest, None).board.slug == "careful-judge"


def test_people_come_before_judges_whatever_their_names():
    contest = make_voted_arena()
    judge = make_rater(RaterKind.JUDGE, judge=make_judge("aaa"))
    one, two = contest.contestants.order_by("id")[:2]
    for outcome in ("A", "B"):
        vote_between(contest, one, two, outcome, rater=judge)
    refresh_contest(contest)
    board = leaderboard(contest, None)
    assert board.board.slug == "human"
    assert [one.slug for one in board.boards] == ["human", "aaa"]
    assert leaderboard(contest, "aaa").snapshot.votes == 2


def test_a_board_is_chosen_by_its_slug_even_before_it_was_published():
    contest = contest_of(3)
    published(contest, ring(3), "human")
    make_board(contest, "simulated")
    board = leaderboard(contest, "simulated")
    assert board.board.slug == "simulated"
    assert board.snapshot is None


def test_an_unknown_board_is_refused_with_the_list_of_those_there_are():
    contest = make_contest()
    with pytest.raises(NoSuchBoard, match="There is no board 'x'; there are: none yet"):
        leaderboard(contest, "x")
    make_board(contest, "human")
    make_board(contest, "simulated")
    with pytest.raises(NoSuchBoard, match="there are: human, simulated"):
        leaderboard(contest, "x")


def test_the_newest_snapshot_is_shown():
    contest = make_voted_arena()
    refresh_contest(contest)
    before = leaderboard(contest, "human").snapshot
    make_vote(make_battle(contest), "B")
    refresh_contest(contest)
    after = leaderboard(contest, "human").snapshot
    assert after.content_hash != before.content_hash
    assert (before.votes, after.votes) == (14, 15)


def test_the_rows_are_the_standings_number_by_number():
    contest = contest_of(5)
    standings = published(contest, ring(5, (0, 3, 4), (2, 1, 2), (4, 0, 1)))
    rows = rows_by_slug(leaderboard(contest, "human"))
    names = ("rating", "lower", "upper", "rank", "rank_low", "rank_high", "rank_ub", "note", "win_rate", "tier")
    names += ("at_least", "at_most", "plain_rating", "plain_rank")
    counts = ("votes", "wins", "losses", "ties", "both_bad")
    assert len(rows) == 5
    for standing in standings.rows:
        row = rows[standing.item]
        assert [getattr(row, name) for name in names + counts] == [getattr(standing, name) for name in names + counts]


def test_rows_are_in_the_order_of_ranks_then_of_names():
    contest = make_contest()
    for slug, name in (("a", "Zoe"), ("b", "Amy"), ("c", "Mia")):
        make_contestant(contest, name, slug=slug)
    published(contest, PairCounts.from_arrays("abc", [[0, 1, 2], [1, 0, 2], [1, 1, 0]]))
    board = leaderboard(contest, "human")
    assert [(row.name, row.rank) for row in board.rows] == [("Amy", 1), ("Zoe", 1), ("Mia", 3)]


def test_rows_carry_what_is_known_of_their_contestants():
    contest = contest_of(2, organisation="Tea House", licence="MIT", description="Steeps well.")
    contest.contestants.filter(slug="c00").update(state=ContestantState.RETIRED)
    published(contest, ring(2))
    row = rows_by_slug(leaderboard(contest, "human"))["c00"]
    assert (row.name, row.organisation, row.licence, row.description) == ("Name 00", "Tea House", "MIT", "Steeps well.")
    assert row.state == "retired"


def test_history_survives_a_contestant_that_is_no_longer_there():
    contest = contest_of(3)
    published(contest, ring(3))
    contest.contestants.get(slug="c01").delete()
    board = leaderboard(contest, "human")
    row = rows_by_slug(board)["c01"]
    assert (row.name, row.organisation, row.state) == ("c01", "", "retired")
    assert "c01" in board.heat_map.names


def test_who_has_no_rating_stands_apart_with_the_reason():
    contest = contest_of(4)
    wins = np.zeros((4, 4))
    wins[0, 1] = wins[1, 0] = wins[0, 2] = 3
    counts = PairCounts.from_arrays([f"c{k:02}" for k in range(4)], wins)
    published(contest, counts)
    board = leaderboard(contest, "human")
    assert {row.slug for row in board.rows} == {"c00", "c01"}
    unrated = {row.slug: row for row in board.unrated}
    assert set(unrated) == {"c02", "c03"}
    assert all(row.note and row.ranks == "" for row in unrated.values())
    assert (unrated["c02"].votes, unrated["c03"].votes) == (3, 0)
    places = [(row.rating, row.place, row.place_lower, row.place_upper, row.place_true) for row in unrated.values()]
    assert places == [(None,) * 5] * 2
    assert len(board.heat_map.names) == 2


def test_the_rank_range_is_one_number_where_both_ends_are_equal():
    contest, _, _ = simulated(size=3, votes=3_000, seed=3)
    rows = leaderboard(contest, "human").rows
    assert [row.ranks for row in rows] == ["1", "2", "3"]
    few = contest_of(3, "coffee")
    published(few, ring(3))
    assert {row.ranks for row in leaderboard(few, "human").rows} == {"1–3"}


def test_places_lie_on_the_axis_in_the_order_of_the_numbers():
    contest = contest_of(5)
    published(contest, ring(5, (0, 3, 4)))
    board = leaderboard(contest, "human")
    for row in board.rows:
        assert 0 < row.place_lower < row.place < row.place_upper < 100
        assert row.place == board.axis.place(row.rating)
    ratings, places = ([getattr(row, name) for row in board.rows] for name in ("rating", "place"))
    assert np.argsort(ratings, kind="stable").tolist() == np.argsort(places, kind="stable").tolist()


def test_the_share_of_both_bad_is_told_where_there_are_votes():
    contest = make_voted_arena()
    absent = make_contestant(contest, "Absent")
    refresh_contest(contest)
    rows = rows_by_slug(leaderboard(contest, "human"))
    one, two, three = (rows[slug] for slug in contest.contestants.order_by("id").values_list("slug", flat=True)[:3])
    assert (one.both_bad_rate, two.both_bad_rate, three.both_bad_rate) == (0, 1 / 10, 1 / 9)
    assert rows[absent.slug].both_bad_rate is None


def test_notices_and_the_time_are_those_of_the_snapshot():
    contest = contest_of(4)
    wins = np.zeros((4, 4))
    wins[0, 1] = wins[1, 0] = 3
    standings = published(contest, PairCounts.from_arrays([f"c{k:02}" for k in range(4)], wins))
    board = leaderboard(contest, "human")
    assert [notice.code for notice in board.notices] == [notice.code for notice in standings.notices]
    assert "c02, c03" in standings.notices[0].message
    assert "Name 02, Name 03" in board.notices[0].message
    assert "c02" not in board.notices[0].message
    assert board.notices[0].items == ("c02", "c03")
    assert board.published_at == board.snapshot.published_at


def test_what_does_not_count_is_told_with_the_board():
    contest = make_voted_arena()
    make_vote(make_battle(contest), "A", integrity_weight=0, integrity_reason="manual")
    refresh_contest(contest)
    found = leaderboard(contest, "human").exclusions
    assert (found.voided, found.weightless, found.junk_prompts) == (0, 1, 0)


def test_a_problem_stands_beside_the_last_good_numbers():
    contest = make_voted_arena()
    refresh_contest(contest)
    contest.boards.update(settings={"colour": "red"})
    refresh_leaderboard(contest.boards.get())
    board = leaderboard(contest, "human")
    assert "colour" in board.problem
    assert len(board.rows) == 3


def test_the_heat_map_says_how_the_row_fares_against_the_column():
    contest = contest_of(2)
    published(contest, PairCounts.from_arrays(["c00", "c01"], [[0, 3], [1, 0]], [[0, 2], [2, 0]], [[0, 5], [5, 0]]))
    heat = leaderboard(contest, "human").heat_map
    assert heat.names == ["Name 00", "Name 01"]
    (_, (self_0, over)), (_, (under, self_1)) = heat.cells
    # Ties are half a win: 4 points of 6 votes, and two contestants have exactly that probability.
    assert over.probability == pytest.approx(4 / 6)
    assert under.probability == pytest.approx(2 / 6)
    assert (over.wins, over.votes, under.wins, under.votes) == (4, 6, 2, 6)
    assert over.told == "Name 00 beats Name 01 with probability 67%; 4 of 6 votes won, ties half"
    assert (self_0.probability, self_1.probability, self_0.told) == (None, None, "")


def test_the_heat_map_is_in_the_order_of_ranks_with_the_probabilities_of_the_fit():
    contest, _, standings = simulated(size=5, votes=800, seed=2)
    board = leaderboard(contest, "human")
    order = [standings.rated.index(row.slug) for row in board.rows]
    expected = standings.win_probability()[np.ix_(order, order)]
    assert board.heat_map.names == [row.name for row in board.rows]
    for i, (name, cells) in enumerate(board.heat_map.cells):
        assert name == board.rows[i].name
        for j, cell in enumerate(cells):
            if i == j:
                assert cell.probability is None
                continue
            mirror = board.heat_map.cells[j][1][i]
            assert cell.probability == pytest.approx(expected[i, j], abs=1e-12)
            assert cell.probability + mirror.probability == pytest.approx(1)
            assert cell.probability >= 0.5 or j < i
            assert cell.bucket == bucket(cell.probability)
            assert cell.wins + mirror.wins == pytest.approx(cell.votes) == pytest.approx(mirror.votes)


def test_a_pair_without_votes_has_a_fitted_probability_all_the_same():
    contest = contest_of(4)
    standings = published(contest, ring(4))
    heat = leaderboard(contest, "human").heat_map
    by_name = {name: dict(zip(heat.names, cells, strict=True)) for name, cells in heat.cells}
    cell = by_name["Name 00"]["Name 02"]
    assert (cell.votes, cell.wins) == (0, 0)
    assert cell.told.endswith("no votes between them")
    assert cell.probability == pytest.approx(win_probability(standings.theta)[0, 2])


def test_the_heat_map_shows_the_best_and_says_how_many_it_leaves_out():
    size = HEAT_MAP_MOST + 3
    contest = contest_of(size)
    published(contest, ring(size, *((k, k + 1, 2) for k in range(size - 1))))
    board = leaderboard(contest, "human")
    assert len(board.rows) == size
    assert board.heat_map.names == [row.name for row in board.rows[:HEAT_MAP_MOST]]
    assert board.heat_map.left_out == 3


def test_true_ratings_are_the_known_strengths_on_the_scale_of_the_board():
    contest, strengths, _ = simulated()
    board = leaderboard(contest, "human")
    rows = rows_by_slug(board)
    assert board.truth_known
    for k, strength in enumerate(strengths):
        expected = 1000 + POINTS_PER_LOGIT * (strength - strengths.mean())
        assert rows[f"c{k:02}"].true_rating == pytest.approx(expected)
        assert rows[f"c{k:02}"].place_true == board.axis.place(rows[f"c{k:02}"].true_rating)
        assert 0 < rows[f"c{k:02}"].place_true < 100


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_many_votes_find_the_truth(seed):
    contest, _, _ = simulated(votes=6_000, seed=seed)
    rows = leaderboard(contest, "human").rows
    assert sum(row.lower <= row.true_rating <= row.upper for row in rows) >= len(rows) - 1
    assert all(row.rating == pytest.approx(row.true_rating, abs=40) for row in rows)


def test_the_truth_has_the_anchor_of_the_board():
    contest = contest_of(2)
    contest.contestants.filter(slug="c00").update(true_strength=1.0)
    contest.contestants.filter(slug="c01").update(true_strength=0.0)
    published(contest, ring(2), settings=BoardSettings(anchor=1500))
    rows = rows_by_slug(leaderboard(contest, "human"))
    assert rows["c00"].true_rating == pytest.approx(1500 + POINTS_PER_LOGIT / 2)
    assert rows["c01"].true_rating == pytest.approx(1500 - POINTS_PER_LOGIT / 2)


def test_a_real_board_knows_no_truth():
    contest = contest_of(2)
    published(contest, ring(2))
    board = leaderboard(contest, "human")
    assert not board.truth_known
    assert [(row.true_rating, row.place_true) for row in board.rows] == [(None, None)] * 2


def test_a_board_takes_as_many_queries_for_many_contestants_as_for_few(django_assert_num_queries):
    for size in (2, 40):
        contest = contest_of(size, f"contest-{size}")
        published(contest, ring(size))
        # Boards, snapshot, its ratings, contestants, exclusions, forecast, reasons that were ticked.
        for slug in ("human", None):
            with django_assert_num_queries(7):
                board = leaderboard(contest, slug)
        assert len(board.rows) == size


# --- Tiers, style, groups apart, checks ------------------------------------------------------------
