"""Terms, consent, and one's own data, by program. Twins of the pages."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from arena.access import rater_of
from arena.api.doors import WRONG_FIELDS, Problem, account_of
from arena.queries.own_data import own_data
from arena.queries.terms import current_terms, has_accepted
from arena.services.consents import accept_terms
from arena.services.errors import NoTerms
from arena.services.leaving import leave
from arena.services.raters import identify_account


class TermsBody(serializers.Serializer[Any]):
    """The terms in force."""

    version = serializers.IntegerField()
    text = serializers.CharField(help_text="Markdown.")
    asks_consent = serializers.BooleanField(help_text="Whether voters have to accept it before their first battle.")
    published_at = serializers.DateTimeField()
    accepted = serializers.BooleanField(help_text="Whether you did; false without a token.")


class ConsentRequest(serializers.Serializer[Any]):
    """Which version you read and accept."""

    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1)


class ConsentBody(serializers.Serializer[Any]):
    """What you accepted, and when."""

    version = serializers.IntegerField(source="terms.version")
    accepted_at = serializers.DateTimeField(source="created_at")


class LeaveRequest(serializers.Serializer[Any]):
    """Going, with or without the votes."""

    withdraw = serializers.BooleanField(help_text="Whether all your votes are voided, for good.")
    sure = serializers.BooleanField(help_text="Must be true: this cannot be undone.")

    def validate_sure(self, sure: bool) -> bool:
        """Refuse what is not meant."""
        if not sure:
            raise serializers.ValidationError("Say true if you are sure: this cannot be undone.")
        return sure


class LeftBody(serializers.Serializer[Any]):
    """You are gone."""

    voided = serializers.IntegerField(help_text="Votes that were withdrawn.")


class TermsView(APIView):
    """The terms in force."""

    @extend_schema(operation_id="get_terms", responses={200: TermsBody, 404: Problem}, tags=["contests"])
    def get(self, request: Request) -> Response:
        """Show the terms in force, and whether you accepted them. 404 where nobody wrote any."""
        found = current_terms()
        if found is None:
            raise NoTerms
        accepted = has_accepted(rater_of(request), found)
        names = ("version", "text", "asks_consent", "published_at")
        return Response(TermsBody({**{name: getattr(found, name) for name in names}, "accepted": accepted}).data)


class ConsentView(APIView):
    """Your consent."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(
        operation_id="accept_terms",
        request=ConsentRequest,
        responses={201: ConsentBody, 400: WRONG_FIELDS, 401: Problem, 404: Problem},
        tags=["voting"],
    )
    def post(self, request: Request) -> Response:
        """Accept the terms in force, by the version that you read; accepting twice is accepting once."""
        said = ConsentRequest(data=request.data)
        said.is_valid(raise_exception=True)
        consent = accept_terms(identify_account(account_of(request)), said.validated_data["version"])
        return Response(ConsentBody(consent).data, status=status.HTTP_201_CREATED)


class MyDataView(APIView):
    """What is stored of you."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(operation_id="get_my_data", responses={200: OpenApiTypes.OBJECT, 401: Problem}, tags=["voting"])
    def get(self, request: Request) -> Response:
        """Return all that is stored of you: account, profile, consents, battles with votes, live prompts, reports."""
        return Response(own_data(rater_of(request), account_of(request)))


class LeaveView(APIView):
    """The way out."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(
        operation_id="leave",
        request=LeaveRequest,
        responses={200: LeftBody, 400: WRONG_FIELDS, 401: Problem},
        tags=["voting"],
    )
    def post(self, request: Request) -> Response:
        """Delete your account and whatever leads to you; votes stay without you, or are withdrawn for good."""
        said = LeaveRequest(data=request.data)
        said.is_valid(raise_exception=True)
        voided = leave(rater_of(request), account_of(request), withdraw=said.validated_data["withdraw"])
        return Response(LeftBody({"voided": voided}).data)
