"""Style in numbers: each feature counts what it says, code is not prose, and an own feature is one more name."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.style import features
from arena.style.code import split_code
from arena.style.errors import BadFeature, DuplicateFeature, UnknownFeature
from arena.style.features import (
    Feature,
    chosen_features,
    count_bold,
    count_code_blocks,
    count_headers,
    count_list_items,
    count_tokens,
    features_of,
    features_version,
    known_features,
    register_feature,
)

BUILT_IN = ["bold", "code_blocks", "headers", "lists", "tokens"]
CODE = "```python\n# no header\n- no item\n**no bold**\n```"


@pytest.fixture
def registry(monkeypatch):
    """A registry to write into, forgotten afterwards."""
    monkeypatch.setattr(features, "_registered", dict(features._registered))


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", 0),
        ("   \n ", 0),
        ("Steep it.", 3),
        ("Don't!", 4),
        ("3.5 g/l", 6),
        ("naïve Größe 茶", 3),
        ("お茶 tea", 3),
        ("**bold**", 5),
        ("snake_case", 1),
    ],
)
def test_tokens_are_words_and_punctuation_marks(text, tokens):
    assert count_tokens(text) == tokens


def test_code_counts_towards_the_length():
    assert count_tokens("`a b`") == 4
    assert count_tokens(CODE) > count_tokens("python")


@pytest.mark.parametrize(
    ("text", "headers"),
    [
        ("# One\n\n## Two\n###### Six", 3),
        ("####### Seven is none", 0),
        ("#hashtag", 0),
        ("a # b", 0),
        ("   # Indented\n    # Too far", 1),
        ("#\n", 0),
        (CODE, 0),
        (f"# Before\n{CODE}\n# After", 2),
    ],
)
def test_headers_are_those_of_markdown_outside_of_code(text, headers):
    assert count_headers(text) == headers


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("- a\n* b\n+ c\n1. d\n2) e", 5),
        ("- a\n  - nested\n\t- deeper", 3),
        ("-no\n1.no\n- ", 0),
        ("---\n\n* * *\n\n- - -", 0),
        ("a - b", 0),
        (CODE, 0),
    ],
)
def test_items_of_lists_are_counted_and_lines_across_are_none(text, items):
    assert count_list_items(text) == items


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("**one** and __two__", 2),
        ("** none ** and snake__case__name", 0),
        ("2 ** 3 ** 4", 0),
        ("**over\nlines**", 0),
        ("`**code**`", 0),
        (CODE, 0),
        ("**a**b**c**", 2),
    ],
)
def test_bold_spans_are_counted_outside_of_code(text, spans):
    assert count_bold(text) == spans


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        (CODE, 1),
        (f"{CODE}\n{CODE}", 2),
        ("~~~\n```\n~~~", 1),
        ("````\n```\nstill code\n````\n# prose", 1),
        ("```\nnever closed\n# code", 1),
        ("``` a `b` ```", 0),
        ("`inline`", 0),
    ],
)
def test_blocks_of_code_are_fenced_ones(text, blocks):
    assert count_code_blocks(text) == blocks


def test_prose_is_what_no_fence_and_no_backtick_holds():
    assert split_code(f"one `two` three\n{CODE}\nfour") == ("one   three\nfour", 1)
    assert split_code("``a ` b`` c") == ("  c", 0)
    assert split_code("```\nnever closed") == ("", 1)


@given(st.text(alphabet="ab *_`~#-1.\n", max_size=200))
def test_every_text_has_features_and_surrounding_lines_change_no_markdown(text):
    found = features_of(text)
    assert set(found) == set(BUILT_IN)
    assert all(value >= 0 and value == int(value) for value in found.values())
    assert features_of(f"\n\n{text}") == found


@pytest.mark.parametrize("text", ["**a " * 20_000, "`a" * 40_000, "``` `" * 20_000, "__x " * 20_000, "- " * 50_000])
def test_a_long_text_of_half_begun_markup_does_not_hold_anybody_up(text):
    began = time.perf_counter()
    features_of(text)
    assert time.perf_counter() - began < 5


def test_what_is_there_is_listed_by_name():
    assert [feature.name for feature in known_features()] == BUILT_IN
    assert [feature.name for feature in chosen_features(["tokens", "bold"])] == ["tokens", "bold"]


def test_an_unknown_feature_is_told_with_those_that_there_are():
    with pytest.raises(UnknownFeature, match="no style feature 'colour'; there are: bold, code_blocks, headers"):
        chosen_features(["tokens", "colour"])


def test_an_own_feature_is_measured_with_the_others_and_changes_the_version(registry):
    before = features_version()
    register_feature(Feature("questions", 1, "question marks", lambda text: text.count("?")))
    assert features_of("Tea? Now?")["questions"] == 2
    assert features_version() != before
    assert len(features_version()) == 16


def test_a_raised_version_of_a_feature_is_another_version_of_all(registry, monkeypatch):
    register_feature(Feature("shouting", 1, "capitals", lambda text: 0))
    before = features_version()
    monkeypatch.setitem(features._registered, "shouting", Feature("shouting", 2, "capitals", lambda text: 0))
    assert features_version() != before


def test_two_features_of_one_name_are_an_error(registry):
    with pytest.raises(DuplicateFeature, match="'tokens' already"):
        register_feature(Feature("tokens", 2, "", len))


@pytest.mark.parametrize("name", ["", "Big", "with space", "1st", "a-b", "x" * 41])
def test_a_name_that_is_none_is_refused(registry, name):
    with pytest.raises(BadFeature, match="cannot name a feature"):
        register_feature(Feature(name, 1, "", len))


@pytest.mark.parametrize("value", [-1.0, float("nan"), float("inf")])
def test_a_feature_that_gives_no_number_from_zero_on_is_an_error(registry, value):
    register_feature(Feature("odd", 1, "", lambda text: value))
    with pytest.raises(BadFeature, match="'odd' gave"):
        features_of("tea")
