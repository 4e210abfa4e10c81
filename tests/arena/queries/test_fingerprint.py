"""A fingerprint stands while nothing changed, and changes with whatever would change a number."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from arena.models import Board, PromptState, Vote
from arena.queries import fingerprint
from arena.queries.fingerprint import look_at_votes
from arena.queries.tally import board_settings
from arena.style import features
from arena.style.errors import UnknownFeature
from arena.style.features import Feature
from ranking import BoardSettings
from tests.factories import make_arena, make_battle, make_contestant, make_vote

pytestmark = [pytest.mark.django_db, pytest.mark.database]

NOON = datetime(2025, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def board() -> Board:
    """A board with four votes, an hour apart."""
    contest = make_arena()
    for hours, (outcome, weight) in enumerate((("A", 1.0), ("B", 1.0), ("TIE", 0.25), ("A", 0.75))):
        reason = "manual" if weight < 1 else ""
        when = NOON + timedelta(hours=hours)
        make_vote(make_battle(contest), outcome, integrity_weight=weight, integrity_reason=reason, created_at=when)
    return Board.objects.create(contest=contest, slug="human", name="People", rater_kind="human")


def look(board: Board, **settings: Any) -> str:
    return look_at_votes(board, BoardSettings.from_dict(settings) if settings else board_settings(board)).fingerprint


def votes() -> list[Vote]:
    return list(Vote.objects.order_by("id"))


def test_it_stands_while_nothing_changes(board):
    assert look(board) == look(board)
    assert len(look(board)) == 64


def test_it_costs_one_query_for_the_votes_and_one_for_the_contestants(board, django_assert_num_queries):
    with django_assert_num_queries(2):
        look(board)


def test_it_knows_the_first_and_the_last_vote(board):
    seen = look_at_votes(board, BoardSettings())
    assert (seen.first, seen.last) == (NOON, NOON + timedelta(hours=3))


def test_a_board_without_votes_has_one_too(board):
    empty = Board.objects.create(contest=board.contest, slug="s", name="S", rater_kind="simulated")
    seen = look_at_votes(empty, BoardSettings())
    assert (seen.first, seen.last) == (None, None)
    assert seen.fingerprint == look(empty) != look(board)


def change_weight():
    Vote.objects.filter(pk=votes()[0].pk).update(integrity_weight=0.5, integrity_reason="manual")


def swap_weights():
    third, fourth = votes()[2:]
    for vote, other in ((third, fourth), (fourth, third)):
        Vote.objects.filter(pk=vote.pk).update(integrity_weight=other.integrity_weight)


def swap_outcomes():
    first, second = votes()[:2]
    for vote, other in ((first, second), (second, first)):
        Vote.objects.filter(pk=vote.pk).update(outcome=other.outcome)


def void_another():
    first, second, third, fourth = (vote.pk for vote in votes())
    assert first + fourth == second + third
    Vote.objects.filter(pk__in=(first, fourth)).update(voided_at=NOON, void_reason="a test")


@pytest.mark.parametrize("change", [change_weight, swap_weights, swap_outcomes, void_another])
def test_it_changes_with_votes_weights_and_outcomes(board, change):
    before = look(board)
    change()
    assert look(board) != before


def test_two_ways_to_void_two_votes_of_the_same_sum_differ(board):
    Vote.objects.update(outcome="A", integrity_weight=1, integrity_reason="")
    found = set()
    for pair in ((0, 3), (1, 2)):
        Vote.objects.update(voided_at=None, void_reason="")
        chosen = [votes()[place].pk for place in pair]
        Vote.objects.filter(pk__in=chosen).update(voided_at=NOON, void_reason="a test")
        found.add(look(board))
    assert len(found) == 2


def test_it_changes_with_a_new_vote_a_new_contestant_junk_and_settings(board):
    found = [look(board)]
    make_vote(make_battle(board.contest), "A")
    found.append(look(board))
    make_contestant(board.contest)
    found.append(look(board))
    found.append(look(board, level=0.9))
    board.contest.prompts.update(state=PromptState.JUNK)
    found.append(look(board))
    assert len(set(found)) == len(found)


def test_weights_that_a_board_leaves_aside_do_not_change_it(board):
    board.use_integrity_weights = False
    before = look(board)
    change_weight()
    assert look(board) == before


def test_it_changes_with_the_versions_of_features_that_the_board_controls(board, monkeypatch):
    plain, styled = look(board), look(board, covariates=["tokens"])
    raised = dict(features._registered) | {"tokens": Feature("tokens", 99, "", len)}
    monkeypatch.setattr(features, "_registered", raised)
    assert look(board) == plain
    assert look(board, covariates=["tokens"]) != styled
    with pytest.raises(UnknownFeature):
        look(board, covariates=["colour"])


def test_it_changes_with_the_engine(board, monkeypatch):
    before = look(board)
    monkeypatch.setattr(fingerprint, "ENGINE_VERSION", "another")
    assert look(board) != before
