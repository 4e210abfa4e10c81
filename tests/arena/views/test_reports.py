"""Problems, reasons after the vote, reasons of a skip and undo, from the browser."""

import re

import pytest

from arena.models import Battle, BattleReport, BattleState, Vote
from tests.factories import make_arena

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def battle(client) -> Battle:
    make_arena()
    client.post("/contests/tea/battles/")
    return Battle.objects.get()


def send(client, battle: Battle, door: str, **said: object) -> str:
    return str(client.post(f"/battles/{battle.token}/{door}/", said, follow=True).content.decode())


def test_a_problem_can_be_told_before_the_vote_and_the_battle_stays(client, battle):
    page = send(client, battle, "report", kind="identity_leak", text="It says so.")
    assert "Thank you. Somebody will look at it." in page
    assert f'action="/battles/{battle.token}/vote/"' in page
    assert BattleReport.objects.get().text == "It says so."


def test_a_problem_can_be_told_after_the_vote(client, battle):
    assert f'action="/battles/{battle.token}/report/"' in send(client, battle, "vote", outcome="A")
    assert "Your vote: A is better" in send(client, battle, "report", kind="broken")
    assert BattleReport.objects.get().kind == "broken"


@pytest.mark.parametrize("said", [{}, {"kind": "?"}, {"kind": "other", "text": "x" * 2001}])
def test_a_problem_that_cannot_be_read_is_refused(client, battle, said):
    assert "Say what is wrong" in send(client, battle, "report", **said)
    assert not BattleReport.objects.exists()


def test_reasons_and_a_comment_can_be_given_after_the_vote(client, battle):
    page = send(client, battle, "vote", outcome="A", tags=["clear"], comment="Short.")
    assert re.search(r'value="clear"\s+checked', page)
    assert "Short.</textarea>" in page
    page = send(client, battle, "remarks", tags=["correct", "wrong"], comment="Right.")
    assert "Saved with your vote." in page
    stored = Vote.objects.get()
    assert (stored.outcome, stored.tags, stored.comment) == ("A", ["correct", "wrong"], "Right.")


@pytest.mark.parametrize("said", [{"tags": ["?"]}, {"comment": "x" * 2001}])
def test_reasons_that_nobody_knows_are_refused(client, battle, said):
    send(client, battle, "vote", outcome="A", tags=["clear"])
    assert "A comment may have up to" in send(client, battle, "remarks", **said)
    assert Vote.objects.get().tags == ["clear"]


def test_there_is_nothing_to_remark_on_before_the_vote(client, battle):
    page = send(client, battle, "remarks", comment="Hm.")
    assert "Saved with your vote." not in page
    assert Vote.objects.count() == 0


@pytest.mark.parametrize(("said", "kept"), [("cannot_judge", "cannot_judge"), ("", None), ("?", None)])
def test_a_skip_may_say_that_its_rater_cannot_judge(client, battle, said, kept):
    assert "<h1>Skipped</h1>" in send(client, battle, "skip", reason=said)
    battle.refresh_from_db()
    assert (battle.state, battle.skip_reason) == (BattleState.SKIPPED, kept)


def test_undo_leads_to_the_same_pair_again_and_says_that_the_names_are_known(client, battle):
    assert f'action="/battles/{battle.token}/undo/"' in send(client, battle, "vote", outcome="A")
    page = send(client, battle, "undo")
    again = Battle.objects.get(state=BattleState.SERVED)
    assert f'action="/battles/{again.token}/vote/"' in page
    assert "You took your vote on this pair back" in page
    assert battle.contestant_a.name not in page
    page = send(client, again, "vote", outcome="B")
    assert "Your vote: B is better" in page
    assert "/undo/" not in page


def test_the_page_of_a_vote_that_was_taken_back_says_so(client, battle):
    send(client, battle, "vote", outcome="A")
    send(client, battle, "undo")
    page = client.get(f"/battles/{battle.token}/").content.decode()
    assert "You took this vote back." in page
    assert "/undo/" not in page


def test_an_undo_that_comes_too_late_says_why(client, battle):
    send(client, battle, "vote", outcome="A")
    client.post("/contests/tea/battles/")
    send(client, Battle.objects.get(state=BattleState.SERVED), "skip")
    assert "You have gone on to another battle since" in send(client, battle, "undo")
    assert Vote.objects.get().voided_at is None
