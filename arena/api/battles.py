"""Voting by program: open a battle, see it blind, vote, skip. Twins of the pages."""

from functools import partial
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from arena.access import battle_or_404, contest_or_404, rater_of
from arena.api.doors import WRONG_FIELDS, Problem, account_of, refuse_without_vote
from arena.forms import MOST_CHARACTERS, MOST_DIGITS
from arena.limits import Limited, count
from arena.matchmaking.reasons import tell_reason
from arena.models import Battle, BattleState, ContestKind, SkipReason, VoteOutcome
from arena.queries.calibration import expected, tell_place
from arena.queries.correctness import asks_what_is_right, question_of, right_answer
from arena.queries.criteria import known_tags
from arena.queries.leaks import blind_text, leaks_of
from arena.queries.likelihood import response_facts
from arena.queries.undo import is_shown_again
from arena.services.battles import open_battle, skip_battle
from arena.services.raters import identify_account
from arena.services.undo import undo_vote
from arena.services.votes import cast_vote, remark_on_vote


class ResponseFacts(serializers.Serializer[Any]):
    """What is known of how a response was written; null where nobody told."""

    finish_reason = serializers.CharField(allow_blank=True)
    prompt_tokens = serializers.IntegerField(allow_null=True)
    completion_tokens = serializers.IntegerField(allow_null=True)
    latency_ms = serializers.FloatField(allow_null=True)
    mean_logprob = serializers.FloatField(allow_null=True, help_text="Mean natural log-probability a token.")
    perplexity = serializers.FloatField(allow_null=True, help_text="exp(-mean_logprob).")
    bits_per_byte = serializers.FloatField(allow_null=True, help_text="-(sum of log-probabilities) / (ln 2 x bytes).")


class RightAnswerBody(serializers.Serializer[Any]):
    """The right answer, and how the two responses compare with it as far as texts can tell."""

    reference = serializers.CharField()
    checks = serializers.ListField(child=serializers.CharField())
    likeness_a = serializers.CharField()
    likeness_b = serializers.CharField()


class KnownAnswerBody(serializers.Serializer[Any]):
    """One known pair of a calibration round; before the vote only which of its round it is."""

    place = serializers.CharField()
    agreed = serializers.BooleanField(allow_null=True)
    expected = serializers.CharField(allow_null=True)
    rationale = serializers.CharField(allow_null=True)


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
    named_a = serializers.BooleanField(
        allow_null=True, help_text="Whether response A named its author; that was hidden before the vote."
    )
    named_b = serializers.BooleanField(allow_null=True, help_text="The same of response B.")
    facts_a = ResponseFacts(allow_null=True, help_text="How response A was written; null before the vote.")
    facts_b = ResponseFacts(allow_null=True, help_text="The same of response B.")
    why = serializers.CharField(allow_null=True, help_text="Why this pair, in a sentence.")
    kind = serializers.ChoiceField(choices=ContestKind.choices, help_text="What is asked: which is better, or right.")
    right_answer = RightAnswerBody(allow_null=True, help_text="After the vote, where the prompt has one right answer.")
    calibration = KnownAnswerBody(allow_null=True, help_text="Null but for known pairs of a calibration round.")
    integrity_reason = serializers.CharField(allow_null=True, help_text="Why the vote counts less; empty if in full.")
    again = serializers.BooleanField(help_text="Whether it is shown again after an undo.")
    voided = serializers.BooleanField(help_text="Whether the vote was taken out again.")


class RemarksRequest(serializers.Serializer[Any]):
    """What may be said of a vote, with it or after it."""

    tags = serializers.ListField(
        child=serializers.CharField(max_length=60),
        required=False,
        default=list,
        help_text="Slugs of the contest's criteria, as the contest lists them.",
    )
    comment = serializers.CharField(max_length=MOST_CHARACTERS, required=False, default="", allow_blank=True)

    def validate_tags(self, tags: list[str]) -> list[str]:
        """Refuse what the contest does not know."""
        known: list[str] = self.context["tags"]
        unknown = sorted(set(tags) - set(known))
        if unknown:
            raise serializers.ValidationError(f"Unknown: {', '.join(unknown)}. Use some of {', '.join(known)}.")
        return tags


class VoteRequest(RemarksRequest):
    """What is said of a battle."""

    outcome = serializers.ChoiceField(choices=VoteOutcome.choices)
    shown_ms = serializers.IntegerField(
        min_value=0,
        max_value=10**MOST_DIGITS,
        required=False,
        allow_null=True,
        default=None,
        help_text="Milliseconds since you showed the battle; taken where it is less than since it was opened.",
    )


class SkipRequest(serializers.Serializer[Any]):
    """Why a battle is left, if there is a reason."""

    reason = serializers.ChoiceField(choices=SkipReason.choices, required=False, allow_null=True, default=None)


