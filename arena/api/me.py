"""What the account behind a token did so far. Twin of the page."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from arena.access import rater_of, visible_contests
from arena.api.doors import Problem
from arena.queries.progress import rater_progress, visible_progress


class AgreementBody(serializers.Serializer[Any]):
    """How often others said the same of the same two responses."""

    votes = serializers.IntegerField()
    share = serializers.FloatField()
    lower = serializers.FloatField()
    upper = serializers.FloatField()


class OwnRow(serializers.Serializer[Any]):
    """One contestant on your own board, in points."""

    name = serializers.CharField()
    crowd = serializers.FloatField()
    own = serializers.FloatField()
    lower = serializers.FloatField()
    upper = serializers.FloatField()
    clear = serializers.BooleanField()


class ContestProgressBody(serializers.Serializer[Any]):
    """What you did in one contest."""

    contest = serializers.CharField(source="contest.slug")
    votes = serializers.IntegerField()
    weightless = serializers.IntegerField(help_text="Those of the votes that are kept and count on no board.")
    agreement = AgreementBody(allow_null=True)
    board = OwnRow(many=True)
    told = serializers.CharField(help_text="How you differ from the crowd, or what is missing to tell.")


class SteadinessBody(serializers.Serializer[Any]):
    """Repeats that you answered, and those on which you said the same again."""

    repeats = serializers.IntegerField()
    steady = serializers.IntegerField()


class ProgressBody(serializers.Serializer[Any]):
    """What you did so far."""

    votes = serializers.IntegerField()
    steadiness = SteadinessBody(source="quality")
    contests = ContestProgressBody(many=True)


class MeView(APIView):
    """Your own progress."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(operation_id="get_progress", responses={200: ProgressBody, 401: Problem}, tags=["voting"])
    def get(self, request: Request) -> Response:
        """Show your votes, your agreement with others, how steady you are, and your own boards."""
        progress = visible_progress(rater_progress(rater_of(request)), visible_contests(request))
        return Response(ProgressBody(progress).data)
