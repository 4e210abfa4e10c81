"""What the account behind a token can judge. Twin of the form on the page of a contest."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from arena.access import contest_or_404, rater_of
from arena.api.doors import Problem, account_of
from arena.queries.profiles import rater_profile
from arena.services.raters import declare_profile, identify_account


class ChoiceRow(serializers.Serializer[Any]):
    """One language or category of the contest."""

    key = serializers.CharField()
    name = serializers.CharField()
    chosen = serializers.BooleanField()


class ProfileBody(serializers.Serializer[Any]):
    """What the contest asks of raters, and what you said; a list with nothing to choose is empty."""

    languages = ChoiceRow(many=True)
    categories = ChoiceRow(many=True)


class ProfileRequest(serializers.Serializer[Any]):
    """Languages that you read, and categories in which you are at home; they take the place of what you said before."""

    languages = serializers.ListField(child=serializers.CharField(max_length=16), required=False, default=list)
    categories = serializers.ListField(child=serializers.CharField(max_length=60), required=False, default=list)


class ProfileView(APIView):
    """Your profile in one contest."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(
        operation_id="get_profile", responses={200: ProfileBody, 401: Problem, 404: Problem}, tags=["voting"]
    )
    def get(self, request: Request, slug: str) -> Response:
        """Show what you said that you can judge."""
        contest = contest_or_404(request, slug)
        return Response(ProfileBody(rater_profile(contest, rater_of(request))).data)

    @extend_schema(
        operation_id="declare_profile",
        request=ProfileRequest,
        responses={200: ProfileBody, 400: Problem, 401: Problem, 404: Problem},
        tags=["voting"],
    )
    def put(self, request: Request, slug: str) -> Response:
        """Say which languages you read and where you are at home; your next battles follow it."""
        contest = contest_or_404(request, slug)
        said = ProfileRequest(data=request.data)
        said.is_valid(raise_exception=True)
        rater = identify_account(account_of(request))
        declare_profile(rater, contest, said.validated_data["languages"], said.validated_data["categories"])
        return Response(ProfileBody(rater_profile(contest, rater)).data)
