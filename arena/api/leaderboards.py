"""Leaderboards as data: the same numbers as the page, with every digit."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from arena.access import contest_or_404
from arena.api.doors import OneFormat, Problem
from arena.exchange.boards import COLUMNS, leaderboard_csv_text
from arena.queries.leaderboards import Leaderboard, Row, leaderboard

RATERS = OpenApiParameter("raters", str, description="Slug of a board: human, simulated or a judge's slug.")


class NoticeRow(serializers.Serializer[Any]):
    """What must be known beside the numbers."""

    code = serializers.CharField()
    message = serializers.CharField()
    items = serializers.ListField(child=serializers.CharField())


class StandingRow(serializers.Serializer[Any]):
    """One contestant. Numbers of an unrated one are null, and its note says why."""

    rank = serializers.IntegerField(allow_null=True)
    rank_low = serializers.IntegerField(allow_null=True)
    rank_high = serializers.IntegerField(allow_null=True)
    rank_ub = serializers.IntegerField(allow_null=True)
    tier = serializers.IntegerField(allow_null=True, help_text="Those of one tier are not told apart from its leader.")
    slug = serializers.CharField()
    name = serializers.CharField()
    organisation = serializers.CharField()
    licence = serializers.CharField()
    state = serializers.CharField()
    rating = serializers.FloatField(allow_null=True)
    lower = serializers.FloatField(allow_null=True)
    upper = serializers.FloatField(allow_null=True)
    at_least = serializers.FloatField(allow_null=True, help_text="Lower bound of an unrated one that lost nothing.")
    at_most = serializers.FloatField(allow_null=True, help_text="Upper bound of an unrated one that won nothing.")
    plain_rating = serializers.FloatField(allow_null=True, help_text="Without style control, where there is one.")
    plain_rank = serializers.IntegerField(allow_null=True)
    votes = serializers.FloatField()
    wins = serializers.FloatField()
    losses = serializers.FloatField()
    ties = serializers.FloatField()
    both_bad = serializers.FloatField()
    win_rate = serializers.FloatField(allow_null=True)
    note = serializers.CharField()


class CoefficientRow(serializers.Serializer[Any]):
    """What one standard deviation of a style feature is worth, in points."""

    name = serializers.CharField()
    points = serializers.FloatField()
    lower = serializers.FloatField()
    upper = serializers.FloatField()
    standard_error = serializers.FloatField()


class GroupRow(serializers.Serializer[Any]):
    """Contestants whom no comparison connects with the others, on a scale of their own."""

    rows = StandingRow(many=True)


class ExcludedVotes(serializers.Serializer[Any]):
    """Votes that do not count, each under its first reason."""

    voided = serializers.IntegerField()
    quality_checks = serializers.IntegerField(help_text="On attention checks and repeats, which do not rank.")
    identical = serializers.IntegerField(help_text="Ties recorded by rule, since both responses are the same text.")
    weightless = serializers.IntegerField()
    junk_prompts = serializers.IntegerField()
    other_language = serializers.IntegerField()
    outside_dates = serializers.IntegerField()
    too_fast = serializers.IntegerField()


class MomentRow(serializers.Serializer[Any]):
    """What is expected after so many further votes."""

    votes = serializers.IntegerField()
    mean_width = serializers.FloatField(help_text="Mean half width of a 95 % interval, in points.")
    widest = serializers.FloatField(help_text="Widest half width, in points.")
    separated = serializers.IntegerField(help_text="Neighbours that are told apart.")


class ForecastBody(serializers.Serializer[Any]):
    """What further votes are expected to settle, drawn as they are now."""

    built_at = serializers.DateTimeField()
    votes = serializers.IntegerField(help_text="Votes that the forecast rests upon.")
    summary = serializers.CharField()
    goal = serializers.CharField(help_text="Empty where the contest has none.")
    budget = serializers.CharField(help_text="Empty where none is set.")
    budget_left = serializers.IntegerField(allow_null=True)
    open = serializers.ListField(child=serializers.CharField(), help_text="Neighbours that are not told apart.")
    more_open = serializers.IntegerField(help_text="Neighbours that are open too and not listed.")
    course = MomentRow(many=True)


class RemarkRow(serializers.Serializer[Any]):
    """How often each reason was given of one contestant."""

    slug = serializers.CharField()
    counts = serializers.DictField(child=serializers.IntegerField(), help_text="By the slug of the criterion.")


class RemarksBody(serializers.Serializer[Any]):
    """Reasons that voters gave with counted votes: positive ones of the winner, negative of the loser, neutral of both."""

    votes = serializers.IntegerField(help_text="Counted votes with reasons.")
    rows = RemarkRow(many=True)


class LeaderboardBody(serializers.Serializer[Any]):
    """One board as last published."""

    contest = serializers.CharField()
    board = serializers.CharField(allow_null=True)
    simulated = serializers.BooleanField()
    snapshot = serializers.CharField(allow_null=True)
    content_hash = serializers.CharField(allow_null=True)
    published_at = serializers.DateTimeField(allow_null=True)
    votes = serializers.FloatField(allow_null=True)
    settings = serializers.DictField(allow_null=True)
    explanation = serializers.CharField(allow_null=True)
    problem = serializers.CharField()
    filters = serializers.CharField(help_text="Which votes the board is made of, where it does not take all.")
    excluded = ExcludedVotes(allow_null=True)
    notices = NoticeRow(many=True)
    coefficients = CoefficientRow(many=True)
    tie_probability = serializers.FloatField(allow_null=True, help_text="Between equals, where ties are modelled.")
    diagnosis = serializers.DictField(allow_null=True, help_text="The numbers behind the notices of what was checked.")
    apart = GroupRow(many=True)
    forecast = ForecastBody(allow_null=True, help_text="Null where no more votes come, or only some of them count.")
    remarks = RemarksBody(allow_null=True, help_text="What voters ticked; null where nobody did.")
    rows = StandingRow(many=True)


class LeaderboardView(APIView):
    """One board as JSON."""

    @extend_schema(
        operation_id="get_leaderboard",
        parameters=[RATERS],
        responses={200: LeaderboardBody, 404: Problem},
        tags=["leaderboards"],
    )
    def get(self, request: Request, slug: str) -> Response:
        """Show ratings with intervals, rank ranges, votes and what to know beside them."""
        return Response(LeaderboardBody(leaderboard_body(_board(request, slug))).data)


class LeaderboardCsvView(APIView):
    """One board as CSV."""

    content_negotiation_class = OneFormat

    @extend_schema(
        operation_id="get_leaderboard_csv",
        parameters=[RATERS],
        responses={(200, "text/csv"): OpenApiTypes.STR, 404: Problem},
        tags=["leaderboards"],
    )
    def get(self, request: Request, slug: str) -> HttpResponse:
        """Show the rows of a board as CSV."""
        board = _board(request, slug)
        return HttpResponse(leaderboard_csv_text([*board.rows, *board.unrated]), content_type="text/csv; charset=utf-8")


def leaderboard_body(board: Leaderboard) -> dict[str, Any]:
    """Return a board as plain values."""
    snapshot = board.snapshot
    return {
        "contest": board.contest.slug,
        "board": board.board.slug if board.board else None,
        "simulated": board.contest.simulated,
        "snapshot": snapshot.public_id if snapshot else None,
        "content_hash": snapshot.content_hash if snapshot else None,
        "published_at": board.published_at,
        "votes": snapshot.votes if snapshot else None,
        "settings": snapshot.settings if snapshot else None,
        "explanation": snapshot.explanation if snapshot else None,
        "problem": board.problem,
        "filters": board.filters,
        "excluded": board.exclusions,
        "notices": board.notices,
        "coefficients": board.effects,
        "tie_probability": snapshot.tie_probability if snapshot else None,
        "diagnosis": snapshot.diagnosis if snapshot else None,
        "apart": [{"rows": _rows(group)} for group in board.apart],
        "forecast": board.forecast,
        "remarks": _remarks(board),
        "rows": _rows([*board.rows, *board.unrated]),
    }


def _remarks(board: Leaderboard) -> dict[str, Any] | None:
    told = board.remarks
    if told is None:
        return None
    slugs = [tag.slug for tag in told.tags]
    rows = [{"slug": slug, "counts": dict(zip(slugs, counts, strict=True))} for slug, _, counts in told.rows]
    return {"votes": told.votes, "rows": rows}


def _rows(rows: Sequence[Row]) -> list[dict[str, Any]]:
    return [{name: getattr(row, name) for name in COLUMNS} for row in rows]


def _board(request: Request, slug: str) -> Leaderboard:
    return leaderboard(contest_or_404(request, slug), request.query_params.get("raters") or None)
