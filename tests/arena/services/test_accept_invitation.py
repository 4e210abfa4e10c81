"""Accepting an invitation makes a member, once; links that are closed make none."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from arena.models import Invitation, Membership
from arena.services.errors import InvitationClosed
from arena.services.invitations import accept_invitation, revoke_invitations
from tests.factories import make_contest, make_group, make_invitation, make_member, make_rater

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def uses(invitation: Invitation) -> int:
    return Invitation.objects.get(pk=invitation.pk).uses


def test_who_accepts_is_a_member_of_the_contest_and_the_use_is_counted() -> None:
    contest = make_contest()
    invitation, rater = make_invitation(contest), make_rater()
    assert accept_invitation(invitation, rater) == contest
    membership = Membership.objects.get()
    assert (membership.rater, membership.contest, membership.group) == (rater, contest, None)
    assert (membership.invitation, uses(invitation)) == (invitation, 1)


def test_who_accepts_twice_is_a_member_once_and_spends_one_use() -> None:
    invitation, rater = make_invitation(make_contest(), most_uses=2), make_rater()
    for _ in range(3):
        accept_invitation(invitation, rater)
    assert (Membership.objects.count(), uses(invitation)) == (1, 1)


def test_an_invitation_to_a_group_joins_the_group() -> None:
    contest = make_contest()
    group, rater = make_group("panel", contest), make_rater()
    assert accept_invitation(make_invitation(contest, group=group), rater) == contest
    membership = Membership.objects.get()
    assert (membership.rater, membership.contest, membership.group) == (rater, None, group)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"revoked_at": timezone.now()}, "withdrawn"),
        ({"expires_at": timezone.now() - timedelta(seconds=1)}, "expired"),
        ({"most_uses": 3, "uses": 3}, "as often as it may be"),
    ],
)
def test_a_closed_invitation_says_why_and_makes_no_member(fields: dict[str, Any], told: str) -> None:
    invitation = make_invitation(make_contest(), **fields)
    with pytest.raises(InvitationClosed, match=told):
        accept_invitation(invitation, make_rater())
    assert not Membership.objects.exists()
    assert uses(invitation) == fields.get("uses", 0)


def test_an_invitation_works_until_the_moment_at_which_it_expires() -> None:
    now = timezone.now()
    invitation = make_invitation(make_contest(), expires_at=now)
    accept_invitation(invitation, make_rater(), now=now - timedelta(seconds=1))
    with pytest.raises(InvitationClosed):
        accept_invitation(invitation, make_rater(), now=now)


def test_a_draft_is_not_open_yet_and_is_when_it_opens() -> None:
    contest = make_contest(state="draft")
    invitation, rater = make_invitation(contest), make_rater()
    with pytest.raises(InvitationClosed, match="not open yet"):
        accept_invitation(invitation, rater)
    type(contest).objects.update(state="open")
    accept_invitation(invitation, rater)
    assert Membership.objects.exists()


def test_an_invitation_by_way_of_a_group_that_left_the_contest_leads_nowhere() -> None:
    group = make_group("panel")
    with pytest.raises(InvitationClosed, match="leads nowhere"):
        accept_invitation(make_invitation(make_contest(), group=group), make_rater())


def test_a_member_is_let_in_by_a_link_that_was_closed_since() -> None:
    contest = make_contest()
    invitation = make_invitation(contest, most_uses=1)
    rater = make_rater()
    accept_invitation(invitation, rater)
    revoke_invitations(Invitation.objects.all())
    assert accept_invitation(invitation, rater) == contest


def test_what_was_revoked_stays_revoked_and_its_members_members() -> None:
    contest = make_contest()
    invitation = make_invitation(contest)
    accept_invitation(invitation, make_rater())
    assert revoke_invitations(Invitation.objects.all()) == 1
    assert revoke_invitations(Invitation.objects.all()) == 0
    assert Membership.objects.count() == 1


def test_tokens_are_long_and_all_different() -> None:
    contest = make_contest()
    tokens = {make_invitation(contest).token for _ in range(50)}
    assert len(tokens) == 50
    assert min(map(len, tokens)) >= 32


@pytest.mark.parametrize("fields", [{}, {"contest": True, "group": True}])
def test_a_membership_is_of_a_contest_or_of_a_group(fields: dict[str, bool]) -> None:
    places = {"contest": make_contest(), "group": make_group()}
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(rater=make_rater(), **{name: places[name] for name in fields})


def test_nobody_is_a_member_twice() -> None:
    for place in (make_contest(), make_group()):
        rater = make_member(place)
        with pytest.raises(IntegrityError), transaction.atomic():
            make_member(place, rater)


@pytest.mark.parametrize("fields", [{"most_uses": 0}, {"most_uses": 1, "uses": 2}])
def test_the_database_counts_no_more_uses_than_are_allowed(fields: dict[str, int]) -> None:
    contest = make_contest()
    with pytest.raises(IntegrityError), transaction.atomic():
        make_invitation(contest, **fields)


@pytest.mark.django_db(transaction=True)
def test_of_many_who_accept_the_last_use_at_the_same_moment_one_gets_it() -> None:
    invitation = make_invitation(make_contest(), most_uses=1)
    raters = [make_rater() for _ in range(6)]
    together = Barrier(len(raters))

    def accept(rater: Any) -> bool:
        together.wait()
        try:
            accept_invitation(invitation, rater)
        except InvitationClosed:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(len(raters)) as pool:
        got = list(pool.map(accept, raters))
    assert (sum(got), Membership.objects.count(), uses(invitation)) == (1, 1, 1)


@pytest.mark.django_db(transaction=True)
def test_one_who_presses_many_times_at_the_same_moment_is_a_member_once() -> None:
    invitation, rater, together = make_invitation(make_contest(), most_uses=1), make_rater(), Barrier(6)

    def accept(_: int) -> Any:
        together.wait()
        try:
            return accept_invitation(invitation, rater)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(accept, range(6))) == {invitation.contest}
    assert (Membership.objects.count(), uses(invitation)) == (1, 1)
