"""Numbers find their place on an axis, and probabilities their colour."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.rendering.plots import BUCKETS, Axis, bucket, make_axis

ratings = st.floats(-5_000, 5_000)


@given(st.lists(ratings, min_size=1, max_size=30))
def test_an_axis_holds_every_value_with_a_margin(values):
    axis = make_axis(values)
    assert axis.low < min(values) <= max(values) < axis.high
    assert all(0 < axis.place(value) < 100 for value in values)


@given(st.lists(ratings, min_size=1, max_size=30))
def test_ticks_are_few_round_and_evenly_spaced(values):
    axis = make_axis(values)
    marks = [tick.value for tick in axis.ticks]
    assert 2 <= len(marks) <= 7
    steps = {second - first for first, second in pairwise(marks)}
    assert len(steps) == 1
    step = steps.pop()
    assert step in {factor * 10**power for factor in (1, 2, 5) for power in range(5)}
    assert all(mark % step == 0 for mark in marks)


@given(st.lists(ratings, min_size=1, max_size=30))
def test_ticks_stand_where_their_values_belong(values):
    axis = make_axis(values)
    for tick in axis.ticks:
        assert axis.low <= tick.value <= axis.high
        assert tick.x == pytest.approx(axis.place(tick.value))


@given(st.lists(ratings, min_size=1, max_size=30), ratings, ratings)
def test_places_keep_the_order_of_the_values(values, first, second):
    axis = make_axis(values)
    low, high = sorted((first, second))
    assert axis.place(low) <= axis.place(high)


@given(st.lists(ratings, min_size=1, max_size=30), st.randoms(use_true_random=False))
def test_the_order_of_the_values_does_not_matter(values, random):
    shuffled = list(values)
    random.shuffle(shuffled)
    assert make_axis(shuffled) == make_axis(values)


def test_an_axis_of_known_values():
    axis = make_axis([900.0, 1000.0, 1100.0])
    assert (axis.low, axis.high) == (894.0, 1106.0)
    assert [tick.value for tick in axis.ticks] == [900, 950, 1000, 1050, 1100]
    assert axis.place(1000.0) == 50.0
    assert axis.ticks[0].x == pytest.approx(100 * 6 / 212, abs=0.001)


def test_one_value_stands_in_the_middle():
    axis = make_axis([1000.0])
    assert axis.place(1000.0) == 50.0
    assert [tick.value for tick in axis.ticks] == [998, 999, 1000, 1001, 1002]


def test_an_axis_across_zero_has_zero_among_its_ticks():
    assert 0 in [tick.value for tick in make_axis([-120.0, 80.0]).ticks]


def test_the_ends_of_an_axis_are_0_and_100_per_cent():
    axis = Axis(10.0, 30.0, ())
    assert [axis.place(value) for value in (10.0, 15.0, 30.0, 40.0)] == [0.0, 25.0, 100.0, 150.0]


@pytest.mark.parametrize(
    ("probability", "step"),
    [(0.0, 0), (0.05, 0), (0.0999, 0), (0.1, 1), (0.5, 5), (0.4999, 4), (0.95, 9), (1.0, 9)],
)
def test_a_probability_has_one_of_ten_colours(probability, step):
    assert BUCKETS == 10
    assert bucket(probability) == step


@given(st.floats(0, 1), st.floats(0, 1))
def test_colours_keep_the_order_of_the_probabilities(first, second):
    low, high = sorted((first, second))
    assert 0 <= bucket(low) <= bucket(high) <= BUCKETS - 1
