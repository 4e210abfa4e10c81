"""Live battles by program: start one, look, watch, follow up, stop. Twins of the pages."""

from functools import partial
from typing import Any

from django.http import StreamingHttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from arena.access import live_contest_or_404, live_or_404, rater_of
from arena.api.doors import OneFormat, Problem, account_of, refuse_without_vote
from arena.limits import Limited, count
from arena.models import LiveBattle, LiveState
from arena.queries.correctness import question_of_contest
from arena.queries.live import MOST_TURNS, blind_turns, may_vote, state_of, told_of
from arena.queries.live_watch import watch
from arena.services.live import MOST_CHARACTERS, follow_up, start_live, stop_live
from arena.services.raters import identify_account
from arena.streaming import stream_events


class LivePrompt(serializers.Serializer[Any]):
    """What both shall answer."""

    prompt = serializers.CharField(max_length=MOST_CHARACTERS)


class LiveTurnBody(serializers.Serializer[Any]):
    """One message and both answers."""

    user = serializers.CharField()
    a = serializers.CharField()
    b = serializers.CharField()


class LiveBody(serializers.Serializer[Any]):
    """A live battle: whole turns, and nothing that tells who wrote them."""

    token = serializers.CharField(help_text="Also of the battle, once it is ready for a vote.")
    contest = serializers.CharField()
    state = serializers.ChoiceField(choices=LiveState.choices)
    message = serializers.CharField(allow_blank=True)
    question = serializers.CharField()
    asked = serializers.CharField()
    turns = LiveTurnBody(many=True)
    may_follow_up = serializers.BooleanField()


def live_body(live: LiveBattle) -> dict[str, Any]:
    """Return a live battle as plain values; what is being written is told by its events alone, in step."""
    now = timezone.now()
    state = state_of(live, now)
    return {
        "token": live.token,
        "contest": live.contest.slug,
        "state": state,
        "message": told_of(live, now),
        "question": question_of_contest(live.contest),
        "asked": live.asked,
        "turns": blind_turns(live),
        "may_follow_up": may_vote(live, now) and len(live.turns) < MOST_TURNS,
    }


def _prompt_of(request: Request) -> str:
    said = LivePrompt(data=request.data)
    said.is_valid(raise_exception=True)
    return str(said.validated_data["prompt"])


_REFUSALS = {400: OpenApiTypes.OBJECT, 401: Problem, 404: Problem, 409: Problem}


class LiveListView(APIView):
    """Live battles of a contest, for the account behind the token."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(
        operation_id="start_live",
        request=LivePrompt,
        responses={201: LiveBody, 403: Problem, 429: Problem, **_REFUSALS},
        tags=["voting"],
    )
    def post(self, request: Request, slug: str) -> Response:
        """Type a prompt and let two contestants answer it; or get the one of yours that is being written."""
        contest = live_contest_or_404(request, slug)
        refuse_without_vote(request, contest)
        rater = identify_account(account_of(request))
        admit = partial(count, request, Limited.LIVE, rater)
        live = start_live(contest, rater, _prompt_of(request), admit=admit)
        return Response(LiveBody(live_body(live)).data, status=status.HTTP_201_CREATED)


class LiveView(APIView):
    """One live battle of your own."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(operation_id="get_live", responses={200: LiveBody, 401: Problem, 404: Problem}, tags=["voting"])
    def get(self, request: Request, token: str) -> Response:
        """Show a live battle as far as its turns are whole."""
        return Response(LiveBody(live_body(live_or_404(rater_of(request), token))).data)


class LiveEventsView(APIView):
    """Both answers while they are written."""

    permission_classes = (IsAuthenticated,)
    content_negotiation_class = OneFormat

    @extend_schema(
        operation_id="watch_live",
        responses={(200, "text/event-stream"): OpenApiTypes.STR, 401: Problem, 404: Problem},
        tags=["voting"],
    )
    def get(self, request: Request, token: str) -> StreamingHttpResponse:
        """Stream server-sent events: begin, more with what is new of a and b, end with the state."""
        live = live_or_404(rater_of(request), token)
        return stream_events(watch(live.token))


class LiveFollowUpView(APIView):
    """One thing more."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(
        operation_id="follow_up", request=LivePrompt, responses={200: LiveBody, **_REFUSALS}, tags=["voting"]
    )
    def post(self, request: Request, token: str) -> Response:
        """Ask both one thing more; the vote then covers the whole conversation."""
        rater = live_or_404(rater_of(request), token).rater
        follow_up(token, rater, _prompt_of(request))
        return Response(LiveBody(live_body(live_or_404(rater, token))).data)


class LiveStopView(APIView):
    """An end before the end."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(
        operation_id="stop_live",
        request=None,
        responses={200: LiveBody, 401: Problem, 404: Problem},
        tags=["voting"],
    )
    def post(self, request: Request, token: str) -> Response:
        """End both answers where they are; what was shown can be voted on."""
        rater = live_or_404(rater_of(request), token).rater
        stop_live(token, rater)
        return Response(LiveBody(live_body(live_or_404(rater, token))).data)
