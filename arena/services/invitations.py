"""Invitations: accept and revoke. The only writer of memberships that come about by a link."""

from datetime import datetime

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from arena.models import Contest, Invitation, Membership, Rater
from arena.queries.invitations import membership_by, place_of, why_closed
from arena.services.errors import InvitationClosed


def accept_invitation(invitation: Invitation, rater: Rater, now: datetime | None = None) -> Contest:
    """Make a rater a member where an invitation leads to; return the contest. A member stays one, and spends no use.

    Raises InvitationClosed where the invitation was revoked, has expired or was used up.
    """
    now = now or timezone.now()
    with transaction.atomic():
        # Of many who accept the last use at the same time, one gets it; the others find it spent.
        current = Invitation.objects.select_for_update(of=("self",)).select_related("contest", "group")
        found = current.get(pk=invitation.pk)
        if membership_by(found, rater) is None:
            closed = why_closed(found, now)
            if closed:
                raise InvitationClosed(closed)
            _, created = Membership.objects.get_or_create(
                rater=rater, **place_of(found), defaults={"invitation": found}
            )
            Invitation.objects.filter(pk=found.pk).update(uses=F("uses") + int(created))
    return found.contest


def revoke_invitations(invitations: QuerySet[Invitation], now: datetime | None = None) -> int:
    """Let links lead nowhere from now on; return how many changed. Who accepted one before stays a member."""
    return invitations.filter(revoked_at__isnull=True).update(revoked_at=now or timezone.now())
