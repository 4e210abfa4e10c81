"""How a contest draws its pairs, as data: the same numbers as the page, with every digit."""

from typing import Any, Final

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from arena.access import contest_or_404
from arena.api.doors import Problem
from arena.queries.exposure import MatchmakingPage, matchmaking_page

COUNTED: Final = (
    *("battles", "recent", "imported", "checks", "repeats"),
    *("policies", "fates", "contestants", "organisations"),
)


class SettingRow(serializers.Serializer[Any]):
    """One setting: its name, its value, and both in words."""

    name = serializers.CharField()
    value = serializers.JSONField(allow_null=True)
    told = serializers.CharField()
    meaning = serializers.CharField()


class ChangeRow(serializers.Serializer[Any]):
    """One line of the log of changes: the settings that changed, as they were and as they are since."""

    at = serializers.DateTimeField()
    before = serializers.DictField()
    after = serializers.DictField()
    by = serializers.CharField(allow_null=True, help_text="Who changed it; told to staff alone.")


class PolicyRow(serializers.Serializer[Any]):
    """Battles that one policy drew, in all and in the last seven days."""

    policy = serializers.CharField()
    battles = serializers.IntegerField()
    recent = serializers.IntegerField()


class FateRow(serializers.Serializer[Any]):
    """What became of drawn battles."""

    state = serializers.CharField()
    battles = serializers.IntegerField()
    share = serializers.FloatField()


class ContestantShareRow(serializers.Serializer[Any]):
    """How often one contestant was drawn."""

    slug = serializers.CharField()
    name = serializers.CharField()
    organisation = serializers.CharField()
    state = serializers.CharField()
    battles = serializers.IntegerField()
    share = serializers.FloatField(help_text="Of all drawn battles, those that it took part in.")
    votes = serializers.IntegerField(help_text="That stand, imported ones included.")


class OrganisationShareRow(serializers.Serializer[Any]):
    """How often contestants of one organisation were drawn."""

    name = serializers.CharField()
    contestants = serializers.IntegerField()
    sides = serializers.IntegerField()
    share = serializers.FloatField(help_text="Of all sides of drawn battles.")
    fair = serializers.FloatField(help_text="Its share of the contestants.")


class FindingRow(serializers.Serializer[Any]):
    """One finding of the audit as a sentence."""

    code = serializers.CharField()
    message = serializers.CharField()
    items = serializers.ListField(child=serializers.CharField())


class AuditBody(serializers.Serializer[Any]):
    """What was checked of one board's matchmaking."""

    board = serializers.CharField()
    notices = FindingRow(many=True)
    alarms = serializers.ListField(child=serializers.CharField(), help_text="Codes of what chance hardly explains.")
    propensities = serializers.DictField()
    stretch = serializers.DictField()


class MatchmakingBody(serializers.Serializer[Any]):
    """How pairs are drawn, who was drawn how often, and whether that is honest. Only closed battles are counted."""

    contest = serializers.CharField()
    policy = serializers.CharField()
    settings = SettingRow(many=True)
    changes = ChangeRow(many=True)
    counted_at = serializers.DateTimeField()
    battles = serializers.IntegerField(help_text="Drawn to rank, and closed.")
    recent = serializers.IntegerField()
    imported = serializers.IntegerField(help_text="Voted on elsewhere; nobody drew them here.")
    checks = serializers.IntegerField()
    repeats = serializers.IntegerField()
    policies = PolicyRow(many=True)
    fates = FateRow(many=True)
    fair_share = serializers.FloatField(help_text="Of the battles, for each contestant, if all were drawn alike.")
    contestants = ContestantShareRow(many=True)
    organisations = OrganisationShareRow(many=True)
    audit = AuditBody(allow_null=True)


class MatchmakingView(APIView):
    """How a contest draws its pairs."""

    @extend_schema(operation_id="get_matchmaking", responses={200: MatchmakingBody, 404: Problem}, tags=["contests"])
    def get(self, request: Request, slug: str) -> Response:
        """Show the policy and its settings, what was changed, exposure of contestants, and the audit of draws."""
        page = matchmaking_page(contest_or_404(request, slug), with_names=bool(request.user.is_staff))
        return Response(MatchmakingBody(matchmaking_body(page)).data)


def matchmaking_body(page: MatchmakingPage) -> dict[str, Any]:
    """Return the page as plain values."""
    exposure, audited = page.exposure, page.exposure.audited
    return {
        "contest": page.contest.slug,
        "policy": page.policy,
        "settings": page.settings,
        "changes": page.changes,
        "counted_at": exposure.at,
        "fair_share": exposure.fair,
        **{name: getattr(exposure, name) for name in COUNTED},
        "audit": {"board": audited.board, **audited.audit.to_dict()} if audited else None,
    }
