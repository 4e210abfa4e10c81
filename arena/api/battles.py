"""Voting by program: open a battle, see it blind, vote, skip. Twins of the pages."""

from typing import Any

from django.contrib.auth.models import User
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import NotAuthenticated
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from arena.access import battle_or_404, contest_or_404, rater_of
from arena.api.doors import Problem
from arena.forms import MOST_CHARACTERS, TAGS
from arena.models import Battle, BattleState, VoteOutcome
from arena.services.battles import open_battle, skip_battle
from arena.services.raters import identify_account
from arena.services.votes import cast_vote


class BattleBody(serializers.Serializer[Any]):
    """A battle: texts alone before the vote, who wrote them after it."""

    token = serializers.CharField()
    contest = serializers.CharField()
    state = serializers.CharField()
    question = serializers.CharField()
    turns = serializers.ListField(child=serializers.DictField())
    prompt = serializers.CharField()
    response_a = serializers.CharField()
    response_b = serializers.CharField()
    expires_at = serializers.DateTimeField(allow_null=True)
    outcome = serializers.CharField(allow_null=True)
    contestant_a = serializers.CharField(allow_null=True)
    contestant_b = serializers.CharField(allow_null=True)


class VoteRequest(serializers.Serializer[Any]):
    """What is said of a battle."""

    outcome = serializers.ChoiceField(choices=VoteOutcome.choices)
    tags = serializers.ListField(child=serializers.ChoiceField(choices=TAGS), required=False, default=list)
    comment = serializers.CharField(max_length=MOST_CHARACTERS, required=False, default="", allow_blank=True)


def battle_body(battle: Battle) -> dict[str, Any]:
    """Return a battle as plain values; names only where it was voted on."""
    voted = battle.state == BattleState.VOTED
    return {
        "token": battle.token,
        "contest": battle.contest.slug,
        # What is late takes no vote, whether somebody has closed it already or not.
        "state": BattleState.EXPIRED if battle.state == BattleState.SERVED and battle.is_late() else battle.state,
        "question": battle.contest.question,
        "turns": battle.prompt.turns,
        "prompt": battle.prompt.text,
        "response_a": battle.response_a.text,
        "response_b": battle.response_b.text,
        "expires_at": battle.expires_at,
        "outcome": battle.vote.outcome if voted else None,
        "contestant_a": battle.contestant_a.slug if voted else None,
        "contestant_b": battle.contestant_b.slug if voted else None,
    }


def _account(request: Request) -> User:
    if not isinstance(request.user, User):
        raise NotAuthenticated
    return request.user


class BattleListView(APIView):
    """Battles of a contest, for the account behind the token."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(
        operation_id="open_battle",
        request=None,
        responses={201: BattleBody, 401: Problem, 404: Problem, 409: Problem},
        tags=["voting"],
    )
    def post(self, request: Request, slug: str) -> Response:
        """Open the next battle, or get the one that waits for your vote."""
        contest = contest_or_404(request.user, slug)
        battle = open_battle(contest, identify_account(_account(request)))
        return Response(BattleBody(battle_body(battle)).data, status=status.HTTP_201_CREATED)


class BattleView(APIView):
    """One battle of your own."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(
        operation_id="get_battle",
        responses={200: BattleBody, 401: Problem, 404: Problem},
        tags=["voting"],
    )
    def get(self, request: Request, token: str) -> Response:
        """Show a battle: blind before the vote, with names after it."""
        return Response(BattleBody(battle_body(battle_or_404(rater_of(request), token))).data)


class BattleVoteView(APIView):
    """Your vote on a battle."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(
        operation_id="cast_vote",
        request=VoteRequest,
        responses={
            201: BattleBody,
            200: BattleBody,
            400: OpenApiResponse(OpenApiTypes.OBJECT, "By field, what was wrong with it."),
            401: Problem,
            404: Problem,
            409: Problem,
        },
        tags=["voting"],
    )
    def post(self, request: Request, token: str) -> Response:
        """Vote. 201 is the first time; a repeat gets 200 and the vote that stands."""
        battle = battle_or_404(rater_of(request), token)
        said = VoteRequest(data=request.data)
        said.is_valid(raise_exception=True)
        cast = cast_vote(token, battle.rater, VoteOutcome(said.validated_data.pop("outcome")), **said.validated_data)
        body = battle_body(battle_or_404(battle.rater, token))
        return Response(BattleBody(body).data, status=status.HTTP_201_CREATED if cast.created else status.HTTP_200_OK)


class BattleSkipView(APIView):
    """Leaving a battle without a vote."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(
        operation_id="skip_battle",
        request=None,
        responses={200: BattleBody, 401: Problem, 404: Problem, 409: Problem},
        tags=["voting"],
    )
    def post(self, request: Request, token: str) -> Response:
        """Skip a battle; names stay hidden."""
        battle = battle_or_404(rater_of(request), token)
        skip_battle(token, battle.rater)
        return Response(BattleBody(battle_body(battle_or_404(battle.rater, token))).data)
