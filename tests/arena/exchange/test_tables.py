"""CSV that a spreadsheet opens as data: every value comes back, and no text is run as a formula."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arena.exchange.tables import csv_text

HARMLESS = st.text().filter(lambda text: not text or text[0] not in "=+-@\t\r\n\0＝＋－＠")


def read(text):
    return list(csv.reader(io.StringIO(text, newline="")))


def test_rows_follow_their_header_with_the_line_ends_of_the_standard():
    assert csv_text(["a", "b"], [[1, "x"], [2, "y"]]) == "a,b\r\n1,x\r\n2,y\r\n"


def test_no_rows_are_a_header():
    assert csv_text(["a", "b"], []) == "a,b\r\n"


def test_commas_quotes_and_line_ends_stay_inside_of_their_cell():
    assert csv_text(["a"], [['say "x", y\nz']]) == 'a\r\n"say ""x"", y\nz"\r\n'


@settings(deadline=None)
@given(st.lists(st.tuples(HARMLESS, HARMLESS), max_size=5))
def test_texts_come_back_as_they_were(rows):
    assert read(csv_text(["first", "second"], rows)) == [["first", "second"], *map(list, rows)]


@settings(deadline=None)
@given(st.floats(allow_nan=False))
def test_numbers_keep_every_digit(value):
    assert float(read(csv_text(["a"], [[value]]))[1][0]) == value


@pytest.mark.parametrize(("value", "cell"), [(None, ""), (0, "0"), (-1.5, "-1.5"), (-3, "-3"), (True, "True")])
def test_numbers_are_never_taken_for_formulas_and_nothing_is_empty(value, cell):
    assert read(csv_text(["a", "b"], [[value, "x"]]))[1] == [cell, "x"]


@pytest.mark.parametrize("start", list("=+-@\t\r\n\0＝＋－＠"))
def test_a_text_that_a_spreadsheet_would_run_gets_an_apostrophe(start):
    text = f"{start}cmd|' /C calc'!A0"
    assert read(csv_text(["a"], [[text]]))[1] == [f"'{text}"]


def test_a_sign_inside_of_a_text_is_left_alone():
    assert read(csv_text(["a"], [["1 = 1"]]))[1] == ["1 = 1"]
