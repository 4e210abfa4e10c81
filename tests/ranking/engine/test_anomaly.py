"""Raters and cohorts that push: found where they are, left alone where they are not."""

import json
from time import process_time

import numpy as np
import pytest
from scipy.special import ndtri
from scipy.stats import false_discovery_control

from ranking.engine import anomaly
from ranking.engine.anomaly import TILTS, calibrate_threshold, cohort_anomalies, rater_anomalies
from ranking.engine.comparisons import Comparisons, Outcome
from ranking.engine.errors import BadComparisons
from ranking.engine.raters import Seen, against_others
from ranking.engine.ties import DAVIDSON, fit_davidson

SIZE = 40
ITEMS = [f"m{k:02d}" for k in range(SIZE)]
THETA = 0.9 * ndtri((np.arange(SIZE, 0, -1) - 0.5) / SIZE)
LOG_NU = np.log(0.5)
STRONG, MID, WEAK = 3, 20, 36
EACH = 50


def judged(rng, a, b, theta=THETA):
    terms = DAVIDSON.terms(theta[a] - theta[b], LOG_NU)
    win, tie = np.exp(terms.win.value), np.exp(terms.tie.value)
    fate = rng.random(len(a))
    return a, b, np.where(fate < win, Outcome.A, np.where(fate < win + tie, Outcome.TIE, Outcome.B))


def honest(rng, votes, theta=THETA):
    a = rng.integers(0, SIZE, votes)
    return judged(rng, a, (a + rng.integers(1, SIZE, votes)) % SIZE, theta)


def pushing(rng, votes, target):
    """Only battles of the target, which always wins, on either side."""
    other = (target + rng.integers(1, SIZE, votes)) % SIZE
    left = rng.random(votes) < 0.5
    return np.where(left, target, other), np.where(left, other, target), np.where(left, Outcome.A, Outcome.B)


def always_left(rng, votes):
    a, b, _ = honest(rng, votes)
    return a, b, np.zeros(votes, dtype=int)


