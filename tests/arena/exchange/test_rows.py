"""Rows come with their line numbers, and a file with a broken row is refused with all of them."""

import json
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arena.exchange.errors import SHOWN, BadFile, Problem, bad_file
from arena.exchange.rows import SPELLINGS, Collector, csv_rows, distinct_slugs, json_rows, slug_of
from ranking import files

NAMES = st.lists(st.text(max_size=100), unique=True, max_size=12)


@pytest.fixture
def write(tmp_path):
    def write(content, name="rows"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def refused(rows):
    with pytest.raises(BadFile) as refusal:
        list(rows)
    return [(problem.line, problem.reason) for problem in refusal.value.problems]


# CSV.


def test_rows_of_csv_carry_the_line_on_which_they_end(write):
    path = write('a,b\n1,2\n"x\ny",3\n\n4,5\n')
    assert list(csv_rows(path, ("a",))) == [
        (2, {"a": "1", "b": "2"}),
        (4, {"a": "x\ny", "b": "3"}),
        (6, {"a": "4", "b": "5"}),
    ]


def test_windows_line_ends_and_a_byte_order_mark_are_no_content(write):
    assert list(csv_rows(write(b"\xef\xbb\xbfa,b\r\n1,2\r\n"), ("a", "b"))) == [(2, {"a": "1", "b": "2"})]


def test_every_missing_column_is_named(write):
    assert refused(csv_rows(write("b\n1\n"), ("a", "b", "c"))) == [(1, "has no column a, c")]
    assert refused(csv_rows(write(""), ("a",))) == [(1, "has no column a")]


def test_rows_of_another_width_are_all_refused_after_the_good_ones(write):
    found = []
    rows = csv_rows(write("a,b\n1\n1,2\n1,2,3\n"), ("a",))
    with pytest.raises(BadFile) as refusal:
        found.extend(rows)
    assert found == [(3, {"a": "1", "b": "2"})]
    assert [problem.line for problem in refusal.value.problems] == [2, 4]


@pytest.mark.parametrize("content", [b'a\n"open', b'a\n"x"y\n', b"a\n\xff\n"])
def test_csv_that_cannot_be_read_is_refused(write, content):
    [(_, reason)] = refused(csv_rows(write(content), ("a",)))
    assert reason.startswith("cannot be read: ")


# JSON lines.


def test_lines_of_json_are_numbered_empty_ones_included(write):
    assert list(json_rows(write('{"a": 1}\n\n{"a": null, "b": 2}'), ("a",))) == [
        (1, {"a": 1}),
        (3, {"a": None, "b": 2}),
    ]


def test_every_broken_line_of_json_is_told(write):
    path = write('{"a": 1}\n[1]\n{"a": \n5\n{"b": 1}\n')
    assert refused(json_rows(path, ("a", "c"))) == [
        (1, "has no c"),
        (2, "is not a JSON object"),
        (3, "is not a JSON object"),
        (4, "is not a JSON object"),
        (5, "has no a, c"),
    ]


@settings(deadline=None)
@given(text=st.text())
def test_any_text_survives_in_a_line_of_json(tmp_path_factory, text):
    path = tmp_path_factory.getbasetemp() / "rows.jsonl"
    path.write_text(json.dumps({"text": text}, ensure_ascii=False) + "\n", encoding="utf-8")
    assert list(json_rows(path, ("text",))) == [(1, {"text": text})]


@pytest.mark.parametrize("rows", [csv_rows, json_rows])
def test_a_file_that_is_not_there_is_refused_by_name(tmp_path, rows):
    with pytest.raises(BadFile, match=r"^none: cannot be read: .*No such file"):
        list(rows(tmp_path / "none", ()))


# Keys.


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Tea", "tea"),
        ("GPT-4 (turbo)", "gpt-4-turbo"),
        ("  Crème brûlée!  ", "creme-brulee"),
        ("a__b//c", "a-b-c"),
        ("模型", "unnamed"),
        ("", "unnamed"),
        ("---", "unnamed"),
        ("x" * 100, "x" * 80),
        ("x" * 79 + " y", "x" * 79),
    ],
)
def test_a_key_is_made_of_plain_letters_digits_and_dashes(name, slug):
    assert slug_of(name) == slug


@settings(deadline=None)
@given(st.text())
def test_every_name_has_a_key_that_is_its_own_key(name):
    slug = slug_of(name)
    assert 1 <= len(slug) <= 80
    assert set(slug) <= set(string.ascii_lowercase + string.digits + "-")
    assert slug_of(slug) == slug


@settings(deadline=None)
@given(NAMES)
def test_names_never_share_a_key(names):
    slugs = distinct_slugs(names)
    assert list(slugs) == names
    assert len(set(slugs.values())) == len(names)
    assert all(len(slug) <= 80 for slug in slugs.values())


@settings(deadline=None)
@given(NAMES)
def test_a_name_that_comes_later_takes_no_key_away(names):
    shorter = distinct_slugs(names[:-1])
    assert {name: distinct_slugs(names)[name] for name in shorter} == shorter


def test_the_later_of_two_equal_keys_is_numbered():
    assert distinct_slugs(["A b", "a-b", "a b 2", "A.B"]) == {
        "A b": "a-b",
        "a-b": "a-b-2",
        "a b 2": "a-b-2-2",
        "A.B": "a-b-3",
    }


# Words and problems.


def test_outcomes_are_spelt_as_in_files_that_are_ranked_without_a_server():
    assert {word: outcome.name for word, outcome in files.SPELLINGS.items()} == SPELLINGS


def test_a_problem_says_where_and_why():
    assert str(Problem("votes.csv", 3, "is odd")) == "votes.csv, line 3: is odd"
    assert str(Problem("votes.csv", 0, "is odd")) == "votes.csv: is odd"
    assert str(bad_file("votes.csv", "is odd", line=1)) == "votes.csv, line 1: is odd"


def test_a_long_list_of_problems_is_cut_when_it_is_told_and_kept_in_full():
    error = BadFile([Problem("f", line, "x") for line in range(1, SHOWN + 4)])
    assert len(error.problems) == SHOWN + 3
    assert str(error).splitlines()[-2:] == [f"f, line {SHOWN}: x", "... and 3 more problems."]
    assert "more problems" not in str(BadFile(error.problems[:SHOWN]))


def test_a_collector_raises_only_if_something_was_refused():
    collector = Collector("f")
    collector.finish()
    collector.refuse(2, "x")
    collector.refuse(1, "y")
    with pytest.raises(BadFile) as refusal:
        collector.finish()
    assert [problem.line for problem in refusal.value.problems] == [2, 1]
