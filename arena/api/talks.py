"""Talks by program, for staff alone. Twins of the pages; to everybody else these addresses are not there."""

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

from arena.access import staff_contest_or_404, talk_or_404
from arena.api.doors import OneFormat, Problem, account_of
from arena.models import LiveState, Talk, TalkAnswer, VoteOutcome
from arena.queries.live_watch import watch
from arena.queries.talks import answer_likelihood, cast_of, talk_glance, talk_message, talk_state, turns_of
from arena.services.live import MOST_CHARACTERS
from arena.services.talks import note_preference, say_more, start_talk, stop_talk
from arena.streaming import stream_events


class TalkStart(serializers.Serializer[Any]):
    """Whom to talk with, and the first message."""

    contestants = serializers.ListField(
        child=serializers.CharField(), min_length=1, max_length=2, help_text="Slugs: one, or two side by side."
    )
    prompt = serializers.CharField(max_length=MOST_CHARACTERS)


class TalkMessage(serializers.Serializer[Any]):
    """One thing more."""

    prompt = serializers.CharField(
        max_length=MOST_CHARACTERS,
        required=False,
        default="",
        help_text="Leave it out to ask again what has no answer.",
    )


class TalkNote(serializers.Serializer[Any]):
    """Which of two was better. It is no vote."""

    preference = serializers.ChoiceField(choices=VoteOutcome.choices, allow_blank=True)
    note = serializers.CharField(max_length=500, required=False, default="", allow_blank=True)


class TalkAnswerBody(serializers.Serializer[Any]):
    """What one contestant answered, and what it cost as far as that is known."""

    contestant = serializers.CharField()
    text = serializers.CharField()
    finish_reason = serializers.CharField(allow_blank=True)
    prompt_tokens = serializers.IntegerField(allow_null=True)
    completion_tokens = serializers.IntegerField(allow_null=True)
    latency_ms = serializers.FloatField(allow_null=True)
    perplexity = serializers.FloatField(allow_null=True)
    bits_per_byte = serializers.FloatField(allow_null=True)


class TalkTurnBody(serializers.Serializer[Any]):
    """One message and what was answered to it."""

    user = serializers.CharField()
    answers = TalkAnswerBody(many=True)


class TalkBody(serializers.Serializer[Any]):
    """A talk: whole turns, and who answered them."""

    token = serializers.CharField()
    contest = serializers.CharField()
    contestants = serializers.ListField(child=serializers.CharField())
    state = serializers.ChoiceField(choices=LiveState.choices)
    message = serializers.CharField(allow_blank=True)
    asked = serializers.CharField(allow_blank=True, help_text="The message that has no answer yet.")
    turns = TalkTurnBody(many=True)
    preference = serializers.CharField(allow_blank=True)
    note = serializers.CharField(allow_blank=True)


def _answer(row: TalkAnswer) -> dict[str, Any]:
    surprise, bits = answer_likelihood(row)
    same = ("text", "finish_reason", "prompt_tokens", "completion_tokens", "latency_ms")
    return {
        "contestant": row.contestant.slug,
        **{name: getattr(row, name) for name in same},
        "perplexity": surprise,
        "bits_per_byte": bits,
    }


def _body(request: Request, token: str) -> dict[str, Any]:
    talk, now = talk_or_404(request.user, token), timezone.now()
    told = {
        "token": talk.token,
        "contest": talk.contest.slug,
        "contestants": [who.slug for who in cast_of(talk).values()],
        "state": talk_state(talk, now),
        "message": talk_message(talk, now),
        "asked": talk.asked,
        "turns": [{"user": rows[0].asked, "answers": [_answer(row) for row in rows]} for rows in turns_of(talk)],
        "preference": talk.preference,
        "note": talk.note,
    }
    return dict(TalkBody(told).data)


def _said(kind: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    said = kind(data=request.data)
    said.is_valid(raise_exception=True)
    return dict(said.validated_data)


_REFUSALS = {400: OpenApiTypes.OBJECT, 401: Problem, 404: Problem, 409: Problem}


class TalkListView(APIView):
    """Talks of a contest."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(operation_id="start_talk", request=TalkStart, responses={201: TalkBody, **_REFUSALS}, tags=["staff"])
    def post(self, request: Request, slug: str) -> Response:
        """Begin a talk with one contestant, or with two side by side, names known. Nothing of it counts."""
        contest = staff_contest_or_404(request, slug)
        said = _said(TalkStart, request)
        talk: Talk = start_talk(contest, account_of(request), said["contestants"], said["prompt"])
        return Response(_body(request, talk.token), status=status.HTTP_201_CREATED)


class TalkView(APIView):
    """One talk of your own."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(operation_id="get_talk", responses={200: TalkBody, 401: Problem, 404: Problem}, tags=["staff"])
    def get(self, request: Request, token: str) -> Response:
        """Show a talk as far as its turns are whole."""
        return Response(_body(request, token))

    @extend_schema(operation_id="say_more", request=TalkMessage, responses={200: TalkBody, **_REFUSALS}, tags=["staff"])
    def post(self, request: Request, token: str) -> Response:
        """Say one thing more, or ask again what has no answer."""
        talk = talk_or_404(request.user, token)
        say_more(talk, _said(TalkMessage, request)["prompt"])
        return Response(_body(request, token))


class TalkEventsView(APIView):
    """What is being written."""

    permission_classes = (IsAuthenticated,)
    content_negotiation_class = OneFormat

    @extend_schema(
        operation_id="watch_talk",
        responses={(200, "text/event-stream"): OpenApiTypes.STR, 401: Problem, 404: Problem},
        tags=["staff"],
    )
    def get(self, request: Request, token: str) -> StreamingHttpResponse:
        """Stream server-sent events: begin, more with what is new of a and b, end with the state."""
        talk = talk_or_404(request.user, token)
        return stream_events(watch(talk.token, talk_glance))


class TalkStopView(APIView):
    """An end before the end."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(
        operation_id="stop_talk",
        request=None,
        responses={200: TalkBody, 401: Problem, 404: Problem},
        tags=["staff"],
    )
    def post(self, request: Request, token: str) -> Response:
        """End what is being written where it is."""
        stop_talk(talk_or_404(request.user, token))
        return Response(_body(request, token))


class TalkNoteView(APIView):
    """A note on which was better."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(operation_id="note_talk", request=TalkNote, responses={200: TalkBody, **_REFUSALS}, tags=["staff"])
    def put(self, request: Request, token: str) -> Response:
        """Note which of two was better; empty takes it back. It is no vote."""
        talk = talk_or_404(request.user, token)
        said = _said(TalkNote, request)
        note_preference(talk, said["preference"], said["note"])
        return Response(_body(request, token))
