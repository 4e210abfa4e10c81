"""Boards: what the leaderboards are made of."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from arena.admin.base import FrozenMixin, tell
from arena.forms import BoardForm
from arena.models import Board
from arena.services.leaderboards import refresh_leaderboard
from ranking.models import Snapshot


@admin.register(Board)
class BoardAdmin(FrozenMixin, admin.ModelAdmin[Board]):
    """Definitions of leaderboards. Whose votes a published board shows does not change."""

    form = BoardForm
    list_display = ("name", "contest", "rater_kind", "judge", "category", "checked_at", "problem")
    list_filter = ("contest", "rater_kind")
    list_select_related = ("contest", "judge", "category")
    search_fields = ("name", "slug", "contest__slug")
    readonly_fields = ("public_id", "created_at", "problem", "checked_at")
    frozen = ("rater_kind", "judge", "category", "language")
    fieldsets = (
        (None, {"fields": ("contest", "slug", "name", "position")}),
        (
            "Whose votes",
            {
                "fields": ("rater_kind", "judge", "category", "language"),
                "description": "Fixed once the board was published: another choice is another board.",
            },
        ),
        (
            "Which of them count",
            {
                "fields": ("since", "until", "minimum_seconds", "use_integrity_weights"),
                "description": "Votes that are left out are counted by reason on the board's page.",
            },
        ),
        (
            "How they become ratings",
            {
                "fields": ("settings",),
                "description": (
                    'For example {"covariates": ["tokens", "headers", "lists", "bold"]} to control style, '
                    '{"clusters": "rater_and_prompt"}, {"tie_model": "davidson"}; docs/operations.md, add_board, '
                    "names them all."
                ),
            },
        ),
        ("State", {"fields": ("problem", "checked_at", "public_id", "created_at")}),
    )
    actions = ("refresh",)

    def is_used(self, row: Board) -> bool:
        """Return whether it was published."""
        return Snapshot.objects.filter(board_key=row.key).exists()

    @admin.action(description="Recompute and publish now", permissions=["change"])
    def refresh(self, request: HttpRequest, boards: QuerySet[Board]) -> None:
        """Publish boards whose votes or settings changed."""
        results: list[Any] = [refresh_leaderboard(board) for board in boards.select_related("contest")]
        for result in results:
            if result.problem:
                self.message_user(request, f"{result.board}: {result.problem}", "WARNING")
        tell(
            self,
            request,
            sum(result.created for result in results),
            "boards published anew; the others stand.",
        )
