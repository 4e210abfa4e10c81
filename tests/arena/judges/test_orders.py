"""Two orders make one verdict: whoever prefers a side more than a response decides nothing by it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arena.judges.base import Choice, Question, Verdict
from arena.judges.orders import Combined, choose, combine_orders

# Dyadic fractions, so that 1 - p is exact and the margin is met or missed the same way from both sides.
SHARES = st.integers(0, 64).map(lambda k: k / 64)
VERDICTS = st.one_of(
    st.builds(Verdict, st.sampled_from(Choice), preference=st.none() | SHARES),
    st.just(Verdict(None, failure="silent")),
)
MARGINS = st.integers(0, 32).map(lambda k: k / 64)


@pytest.mark.parametrize("choice", list(Choice))
def test_what_both_orders_say_stands(choice):
    assert combine_orders(Verdict(choice), Verdict(choice)) == Combined(choice, None, True)


@pytest.mark.parametrize(
    ("first", "second"), [(Choice.A, Choice.B), (Choice.A, Choice.TIE), (Choice.BOTH_BAD, Choice.B)]
)
def test_a_conflict_without_probabilities_is_a_tie(first, second):
    assert combine_orders(Verdict(first), Verdict(second)) == Combined(Choice.TIE, None, False)


def test_a_conflict_with_probabilities_is_decided_by_their_average():
    combined = combine_orders(Verdict(Choice.A, preference=0.875), Verdict(Choice.B, preference=0.375))
    assert combined == Combined(Choice.A, 0.625, False)


def test_one_probability_alone_decides_nothing():
    combined = combine_orders(Verdict(Choice.A, preference=0.99), Verdict(Choice.B))
    assert combined == Combined(Choice.TIE, None, False)


def test_an_average_within_the_margin_is_a_tie():
    orders = Verdict(Choice.A, preference=0.75), Verdict(Choice.B, preference=0.375)
    assert combine_orders(*orders, tie_margin=0.0625).choice is Choice.TIE
    assert combine_orders(*orders, tie_margin=0.05).choice is Choice.A


def test_agreement_stands_though_the_average_is_within_the_margin():
    orders = Verdict(Choice.A, preference=0.51), Verdict(Choice.A, preference=0.51)
    assert combine_orders(*orders, tie_margin=0.1).choice is Choice.A


@settings(deadline=None)
@given(SHARES)
def test_a_side_that_is_preferred_as_such_cancels_out(share):
    """Such a judge gives the first slot the same probability in both orders, whatever stands there."""
    first, second = Verdict(choose(share, 0), preference=share), Verdict(choose(share, 0), preference=share).swapped()
    combined = combine_orders(first, second)
    assert (combined.choice, combined.preference) == (Choice.TIE, 0.5)


@settings(deadline=None)
@given(VERDICTS, st.booleans())
def test_a_failure_in_either_order_is_no_verdict(verdict, failed_first):
    failed = Verdict(None, failure="silent")
    orders = (failed, verdict) if failed_first else (verdict, failed)
    assert combine_orders(*orders) == Combined(None, None, None)


@settings(deadline=None)
@given(VERDICTS, VERDICTS, MARGINS)
def test_exchanging_the_sides_exchanges_the_verdict(first, second, margin):
    combined = combine_orders(first, second, margin)
    swapped = combine_orders(first.swapped(), second.swapped(), margin)
    assert swapped.choice is (combined.choice.swapped() if combined.choice else None)
    assert swapped.consistent is combined.consistent
    if combined.preference is not None:
        assert swapped.preference == 1 - combined.preference


@settings(deadline=None)
@given(VERDICTS, VERDICTS, MARGINS)
def test_which_order_was_asked_first_means_nothing(first, second, margin):
    assert combine_orders(first, second, margin) == combine_orders(second, first, margin)


@pytest.mark.parametrize(
    ("preference", "margin", "choice"),
    [
        (0.5, 0.0, Choice.TIE),
        (0.51, 0.0, Choice.A),
        (0.49, 0.0, Choice.B),
        (0.75, 0.25, Choice.TIE),
        (0.25, 0.25, Choice.TIE),
        (0.76, 0.25, Choice.A),
        (1.0, 0.5, Choice.TIE),
    ],
)
def test_a_probability_speaks_for_a_side_outside_of_the_margin(preference, margin, choice):
    assert choose(preference, margin) is choice


@settings(deadline=None)
@given(VERDICTS)
def test_a_verdict_exchanged_twice_is_the_same(verdict):
    assert verdict.swapped().swapped() == verdict


def test_exchanging_a_verdict_keeps_what_was_said_and_paid():
    verdict = Verdict(Choice.A, preference=0.75, raw_text="A", prompt_tokens=3, latency_ms=2.0, details={"mass": 1})
    swapped = Verdict(Choice.B, preference=0.25, raw_text="A", prompt_tokens=3, latency_ms=2.0, details={"mass": 1})
    assert verdict.swapped() == swapped


def test_a_tie_has_no_sides_to_exchange():
    assert Choice.TIE.swapped() is Choice.TIE
    assert Choice.BOTH_BAD.swapped() is Choice.BOTH_BAD


def test_a_question_exchanged_keeps_all_but_the_sides():
    question = Question("P", "one", "two", question="Which?", reference="R")
    assert question.swapped() == Question("P", "two", "one", question="Which?", reference="R")
