"""Invitations by program, for the account behind a token. Twin of the page."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from arena.access import invitation_or_404, rater_of
from arena.api.doors import Problem, account_of
from arena.limits import Limited, limit_failures
from arena.queries.invitations import InvitationPage, invitation_page
from arena.services.invitations import accept_invitation
from arena.services.raters import identify_account


class InvitationBody(serializers.Serializer[Any]):
    """What one is invited to, and whether the invitation can still be accepted."""

    contest = serializers.CharField(allow_null=True, help_text="Its slug; null where the invitation is closed.")
    group = serializers.CharField(allow_blank=True, help_text="The group that one joins; empty: the contest alone.")
    joined = serializers.BooleanField(help_text="Whether you are a member already.")
    closed = serializers.CharField(allow_blank=True, help_text="Why it cannot be accepted; empty where it can.")


class InvitationView(APIView):
    """One invitation."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(
        operation_id="get_invitation",
        responses={200: InvitationBody, 401: Problem, 404: Problem, 429: Problem},
        tags=["voting"],
    )
    def get(self, request: Request, token: str) -> Response:
        """Show what you are invited to; nothing changes by it."""
        with limit_failures(request, Limited.INVITATIONS):
            found = invitation_or_404(token)
        return Response(_body(invitation_page(found, rater_of(request), timezone.now())))

    @extend_schema(
        operation_id="accept_invitation",
        request=None,
        responses={200: InvitationBody, 401: Problem, 404: Problem, 409: Problem, 429: Problem},
        tags=["voting"],
    )
    def post(self, request: Request, token: str) -> Response:
        """Become a member. A repeat gets the same answer and spends nothing."""
        with limit_failures(request, Limited.INVITATIONS):
            found = invitation_or_404(token)
        rater = identify_account(account_of(request))
        accept_invitation(found, rater)
        return Response(_body(invitation_page(found, rater, timezone.now())))


def _body(page: InvitationPage) -> dict[str, Any]:
    slug = page.contest.slug if page.contest else None
    return dict(
        InvitationBody({"contest": slug, "group": page.group, "joined": page.joined, "closed": page.closed}).data
    )
