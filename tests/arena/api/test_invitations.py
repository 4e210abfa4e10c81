"""Invitations by program: look, accept, and be told why not."""

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from arena.models import Audience, Invitation, Membership, Voters
from tests.factories import make_arena, make_contest, make_group, make_invitation, make_program

pytestmark = [pytest.mark.django_db]


def address(invitation: Invitation) -> str:
    return f"/api/v1/invitations/{invitation.token}/"


def test_a_program_looks_accepts_and_votes() -> None:
    contest = make_arena(audience=Audience.MEMBERS, voters=Voters.MEMBERS)
    invitation, program = make_invitation(contest), make_program()
    told = {"contest": "tea", "group": "", "joined": False, "closed": ""}
    assert program.get(address(invitation)).json() == told
    assert not Membership.objects.exists()
    assert program.post("/api/v1/contests/tea/battles/").status_code == 404
    for _ in range(2):
        answer = program.post(address(invitation))
        assert (answer.status_code, answer.json()) == (200, {**told, "joined": True})
    assert Invitation.objects.get().uses == 1
    assert program.post("/api/v1/contests/tea/battles/").status_code == 201


def test_the_group_that_one_joins_is_named() -> None:
    contest = make_contest()
    invitation = make_invitation(contest, group=make_group("panel", contest))
    assert make_program().post(address(invitation)).json()["group"] == "Panel"


def test_a_closed_invitation_says_why_and_not_to_what_it_was() -> None:
    contest = make_contest()
    group = make_group("panel", contest)
    invitation, program = make_invitation(contest, group=group, revoked_at=timezone.now()), make_program()
    told = program.get(address(invitation)).json()
    assert (told["contest"], told["group"], told["joined"]) == (None, "", False)
    assert "withdrawn" in told["closed"]
    answer = program.post(address(invitation))
    assert (answer.status_code, answer.json()) == (409, {"detail": told["closed"]})
    assert not Membership.objects.exists()


def test_it_takes_an_account_and_a_link_that_exists() -> None:
    invitation = make_invitation(make_contest())
    for method in ("get", "post"):
        assert getattr(APIClient(), method)(address(invitation)).status_code == 401
    program = make_program()
    for method in ("get", "post"):
        assert getattr(program, method)("/api/v1/invitations/nothing/").status_code == 404