def sleeping(rng, votes):
    a, b, outcome = honest(rng, votes)
    outcome[votes // 2 :] = Outcome.A
    return a, b, outcome


def mimicking(rng, votes, target):
    """The public ranking, but for the target, which always wins."""
    a, b, outcome = honest(rng, votes)
    return a, b, np.where(a == target, Outcome.A, np.where(b == target, Outcome.B, outcome))


def gathered(parts):
    """Votes of raters 0, 1, 2, ..."""
    a, b, outcome = (np.concatenate(column) for column in zip(*parts, strict=True))
    rater = np.repeat(np.arange(len(parts)), [len(part[0]) for part in parts])
    return Comparisons.from_arrays(ITEMS, a, b, outcome, rater=rater)


def anomalies_of(suspects, seed, renumbered=False):
    """Anomalies of the suspects by number, among 300 honest raters; only the suspects are tested."""
    rng = np.random.default_rng(seed)
    votes = gathered([make(rng) for make in suspects] + [honest(rng, EACH) for _ in range(300)])
    if renumbered:
        columns = (SIZE - 1 - votes.a, SIZE - 1 - votes.b, votes.outcome)
        votes = Comparisons.from_arrays(ITEMS[::-1], *columns, rater=votes.rater)
    fit = fit_davidson(votes.pair_counts())
    picked = votes.picked(np.flatnonzero(votes.rater < len(suspects)))
    return sorted(rater_anomalies(picked, fit), key=lambda row: row.rater)


@pytest.fixture(scope="module")
def crowd():
    rng = np.random.default_rng(0)
    return gathered([honest(rng, EACH) for _ in range(300)])


@pytest.fixture(scope="module")
def fit(crowd):
    return fit_davidson(crowd.pair_counts())


def naive_path(seen):
    """Mixture of products, start by start, as the definition has it."""
    share = [0.5 / (SIZE)] * SIZE + [0.25, 0.25]
    path = []
    for n in range(1, len(seen.points) + 1):
        mixed = 0.0
        for direction, weight in enumerate(share):
            for tilt in TILTS:
                s = seen.signs[:n, direction]
                mean = (np.exp(tilt * s * np.array([[1], [0], [-1]])) * seen.chances[:, :n]).sum(axis=0)
                e = np.exp(tilt * s * seen.points[:n]) / mean
                starts = sum(np.prod(e[k - 1 :]) / (k * (k + 1)) for k in range(1, n + 1)) + 1 / (n + 1)
                mixed += weight / len(TILTS) * (np.prod(e) + starts) / 2
        path.append(np.log(mixed))
    return np.array(path)


def test_the_evidence_is_the_mixture_of_its_definition(crowd, fit, monkeypatch):
    seen = against_others(crowd.picked(np.arange(12)), fit, np.arange(SIZE))
    path = anomaly._evidence(seen).path
    assert path == pytest.approx(naive_path(seen))
    monkeypatch.setattr(anomaly, "_CELLS_AT_ONCE", 1000)
    assert anomaly._evidence(seen).path == pytest.approx(path)


def test_every_vote_is_a_fair_bet(crowd, fit):
    # Whatever came before, the expected E after the next vote is E before it.
    seen = against_others(crowd.picked(np.arange(9)), fit, np.arange(SIZE))
    after = []
    for point in (1, 0, -1):
        points = np.append(seen.points[:8], point)
        after.append(np.exp(anomaly._evidence(Seen(seen.signs, points, seen.chances, seen.keys)).path[8]))
    before = np.exp(anomaly._evidence(seen).path[7])
    assert float(seen.chances[:, 8] @ after) == pytest.approx(before)


def test_honest_raters_are_seldom_flagged(crowd, fit):
    assert sum(row.flagged for row in rater_anomalies(crowd, fit, alpha=0.01)) <= 6  # 3 of 300 allowed on average
    assert sum(row.flagged for row in rater_anomalies(crowd, fit, alpha=0.1)) <= 36


def test_the_bound_of_ville_holds_under_the_model(fit):
    assert calibrate_threshold(fit, EACH, alpha=1.0, quantile=0.95, raters=400, taste=0.0) < 20


def test_the_threshold_grows_with_taste_and_never_falls_below_the_bound(fit):
    assert calibrate_threshold(fit, 20, raters=50, taste=0.0) == 100
    like_minded, wayward = (
        calibrate_threshold(fit, EACH, alpha=1.0, raters=150, taste=taste, seed=3) for taste in (0.0, 1.0)
    )
    assert 1 <= like_minded < wayward
    assert calibrate_threshold(fit, 20, raters=20, seed=1) == calibrate_threshold(fit, 20, raters=20, seed=1)


@pytest.mark.parametrize(("target", "by_vote"), [(WEAK, 20), (MID, 30), (STRONG, 50)])
@pytest.mark.parametrize("sorts_last", [False, True])
def test_whoever_pushes_one_item_is_flagged_wherever_it_stands(target, by_vote, sorts_last):
    found = anomalies_of([lambda rng: pushing(rng, EACH, target)] * 8, seed=target, renumbered=sorts_last)
    assert all(row.flagged for row in found)
    assert np.median([row.flagged_at for row in found]) <= by_vote
    assert {(row.push.kind, row.push.item) for row in found} == {("item", ITEMS[target])}
    assert all(row.push.observed > row.push.expected for row in found)


def test_whoever_pushes_an_item_down_is_flagged_too():
    def against(rng):
        a, b, outcome = pushing(rng, EACH, MID)
        return a, b, 1 - outcome

    found = anomalies_of([against] * 8, seed=1)
    assert all(row.flagged for row in found)
    assert all(row.push.item == ITEMS[MID] and row.push.observed < row.push.expected for row in found)


def test_always_left_is_flagged_within_twenty_votes():
    found = anomalies_of([lambda rng: always_left(rng, 20)] * 10, seed=2)
    assert all(row.flagged and row.push.kind == "left" for row in found)


def test_a_sleeper_is_flagged_although_it_began_honestly():
    found = anomalies_of([lambda rng: sleeping(rng, EACH)] * 8, seed=3)
    assert all(row.flagged and row.flagged_at > EACH // 2 for row in found)
    long = anomalies_of([lambda rng: np.hstack([honest(rng, 400), always_left(rng, 25)])] * 4, seed=4)
    assert all(row.flagged for row in long)


def test_whoever_turns_the_ranking_around_is_flagged_for_upsets():
    found = anomalies_of([lambda rng: judged(rng, *honest(rng, EACH)[:2], -1.5 * THETA)] * 6, seed=5)
    assert all(row.flagged and row.push.kind == "upset" for row in found)


def test_swapped_sides_leave_items_and_upsets_alone():
    rng = np.random.default_rng(6)
    votes = gathered([pushing(rng, EACH, MID)] + [honest(rng, EACH) for _ in range(100)])
    turned = np.where(votes.outcome <= Outcome.B, 1 - votes.outcome, votes.outcome)
    swapped = Comparisons.from_arrays(ITEMS, votes.b, votes.a, turned, rater=votes.rater)
    plain, other = (rater_anomalies(each, fit_davidson(each.pair_counts()))[0] for each in (votes, swapped))
    assert plain.push.observed == other.push.observed
    assert plain.log_evidence == pytest.approx(other.log_evidence, rel=1e-6)


def test_fewer_watched_items_are_found_sooner(crowd, fit):
    rng = np.random.default_rng(7)
    votes = gathered([pushing(rng, EACH, STRONG)] + [honest(rng, EACH) for _ in range(300)])
    fitted, first = fit_davidson(votes.pair_counts()), votes.picked(np.arange(EACH))
    everything, watched = (rater_anomalies(first, fitted, items)[0] for items in (None, [ITEMS[STRONG]]))
    assert watched.flagged_at < everything.flagged_at
    assert rater_anomalies(first, fitted, [])[0].push.kind in ("upset", "left")
    with pytest.raises(BadComparisons, match="no such: to be watched"):
        rater_anomalies(crowd, fit, ["no such"])


def test_both_bad_and_voided_votes_say_nothing(fit):
    votes = Comparisons.from_arrays(
        ITEMS, [0] * 12, [1] * 12, [Outcome.BOTH_BAD] * 6 + [0] * 6, [1] * 6 + [0] * 6, rater=[0] * 12
    )
    assert rater_anomalies(votes, fit) == ()


def test_it_says_why(fit):
    found = anomalies_of([lambda rng: pushing(rng, EACH, WEAK)], seed=8)[0]
    text = found.explain()
    assert "Rater 0 is put up for review" in text
    assert "in 50 votes m36 was given +50 wins minus losses" in text
    assert json.loads(json.dumps(found.to_dict()))["reason"] == text
    assert "nothing beyond chance" in anomalies_of([lambda rng: honest(rng, EACH)], seed=9)[0].explain()


def test_two_hundred_votes_and_forty_items_cost_milliseconds(crowd, fit):
    seen = against_others(crowd.picked(np.arange(200)), fit, np.arange(SIZE))
    begin = process_time()
    for _ in range(5):
        anomaly._evidence(seen)
    assert (process_time() - begin) / 5 < 0.1  # 6 ms measured


def cohorts_among(groups, seed):
    rng = np.random.default_rng(seed)
    accounts = [account for group in groups for account in group(rng)]
    votes = gathered(accounts + [honest(rng, EACH) for _ in range(400)])
    members, begin = {}, 0
    for number, group in enumerate(groups):
        size = len(group(np.random.default_rng(0)))
        members[f"c{number}"] = (votes.rater >= begin) & (votes.rater < begin + size)
        begin += size
    return cohort_anomalies(votes, members, fit_davidson(votes.pair_counts()))


@pytest.mark.parametrize("target", [WEAK, MID])
def test_a_cohort_of_mimics_is_found(target):
    def mimics(rng):
        return [mimicking(rng, EACH, target) for _ in range(20)]

    def neighbours(rng):
        return [honest(rng, EACH) for _ in range(20)]

    first, *rest = cohorts_among([neighbours, mimics, neighbours, neighbours], seed=target)
    assert (first.cohort, first.review, first.push.item, first.raters) == ("c1", True, ITEMS[target], 20)
    assert first.z > 5
    assert not any(row.review for row in rest)
    assert "Cohort c1 (20 raters) is put up for review" in first.explain()
    assert json.loads(json.dumps(rest[0].to_dict()))["reason"].startswith("Cohort c")


def test_mimics_escape_the_test_of_single_accounts():
    found = anomalies_of([lambda rng: mimicking(rng, EACH, MID)] * 20, seed=10)
    assert sum(row.flagged for row in found) <= 2


def test_honest_cohorts_with_tastes_of_their_own_are_left_alone():
    def neighbours(rng):
        theta = THETA + 0.1 * rng.standard_normal(SIZE)
        return [honest(rng, EACH, theta) for _ in range(20)]

    found = cohorts_among([neighbours] * 20, seed=11)
    assert sum(row.review for row in found) <= 1
    assert len(found) == 20


def test_q_values_are_those_of_benjamini_and_hochberg():
    p_values = np.random.default_rng(12).random((6, 5)) ** 3
    expected = false_discovery_control(p_values.ravel()).reshape(6, 5)
    assert anomaly._benjamini_hochberg(p_values) == pytest.approx(expected)


def test_a_cohort_without_votes_is_passed_over_and_one_of_the_wrong_shape_refused(crowd, fit):
    nobody = np.zeros(len(crowd.a), dtype=bool)
    assert cohort_anomalies(crowd, {"nobody": nobody}, fit) == ()
    assert [row.cohort for row in cohort_anomalies(crowd, {"nobody": nobody, "all": ~nobody}, fit)] == ["all"]
    with pytest.raises(BadComparisons, match="one truth value a vote"):
        cohort_anomalies(crowd, {"short": nobody[1:]}, fit)
