"""Votes and preference data."""

import re
from collections.abc import AsyncIterator, Iterator
from itertools import islice
from typing import Final

from asgiref.sync import sync_to_async
from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from arena.access import contest_or_404
from arena.api.doors import OneFormat, Problem, bad_request
from arena.exchange.preferences import STYLES, preference_lines
from arena.models import Vote
from arena.queries.exports import preference_pairs, standing_votes

LINES_A_CHUNK: Final = 200
_PUBLIC_ID: Final = re.compile(r"[0-9a-f]{32}")


class VoteRow(serializers.ModelSerializer[Vote]):
    """One counted vote. The rater is an opaque id; sides are as they were shown."""

    id = serializers.CharField(source="public_id")
    battle = serializers.CharField(source="battle.public_id")
    prompt = serializers.CharField(source="battle.prompt.slug")
    contestant_a = serializers.CharField(source="battle.contestant_a.slug")
    contestant_b = serializers.CharField(source="battle.contestant_b.slug")
    rater = serializers.CharField(source="battle.rater.public_id")
    rater_kind = serializers.CharField(source="battle.rater.kind")
    judge = serializers.SerializerMethodField()
    policy = serializers.CharField(source="battle.policy")
    propensity = serializers.FloatField(source="battle.propensity", allow_null=True)
    weight = serializers.FloatField(source="integrity_weight")
    voted_at = serializers.DateTimeField(source="battle.closed_at")

    class Meta:
        model = Vote
        fields = (
            "id",
            "battle",
            "prompt",
            "contestant_a",
            "contestant_b",
            "outcome",
            "rater",
            "rater_kind",
            "judge",
            "policy",
            "propensity",
            "weight",
            "duration_ms",
            "voted_at",
        )

    def get_judge(self, vote: Vote) -> str | None:
        """Slug of the judge that voted; null for everyone else."""
        judge = vote.battle.rater.judge
        return judge.slug if judge else None


class VotePages(CursorPagination):
    """Pages in the order in which votes came here: one that comes later is on a page that is read later.

    Public ids are in that order and unique. Times are neither: an import may bring thousands of votes of one moment,
    and votes older than those that are there.
    """

    page_size = 500
    page_size_query_param = "page_size"
    max_page_size = 5000
    ordering = "public_id"

    def decode_cursor(self, request: Request) -> Cursor | None:
        """Return the place where a page starts; refuse what no page has given."""
        try:
            cursor = super().decode_cursor(request)
        except NotFound:
            cursor = Cursor(0, False, None)
        if cursor is not None and not _PUBLIC_ID.fullmatch(str(cursor.position)):
            raise bad_request(
                "cursor must be one from `next` of another page; leave it out to start at the first vote."
            )
        return cursor

    def get_page_size(self, request: Request) -> int:
        """Return the size that was asked for, 5000 at most."""
        text = request.query_params.get(self.page_size_query_param, str(self.page_size))
        if not re.fullmatch(r"0*[1-9][0-9]{0,8}", text):
            raise bad_request("page_size must be a whole number from 1 to 5000.")
        return min(int(text), self.max_page_size)


class VoteListView(APIView):
    """Votes of a contest."""

    pagination_class = VotePages

    @extend_schema(
        operation_id="list_votes",
        parameters=[
            OpenApiParameter("raters", str, description="Slug of a board, such as human; all votes by default."),
            OpenApiParameter("cursor", str, description="From `next` of the page before."),
            OpenApiParameter("page_size", int, description="Up to 5000; 500 by default."),
        ],
        responses={200: VoteRow(many=True), 400: Problem, 404: Problem},
        tags=["exports"],
    )
    def get(self, request: Request, slug: str) -> Response:
        """List the votes that count, page by page: {next, previous, results}."""
        contest = contest_or_404(request, slug)
        votes = standing_votes(contest, request.query_params.get("raters") or None).select_related(
            "battle__prompt", "battle__contestant_a", "battle__contestant_b", "battle__rater__judge"
        )
        pages = self.pagination_class()
        page = pages.paginate_queryset(votes, request, view=self)
        return pages.get_paginated_response(VoteRow(page, many=True).data)


class PreferenceView(APIView):
    """Preference pairs of a contest."""

    content_negotiation_class = OneFormat

    @extend_schema(
        operation_id="stream_preferences",
        parameters=[
            OpenApiParameter("raters", str, description="Slug of a board; human by default."),
            OpenApiParameter("style", str, enum=STYLES, description="plain (default) or conversational."),
            OpenApiParameter("min_agreement", float, description="Least share of decided votes for the chosen one."),
        ],
        responses={(200, "application/jsonl"): OpenApiTypes.STR, 400: Problem, 404: Problem},
        tags=["exports"],
    )
    def get(self, request: Request, slug: str) -> StreamingHttpResponse:
        """Stream prompt, chosen and rejected as JSON lines, one pair of responses a line."""
        contest = contest_or_404(request, slug)
        raters = request.query_params.get("raters") or "human"
        style = request.query_params.get("style") or "plain"
        if style not in STYLES:
            raise bad_request(f"style must be one of {', '.join(STYLES)}.")
        pairs = preference_pairs(contest, raters, _share(request.query_params.get("min_agreement")))
        return StreamingHttpResponse(
            _stream(preference_lines(pairs, style, raters)),
            content_type="application/jsonl",
            headers={"Content-Disposition": f'attachment; filename="{slug}-{raters}-preferences.jsonl"'},
        )


def _share(text: str | None) -> float:
    try:
        share = float(text or 0)
    except ValueError:
        share = -1
    if not 0 <= share <= 1:
        raise bad_request("min_agreement must be a number between 0 and 1.")
    return share


async def _stream(lines: Iterator[str]) -> AsyncIterator[str]:
    """Give lines to an asynchronous server a chunk at a time, reading the database on a thread of its own."""
    while chunk := await sync_to_async(_take)(lines):
        yield chunk


def _take(lines: Iterator[str]) -> str:
    return "".join(islice(lines, LINES_A_CHUNK))
