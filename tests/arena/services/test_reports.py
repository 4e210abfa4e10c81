"""Problems with battles are kept, closed with a note, and never keep anybody from voting."""

import pytest

from arena.models import Battle, BattleReport, BattleState, ReportKind, ReportState, VoteOutcome
from arena.services.battles import open_battle
from arena.services.errors import BattleNotFound, ServiceError
from arena.services.reports import close_reports, reopen_reports, report_problem
from arena.services.votes import cast_vote
from tests.factories import make_arena, make_rater, make_staff

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def battle() -> Battle:
    return open_battle(make_arena(), make_rater())


def test_a_problem_is_kept_as_it_was_told(battle):
    report = report_problem(battle.token, battle.rater, ReportKind.UNSAFE, " It swears. ")
    assert (report.kind, report.text, report.state, report.closed_at) == ("unsafe", "It swears.", "open", None)


@pytest.mark.parametrize("first", ["report", "vote"])
def test_a_report_and_a_vote_do_not_hinder_each_other(battle, first):
    for step in ("report", "vote") if first == "report" else ("vote", "report"):
        if step == "report":
            report_problem(battle.token, battle.rater, ReportKind.BROKEN)
        else:
            assert cast_vote(battle.token, battle.rater, VoteOutcome.A).created
    battle.refresh_from_db()
    assert battle.state == BattleState.VOTED
    assert battle.reports.count() == 1


def test_the_same_problem_told_again_adds_to_the_text_and_opens_the_report(battle):
    for text in ("It swears.", "It swears.", "", "In line two."):
        report_problem(battle.token, battle.rater, ReportKind.UNSAFE, text)
    assert BattleReport.objects.get().text == "It swears.\nIn line two."
    close_reports(BattleReport.objects.all(), None, ReportState.REJECTED)
    report_problem(battle.token, battle.rater, ReportKind.UNSAFE, "It swears.")
    assert BattleReport.objects.get().state == ReportState.REJECTED
    report_problem(battle.token, battle.rater, ReportKind.UNSAFE, "And in line three.")
    assert BattleReport.objects.get().state == ReportState.OPEN


def test_problems_of_different_kinds_are_different_reports(battle):
    for kind in ReportKind:
        report_problem(battle.token, battle.rater, kind)
    assert BattleReport.objects.count() == len(ReportKind)


def test_a_foreign_battle_is_not_found(battle):
    with pytest.raises(BattleNotFound):
        report_problem(battle.token, make_rater(), ReportKind.OTHER)


def test_closing_says_who_when_and_what_was_done_and_can_be_taken_back(battle):
    report = report_problem(battle.token, battle.rater, ReportKind.BROKEN)
    ada, all_of_them = make_staff(), BattleReport.objects.all()
    assert close_reports(all_of_them, ada, ReportState.RESOLVED, "Generated anew.") == 1
    report.refresh_from_db()
    assert (report.state, report.note, report.closed_by) == ("resolved", "Generated anew.", ada)
    assert report.closed_at is not None
    assert close_reports(all_of_them, ada, ReportState.RESOLVED) == 0
    assert reopen_reports(all_of_them) == 1
    report.refresh_from_db()
    assert (report.state, report.note, report.closed_by, report.closed_at) == ("open", "Generated anew.", None, None)


def test_a_report_is_not_closed_as_open(battle):
    with pytest.raises(ServiceError):
        close_reports(BattleReport.objects.all(), None, ReportState.OPEN)
