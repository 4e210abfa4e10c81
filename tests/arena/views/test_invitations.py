"""The page of an invitation: looking changes nothing, pressing joins, and a closed link is told calmly."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from arena.models import Audience, Invitation, Membership, Rater, Voters
from arena.services.raters import identify_account, identify_browser
from tests.factories import make_arena, make_contest, make_group, make_invitation, make_member, make_user, sign_browser

pytestmark = [pytest.mark.django_db]

CLOSED = (
    {"revoked_at": timezone.now()},
    {"expires_at": timezone.now() - timedelta(days=1)},
    {"most_uses": 1, "uses": 1},
)


@pytest.fixture
def invitation() -> Invitation:
    """An invitation to a contest that is for members alone."""
    return make_invitation(
        make_arena(audience=Audience.MEMBERS, voters=Voters.MEMBERS, question="Which tea is better?")
    )


def address(invitation: Invitation) -> str:
    return f"/invitations/{invitation.token}/"


@pytest.mark.parametrize("method", ["get", "head"])
def test_looking_at_it_changes_nothing(client: Client, invitation: Invitation, method: str) -> None:
    answer = getattr(client, method)(address(invitation))
    assert (answer.status_code, answer.cookies.get("versus_browser")) == (200, None)
    assert "no-store" in answer["Cache-Control"]
    assert not Rater.objects.exists()
    assert not Membership.objects.exists()
    assert client.get("/contests/tea/").status_code == 404


def test_it_says_to_what_one_is_invited(client: Client, invitation: Invitation) -> None:
    page = client.get(address(invitation)).content.decode()
    assert "You are invited to Tea" in page
    assert "Which tea is better?" in page
    assert "you need no account for it" in page


def test_a_group_is_named(client: Client) -> None:
    contest = make_contest()
    page = client.get(address(make_invitation(contest, group=make_group("panel", contest)))).content.decode()
    assert "one of the group Panel" in page


def test_a_browser_that_accepts_is_in_and_votes(client: Client, invitation: Invitation) -> None:
    answer = client.post(address(invitation), follow=True)
    assert answer.redirect_chain == [("/contests/tea/", 302)]
    assert b"You are in. Welcome!" in answer.content
    assert client.post("/contests/tea/battles/")["Location"].startswith("/battles/")
    assert Membership.objects.get().rater == Rater.objects.get(browser_key__isnull=False)
    assert Client().get("/contests/tea/").status_code == 404


def test_a_browser_that_is_known_stays_who_it_is(client: Client, invitation: Invitation) -> None:
    rater = identify_browser("the key")
    client.cookies["versus_browser"] = sign_browser("the key")
    client.post(address(invitation))
    assert Membership.objects.get().rater == rater
    assert Rater.objects.count() == 1


def test_an_account_that_accepts_is_in_on_every_device(client: Client, invitation: Invitation) -> None:
    alice = make_user()
    client.force_login(alice)
    assert b"Your account alice is remembered" in client.get(address(invitation)).content
    assert client.post(address(invitation))["Location"] == "/contests/tea/"
    elsewhere = Client()
    elsewhere.force_login(alice)
    assert elsewhere.get("/contests/tea/").status_code == 200


def test_who_is_in_already_is_led_on_and_spends_nothing(client: Client, invitation: Invitation) -> None:
    for _ in range(2):
        assert client.post(address(invitation))["Location"] == "/contests/tea/"
    page = client.get(address(invitation)).content.decode()
    assert "accepted this invitation already" in page
    assert "Accept the invitation" not in page
    assert Invitation.objects.get().uses == 1


def test_a_guest_who_needs_an_account_to_vote_sees_the_contest_and_is_told(client: Client) -> None:
    invitation = make_invitation(make_arena(audience=Audience.MEMBERS, voters=Voters.ACCOUNTS))
    page = client.post(address(invitation), follow=True).content.decode()
    assert "Voting in this contest needs an account" in page


@pytest.mark.parametrize("fields", CLOSED, ids=["revoked", "expired", "used up"])
def test_a_closed_link_is_told_calmly_and_does_not_tell_of_the_contest(client: Client, fields: dict[str, Any]) -> None:
    invitation = make_invitation(make_arena(audience=Audience.MEMBERS), **fields)
    for answer in (client.get(address(invitation)), client.post(address(invitation))):
        page = answer.content.decode()
        assert answer.status_code == 410
        assert "This invitation is closed" in page
        assert "ask whoever sent it for a new one" in page
        assert "Tea" not in page
    assert not Membership.objects.exists()
    assert not Rater.objects.filter(browser_key__isnull=False).exists()


def test_a_member_is_led_on_by_a_link_that_is_closed_to_others(client: Client) -> None:
    contest = make_arena(audience=Audience.MEMBERS)
    alice = make_user()
    make_member(contest, identify_account(alice))
    client.force_login(alice)
    invitation = make_invitation(contest, revoked_at=timezone.now())
    assert b"accepted this invitation already" in client.get(address(invitation)).content


def test_an_invitation_to_a_draft_names_it_to_nobody(client: Client) -> None:
    contest = make_arena(state="draft")
    make_member(contest, identify_browser("the key"))
    client.cookies["versus_browser"] = sign_browser("the key")
    answer = client.get(address(make_invitation(contest)))
    assert (answer.status_code, b"not open yet" in answer.content, b"Tea" in answer.content) == (410, True, False)


@pytest.mark.parametrize("token", ["nothing", "%00", "x" * 500, "%C3%A9"])
def test_a_link_that_was_not_copied_whole_leads_to_nothing(client: Client, token: str) -> None:
    for answer in (client.get(f"/invitations/{token}/"), client.post(f"/invitations/{token}/")):
        assert answer.status_code == 404


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options"])
def test_other_methods_are_refused(client: Client, invitation: Invitation, method: str) -> None:
    answer = getattr(client, method)(address(invitation))
    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD, POST")


def test_a_form_of_another_site_joins_nothing(invitation: Invitation) -> None:
    visitor = Client(enforce_csrf_checks=True)
    assert visitor.post(address(invitation)).status_code == 403
    assert not Membership.objects.exists()
