"""What must not matter does not matter, whatever the settings: ties, clusters, style, bootstrap, baselines."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ranking import BoardSettings, Comparisons, RankingError, Standings, compute_standings

NAMES = ("length", "lists")
EVERY = {
    "half wins": BoardSettings(),
    "davidson": BoardSettings(tie_model="davidson"),
    "rao-kupper": BoardSettings(tie_model="rao_kupper"),
    "prior": BoardSettings(prior_strength=0.7),
    "both bad as ties": BoardSettings(both_bad="tie"),
    "by rater": BoardSettings(clusters="rater"),
    "by both": BoardSettings(clusters="rater_and_prompt"),
    "davidson by rater": BoardSettings(tie_model="davidson", clusters="rater"),
    "style": BoardSettings(covariates=NAMES),
    "style by prompt": BoardSettings(covariates=NAMES, clusters="prompt"),
    "votes in the centre": BoardSettings(centre="votes"),
}
OTHER_SIDE = np.array([1, 0, 2, 3])


whatever_is_asked = pytest.mark.parametrize("asked", list(EVERY.values()), ids=list(EVERY))


def votes_of(seed: int, number: int = 160) -> Comparisons:
    """Votes of everybody against everybody, ties and both bad among them, with raters, prompts and style."""
    rng = np.random.default_rng(seed)
    theta = rng.normal(0, 0.7, 5)
    a = rng.integers(0, 5, number)
    b = (a + rng.integers(1, 5, number)) % 5
    win = rng.random(number) < 1 / (1 + np.exp(theta[b] - theta[a]))
    kind = rng.random(number)
    outcome = np.where(kind < 0.2, 2, np.where(kind < 0.3, 3, np.where(win, 0, 1)))
    return Comparisons.from_arrays(
        ("assam", "black", "ceylon", "darjeeling", "earl"),
        a,
        b,
        outcome,
        rater=rng.integers(0, 12, number),
        prompt=rng.integers(0, 9, number),
        covariates=rng.normal(size=(number, 2)),
        covariate_names=NAMES,
    )


def weighted(votes: Comparisons, weight: np.ndarray) -> Comparisons:
    return replace(votes, weight=np.asarray(weight, dtype=float))


def assert_same(found: Standings, expected: Standings, accuracy: float = 1e-6) -> None:
    """Same ratings and intervals for the same keys, in points, and the same coefficients."""
    theirs = {row.item: row for row in expected.rows}
    assert {row.item for row in found.rows} == set(theirs)
    for row in found.rows:
        for name in ("rating", "lower", "upper", "plain_rating", "at_least", "at_most", "win_rate"):
            ours, other = getattr(row, name), getattr(theirs[row.item], name)
            assert (ours is None) == (other is None), (row.item, name)
            assert ours is None or ours == pytest.approx(other, abs=accuracy), (row.item, name)
    for one, other in zip(found.coefficients, expected.coefficients, strict=True):
        assert (one.value, one.lower) == pytest.approx((other.value, other.lower), abs=1e-8)


seeds = st.integers(0, 10_000)
few = settings(deadline=None, max_examples=6)


@whatever_is_asked
@given(seed=seeds)
@few
def test_the_side_on_which_an_item_stood(asked, seed):
    votes = votes_of(seed)
    swap = np.random.default_rng(seed + 1).random(len(votes.a)) < 0.5
    swapped = replace(
        votes,
        a=np.where(swap, votes.b, votes.a),
        b=np.where(swap, votes.a, votes.b),
        outcome=np.where(swap, OTHER_SIDE[votes.outcome], votes.outcome),
        covariates=np.where(swap[:, None], -votes.covariates, votes.covariates),
    )
    assert_same(compute_standings(swapped, asked), compute_standings(votes, asked))


@whatever_is_asked
@given(seed=seeds)
@few
def test_the_order_of_the_votes(asked, seed):
    votes = votes_of(seed)
    shuffled = votes.picked(np.random.default_rng(seed + 1).permutation(len(votes.a)))
    assert_same(compute_standings(shuffled, asked), compute_standings(votes, asked))


@whatever_is_asked
@given(seed=seeds)
@few
def test_the_order_and_the_names_of_the_items(asked, seed):
    votes = votes_of(seed)
    order = np.random.default_rng(seed + 1).permutation(5)
    place = np.argsort(order)
    permuted = replace(votes, items=tuple(votes.items[k] for k in order), a=place[votes.a], b=place[votes.b])
    assert_same(compute_standings(permuted, asked), compute_standings(votes, asked))
    renamed = replace(votes, items=tuple(f"model {name}" for name in votes.items))
    plain = compute_standings(votes, asked)
    assert [row.item for row in compute_standings(renamed, asked).rows] == [f"model {row.item}" for row in plain.rows]


@whatever_is_asked
@given(seed=seeds, scale=st.floats(0.2, 30))
@few
def test_the_unit_of_the_weights(asked, seed, scale):
    if asked.prior_strength:
        # The prior is a number of votes, so it does not scale with them.
        return
    votes = votes_of(seed)
    weight = np.random.default_rng(seed + 1).uniform(0.5, 2, len(votes.a))
    if asked.both_bad == "tie":
        weight = np.ones(len(votes.a))
    scaled, plain = (compute_standings(weighted(votes, factor * weight), asked) for factor in (scale, 1.0))
    assert scaled.theta == pytest.approx(plain.theta, abs=1e-7)
    if asked.both_bad != "tie":
        assert scaled.covariance == pytest.approx(plain.covariance, abs=1e-7)


@whatever_is_asked
@given(seed=seeds)
@few
def test_whether_two_votes_are_written_as_one_of_weight_two(asked, seed):
    votes = votes_of(seed)
    twice = np.random.default_rng(seed + 1).random(len(votes.a)) < 0.4
    heavy = compute_standings(weighted(votes, np.where(twice, 2.0, 1.0)), asked)
    written = compute_standings(votes.picked(np.repeat(np.arange(len(votes.a)), 1 + twice)), asked)
    assert heavy.theta == pytest.approx(written.theta, abs=1e-8)
    if asked.clusters == "rater":
        # Votes of one rater stand together either way.
        assert heavy.covariance == pytest.approx(written.covariance, abs=1e-9)


@whatever_is_asked
@given(seed=seeds)
@few
def test_votes_of_no_weight(asked, seed):
    votes = votes_of(seed)
    ghosts = np.random.default_rng(seed + 1).integers(0, len(votes.a), 40)
    rows = np.append(np.arange(len(votes.a)), ghosts)
    weight = np.append(np.ones(len(votes.a)), np.zeros(40))
    haunted = weighted(votes.picked(rows), weight)
    assert_same(compute_standings(haunted, asked), compute_standings(votes, asked))


@given(seed=seeds, cut=st.integers(1, 159))
@few
def test_counting_in_batches(seed, cut):
    votes = votes_of(seed)
    parts = [votes.picked(rows).pair_counts() for rows in np.split(np.arange(160), [cut])]
    for tie_model in ("half_win", "davidson", "rao_kupper"):
        asked = BoardSettings(tie_model=tie_model)
        assert_same(compute_standings(parts[0] + parts[1], asked), compute_standings(votes, asked))


@whatever_is_asked
@given(seed=seeds)
@few
def test_where_the_centre_lies_moves_all_alike_and_no_difference(asked, seed):
    votes = votes_of(seed)
    try:
        anchored = compute_standings(votes, replace(asked, anchor_items=("assam", "earl"), anchor=1200.0))
    except RankingError:
        pytest.fail("all five are rated")
    plain = compute_standings(votes, asked)
    by_key = {row.item: row.rating for row in anchored.rows}
    assert (by_key["assam"] + by_key["earl"]) / 2 == pytest.approx(1200)
    for first, second in (("assam", "black"), ("ceylon", "earl")):
        assert anchored.difference(first, second) == pytest.approx(plain.difference(first, second), abs=1e-6)


def test_an_anchor_of_one_has_no_doubt_and_the_others_have_that_of_the_difference():
    votes = votes_of(3)
    anchored = compute_standings(votes, BoardSettings(anchor_items=("black",)))
    rows = {row.item: row for row in anchored.rows}
    assert rows["black"].rating == pytest.approx(1000)
    assert rows["black"].upper - rows["black"].lower == pytest.approx(0, abs=1e-6)
    gap, half = compute_standings(votes).difference("earl", "black")
    assert (rows["earl"].rating - 1000, rows["earl"].upper - rows["earl"].rating) == pytest.approx((gap, half))


def test_an_anchor_that_is_not_rated_is_refused():
    with pytest.raises(RankingError, match="oolong is not rated on this board"):
        compute_standings(votes_of(4), BoardSettings(anchor_items=("oolong",)))


def test_an_item_hardly_known_does_not_blur_a_centre_weighted_by_votes():
    """Centred on the mean of all, everybody's interval widens by a share of the newcomer's doubt."""
    rng = np.random.default_rng(5)
    old = Comparisons.from_arrays("abcde", *_pairs(rng, 4, 4000), rng.integers(0, 2, 4000))
    newcomer = Comparisons.from_arrays("abcde", [4, 4, 0], [0, 1, 4], [0, 1, 0])
    counts = old.pair_counts() + newcomer.pair_counts()

    def width(asked: BoardSettings) -> float:
        row = next(row for row in compute_standings(counts, asked).rows if row.item == "a")
        assert row.standard_error is not None
        return row.standard_error

    assert width(BoardSettings()) > 5 * width(BoardSettings(centre="votes"))


def _pairs(rng: np.random.Generator, items: int, votes: int) -> tuple[np.ndarray, np.ndarray]:
    a = rng.integers(0, items, votes)
    return a, (a + rng.integers(1, items, votes)) % items
