"""Agreement of raters, held against tables worked by hand and against the package."""

import json

import krippendorff
import numpy as np
import pytest

from ranking.engine.agreement import (
    cohen_kappa,
    fleiss_kappa,
    krippendorff_alpha,
    measure_agreement,
    percent_agreement,
)
from ranking.engine.comparisons import Comparisons, Outcome
from ranking.engine.errors import BadComparisons

A, B, TIE, BAD = Outcome


def votes_of(sheet):
    """Votes from a sheet: a row per rater, a column per prompt, None where there is no vote. Always items 0 and 1."""
    rows = [(k, j, said) for k, row in enumerate(sheet) for j, said in enumerate(row) if said is not None]
    rater, prompt, outcome = (list(column) for column in zip(*rows, strict=True))
    return Comparisons.from_arrays("xy", [0] * len(rows), [1] * len(rows), outcome, rater=rater, prompt=prompt)


def swapped(votes, rows):
    turned = np.where(votes.outcome <= B, 1 - votes.outcome, votes.outcome)
    a, b = np.where(rows, votes.b, votes.a), np.where(rows, votes.a, votes.b)
    outcome = np.where(rows, turned, votes.outcome)
    return Comparisons.from_arrays(votes.items, a, b, outcome, rater=votes.rater, prompt=votes.prompt)


def random_sheet(seed, raters=5, units=60, missing=0.3, agreeing=0.6):
    rng = np.random.default_rng(seed)
    truth = rng.choice(4, units, p=[0.4, 0.3, 0.2, 0.1])
    sheet = np.where(rng.random((raters, units)) < agreeing, truth, rng.integers(0, 4, (raters, units)))
    return [
        [None if absent else int(said) for said, absent in zip(row, gone, strict=True)]
        for row, gone in zip(sheet, rng.random((raters, units)) < missing, strict=True)
    ]


def test_two_raters_by_hand():
    # 20 A A, 5 A B, 10 B A, 15 B B: they agree on 35 of 50. The first says A in 25 of 50, the second in 30 of 50,
    # so by chance they agree with .5 * .6 + .5 * .4 = .5, and kappa is (.7 - .5) / (1 - .5).
    first = [A] * 25 + [B] * 25
    second = [A] * 20 + [B] * 5 + [A] * 10 + [B] * 15
    votes = votes_of([first, second])
    assert percent_agreement(votes, (0, 1)) == pytest.approx(0.7)
    assert cohen_kappa(votes, (0, 1)) == pytest.approx(0.4)
    assert measure_agreement(votes).cohen == pytest.approx(0.4)


def test_many_raters_by_hand():
    # Four units of three raters: AAA, AAB, ABB, TTT. Agreeing pairs: 3, 1, 1, 3 of 3, so P = 2/3.
    # Shares: A 6/12, B 3/12, T 3/12, so P_e = .25 + .0625 + .0625 = .375 and kappa = (2/3 - .375) / .625.
    votes = votes_of([[A, A, A, TIE], [A, A, B, TIE], [A, B, B, TIE]])
    assert percent_agreement(votes) == pytest.approx(2 / 3)
    assert fleiss_kappa(votes) == pytest.approx((2 / 3 - 0.375) / 0.625)
    # Ceiling: the unit AAA gives 3; of AAB each A meets a tied majority (A, B) for 1/2 and B meets AA for 0: 1; ABB
    # likewise 1; TTT 3.
    assert measure_agreement(votes).ceiling == pytest.approx(8 / 12)


def test_the_example_of_krippendorff():
    # The nominal example of Krippendorff (2011), with what he calls 1, 2, 3, 4 called A, B, TIE, BOTH_BAD.
    gap = None
    first = [gap, gap, gap, gap, gap, TIE, BAD, A, B, A, A, TIE, TIE, gap, TIE]
    second = [A, gap, B, A, TIE, TIE, BAD, TIE, gap, gap, gap, gap, gap, gap, gap]
    third = [gap, gap, B, A, TIE, BAD, BAD, gap, B, A, A, TIE, TIE, gap, BAD]
    assert krippendorff_alpha(votes_of([first, second, third])) == pytest.approx(0.691, abs=5e-4)


