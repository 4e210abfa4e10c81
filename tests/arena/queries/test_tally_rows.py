"""Votes row by row, windows of time, sides and covariates: what a board needs beyond counts by pair."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from arena.models import Board, Contest
from arena.queries.fingerprint import look_at_votes
from arena.queries.tally import WINDOWS, Tally, board_settings, comparisons, needs_rows, pair_counts, tally, time_bounds
from arena.services.features import compute_features
from arena.style.errors import MissingFeatures, UnknownFeature
from ranking import BoardSettings, PairCounts
from ranking.engine.covariates import style_covariates
from tests.arena.queries.tallies import assert_same, named, people, random_votes, say
from tests.factories import (
    make_arena,
    make_contest,
    make_contestant,
    make_styled_arena,
)

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def whole(board: Board) -> Tally:
    settings = board_settings(board)
    return tally(board, settings, look_at_votes(board, settings))


def spread_in_time(contest: Contest, hours: list[float]) -> None:
    """Date the votes of a contest, one by one."""
    noon = datetime(2025, 3, 1, 12, tzinfo=UTC)
    for vote, hour in zip(contest.battles.order_by("id"), hours, strict=True):
        type(vote.vote).objects.filter(pk=vote.vote.pk).update(created_at=noon + timedelta(hours=hour))


@pytest.mark.parametrize(
    ("settings", "rows"),
    [
        ({}, False),
        ({"tie_model": "davidson"}, False),
        ({"interval": "bootstrap"}, True),
        ({"prior_strength": 1}, False),
        ({"clusters": "rater"}, True),
        ({"covariates": ("tokens",)}, True),
        ({"method": "elo"}, True),
    ],
)
def test_votes_are_read_row_by_row_only_where_the_settings_need_it(settings, rows):
    assert needs_rows(BoardSettings(**settings)) == rows


@pytest.mark.parametrize("settings", [{}, {"clusters": "rater"}], ids=["counts", "rows"])
def test_a_tally_has_the_counts_their_sides_and_their_windows(settings):
    contest = make_arena(contestants=4, prompts=3)
    random_votes(contest, np.random.default_rng(11), 60)
    spread_in_time(contest, [float(k) for k in range(60)])
    board = people(contest, settings=settings)
    found, counts = whole(board), pair_counts(board)
    data = found.data if isinstance(found.data, PairCounts) else found.data.pair_counts()
    assert_same(data, counts)
    assert len(found.windows) == WINDOWS
    summed = found.windows[0]
    for window in found.windows[1:]:
        summed = summed + window
    assert_same(summed, counts)
    sides, expected = found.shown.side_counts(), comparisons(board).side_counts()
    assert sides.games == pytest.approx(expected.games)
    assert sides.score == pytest.approx(expected.score)


def test_windows_are_of_equal_time_and_empty_ones_are_left_out():
    contest = named("x", "y")
    for _ in range(5):
        say(contest, "x", "y", "A")
    spread_in_time(contest, [0, 1, 2, 2.5, 40])
    assert [window.wins.sum() for window in whole(people(contest)).windows] == [4, 1]
    spread_in_time(contest, [0, 10, 20, 30, 40])
    assert [window.wins.sum() for window in whole(people(contest, slug="h")).windows] == [1, 1, 1, 2]


def test_votes_of_one_moment_have_one_window():
    noon = datetime(2025, 3, 1, tzinfo=UTC)
    assert time_bounds(noon, noon) == time_bounds(None, None) == ()
    assert len(time_bounds(noon, noon + timedelta(seconds=1))) == WINDOWS - 1
    contest = named("x", "y")
    say(contest, "x", "y", "A", created_at=noon)
    say(contest, "x", "y", "B", created_at=noon)
    assert len(whole(people(contest)).windows) == 1
    assert whole(people(make_contest_of_two("empty"))).windows == ()


def make_contest_of_two(slug: str) -> Contest:
    contest = make_contest(slug)
    for name in "xy":
        make_contestant(contest, name)
    return contest


@pytest.mark.parametrize(
    ("settings", "queries"), [({}, 2), ({"clusters": "prompt"}, 2), ({"covariates": ["tokens"]}, 3)]
)
def test_a_tally_takes_as_many_queries_however_many_votes_there_are(settings, queries, django_assert_num_queries):
    contest = make_styled_arena(rounds=3)
    compute_features(contest)
    board = people(contest, settings=settings)
    seen = look_at_votes(board, board_settings(board))
    with django_assert_num_queries(queries):
        tally(board, board_settings(board), seen)


# --- Covariates ------------------------------------------------------------------------------------
def test_covariates_are_those_of_the_features_of_both_sides_in_the_order_of_the_settings():
    contest = make_styled_arena(rounds=4)
    compute_features(contest)
    names = ["headers", "tokens"]
    rows = comparisons(people(contest, settings={"covariates": names}))
    battles = list(contest.battles.order_by("vote__created_at", "id"))
    first, second = (
        np.array([[getattr(battle, side).features[name] for name in names] for battle in battles])
        for side in ("response_a", "response_b")
    )
    assert rows.covariate_names == ("headers", "tokens")
    assert rows.covariates == pytest.approx(style_covariates(first, second))
    assert np.abs(rows.covariates).max() > 0.5


def test_votes_without_style_control_have_no_covariates():
    rows = comparisons(people(make_styled_arena(rounds=2)))
    assert (rows.covariates, rows.covariate_names) == (None, ())


def test_a_response_that_was_not_measured_is_an_error_and_never_zero():
    contest = make_styled_arena(rounds=2)
    board = people(contest, settings={"covariates": ["tokens"]})
    with pytest.raises(MissingFeatures, match="6 responses with votes have no style features yet"):
        comparisons(board)
    compute_features(contest)
    one = contest.responses.order_by("id")[0]
    contest.responses.filter(pk=one.pk).update(features_version="of old")
    with pytest.raises(MissingFeatures, match="1 responses"):
        comparisons(board)


def test_a_feature_that_does_not_exist_is_told():
    board = people(make_styled_arena(rounds=1), settings={"covariates": ["colour"]})
    with pytest.raises(UnknownFeature, match="colour"):
        comparisons(board)


def test_features_are_asked_for_once_however_many_votes_a_response_has(django_assert_num_queries):
    contest = make_styled_arena(rounds=3)
    compute_features(contest)
    board = people(contest, settings={"covariates": ["tokens", "bold"]})
    with django_assert_num_queries(3):
        comparisons(board)
