"""How a response compares with a reference: the same, containing it, or a share of its characters; no more is claimed."""

import pytest

from arena.judges.likeness import LONGEST_QUOTE, likeness


@pytest.mark.parametrize(
    ("text", "reference"), [("4", "4"), (" Paris.\n", "paris"), ("Ｐａｒｉｓ", "Paris"), ("a  b", "A b.")]
)
def test_case_white_space_and_a_full_stop_make_no_difference(text, reference):
    assert likeness(text, reference).same


@pytest.mark.parametrize(
    ("text", "reference", "contains"),
    [
        ("The capital is Paris, of course.", "Paris", True),
        ("It is 4.", "4", True),
        ("It is 42.", "4", False),
        ("It is 4.5.", "4", False),
        ("It is 3.4", "4", False),
        ("It is -4", "4", False),
        ("It is 1,400", "400", False),
        ("Comparison", "Paris", False),
        ("Anything", "", False),
    ],
)
def test_a_reference_is_contained_as_whole_words_and_numbers(text, reference, contains):
    found = likeness(text, reference)
    assert (found.same, found.contains) == (False, contains)


def test_a_long_reference_is_compared_by_its_characters_alone():
    long = "word " * LONGEST_QUOTE
    found = likeness(f"So: {long} and more", long)
    assert not found.contains
    assert 0.9 < found.share < 1


def test_nothing_shared_is_nothing():
    assert likeness("xyz", "abc").share == 0
