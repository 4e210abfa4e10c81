"""The stored reason of a pair is told in one sentence."""

import pytest

from arena.matchmaking.reasons import Reason, tell_gain, tell_reason


def reason(**fields):
    defaults = {
        "policy": "information/1",
        "branch": "active",
        "win_probability": 0.52,
        "gap": 0.08,
        "gap_error": 0.5,
        "errors": (0.4, 0.3),
        "places": (4, 2),
        "top_k": 5,
        "votes": 3,
        "pending": 0,
        "pairs": 10,
        "rarer": 0.4,
        "as_rare": 0.1,
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


def test_the_policy_of_order_tells_how_likely_the_order_is_wrong():
    # Phi(-0.5 / 0.5)
    told = tell_reason(reason(policy="order/2", gap=-0.5, gap_error=0.5))
    assert "wrong with a probability of 16%" in told


def test_the_policy_of_the_top_names_the_places():
    told = tell_reason(reason(policy="top_k/2"))
    assert "first 5 places" in told
    assert "2 and 4" in told


@pytest.mark.parametrize(("policy", "words"), [("balanced/2", "less often"), ("uniform/2", "the same chance")])
def test_the_other_policies_say_what_they_look_at(policy, words):
    assert words in tell_reason(reason(policy=policy))


@pytest.mark.parametrize("source", ["check", "repeat"])
def test_battles_that_do_not_rank_say_so(source):
    assert "Not drawn to rank" in tell_reason({"source": source})


@pytest.mark.parametrize("stored", [{}, {"source": "elsewhere"}])
def test_reasons_of_others_are_left_untold(stored):
    assert tell_reason(stored) == ""


def test_what_a_vote_told_is_the_gap_before_and_after_it():
    # 1 / v = 4 becomes 4 + 1/4: ± 1.96 x 173.7 / 2 = 170 points become 165.
    stored = {"gap_error": 0.5, "win_probability": 0.5}
    assert tell_gain(stored) == "The gap between the two is now known to ±165 points instead of ±170."
    assert tell_gain(stored, weight=0.01) == (
        "The gap between the two stays known to ±170 points: much was known already."
    )
    assert tell_gain({"source": "llmfao"}) == ""
