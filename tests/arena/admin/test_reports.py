"""Reports in the admin: closed with a note, opened again."""

import pytest
from django.urls import reverse

from arena.models import BattleReport, ReportKind
from arena.services.reports import report_problem
from tests.factories import make_arena, make_battle, make_staff

pytestmark = [pytest.mark.django_db, pytest.mark.database]

LIST = "admin:arena_battlereport_changelist"


@pytest.fixture
def report(client) -> BattleReport:
    client.force_login(make_staff())
    battle = make_battle(make_arena())
    return report_problem(battle.token, battle.rater, ReportKind.BROKEN, "It ends in the middle.")


def act(client, action: str, report: BattleReport, **fields: str):
    sent = {"action": action, "_selected_action": [report.pk], **fields}
    return client.post(reverse(LIST), sent, follow=True)


def test_the_list_tells_what_was_told_and_of_which_battle(client, report):
    page = client.get(reverse(LIST)).content.decode()
    assert "It ends in the middle." in page
    assert reverse("admin:arena_battle_change", args=[report.battle_id]) in page


@pytest.mark.parametrize(("action", "state"), [("resolve", "resolved"), ("reject", "rejected")])
def test_a_report_is_closed_after_asking_what_was_done(client, report, action, state):
    assert "what was done?" in act(client, action, report).content.decode()
    report.refresh_from_db()
    assert report.state == "open"
    assert f"1 report {state}." in act(client, action, report, confirmed="yes", note="Seen.").content.decode()
    report.refresh_from_db()
    assert (report.state, report.note, str(report.closed_by)) == (state, "Seen.", "ada")


def test_a_closed_report_is_opened_again(client, report):
    act(client, "resolve", report, confirmed="yes")
    assert "1 report opened again." in act(client, "reopen", report).content.decode()
    report.refresh_from_db()
    assert (report.state, report.closed_by) == ("open", None)
