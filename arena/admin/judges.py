"""Judges and the ledger of their calls."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from arena.admin.base import FrozenMixin, ask_first, confirmed, tell
from arena.forms import JudgeRunForm
from arena.models import Battle, Judge, JudgeCall, RunKind
from arena.services.contests import copy_judge
from arena.services.runs import request_run
from arena.tasks import wake
from ranking.admin import ReadOnlyMixin


@admin.register(Judge)
class JudgeAdmin(FrozenMixin, admin.ModelAdmin[Judge]):
    """Judges. One that gave verdicts stays as it is; what changes is a new version."""

    list_display = ("name", "version", "kind", "provider", "model", "active")
    list_filter = ("kind", "active", "provider")
    search_fields = ("name", "slug", "model")
    readonly_fields = ("public_id", "created_at")
    frozen = ("version", "kind", "provider", "model", "prompt", "settings")
    actions = ("run", "copy")

    def is_used(self, row: Judge) -> bool:
        """Return whether it was asked anything, here or before an import."""
        return Battle.objects.filter(rater__judge=row).exists() or row.calls.exists()

    @admin.action(description="Let them judge battles of a contest", permissions=["change"])
    def run(self, request: HttpRequest, judges: QuerySet[Judge]) -> HttpResponse | None:
        """Ask the worker for verdicts."""
        form = JudgeRunForm(request.POST if confirmed(request) else None)
        if not confirmed(request) or not form.is_valid():
            title = "Which contest shall they judge?"
            return ask_first(self, request, judges, action="run", form=form, title=title, button="Request the runs")
        said = form.cleaned_data
        for judge in judges:
            parameters = {"battles": said["battles"]}
            request_run(RunKind.JUDGE, said["contest"], judge=judge, parameters=parameters, by=request.user)  # type: ignore[arg-type]
        wake()
        tell(self, request, judges.count(), "runs requested; progress is under Runs.")
        return None

    @admin.action(description="Make a new version of each", permissions=["add"])
    def copy(self, request: HttpRequest, judges: QuerySet[Judge]) -> None:
        """Copy judges, so that something about them may change."""
        copies = [copy_judge(judge) for judge in judges]
        tell(
            self, request, len(copies), f"made: {', '.join(map(str, copies))}. Change them before their first verdict."
        )


@admin.register(JudgeCall)
class JudgeCallAdmin(ReadOnlyMixin, admin.ModelAdmin[JudgeCall]):
    """What each judge was shown and what it said, failures included."""

    list_display = ("created_at", "judge", "battle", "order", "verdict", "preference", "failure", "latency_ms")
    list_filter = ("judge", "order", "verdict", ("failure", admin.EmptyFieldListFilter))
    list_select_related = ("judge", "battle")
    search_fields = ("battle__public_id", "raw_text", "failure")
    ordering = ("-id",)
    date_hierarchy = "created_at"
    show_full_result_count = False