def battle_body(battle: Battle) -> dict[str, Any]:
    """Return a battle as plain values; names only where it was voted on."""
    voted = battle.state == BattleState.VOTED
    right = asks_what_is_right(battle.prompt, battle.contest)
    return {
        "token": battle.token,
        "contest": battle.contest.slug,
        # What is late takes no vote, whether somebody has closed it already or not.
        "state": BattleState.EXPIRED if battle.state == BattleState.SERVED and battle.is_late() else battle.state,
        "question": question_of(battle.contest, right=right),
        "turns": battle.prompt.turns,
        "prompt": battle.prompt.text,
        "response_a": battle.response_a.text if voted else blind_text(battle.response_a),
        "response_b": battle.response_b.text if voted else blind_text(battle.response_b),
        "expires_at": battle.expires_at,
        "outcome": battle.vote.outcome if voted else None,
        "contestant_a": battle.contestant_a.slug if voted else None,
        "contestant_b": battle.contestant_b.slug if voted else None,
        "named_a": bool(leaks_of(battle.response_a)) if voted else None,
        "named_b": bool(leaks_of(battle.response_b)) if voted else None,
        "facts_a": response_facts(battle.response_a) if voted else None,
        "facts_b": response_facts(battle.response_b) if voted else None,
        "why": tell_reason(battle.reason) if voted else None,
        "kind": ContestKind.CORRECTNESS if right else ContestKind.PREFERENCE,
        "right_answer": _right_answer(battle) if voted else None,
        "calibration": _known_answer(battle),
        "integrity_reason": battle.vote.integrity_reason if voted else None,
        "again": is_shown_again(battle),
        "voided": voted and battle.vote.voided_at is not None,
    }


def _right_answer(battle: Battle) -> dict[str, Any] | None:
    """Return the right answer of a voted battle, as stored."""
    found = right_answer(battle)
    if found is None:
        return None
    a, b = found.told
    return {"reference": battle.prompt.reference, "checks": found.checks, "likeness_a": a, "likeness_b": b}


def _known_answer(battle: Battle) -> dict[str, Any] | None:
    place, found = tell_place(battle), expected(battle)
    if not place:
        return None
    told = {"agreed": found.agreed, "expected": found.outcome, "rationale": found.rationale} if found else {}
    return {"place": place, "agreed": None, "expected": None, "rationale": None, **told}


class BattleListView(APIView):
    """Battles of a contest, for the account behind the token."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(
        operation_id="open_battle",
        request=None,
        responses={201: BattleBody, 401: Problem, 403: Problem, 404: Problem, 409: Problem, 429: Problem},
        tags=["voting"],
    )
    def post(self, request: Request, slug: str) -> Response:
        """Open the next battle, or get the one that waits for your vote."""
        contest = contest_or_404(request, slug)
        refuse_without_vote(request, contest)
        rater = identify_account(account_of(request))
        battle = open_battle(contest, rater, admit=partial(count, request, Limited.BATTLES, rater))
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
            400: WRONG_FIELDS,
            401: Problem,
            404: Problem,
            409: Problem,
        },
        tags=["voting"],
    )
    def post(self, request: Request, token: str) -> Response:
        """Vote. 201 is the first time; a repeat gets 200 and the vote that stands."""
        battle = battle_or_404(rater_of(request), token)
        said = VoteRequest(data=request.data, context={"tags": known_tags(battle.contest)})
        said.is_valid(raise_exception=True)
        cast = cast_vote(token, battle.rater, VoteOutcome(said.validated_data.pop("outcome")), **said.validated_data)
        body = battle_body(battle_or_404(battle.rater, token))
        return Response(BattleBody(body).data, status=status.HTTP_201_CREATED if cast.created else status.HTTP_200_OK)


class BattleRemarksView(APIView):
    """Reasons and a comment for a vote that was cast."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(
        operation_id="remark_on_vote",
        request=RemarksRequest,
        responses={200: BattleBody, 400: WRONG_FIELDS, 401: Problem, 404: Problem, 409: Problem},
        tags=["voting"],
    )
    def put(self, request: Request, token: str) -> Response:
        """Put reasons and a comment to your vote, in place of those it has; the outcome stays."""
        battle = battle_or_404(rater_of(request), token)
        said = RemarksRequest(data=request.data, context={"tags": known_tags(battle.contest)})
        said.is_valid(raise_exception=True)
        remark_on_vote(token, battle.rater, **said.validated_data)
        return Response(BattleBody(battle_body(battle_or_404(battle.rater, token))).data)


class BattleSkipView(APIView):
    """Leaving a battle without a vote."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(
        operation_id="skip_battle",
        request=SkipRequest,
        responses={200: BattleBody, 400: WRONG_FIELDS, 401: Problem, 404: Problem, 409: Problem},
        tags=["voting"],
    )
    def post(self, request: Request, token: str) -> Response:
        """Skip a battle; names stay hidden."""
        battle = battle_or_404(rater_of(request), token)
        said = SkipRequest(data=request.data)
        said.is_valid(raise_exception=True)
        reason = said.validated_data["reason"]
        skip_battle(token, battle.rater, reason=SkipReason(reason) if reason else None)
        return Response(BattleBody(battle_body(battle_or_404(battle.rater, token))).data)


class BattleUndoView(APIView):
    """Taking your vote on a battle back."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(
        operation_id="undo_vote",
        request=None,
        responses={200: BattleBody, 401: Problem, 404: Problem, 409: Problem},
        tags=["voting"],
    )
    def post(self, request: Request, token: str) -> Response:
        """Take back the vote; get the battle that shows the same pair again. Once a battle, before you go on."""
        battle = battle_or_404(rater_of(request), token)
        again = undo_vote(token, battle.rater)
        return Response(BattleBody(battle_body(battle_or_404(battle.rater, again.token))).data)
