"""Runs: long work and how far it is."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from arena.admin.base import tell
from arena.admin.replays import ShowsReplays
from arena.models import Run
from arena.services.runs import cancel_run
from ranking.admin import ReadOnlyMixin


@admin.register(Run)
class RunAdmin(ShowsReplays, ReadOnlyMixin, admin.ModelAdmin[Run]):
    """Work that was requested. It is written by whoever does it; here it can only be cancelled."""

    list_display = (
        *("kind", "contest", "judge", "state", "progress", "failed"),
        *("found", "message", "created_at", "finished_at"),
    )
    list_filter = ("state", "kind", "contest")
    list_select_related = ("contest", "judge")
    readonly_fields = ("found",)
    # Shown as curves on a page of its own.
    exclude = ("result",)
    actions = ("cancel",)

    def has_cancel_permission(self, request: HttpRequest) -> bool:
        """Whoever may change runs may cancel them."""
        return request.user.has_perm("arena.change_run")

    @admin.display(description="progress")
    def progress(self, run: Run) -> str:
        """Steps done of all."""
        return f"{run.done:,} of {run.total:,}" if run.total else "–"

    @admin.action(description="Cancel", permissions=["cancel"])
    def cancel(self, request: HttpRequest, runs: QuerySet[Run]) -> None:
        """Stop runs at their next step; what they wrote stays."""
        tell(self, request, sum(cancel_run(run) for run in runs), "runs cancelled; what they wrote stays.")
