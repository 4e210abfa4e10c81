"""Beside the ratings: tiers, style, checks, groups apart, organisations."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from arena.queries.leaderboards import Leaderboard, leaderboard
from arena.services.leaderboards import refresh_contest, refresh_leaderboard
from ranking import (
    BoardSettings,
    PairCounts,
    simulate_comparisons,
)
from tests.arena.queries.published import contest_of, make_board, published, ring, rows_by_slug, simulated
from tests.factories import (
    make_styled_arena,
)

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def test_a_tier_begins_where_the_leader_of_the_one_above_is_told_apart():
    contest, _, standings = simulated(size=4, votes=8_000, seed=3)
    rows = leaderboard(contest, "human").rows
    tiers = [row.tier for row in standings.rows]
    assert tiers[0] == 1
    assert tiers[-1] > 1
    assert [row.tier for row in rows] == tiers
    changes = [False, *(one != other for one, other in pairwise(tiers))]
    assert [row.starts_tier for row in rows] == changes
    assert leaderboard(contest, "human").has_tiers


def test_where_nobody_is_told_apart_there_is_one_tier():
    contest = contest_of(3)
    published(contest, ring(3))
    board = leaderboard(contest, "human")
    assert not board.has_tiers
    assert {row.tier for row in board.rows} == {1}


def styled_board(**settings: Any) -> Leaderboard:
    contest = make_styled_arena()
    refresh_leaderboard(make_board(contest, "styled", settings={"covariates": ["tokens", "headers"], **settings}))
    return leaderboard(contest, "styled")


def test_style_control_shows_both_ratings_and_what_style_is_worth_in_points():
    board = styled_board()
    assert board.controls_style
    assert all(row.plain_rating is not None and row.plain_rank is not None for row in board.rows)
    tokens, headers = board.effects
    [stored, _] = board.snapshot.coefficients
    assert (tokens.name, tokens.told) == ("tokens", "length in words and punctuation marks")
    for mine, theirs in (("points", "value"), ("lower", "lower"), ("upper", "upper")):
        assert getattr(tokens, mine) == pytest.approx(stored[theirs] * 400 / np.log(10))
    assert tokens.clear
    assert headers.name == "headers"
    assert headers.lower < headers.points < headers.upper


def test_without_style_control_there_is_one_rating():
    contest = make_styled_arena()
    refresh_contest(contest)
    board = leaderboard(contest, "human")
    assert not board.controls_style
    assert {row.plain_rating for row in board.rows} == {None}


def test_what_was_checked_is_told_with_names():
    board = styled_board()
    told = {check.code: check.message for check in board.notices}
    assert {"exposure", "settled"} <= set(told) or {"exposure", "open"} <= set(told)
    slugs = set(board.contest.contestants.values_list("slug", flat=True))
    assert not [message for message in told.values() if any(slug in message for slug in slugs)]
    assert len(board.checks.all) == len(told)


def test_groups_that_nothing_connects_have_tables_of_their_own():
    contest = contest_of(5)
    wins = np.zeros((5, 5))
    wins[0, 1] = wins[1, 0] = wins[1, 2] = wins[2, 1] = wins[4, 3] = 2
    wins[3, 4] = 6
    published(contest, PairCounts.from_arrays([f"c{k:02}" for k in range(5)], wins))
    board = leaderboard(contest, "human")
    [group] = board.apart
    assert [row.name for row in group] == ["Name 03", "Name 04"]
    assert group[0].rating - group[1].rating == pytest.approx(400 * np.log10(3))
    assert 0 < group[1].place < group[0].place < 100
    assert {row.slug for row in board.unrated} == {"c03", "c04"}


def test_an_organisation_is_told_with_its_share():
    contest = contest_of(3, organisation="Tea House")
    contest.contestants.filter(slug="c00").update(organisation="Mill")
    published(contest, ring(3))
    [check] = [check for check in leaderboard(contest, "human").notices if check.code == "organisations"]
    assert check.message.endswith("Tea House 67%, Mill 33%.")


@pytest.mark.parametrize("settings", [{"centre": "votes"}, {"anchor_items": ("c00", "c02")}])
def test_the_truth_has_the_centre_of_the_board(settings):
    contest, strengths, _ = simulated(size=4, votes=2_000)
    items = [f"c{k:02}" for k in range(4)]
    data = simulate_comparisons(items, strengths, 30_000, np.random.default_rng(1))
    published(contest, data, "other", BoardSettings(**settings))
    for row in leaderboard(contest, "other").rows:
        assert row.rating == pytest.approx(row.true_rating, abs=25)
    if "anchor_items" in settings:
        rows = rows_by_slug(leaderboard(contest, "other"))
        assert (rows["c00"].true_rating + rows["c02"].true_rating) / 2 == pytest.approx(1000)
