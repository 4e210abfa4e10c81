"""A reference judge counts character sequences that a response shares with the reference: chrF2."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arena.judges.base import Choice, JudgeError, Question
from arena.judges.reference import ReferenceJudge, chrf

TEXTS = st.text(alphabet="abc d\nä日", max_size=20)
WORDS = TEXTS.filter(lambda text: text.strip())


@settings(deadline=None)
@given(WORDS)
def test_the_reference_itself_scores_one(text):
    assert chrf(text, text) == pytest.approx(1)


@settings(deadline=None)
@given(TEXTS, TEXTS)
def test_scores_lie_between_zero_and_one(text, reference):
    assert 0 <= chrf(text, reference) <= 1 + 1e-12


@settings(deadline=None)
@given(WORDS, WORDS)
def test_white_space_does_not_count(text, reference):
    assert chrf("".join(text.split()), f"  {reference}\n") == chrf(text, reference)


@pytest.mark.parametrize(("text", "reference"), [("", "abc"), ("abc", ""), ("", ""), ("abc", "xyz"), (" \n", "abc")])
def test_nothing_shared_scores_zero(text, reference):
    assert chrf(text, reference) == 0


def test_the_score_is_the_mean_over_the_lengths_of_sequences():
    """Of abc against abd: 2 of 3 characters, 1 of 2 pairs, 0 of 1 triples; precision and recall are equal."""
    assert chrf("abc", "abd") == pytest.approx((2 / 3 + 1 / 2 + 0) / 3)


def test_recall_weighs_more_than_precision():
    """One right character of six: precision 1, recall 1/6. Six of which one is wanted: the other way round."""
    assert chrf("a", "abcdef") == pytest.approx(5 * 1 * (1 / 6) / (4 * 1 + 1 / 6))
    assert chrf("abcdef", "a") == pytest.approx(5 * (1 / 6) * 1 / (4 * (1 / 6) + 1))
    assert chrf("abcdef", "a") > chrf("a", "abcdef")


def test_a_character_said_twice_is_found_once():
    """Characters: 1 of 2 and 1 of 1; no pair in the reference to compare."""
    assert chrf("aa", "a") == pytest.approx(5 * 0.5 / (4 * 0.5 + 1))


def test_sequences_are_at_most_six_characters_long():
    """Of seven characters with the last one wrong, six sequences of each length but the longest are found."""
    found = [(7 - n) / (8 - n) for n in range(1, 7)]
    assert chrf("abcdefg", "abcdefx") == pytest.approx(sum(found) / 6)


def test_the_response_that_shares_more_is_better():
    verdict = ReferenceJudge().judge(Question("Q", "the cat sat", "a dog ran", reference="the cat sat down"))
    assert verdict.choice is Choice.A
    assert verdict.failure == ""
    scores = verdict.details
    assert verdict.preference == pytest.approx((1 + scores["score_a"] - scores["score_b"]) / 2)
    assert scores["score_a"] == pytest.approx(chrf("the cat sat", "the cat sat down"))


def test_extreme_answers_have_extreme_preferences():
    verdict = ReferenceJudge().judge(Question("Q", "abc", "xyz", reference="abc"))
    assert verdict.preference == pytest.approx(1)


@settings(deadline=None)
@given(TEXTS, TEXTS, WORDS)
def test_exchanging_the_sides_exchanges_the_verdict(first, second, reference):
    question = Question("Q", first, second, reference=reference)
    verdict, swapped = (ReferenceJudge().judge(q) for q in (question, question.swapped()))
    assert swapped.choice is verdict.choice.swapped()
    assert swapped.preference == pytest.approx(1 - verdict.preference)


@settings(deadline=None)
@given(TEXTS, WORDS)
def test_equal_answers_are_a_tie_even_without_a_margin(text, reference):
    question = Question("Q", text, text, reference=reference)
    assert ReferenceJudge({"tie_margin": 0}).judge(question).choice is Choice.TIE


@pytest.mark.parametrize(("margin", "choice"), [(0.6, Choice.B), (0.62, Choice.TIE)])
def test_the_margin_is_a_difference_of_scores(margin, choice):
    """abc against abd scores 7/18, which the reference itself exceeds by 11/18 = 0.611."""
    question = Question("Q", "abc", "abd", reference="abd")
    assert ReferenceJudge({"tie_margin": margin}).judge(question).choice is choice


@pytest.mark.parametrize("reference", ["", " \n"])
def test_without_a_reference_there_is_no_verdict(reference):
    verdict = ReferenceJudge().judge(Question("Q", "a", "b", reference=reference))
    assert (verdict.choice, verdict.preference) == (None, None)
    assert verdict.failure == "the prompt has no reference answer"
    assert not verdict.unanswered


def test_a_misspelt_setting_is_refused():
    with pytest.raises(JudgeError, match=r"Unknown judge setting 'margin'; known are tie_margin\."):
        ReferenceJudge({"margin": 1})


@pytest.mark.parametrize("value", ["0.1", -0.1, None, False, float("nan")])
def test_a_margin_that_is_no_number_is_refused(value):
    with pytest.raises(JudgeError, match="tie_margin must be a number from 0 on"):
        ReferenceJudge({"tie_margin": value})
