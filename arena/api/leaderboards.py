"""Leaderboards as data: the same numbers as the page, with every digit."""

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
from arena.queries.leaderboards import Leaderboard, leaderboard

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
    slug = serializers.CharField()
    name = serializers.CharField()
    organisation = serializers.CharField()
    licence = serializers.CharField()
    state = serializers.CharField()
    rating = serializers.FloatField(allow_null=True)
    lower = serializers.FloatField(allow_null=True)
    upper = serializers.FloatField(allow_null=True)
    votes = serializers.FloatField()
    wins = serializers.FloatField()
    losses = serializers.FloatField()
    ties = serializers.FloatField()
    both_bad = serializers.FloatField()
    win_rate = serializers.FloatField(allow_null=True)
    note = serializers.CharField()


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
    notices = NoticeRow(many=True)
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
        "notices": board.notices,
        "rows": [{name: getattr(row, name) for name in COLUMNS} for row in (*board.rows, *board.unrated)],
    }


def _board(request: Request, slug: str) -> Leaderboard:
    return leaderboard(contest_or_404(request.user, slug), request.query_params.get("raters") or None)
