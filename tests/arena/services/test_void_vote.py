"""Votes are voided and restored with a reason, and the log keeps both."""

import pytest
from django.db.models import ProtectedError

from arena.models import Vote, VoteCorrection
from arena.services.errors import ServiceError
from arena.services.votes import restore_vote, void_vote
from tests.factories import make_arena, make_battle, make_staff, make_vote

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def vote() -> Vote:
    return make_vote(make_battle(make_arena()))


def test_voiding_records_who_and_why(vote):
    ada = make_staff()
    assert void_vote(vote, ada, " bot ") is True
    vote.refresh_from_db()
    assert (vote.voided_by, vote.void_reason) == (ada, "bot")
    assert vote.voided_at is not None


def test_restoring_leaves_no_trace_on_the_vote_but_two_lines_in_the_log(vote):
    ada = make_staff()
    void_vote(vote, ada, "bot")
    assert restore_vote(vote, ada, "it was my mother") is True
    vote.refresh_from_db()
    assert (vote.voided_at, vote.voided_by, vote.void_reason) == (None, None, "")
    assert list(VoteCorrection.objects.values_list("verb", "reason")) == [
        ("void", "bot"),
        ("restore", "it was my mother"),
    ]


def test_voiding_twice_changes_nothing_the_second_time(vote):
    void_vote(vote, None, "bot")
    assert void_vote(vote, None, "another reason") is False
    vote.refresh_from_db()
    assert vote.void_reason == "bot"
    assert VoteCorrection.objects.count() == 1


def test_restoring_a_vote_that_counts_changes_nothing(vote):
    assert restore_vote(vote, None, "why not") is False
    assert VoteCorrection.objects.count() == 0


@pytest.mark.parametrize("verb", [void_vote, restore_vote])
@pytest.mark.parametrize("reason", ["", "   ", "x" * 201])
def test_without_a_proper_reason_nothing_happens(vote, verb, reason):
    with pytest.raises(ServiceError):
        verb(vote, None, reason)
    assert VoteCorrection.objects.count() == 0


def test_a_vote_with_a_history_cannot_be_deleted(vote):
    void_vote(vote, None, "bot")
    with pytest.raises(ProtectedError):
        vote.delete()
