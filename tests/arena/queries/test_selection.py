"""Which votes a board counts: each filter leaves out what it says, and says how much that is."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from django.db import IntegrityError, transaction

from arena.models import Board, Contest, PromptState
from arena.queries.checks import tell_exclusions, tell_filters
from arena.queries.selection import board_votes, counted_votes, exclusions
from arena.queries.tally import comparisons, pair_counts
from tests.factories import make_arena, make_battle, make_prompt, make_response, make_vote

pytestmark = [pytest.mark.django_db, pytest.mark.database]

NOON = datetime(2025, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
VOID = {"voided_at": NOON, "void_reason": "a test"}


def people(contest: Contest, **fields: Any) -> Board:
    return Board.objects.create(contest=contest, **{"slug": "human", "name": "People", "rater_kind": "human", **fields})


def vote(contest: Contest, outcome: str = "A", **fields: Any) -> None:
    prompt = fields.pop("prompt", None)
    battle = make_battle(contest, **({"prompt": prompt} if prompt else {}))
    make_vote(battle, outcome, **fields)


def counted(board: Board) -> tuple[int, dict[str, int]]:
    """Return how many votes count, and the reasons for which others do not."""
    found = exclusions(board)
    told = {name: getattr(found, name) for name in found.__slots__ if getattr(found, name)}
    assert counted_votes(board).count() + found.total == board_votes(board).count()
    assert found.total == sum(told.values())
    return counted_votes(board).count(), told


def test_without_filters_every_standing_vote_counts():
    contest = make_arena()
    vote(contest)
    vote(contest, duration_ms=1)
    assert counted(people(contest)) == (2, {})


def test_a_language_leaves_out_prompts_in_others():
    contest = make_arena(prompts=1)
    german = make_prompt(contest, language="de")
    for contestant in contest.contestants.all():
        make_response(german, contestant)
    vote(contest)
    vote(contest, prompt=german)
    vote(contest, prompt=german)
    assert counted(people(contest, language="de")) == (2, {"other_language": 1})
    assert counted(people(contest, slug="en", language="en")) == (1, {"other_language": 2})


def test_dates_take_the_first_moment_and_not_the_last():
    contest = make_arena()
    for hours in (-1, 0, 1, 2):
        vote(contest, created_at=NOON + hours * HOUR)
    assert counted(people(contest, since=NOON, until=NOON + 2 * HOUR)) == (2, {"outside_dates": 2})
    assert counted(people(contest, slug="since", since=NOON)) == (3, {"outside_dates": 1})
    assert counted(people(contest, slug="until", until=NOON)) == (1, {"outside_dates": 3})


def test_a_least_duration_leaves_out_faster_votes_and_those_of_unknown_duration():
    contest = make_arena()
    for milliseconds in (None, 0, 2_999, 3_000, 90_000):
        vote(contest, duration_ms=milliseconds)
    assert counted(people(contest, minimum_seconds=3)) == (2, {"too_fast": 3})


def test_integrity_weights_may_be_left_aside():
    contest = make_arena(contestants=2)
    for weight in (0.0, 0.5, 1.0):
        vote(contest, integrity_weight=weight, integrity_reason="manual" if weight < 1 else "")
    vote(contest, **VOID)
    by_weight, as_one = people(contest), people(contest, slug="plain", use_integrity_weights=False)
    assert counted(by_weight) == (2, {"voided": 1, "weightless": 1})
    assert counted(as_one) == (3, {"voided": 1})
    assert (pair_counts(by_weight).wins.sum(), pair_counts(by_weight).wins_squared.sum()) == (1.5, 1.25)
    assert (pair_counts(as_one).wins.sum(), pair_counts(as_one).wins_squared.sum()) == (3, 3)
    assert comparisons(as_one).weight.tolist() == [1, 1, 1]


def test_a_vote_with_several_reasons_is_told_under_the_first():
    contest = make_arena(prompts=1)
    vote(contest, **VOID, duration_ms=1)
    vote(contest, duration_ms=1, created_at=NOON)
    vote(contest, duration_ms=1)
    board = people(contest, since=NOON + HOUR, minimum_seconds=2, language="en")
    assert counted(board) == (0, {"voided": 1, "outside_dates": 1, "too_fast": 1})
    contest.prompts.update(language="fr")
    assert counted(board) == (0, {"voided": 1, "other_language": 2})
    contest.prompts.update(state=PromptState.JUNK)
    assert counted(board) == (0, {"voided": 1, "junk_prompts": 2})


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_whatever_the_filters_every_vote_counts_or_is_told(seed, django_assert_num_queries):
    rng, contest = np.random.default_rng(seed), make_arena(prompts=2)
    first, second = contest.prompts.order_by("id")
    second.language = "de"
    second.save()
    for _ in range(40):
        weight = float(rng.choice([0, 0.5, 1]))
        vote(
            contest,
            prompt=first if rng.random() < 0.5 else second,
            duration_ms=None if rng.random() < 0.2 else int(rng.integers(0, 9_000)),
            created_at=NOON + int(rng.integers(0, 9)) * HOUR,
            integrity_weight=weight,
            integrity_reason="manual" if weight < 1 else "",
            **(VOID if rng.random() < 0.2 else {}),
        )
    board = people(contest, language="en", since=NOON + 2 * HOUR, until=NOON + 8 * HOUR, minimum_seconds=1.5)
    assert board_votes(board).count() == 40
    number, told = counted(board)
    assert 0 < number < 40
    assert len(told) == 5
    with django_assert_num_queries(1):
        exclusions(board)


@pytest.mark.parametrize(
    "fields",
    [{"since": NOON, "until": NOON}, {"since": NOON, "until": NOON - HOUR}, {"minimum_seconds": 0}],
    ids=["at once", "backwards", "no time at all"],
)
def test_filters_that_leave_nothing_are_refused_by_the_database(fields):
    contest = make_arena()
    with pytest.raises(IntegrityError), transaction.atomic():
        people(contest, **fields)


def test_filters_and_what_they_leave_out_are_told_in_words():
    contest = make_arena()
    vote(contest, duration_ms=1)
    vote(contest, **VOID)
    board = people(contest, language="en", since=NOON, minimum_seconds=2.5, use_integrity_weights=False)
    assert tell_filters(board) == (
        "Only votes on prompts in en, from 2025-03-01 12:00 on, that took at least 2.5 s. "
        "Every vote counts as one, whatever its integrity weight."
    )
    assert tell_exclusions(exclusions(board)) == (
        "Not counted: 1 voided, 1 faster than the board asks for, or of unknown duration."
    )
    plain = people(contest, slug="plain")
    assert tell_filters(plain) == ""
    assert tell_exclusions(exclusions(plain)) == "Not counted: 1 voided."
    Board.objects.filter(pk=plain.pk).update(rater_kind="simulated")
    plain.refresh_from_db()
    assert tell_exclusions(exclusions(plain)) == "No vote of this board is excluded."
