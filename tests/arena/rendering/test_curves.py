"""Curves over votes find their places, have gaps where nothing is known, and are told apart without colour."""

import xml.etree.ElementTree as ET
from itertools import pairwise

import pytest
from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st

from arena.rendering.curves import STYLES, CurveChart, make_curves

SVG = "{http://www.w3.org/2000/svg}"
VOTES = (100, 200, 400)
values = st.one_of(st.none(), st.floats(-1e4, 1e4), st.floats(0, 1))


def chart_of(*curves: tuple[str, list[float | None]]) -> CurveChart:
    return make_curves("Interval by votes", "half-width, in points", VOTES, curves)


@given(st.lists(st.lists(values, min_size=3, max_size=3), min_size=1, max_size=5))
def test_every_value_stands_inside_and_higher_values_higher(rows):
    chart = chart_of(*((f"curve {k}", row) for k, row in enumerate(rows)))
    for row, line in zip(rows, chart.lines, strict=True):
        known = [value for value in row if value is not None]
        assert len(line.dots) == len(known)
        assert all(chart.left < dot.x <= chart.right and chart.top <= dot.y <= chart.bottom for dot in line.dots)
        for (first, above), (second, below) in pairwise(sorted(zip(known, line.dots, strict=True), key=lambda t: t[0])):
            assert first <= second
            assert above.y >= below.y


@given(st.lists(st.floats(-1e4, 1e4), min_size=3, max_size=3))
def test_marks_of_the_axes_are_few_and_differ(row):
    chart = chart_of(("one", row))
    for marks in (chart.x_marks, chart.y_marks):
        assert 1 <= len(marks) <= 8
        assert len({mark.text for mark in marks}) == len(marks)


def test_votes_begin_at_none():
    chart = chart_of(("one", [3.0, 2.0, 1.0]))
    assert (chart.x_marks[0].text, chart.x_marks[0].at) == ("0", chart.left)
    assert (chart.x_marks[-1].text, chart.x_marks[-1].at) == ("400", chart.right)


def test_what_is_not_known_leaves_a_gap():
    [line] = make_curves("t", "y", (1, 2, 3, 4, 5), [("one", [1.0, 2.0, None, 3.0, 4.0])]).lines
    assert len(line.stretches) == 2
    assert len(line.dots) == 4
    [alone] = chart_of(("one", [None, 2.0, None])).lines
    assert (alone.stretches, len(alone.dots)) == ((), 1)


def test_nothing_known_is_an_empty_chart_that_says_so():
    chart = chart_of(("one", [None, None, None]))
    assert chart.empty
    assert "one: not known" in chart.description
    assert "Not known in every repetition" in render_to_string("arena/replays/plot.svg", {"chart": chart})


def test_five_lines_differ_in_dashes_and_marks():
    chart = chart_of(*((f"curve {k}", [1.0, 2.0, 3.0]) for k in range(5)))
    assert len({line.dashes for line in chart.lines}) == len({line.mark for line in chart.lines}) == len(STYLES) == 5
    assert len({(line.legend_x, line.legend_y) for line in chart.lines}) == 5


def test_the_picture_says_in_words_what_it_shows():
    chart = chart_of(("information", [90.0, 60.0, 41.5]), ("a < b", [95.0, None, 50.0]))
    picture = ET.fromstring(render_to_string("arena/replays/plot.svg", {"chart": chart}))
    assert picture.get("role") == "img"
    names = (picture.get("aria-labelledby") or "").split()
    told = {part.get("id"): part.text for part in picture if part.get("id")}
    assert told[names[0]] == "Interval by votes"
    assert "information: 90 after 100 votes and 41.5 after 400 votes" in told[names[1]]
    assert [text.text for text in picture.iter(f"{SVG}text") if text.get("class") is None] == ["information", "a < b"]
    marks = [title.text for title in picture.iter(f"{SVG}title")]
    assert "information, 200 votes: 60" in marks


@pytest.mark.parametrize("style", ["", ".curves { fill: red; }"])
def test_styles_stand_inside_only_where_the_picture_is_alone(style):
    text = render_to_string("arena/replays/plot.svg", {"chart": chart_of(("one", [1.0, 2.0, 3.0])), "style": style})
    assert ("<style>" in text, "style=" in text) == (bool(style), False)
