"""Battles as they were issued: to read, never to change."""

from typing import Final

from django.contrib import admin

from arena.matchmaking.reasons import tell_reason
from arena.models import Battle, Vote
from ranking.admin import ReadOnlyMixin

# Where no policy drew the pair, by the source of the reason.
UNDRAWN: Final = {
    "identical": "Not drawn, and shown to nobody: both responses are the same text, which is a tie by rule.",
    "calibration": "Not drawn to rank: a known pair of a calibration round.",
    "simulation": "Drawn evenly among all pairs, by the simulation.",
}


class VoteInline(ReadOnlyMixin, admin.StackedInline[Vote, Battle]):
    """What became of the battle."""

    model = Vote
    fields = ("outcome", "tags", "comment", "duration_ms", "voided_at", "void_reason", "integrity_weight")


@admin.register(Battle)
class BattleAdmin(ReadOnlyMixin, admin.ModelAdmin[Battle]):
    """Who was asked what, and why this pair."""

    list_display = (
        "public_id",
        "contest",
        "contestant_a",
        "contestant_b",
        "state",
        "skip_reason",
        "purpose",
        "policy",
        "propensity",
        "served_at",
    )
    list_filter = ("contest", "state", "skip_reason", "purpose", "policy", "branch", "rater__kind")
    list_select_related = ("contest", "contestant_a", "contestant_b")
    search_fields = ("public_id", "rater__public_id", "prompt__slug", "contestant_a__slug", "contestant_b__slug")
    # The token would let whoever sees it vote as the rater.
    exclude = ("token",)
    readonly_fields = ("why",)
    date_hierarchy = "served_at"
    show_full_result_count = False
    inlines = (VoteInline,)

    @admin.display(description="why this pair")
    def why(self, battle: Battle) -> str:
        """The stored reason in one sentence."""
        told = tell_reason(battle.reason) or UNDRAWN.get(battle.reason.get("source", ""))
        return told or "Not told: it was imported."
