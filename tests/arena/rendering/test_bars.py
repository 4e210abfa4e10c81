"""Bars begin at nothing, and every share stands on the axis."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.rendering.bars import make_bar_axis


@given(st.lists(st.floats(0, 1), max_size=20))
def test_every_share_stands_on_the_axis_in_its_order(shares):
    axis = make_bar_axis(shares)
    places = [axis.place(share) for share in sorted(shares)]
    assert places == sorted(places)
    assert all(0 <= place <= 100 for place in places)
    assert axis.place(0) == 0


@given(st.floats(0, 1))
def test_ticks_are_few_round_and_evenly_spaced_from_nothing(share):
    ticks = make_bar_axis([share]).ticks
    assert ticks[0].value == ticks[0].x == 0
    assert 1 <= len(ticks) <= 3
    steps = {later.value - earlier.value for earlier, later in pairwise(ticks)}
    assert len(steps) <= 1
    assert all(tick.x <= 100 for tick in ticks)


@pytest.mark.parametrize(
    ("shares", "values"), [([0.17], [0, 10]), ([1.0], [0, 50, 100]), ([], [0, 1]), ([0.4], [0, 20, 40])]
)
def test_ticks_are_round(shares, values):
    assert [tick.value for tick in make_bar_axis(shares).ticks] == values
