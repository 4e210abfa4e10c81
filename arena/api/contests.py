"""Contests."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from arena.access import contest_or_404, listed_contests
from arena.api.doors import Problem
from arena.models import Audience, Board, Contest, Contestant, CriterionTone, Voters
from arena.queries.correctness import count_kept_apart
from arena.queries.criteria import tags_of


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

    live = serializers.SerializerMethodField(help_text="Whether voters may type prompts of their own.")
    voters = serializers.SerializerMethodField(help_text="Who may vote.")
    audience = serializers.SerializerMethodField(help_text="Who may see it.")

    class Meta:
        model = Contest
        fields = ("slug", "name", "question", "language", "kind", "state", "simulated", "live", "voters", "audience")

    def get_live(self, contest: Contest) -> bool:
        """Empty means no."""
        return bool(contest.live)

    @extend_schema_field(serializers.ChoiceField(choices=Voters.choices))
    def get_voters(self, contest: Contest) -> str:
        """Empty means anyone."""
        return contest.voters or Voters.ANYONE.value

    @extend_schema_field(serializers.ChoiceField(choices=Audience.choices))
    def get_audience(self, contest: Contest) -> str:
        """Empty means everybody."""
        return contest.audience or Audience.PUBLIC.value


class CriterionRow(serializers.Serializer[Any]):
    """A reason that voters may give: positive of the chosen response, negative of the other, neutral of both."""

    slug = serializers.CharField()
    name = serializers.CharField()
    tone = serializers.ChoiceField(choices=CriterionTone.choices)
    active = serializers.BooleanField(help_text="Retired ones are offered no more.")


class ContestDetail(ContestSummary):
    """A contest with its contestants and boards, and by what rules its votes count."""

    contestants = ContestantSummary(many=True)
    boards = BoardSummary(many=True)
    criteria = serializers.SerializerMethodField(help_text="Its own, or the defaults where it has none.")
    prompts_kept_apart = serializers.SerializerMethodField(help_text="With one right answer, shown to AI judges alone.")

    @extend_schema_field(CriterionRow(many=True))
    def get_criteria(self, contest: Contest) -> Any:
        """Return what may be ticked beside a vote."""
        return CriterionRow(tags_of(contest), many=True).data

    def get_prompts_kept_apart(self, contest: Contest) -> int:
        """Return how many prompts no person is asked about."""
        return count_kept_apart(contest)

    class Meta(ContestSummary.Meta):
        fields = (  # type: ignore[assignment]
            *ContestSummary.Meta.fields,
            "description",
            "instructions",
            "attribution",
            "blind_only",
            "calibration_pairs",
            "calibration_share",
            "prompts_kept_apart",
            "criteria",
            "contestants",
            "boards",
        )


class ContestListView(APIView):
    """All contests that you may see."""

    @extend_schema(operation_id="list_contests", responses=ContestSummary(many=True), tags=["contests"])
    def get(self, request: Request) -> Response:
        """List contests."""
        return Response(ContestSummary(listed_contests(request), many=True).data)


class ContestView(APIView):
    """One contest."""

    @extend_schema(operation_id="get_contest", responses={200: ContestDetail, 404: Problem}, tags=["contests"])
    def get(self, request: Request, slug: str) -> Response:
        """Show a contest with its contestants and boards."""
        return Response(ContestDetail(contest_or_404(request, slug)).data)
