"""Invitations, groups and memberships, as those who run contests handle them."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from arena.models import Invitation, Membership, RaterGroup
from arena.services.invitations import accept_invitation
from tests.factories import (
    make_contest,
    make_group,
    make_invitation,
    make_member,
    make_rater,
    make_staff,
)

pytestmark = [pytest.mark.django_db]

INVITATIONS = reverse("admin:arena_invitation_changelist")
ADD = reverse("admin:arena_invitation_add")
UNSAID = {"group": "", "note": "", "most_uses": "", "expires_at_0": "", "expires_at_1": ""}


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(make_staff())
    return client


def test_an_invitation_is_made_and_its_whole_link_is_shown_to_be_copied(staff: Client) -> None:
    contest = make_contest()
    told = {**UNSAID, "contest": contest.pk, "note": "Class of spring", "most_uses": 30}
    answer = staff.post(ADD, told, follow=True)
    invitation = Invitation.objects.get()
    link = f"http://testserver/invitations/{invitation.token}/"
    assert f"The link to pass on: {link}" in answer.content.decode()
    assert (invitation.contest, invitation.most_uses, str(invitation.created_by)) == (contest, 30, "ada")
    listed = staff.get(INVITATIONS).content.decode()
    assert f'value="{link}"' in listed
    assert "0 of 30" in listed
    opened = staff.get(reverse("admin:arena_invitation_change", args=[invitation.pk])).content.decode()
    assert f'value="{link}"' in opened


def test_a_group_that_does_not_take_part_is_refused_and_one_that_does_is_not(staff: Client) -> None:
    contest = make_contest()
    stranger, panel = make_group("strangers"), make_group("panel", contest)
    answer = staff.post(ADD, {**UNSAID, "contest": contest.pk, "group": stranger.pk})
    assert "Strangers does not take part in Tea" in answer.content.decode()
    assert not Invitation.objects.exists()
    assert staff.post(ADD, {**UNSAID, "contest": contest.pk, "group": panel.pk}).status_code == 302
    assert Invitation.objects.get().group == panel


@pytest.mark.parametrize("most", ["0", "1"])
def test_a_most_of_uses_that_cannot_be_kept_is_refused_with_words(staff: Client, most: str) -> None:
    invitation = make_invitation(make_contest())
    for _ in range(2):
        accept_invitation(invitation, make_rater())
    where = reverse("admin:arena_invitation_change", args=[invitation.pk])
    answer = staff.post(where, {**UNSAID, "most_uses": most})
    assert answer.status_code == 200
    assert "errornote" in answer.content.decode()
    assert Invitation.objects.get().most_uses is None
    assert staff.post(where, {**UNSAID, "most_uses": "2"}).status_code == 302


def test_where_a_link_leads_does_not_change(staff: Client) -> None:
    invitation, other = make_invitation(make_contest()), make_contest("coffee")
    where = reverse("admin:arena_invitation_change", args=[invitation.pk])
    staff.post(where, {**UNSAID, "contest": other.pk, "note": "For the panel"})
    found = Invitation.objects.get()
    assert (found.contest, found.note, found.token) == (invitation.contest, "For the panel", invitation.token)


def test_the_list_says_which_links_work(staff: Client) -> None:
    contest = make_contest()
    make_invitation(contest)
    make_invitation(contest, expires_at=timezone.now() - timedelta(days=1))
    make_invitation(contest, most_uses=1, uses=1)
    listed = staff.get(INVITATIONS).content.decode()
    for state in (">open<", "This invitation has expired", "This invitation was accepted as often as it may be"):
        assert state in listed


def test_links_are_revoked_and_not_deleted(staff: Client) -> None:
    invitation = make_invitation(make_contest())
    accept_invitation(invitation, make_rater())
    told: dict[str, Any] = {"action": "revoke", "_selected_action": [invitation.pk]}
    assert "1 invitation revoked; members stay members." in staff.post(INVITATIONS, told, follow=True).content.decode()
    assert Invitation.objects.get().revoked_at is not None
    assert Membership.objects.count() == 1
    assert staff.post(reverse("admin:arena_invitation_delete", args=[invitation.pk])).status_code == 403


def test_a_group_gets_contests_and_members_by_hand(staff: Client) -> None:
    contest, rater = make_contest(), make_rater()
    rows = {"TOTAL_FORMS": 1, "INITIAL_FORMS": 0, "0-rater": rater.pk}
    told: dict[str, Any] = {"name": "Panel", "slug": "panel", "note": "", "contests": [contest.pk]}
    told |= {f"memberships-{name}": value for name, value in rows.items()}
    assert staff.post(reverse("admin:arena_ratergroup_add"), told).status_code == 302
    group = RaterGroup.objects.get()
    assert [*group.contests.all()] == [contest]
    assert Membership.objects.get().rater == rater


def test_a_membership_is_made_and_taken_away_by_hand(staff: Client) -> None:
    contest, rater = make_contest(), make_rater()
    add = reverse("admin:arena_membership_add")
    both = {"rater": rater.pk, "contest": contest.pk, "group": make_group().pk}
    assert "Name a contest or a group, and not both." in staff.post(add, both).content.decode()
    assert staff.post(add, {"rater": rater.pk, "contest": contest.pk, "group": ""}).status_code == 302
    delete = reverse("admin:arena_membership_delete", args=[Membership.objects.get().pk])
    assert staff.post(delete, {"post": "yes"}).status_code == 302
    assert not Membership.objects.exists()


def test_who_a_contest_is_for_is_set_with_the_contest(staff: Client) -> None:
    contest = make_contest()
    where = reverse("admin:arena_contest_change", args=[contest.pk])
    page = staff.get(where).content.decode()
    assert 'name="voters"' in page
    assert 'name="audience"' in page


def test_a_group_with_members_goes_with_its_memberships_but_not_where_links_lead_to_it(staff: Client) -> None:
    contest = make_contest()
    group = make_group("panel", contest)
    make_member(group)
    invitation = make_invitation(contest, group=group)
    delete = reverse("admin:arena_ratergroup_delete", args=[group.pk])
    staff.post(delete, {"post": "yes"})
    assert RaterGroup.objects.exists()
    Invitation.objects.filter(pk=invitation.pk).delete()
    staff.post(delete, {"post": "yes"})
    assert not RaterGroup.objects.exists()
    assert not Membership.objects.exists()
