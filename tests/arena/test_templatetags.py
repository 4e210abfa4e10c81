"""Numbers in templates are written as people read them, and as SVG needs them."""

import pytest
from django.template import Context, Template
from django.utils import translation

from arena.templatetags.ratings import count, number, percent, percent_number, signed


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (0.5, 0, "50 %"),
        (0.123, 0, "12 %"),
        (0.125, 1, "12.5 %"),
        (0.9999, 1, "100.0 %"),
        (0.0, 0, "0 %"),
        (0, 1, "0.0 %"),
        (1, 0, "100 %"),
        (None, 1, "–"),
    ],
)
def test_a_share_is_written_in_per_cent(value, digits, text):
    assert percent(value, digits) == text


@pytest.mark.parametrize(("value", "text"), [(0.0, "0"), (0.004, "0"), (0.006, "1"), (0.505, "50"), (1.0, "100")])
def test_a_share_is_written_without_its_sign_where_the_table_says_it(value, text):
    assert percent_number(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (7, "7"), (7.0, "7"), (1234567.0, "1,234,567"), (1234.5, "1,234.5"), (0.25, "0.2"), (999.96, "1,000.0")],
)
def test_votes_have_a_decimal_only_where_weights_left_one(value, text):
    assert count(value) == text


@pytest.mark.parametrize(("value", "text"), [(0, "0.000"), (12.34567, "12.346"), (-0.5, "-0.500"), (100.0, "100.000")])
def test_numbers_of_a_plot_have_three_decimals(value, text):
    assert number(value) == text


@pytest.mark.parametrize(("language", "text"), [("en", "1.500 1,234 34.5 % 34–"), ("de", "1.500 1.234 34,5 % 34–")])
def test_numbers_for_people_follow_the_language_and_those_of_a_plot_do_not(language, text):
    page = Template(
        "{% load ratings %}{{ x|number }} {{ n|count }} {{ p|percent:1 }} {{ p|percent_number }}{{ none|percent }}"
    )
    with translation.override(language):
        assert page.render(Context({"x": 1.5, "n": 1234.0, "p": 0.345, "none": None})) == text


@pytest.mark.parametrize(
    ("value", "text"), [(12.4, "+12"), (-3.6, "\u22124"), (0.2, "0"), (-0.4, "0"), (1234.0, "+1234")]
)
def test_differences_in_points_carry_their_sign(value, text):
    assert signed(value) == text
