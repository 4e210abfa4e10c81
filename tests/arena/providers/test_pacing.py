"""What is shown when tells nothing of who is slow and who sends large pieces."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from arena.providers.pacing import Supply, release

MOST = 7

arrivals = st.lists(st.integers(0, 30), min_size=1, max_size=30)


def schedule(a: Sequence[int], b: Sequence[int]) -> list[tuple[int, int]]:
    """Return what is shown of both sides in each tick, given how many characters arrive before each."""
    waiting, shown, tick = [0, 0], [], 0
    while tick < max(len(a), len(b)) or any(waiting):
        for side, coming in enumerate((a, b)):
            waiting[side] += coming[tick] if tick < len(coming) else 0
        told = [Supply(waiting[side], tick + 1 >= len(coming)) for side, coming in enumerate((a, b))]
        step = release(told[0], told[1], MOST)
        waiting = [waiting[side] - step[side] for side in (0, 1)]
        shown.append(step)
        tick += 1
    return shown


def totals(shown: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    return [(sum(a for a, _ in shown[:k]), sum(b for _, b in shown[:k])) for k in range(1, len(shown) + 1)]


@given(arrivals, arrivals)
def test_both_sides_show_the_same_until_the_shorter_one_is_told_to_its_end(a, b):
    shorter = min(sum(a), sum(b))
    for first, second in totals(schedule(a, b)):
        assert min(first, second) == min(first, second, shorter)
        assert first == second or min(first, second) == shorter


@given(arrivals, arrivals)
def test_everything_is_shown_in_the_end_and_never_more_at_once_than_is_allowed(a, b):
    shown = schedule(a, b)
    assert totals(shown)[-1] == (sum(a), sum(b))
    assert all(0 <= n <= MOST for step in shown for n in step)


@given(arrivals, arrivals)
def test_exchanging_the_sides_exchanges_what_is_shown(a, b):
    assert [(second, first) for first, second in schedule(a, b)] == schedule(b, a)


@given(st.lists(st.integers(1, 30), min_size=1, max_size=30), st.data())
def test_it_cannot_be_seen_which_side_is_slow(pieces, data):
    """Two answers of one length, one fast and one slow: whichever is which, the same is shown at the same time."""
    total = sum(pieces)
    slow = [*[0] * data.draw(st.integers(0, 10)), *[1] * total]
    left, right = schedule(pieces, slow), schedule(slow, pieces)
    assert left == right
    assert all(first == second for first, second in left)


def test_nothing_is_shown_before_both_have_begun():
    assert release(Supply(50, ended=False), Supply(0, ended=False), MOST) == (0, 0)
    assert release(Supply(50, ended=True), Supply(0, ended=False), MOST) == (0, 0)


def test_who_has_ended_holds_nobody_back():
    assert release(Supply(0, ended=True), Supply(5, ended=False), MOST) == (0, 5)
    assert release(Supply(2, ended=True), Supply(50, ended=False), MOST) == (2, MOST)
