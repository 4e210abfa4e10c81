"""Contests."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from arena.access import contest_or_404, visible_contests
from arena.api.doors import Problem
from arena.models import Board, Contest, Contestant


class BoardSummary(serializers.ModelSerializer[Board]):
    """A board that can be asked for by its slug."""

    class Meta:
        model = Board
        fields = ("slug", "name", "rater_kind", "problem")


class ContestantSummary(serializers.ModelSerializer[Contestant]):
    """A contestant with everything that makes it what it is."""

    class Meta:
        model = Contestant
        fields = (
            "slug",
            "name",
            "description",
            "model",
            "organisation",
            "licence",
            "system_prompt",
            "sampling",
            "state",
        )


class ContestSummary(serializers.ModelSerializer[Contest]):
    """A contest in the list."""

    class Meta:
        model = Contest
        fields = ("slug", "name", "question", "language", "kind", "state", "simulated")


class ContestDetail(ContestSummary):
    """A contest with its contestants and boards."""

    contestants = ContestantSummary(many=True)
    boards = BoardSummary(many=True)

    class Meta(ContestSummary.Meta):
        fields = (  # type: ignore[assignment]
            *ContestSummary.Meta.fields,
            "description",
            "instructions",
            "attribution",
            "contestants",
            "boards",
        )


class ContestListView(APIView):
    """All contests that you may see."""

    @extend_schema(operation_id="list_contests", responses=ContestSummary(many=True), tags=["contests"])
    def get(self, request: Request) -> Response:
        """List contests."""
        return Response(ContestSummary(visible_contests(request.user), many=True).data)


class ContestView(APIView):
    """One contest."""

    @extend_schema(operation_id="get_contest", responses={200: ContestDetail, 404: Problem}, tags=["contests"])
    def get(self, request: Request, slug: str) -> Response:
        """Show a contest with its contestants and boards."""
        return Response(ContestDetail(contest_or_404(request.user, slug)).data)
