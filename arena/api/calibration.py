"""Calibration by program: where you stand, and another round. Twin of the page of a contest."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from arena.access import battle_or_404, contest_or_404, rater_of
from arena.api.battles import BattleBody, battle_body
from arena.api.doors import Problem, account_of, refuse_without_vote
from arena.queries.calibration import calibration
from arena.services.calibration import repeat_calibration
from arena.services.raters import identify_account


class RoundRow(serializers.Serializer[Any]):
    """One round of known pairs."""

    number = serializers.IntegerField()
    of = serializers.IntegerField(help_text="Known pairs in it.")
    short = serializers.BooleanField(help_text="Fewer than the contest asks for were left, so that it decides nothing.")
    done = serializers.IntegerField()
    agreed = serializers.IntegerField()


class CalibrationBody(serializers.Serializer[Any]):
    """Where you stand in the calibration of a contest."""

    asked = serializers.IntegerField(help_text="Known pairs a round; 0 where the contest asks for none.")
    least = serializers.FloatField(allow_null=True, help_text="Least share that must agree for later votes to count.")
    rounds = RoundRow(many=True)
    asks = serializers.BooleanField(help_text="Whether your next battle is a known pair.")
    sets_aside = serializers.BooleanField(help_text="Whether your votes are kept without weight.")
    may_repeat = serializers.BooleanField()
    told = serializers.CharField(allow_blank=True)


class CalibrationView(APIView):
    """Your calibration in one contest."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(
        operation_id="get_calibration", responses={200: CalibrationBody, 401: Problem, 404: Problem}, tags=["voting"]
    )
    def get(self, request: Request, slug: str) -> Response:
        """Show where you stand. The round itself is voted on as battles are: open the next one."""
        contest = contest_or_404(request, slug)
        return Response(CalibrationBody(calibration(contest, rater_of(request))).data)

    @extend_schema(
        operation_id="repeat_calibration",
        request=None,
        responses={201: BattleBody, 401: Problem, 403: Problem, 404: Problem, 409: Problem},
        tags=["voting"],
    )
    def post(self, request: Request, slug: str) -> Response:
        """Begin another round of known pairs that you have not answered, where the first fell short; get its battle."""
        contest = contest_or_404(request, slug)
        refuse_without_vote(request, contest)
        battle = repeat_calibration(contest, identify_account(account_of(request)))
        body = battle_body(battle_or_404(battle.rater, battle.token))
        return Response(BattleBody(body).data, status=status.HTTP_201_CREATED)
