"""Strengths are read from a board as published, and held to the width that the true ones have."""

import numpy as np
import pytest

from arena.models import Board, RaterKind, VoteOutcome
from arena.queries.leaderboards import NoSuchBoard
from arena.queries.replays import NoStrengths, Strengths, boards_with_strengths, read_strengths
from arena.services.leaderboards import refresh_contest
from ranking import PairCounts, fit_bradley_terry, sandwich_covariance
from ranking.models import Snapshot
from ranking.store import latest
from tests.arena.replayed import make_rated_arena, vote_all_round
from tests.factories import make_arena, make_contestant, make_judge, make_rater, vote_between

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def strengths_of(theta: list[float], errors: list[float], **fields) -> Strengths:
    size = len(theta)
    told = {
        "board": "human",
        "published_at": None,
        "slugs": tuple(map(str, range(size))),
        "names": tuple(map(str, range(size))),
        "games": np.zeros((size, size)),
        "ties": np.zeros((size, size)),
        "both_bad": 0.0,
        "unrated": 0,
    }
    return Strengths(theta=np.array(theta), errors=np.array(errors), **{**told, **fields})


# --- What is read ----------------------------------------------------------------------------------
def test_strengths_are_those_of_the_newest_snapshot_around_their_mean():
    contest = make_rated_arena()
    found = read_strengths(contest)
    ratings = {row.item_key: row for row in latest("tea/human").ratings.all()}
    assert found.slugs == tuple(contest.contestants.order_by("id").values_list("slug", flat=True))
    assert found.names == tuple(contest.contestants.order_by("id").values_list("name", flat=True))
    theta = np.array([ratings[slug].theta for slug in found.slugs])
    assert found.theta == pytest.approx(theta - theta.mean())
    assert found.errors == pytest.approx([ratings[slug].standard_error for slug in found.slugs])
    assert list(found.theta) == sorted(found.theta, reverse=True)


def test_votes_and_ties_are_counted_by_pair_both_ways():
    found = read_strengths(make_rated_arena())
    everybody_else = 1 - np.eye(4)
    assert (found.games == 9 * everybody_else).all()
    assert (found.ties == everybody_else).all()
    assert found.votes_without(3) == 18


def test_ties_come_as_often_as_in_the_votes():
    found = read_strengths(make_rated_arena())
    even, theta = found.even_ties(found.theta), found.theta
    win = 1 / (1 + np.exp(theta[None, :] - theta[:, None]))
    rate = (4 * even * win * (1 - win))[np.triu_indices(4, 1)].mean()
    assert rate == pytest.approx(1 / 9)


def test_both_bad_is_told_and_takes_part_where_the_board_takes_it_for_a_tie():
    contest = make_rated_arena()
    one, two = contest.contestants.order_by("id")[:2]
    for _ in range(6):
        vote_between(contest, one, two, VoteOutcome.BOTH_BAD)
    refresh_contest(contest)
    assert read_strengths(contest).both_bad == pytest.approx(6 / 60)
    assert read_strengths(contest).ties[0, 1] == 1
    contest.boards.update(settings={"both_bad": "tie"})
    refresh_contest(contest)
    assert (read_strengths(contest).both_bad, read_strengths(contest).ties[0, 1]) == (0, 7)


def test_contestants_without_a_rating_are_left_out_and_counted():
    contest = make_rated_arena()
    make_contestant(contest, "Latecomer")
    refresh_contest(contest)
    found = read_strengths(contest)
    assert (len(found.slugs), found.unrated) == (4, 1)
    assert "latecomer" not in found.slugs


# --- Whose strengths -------------------------------------------------------------------------------
def test_peoples_board_comes_first_wherever_it_stands():
    contest = make_rated_arena()
    vote_all_round(contest, RaterKind.SIMULATED)
    refresh_contest(contest)
    contest.boards.filter(slug="human").update(position=9)
    assert read_strengths(contest).board == "human"
    assert [board.slug for board in boards_with_strengths(contest)] == ["human", "simulated"]
    assert read_strengths(contest, "simulated").board == "simulated"


def test_without_a_board_of_people_the_first_published_one_is_taken():
    contest = make_arena(contestants=4, prompts=1)
    rater = make_rater(RaterKind.JUDGE, judge=make_judge("careful-judge"))
    cast = list(contest.contestants.order_by("id"))
    for place, better in enumerate(cast):
        for outcome in (VoteOutcome.A, VoteOutcome.B):
            vote_between(contest, better, cast[(place + 1) % 4], outcome, rater=rater)
    refresh_contest(contest)
    assert Board.objects.filter(contest=contest, slug="human").exists()
    assert read_strengths(contest).board == "careful-judge"


def test_what_is_not_known_is_said_with_what_to_do():
    contest = make_rated_arena()
    with pytest.raises(NoSuchBoard, match="There is no board 'nobody'; there are: human"):
        read_strengths(contest, "nobody")
    Snapshot.objects.all().delete()
    with pytest.raises(NoStrengths, match=r"No board of tea .* refresh_leaderboards --contest tea publishes it"):
        read_strengths(contest)
    with pytest.raises(NoStrengths, match="The board tea/human has not been published yet"):
        read_strengths(contest, "human")
    assert boards_with_strengths(contest) == []


def test_two_contestants_are_too_few():
    with pytest.raises(NoStrengths, match=r"tea/human rates 2 contestants, and a replay needs 3.*Collect more votes"):
        read_strengths(make_rated_arena(contestants=2))


# --- How wide they are -----------------------------------------------------------------------------
def test_reliability_is_the_share_of_the_variance_that_is_not_noise():
    found = strengths_of([-1.0, 0.0, 1.0], [0.4, 0.4, 0.4])
    assert found.reliability == pytest.approx(1 - 0.16 / (2 / 3))
    assert found.true_to_width() == pytest.approx(found.theta * found.reliability**0.5)


@pytest.mark.parametrize(("theta", "errors"), [([0.0, 0.0, 0.0], [0.1] * 3), ([-0.1, 0.0, 0.1], [0.4] * 3)])
def test_strengths_that_noise_alone_explains_are_drawn_together_to_nothing(theta, errors):
    found = strengths_of(theta, errors)
    assert found.reliability == 0
    assert not found.true_to_width().any()


def test_on_average_the_width_is_the_true_one():
    rng = np.random.default_rng(7)
    upper, size, true, held, raw = np.triu_indices(16, 1), 16, [], [], []
    for _ in range(60):
        theta = rng.normal(0, 0.4, size)
        theta -= theta.mean()
        wins = np.zeros((size, size))
        won = rng.binomial(8, 1 / (1 + np.exp(theta[upper[1]] - theta[upper[0]])))
        wins[upper], wins[upper[1], upper[0]] = won, 8 - won
        fit = fit_bradley_terry(PairCounts.from_arrays([str(k) for k in range(size)], wins))
        found = strengths_of(list(fit.theta), list(np.sqrt(sandwich_covariance(fit).diagonal())))
        true.append(np.var(theta))
        raw.append(np.var(fit.theta))
        held.append(np.var(found.true_to_width()))
    assert np.mean(held) == pytest.approx(np.mean(true), rel=0.06)
    assert np.mean(raw) > 1.2 * np.mean(true)
