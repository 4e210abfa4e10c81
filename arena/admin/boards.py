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
    frozen = ("rater_kind", "judge", "category")
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
