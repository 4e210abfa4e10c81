"""Undone votes, skips and reports are counted for those who run a contest."""

import pytest

from arena.models import ReportKind, ReportState, SkipReason, VoteOutcome
from arena.queries.voting import tell_voting, voting_counts
from arena.services.battles import open_battle, skip_battle
from arena.services.reports import close_reports, report_problem
from arena.services.undo import undo_vote
from arena.services.votes import cast_vote
from tests.factories import make_arena, make_rater

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def test_everything_is_counted_once():
    contest = make_arena()
    for first, then in (("A", "B"), ("A", "A"), ("TIE", None)):
        battle = open_battle(contest, make_rater())
        cast_vote(battle.token, battle.rater, VoteOutcome(first))
        again = undo_vote(battle.token, battle.rater)
        if then:
            cast_vote(again.token, battle.rater, VoteOutcome(then))
    for reason in (None, SkipReason.CANNOT_JUDGE):
        battle = open_battle(contest, make_rater())
        skip_battle(battle.token, battle.rater, reason=reason)
    closed = report_problem(battle.token, battle.rater, ReportKind.UNSAFE)
    close_reports(type(closed).objects.all(), None, ReportState.REJECTED)
    report_problem(battle.token, battle.rater, ReportKind.OTHER)
    assert tell_voting(voting_counts(contest)) == (
        "3 votes were undone by their voters; 2 were given again, 1 of them changed. 2 battles were skipped, 1 because "
        "the rater could not judge them. 2 problems were reported, 1 are open."
    )