@pytest.mark.parametrize("seed", range(5))
def test_alpha_is_that_of_the_package(seed):
    sheet = random_sheet(seed)
    numbers = np.array(sheet, dtype=float)
    expected = krippendorff.alpha(reliability_data=numbers, level_of_measurement="nominal")
    assert krippendorff_alpha(votes_of(sheet)) == pytest.approx(expected)


def test_sides_do_not_matter():
    votes = votes_of(random_sheet(1))
    rows = np.random.default_rng(2).random(len(votes.a)) < 0.5
    assert measure_agreement(swapped(votes, rows)) == measure_agreement(votes)


def test_the_order_of_votes_does_not_matter_without_repeats():
    votes = votes_of(random_sheet(3))
    mixed = votes.picked(np.random.default_rng(4).permutation(len(votes.a)))
    assert measure_agreement(mixed) == measure_agreement(votes)


def test_another_pair_or_prompt_is_another_unit():
    votes = Comparisons.from_arrays("xyz", [0, 0, 0], [1, 2, 1], [A, A, A], rater=[0, 1, 2], prompt=[0, 0, 1])
    with pytest.raises(BadComparisons, match="No two raters judged the same pair"):
        measure_agreement(votes)


def test_the_first_of_repeated_votes_counts_and_votes_of_weight_zero_do_not():
    columns = {"rater": [0, 0, 1, 2], "prompt": [0, 0, 0, 0], "weight": [1, 1, 1, 0]}
    votes = Comparisons.from_arrays("xy", [0] * 4, [1] * 4, [A, B, A, B], **columns)
    found = measure_agreement(votes)
    assert (found.units, found.raters, found.ratings, found.percent) == (1, 2, 2, 1.0)


def test_beyond_chance_is_undefined_where_nothing_varies():
    found = measure_agreement(votes_of([[A, A, A], [A, A, A]]))
    assert (found.percent, found.ceiling) == (1.0, 1.0)
    assert (found.cohen, found.fleiss, found.alpha, found.alpha_low, found.alpha_high) == (None,) * 5
    assert "not defined" in found.explain()


@pytest.mark.parametrize("missing", ["rater", "prompt"])
def test_rater_and_prompt_must_be_known(missing):
    known = {"rater": [0, 1], "prompt": [0, 0]}
    votes = Comparisons.from_arrays("xy", [0, 0], [1, 1], [A, A], **{**known, missing: None})
    with pytest.raises(BadComparisons, match="rater and the prompt of every vote"):
        measure_agreement(votes)


def test_two_raters_without_a_common_unit_are_refused():
    with pytest.raises(BadComparisons, match="give some battles to a second rater"):
        cohen_kappa(votes_of([[A, None], [None, A], [A, A]]), (0, 1))


def test_the_ceiling_of_each_rater():
    # Rater 2 contradicts the two others, who agree; each of them then meets a tied majority.
    found = measure_agreement(votes_of([[A, B, A, B], [A, B, A, B], [B, A, B, A]]))
    assert [row.agreement for row in found.by_rater] == [0.5, 0.5, 0.0]
    assert [row.units for row in found.by_rater] == [4, 4, 4]
    assert found.by_rater[0].standard_error == 0.0
    alone = measure_agreement(votes_of([[A], [B]])).by_rater[0]
    assert alone.standard_error is None


def test_intervals_cover_as_often_as_they_say():
    # A rating is the truth with .6, else drawn evenly. Two raters agree with .36 + .64 / 4 whatever the shares, but
    # alpha needs the shares: take its value on a very large sheet.
    large = krippendorff_alpha(votes_of(random_sheet(99, raters=4, units=20_000, missing=0)))
    sheets = (votes_of(random_sheet(seed, raters=4, missing=0)) for seed in range(40))
    found = [measure_agreement(votes, level=0.9) for votes in sheets]
    inside = [row.alpha_low <= large <= row.alpha_high for row in found]
    assert 31 <= sum(inside) <= 40  # 36 expected, standard deviation 1.9
    assert all(row.ceiling_low <= row.ceiling <= row.ceiling_high for row in found)


def test_the_same_seed_gives_the_same_intervals_and_plain_values():
    votes = votes_of(random_sheet(5))
    found = measure_agreement(votes, seed=3)
    assert found == measure_agreement(votes, seed=3)
    assert json.loads(json.dumps(found.to_dict()))["by_rater"][0]["rater"] == 0
    assert "5 raters gave" in found.explain()
