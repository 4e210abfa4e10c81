"""What is shown of a response while it is written names nobody, and never takes back what it showed."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from arena.integrity.leaks import MARK
from arena.integrity.names import Cast, names_of
from arena.integrity.veil import HELD_BACK, veil_growing, veil_whole, written_behind

QUOKKA = Cast("Quokka the Great", "quokka", "org/quokka-9000b", "Zoo")
NAMES = names_of([QUOKKA, Cast("Narwhal", "narwhal")], QUOKKA)
FILLING = "Tea should steep for about three minutes in hot water. " * 4
TEXT = f"{FILLING}I am Quokka the Great, a language model. {FILLING}Ask Quokka the Great again. {FILLING}"


def growing(text: str) -> list[str]:
    """Return what is shown after each further character, and at the end."""
    shown = [veil_growing(text[:k], NAMES, "", ended=False) for k in range(len(text))]
    return [*shown, veil_whole(text, NAMES, "")]


def test_a_name_is_hidden_before_it_is_shown():
    for shown in growing(TEXT):
        assert "Quokka" not in shown
    assert veil_whole(TEXT, NAMES, "").count(MARK) == 2


def test_what_was_shown_stays():
    steps = growing(TEXT)
    assert all(after.startswith(before) for before, after in pairwise(steps))


def test_the_end_waits_until_it_is_the_end():
    assert veil_growing("x" * 100, NAMES, "", ended=False) == "x" * (100 - HELD_BACK)
    assert veil_growing("x" * 10, NAMES, "", ended=False) == ""
    assert veil_growing("x" * 10, NAMES, "", ended=True) == "x" * 10


def test_what_tells_nothing_is_shown_as_it_is():
    assert veil_whole(FILLING, NAMES, "") == FILLING


@given(st.integers(0, len(TEXT)))
def test_what_was_written_behind_what_was_shown_shows_just_that(characters):
    whole = veil_whole(TEXT, NAMES, "")
    behind = written_behind(TEXT, NAMES, "", characters)
    assert TEXT.startswith(behind)
    if MARK not in whole[max(0, characters - len(MARK)) : characters + len(MARK)]:
        assert len(behind) - behind.count("Quokka the Great") * (len("Quokka the Great") - len(MARK)) == min(
            characters, len(whole)
        )
