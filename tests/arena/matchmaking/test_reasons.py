"""The stored reason of a pair is told in one sentence."""

import pytest

from arena.matchmaking.reasons import Reason, tell_reason


def reason(**fields):
    defaults = {
        "policy": "information/1",
        "branch": "active",
        "win_probability": 0.52,
        "gap": 0.08,
        "gap_error": 0.5,
        "votes": 3,
        "pending": 0,
    }
    return Reason(**{**defaults, **fields}).to_dict()


def test_a_draw_from_the_floor_is_called_random():
    assert "at random" in tell_reason(reason(branch="floor"))


@pytest.mark.parametrize(("votes", "words"), [(0, "no votes yet"), (1, "1 vote so far"), (7, "7 votes so far")])
def test_an_active_draw_counts_the_votes(votes, words):
    assert words in tell_reason(reason(votes=votes))


def test_an_even_match_is_called_even():
    assert "even match" in tell_reason(reason(win_probability=0.46))


def test_a_favourite_is_named_by_its_chance_from_either_side():
    assert "70%" in tell_reason(reason(win_probability=0.7))
    assert "70%" in tell_reason(reason(win_probability=0.3))


def test_the_gap_is_told_in_points_of_95_percent():
    # 1.96 * 0.5 logits * 400 / ln 10
    assert "within 170 points" in tell_reason(reason(gap_error=0.5))


@pytest.mark.parametrize("stored", [{}, {"source": "elsewhere"}])
def test_reasons_of_others_are_left_untold(stored):
    assert tell_reason(stored) == ""
