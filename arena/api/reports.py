"""Problems with battles, told by program. Twin of the form on the page."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from arena.access import battle_or_404, rater_of
from arena.api.doors import WRONG_FIELDS, Problem
from arena.forms import MOST_CHARACTERS
from arena.limits import Limited, count
from arena.models import ReportKind
from arena.services.reports import report_problem


class ReportRequest(serializers.Serializer[Any]):
    """What is wrong with a battle."""

    kind = serializers.ChoiceField(choices=ReportKind.choices)
    text = serializers.CharField(max_length=MOST_CHARACTERS, required=False, default="", allow_blank=True)


class ReportBody(serializers.Serializer[Any]):
    """A report as it is kept."""

    kind = serializers.CharField()
    text = serializers.CharField()
    state = serializers.CharField()


class BattleReportView(APIView):
    """Problems with a battle of your own."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(
        operation_id="report_problem",
        request=ReportRequest,
        responses={
            201: ReportBody,
            400: WRONG_FIELDS,
            401: Problem,
            404: Problem,
            429: Problem,
        },
        tags=["voting"],
    )
    def post(self, request: Request, token: str) -> Response:
        """Tell of a problem, before the vote or after it. The battle stays as it is; told again, the text is added."""
        battle = battle_or_404(rater_of(request), token)
        said = ReportRequest(data=request.data)
        said.is_valid(raise_exception=True)
        count(request, Limited.REPORTS, battle.rater)
        report = report_problem(
            token, battle.rater, ReportKind(said.validated_data["kind"]), said.validated_data["text"]
        )
        body = ReportBody({"kind": report.kind, "text": report.text, "state": report.state})
        return Response(body.data, status=status.HTTP_201_CREATED)
