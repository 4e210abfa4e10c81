"""Invitations as their pages show them: what one is invited to, and whether the link still works."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from arena.models import Contest, ContestState, Invitation, Membership, Rater, of_person
from arena.queries.correctness import question_of_contest


@dataclass(frozen=True, slots=True)
class InvitationPage:
    """One invitation for one visitor.

    Attributes
    ----------
    contest : None where the visitor may not know which it is. group : the name of the group that one joins; empty then, too.
    closed : why it cannot be accepted, empty where it can.
    joined : whether the visitor is a member already.
    """

    token: str
    contest: Contest | None
    group: str
    closed: str
    joined: bool

    @property
    def question(self) -> str:
        """What raters of the contest are asked."""
        return question_of_contest(self.contest) if self.contest else ""


def invitation_page(invitation: Invitation, rater: Rater | None, now: datetime) -> InvitationPage:
    """Return what a visitor is told of an invitation. Who is too late does not learn to what it was."""
    joined = membership_by(invitation, rater) is not None
    hidden = invitation.contest.state == ContestState.DRAFT
    closed = why_closed(invitation, now) if hidden or not joined else ""
    return InvitationPage(
        token=invitation.token,
        contest=None if closed else invitation.contest,
        group=invitation.group.name if invitation.group and not closed else "",
        closed=closed,
        joined=joined,
    )


def membership_by(invitation: Invitation, rater: Rater | None) -> Membership | None:
    """Return the membership that a rater has already where this invitation leads to."""
    if rater is None:
        return None
    return Membership.objects.filter(of_person(rater), **place_of(invitation)).first()


def place_of(invitation: Invitation) -> dict[str, Any]:
    """Return the field of a membership that an invitation fills: its group, or without one its contest."""
    return {"group": invitation.group} if invitation.group else {"contest": invitation.contest}


def why_closed(invitation: Invitation, now: datetime) -> str:
    """Return why an invitation cannot be accepted now, and what to do; empty where it can."""
    ask = _("If you were meant to take part, ask whoever sent it for a new one.")
    if invitation.revoked_at is not None:
        return _("This invitation was withdrawn.") + " " + ask
    if invitation.expires_at is not None and invitation.expires_at <= now:
        return _("This invitation has expired.") + " " + ask
    if invitation.most_uses is not None and invitation.uses >= invitation.most_uses:
        return _("This invitation was accepted as often as it may be.") + " " + ask
    if invitation.group and invitation.contest_id not in {row.pk for row in invitation.group.contests.all()}:
        return _("This invitation leads nowhere any more.") + " " + ask
    if invitation.contest.state == ContestState.DRAFT:
        return _("This invitation is not open yet. Please come back later.")
    return ""
