"""The simulated contest is the same on every machine, and its board can be held against the strengths behind it."""

from collections import Counter
from datetime import timedelta
from itertools import pairwise

import numpy as np
import pytest
from scipy.stats import chisquare, spearmanr

from arena.exchange.checks import check_bundle
from arena.models import Battle, Contest, Contestant, Rater, RaterKind, Vote
from arena.services.leaderboards import refresh_contest
from arena.services.simulations import (
    BOTH_BAD_RATE,
    EVEN_TIE_RATE,
    NAMES,
    PROMPTS,
    RATERS,
    VOTES,
    load_simulation,
    simulated_bundle,
)
from ranking import POINTS_PER_LOGIT


@pytest.fixture(scope="module")
def bundle():
    return simulated_bundle()


def test_it_is_the_same_every_time(bundle):
    assert simulated_bundle() == bundle


def test_its_records_fit_together(bundle):
    assert check_bundle(bundle) == []
    assert bundle.contest.simulated
    sizes = [len(bundle.contestants), len(bundle.prompts), len(bundle.responses), len(bundle.raters), len(bundle.votes)]
    assert sizes == [len(NAMES), PROMPTS, len(NAMES) * PROMPTS, RATERS, VOTES]


def test_its_strengths_have_mean_zero_and_are_all_different(bundle):
    strengths = [record.true_strength for record in bundle.contestants]
    assert sum(strengths) == pytest.approx(0, abs=1e-5)
    assert len(set(strengths)) == len(NAMES)


def test_no_rater_is_taken_for_a_person(bundle):
    assert {record.kind for record in bundle.raters} == {"simulated"}
    assert all(record.key.startswith("simulation:") for record in bundle.raters)


def test_pairs_are_drawn_as_often_as_their_propensity_says(bundle):
    assert {vote.propensity for vote in bundle.votes} == {1 / 190}
    drawn = Counter(frozenset((vote.contestant_a, vote.contestant_b)) for vote in bundle.votes)
    assert len(drawn) == 190
    assert chisquare(list(drawn.values())).pvalue > 0.001


def test_sides_say_nothing(bundle):
    left = sum(vote.contestant_a < vote.contestant_b for vote in bundle.votes)
    # 4000 fair coins fall further than 4 standard deviations from 2000 with probability below 1e-4.
    assert abs(left - VOTES / 2) < 4 * np.sqrt(VOTES) / 2


def test_ties_and_both_bad_come_as_often_as_the_page_says(bundle):
    shares = Counter(vote.outcome for vote in bundle.votes)
    strength = {record.slug: record.true_strength for record in bundle.contestants}
    gaps = np.array([strength[vote.contestant_a] - strength[vote.contestant_b] for vote in bundle.votes])
    win = 1 / (1 + np.exp(-gaps))
    ties = float((4 * EVEN_TIE_RATE * win * (1 - win)).mean()) * (1 - BOTH_BAD_RATE)
    for outcome, rate in (("TIE", ties), ("BOTH_BAD", BOTH_BAD_RATE)):
        assert abs(shares[outcome] / VOTES - rate) < 4 * np.sqrt(rate * (1 - rate) / VOTES)
    assert "Of even pairs 20 % end in a tie" in bundle.contest.description
    assert "5 % of all votes find both bad" in bundle.contest.description


def test_the_stronger_one_wins_as_often_as_the_model_says(bundle):
    strength = {record.slug: record.true_strength for record in bundle.contestants}
    decided = [vote for vote in bundle.votes if vote.outcome != "BOTH_BAD"]
    gaps = np.array([strength[vote.contestant_a] - strength[vote.contestant_b] for vote in decided])
    won = np.array([{"A": 1.0, "B": 0.0, "TIE": 0.5}[vote.outcome] for vote in decided])
    expected = 1 / (1 + np.exp(-gaps))
    z = (won - expected).sum() / np.sqrt((expected * (1 - expected)).sum())
    slope = ((won - expected) * gaps).sum() / np.sqrt((expected * (1 - expected) * gaps**2).sum())
    assert abs(z) < 4
    assert abs(slope) < 4


def test_votes_are_ten_minutes_apart(bundle):
    times = [vote.voted_at for vote in bundle.votes]
    assert {later - earlier for earlier, later in pairwise(times)} == {timedelta(minutes=10)}


@pytest.mark.django_db
@pytest.mark.database
def test_loading_it_twice_changes_nothing_and_its_board_finds_the_strengths_again():
    first, again = load_simulation("simulation"), load_simulation("simulation")
    assert first.changed
    assert not again.changed
    counts = [model.objects.count() for model in (Contest, Contestant, Rater, Battle, Vote)]
    assert counts == [1, len(NAMES), RATERS, VOTES, VOTES]
    [refresh] = refresh_contest(again.contest)
    assert refresh.board.rater_kind == RaterKind.SIMULATED
    strength = dict(again.contest.contestants.values_list("slug", "true_strength"))
    ratings = list(refresh.snapshot.ratings.all())
    truth = np.array([strength[row.item_key] for row in ratings]) * POINTS_PER_LOGIT + 1000
    found = np.array([row.rating for row in ratings])
    assert spearmanr(truth, found).statistic > 0.9
    slope = ((truth - 1000) * (found - 1000)).sum() / ((truth - 1000) ** 2).sum()
    assert slope == pytest.approx(1, abs=0.08)
    # As the contest's page says: 95 % intervals hold the truth of about 19 of 20.
    assert sum(row.lower <= true <= row.upper for row, true in zip(ratings, truth, strict=True)) >= 17
