"""Problems that raters told of: to read, and to close with a note."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html

from arena.admin.base import ask_first, beginning_of, confirmed, log_each, tell
from arena.forms import NoteForm
from arena.models import BattleReport, ReportState
from arena.services.reports import close_reports, reopen_reports
from ranking.admin import ReadOnlyMixin


@admin.register(BattleReport)
class BattleReportAdmin(ReadOnlyMixin, admin.ModelAdmin[BattleReport]):
    """Reports, the newest first. What was told stays; what became of it is changed by actions."""

    list_display = ("created_at", "contest", "kind", "state", "beginning", "battle_link", "note")
    list_filter = ("state", "kind", "battle__contest")
    list_select_related = ("battle__contest",)
    search_fields = ("text", "note", "battle__public_id", "battle__rater__public_id")
    date_hierarchy = "created_at"
    actions = ("resolve", "reject", "reopen")

    def has_close_permission(self, request: HttpRequest) -> bool:
        """Whoever may change reports may close them."""
        return request.user.has_perm("arena.change_battlereport")

    @admin.display(description="contest")
    def contest(self, report: BattleReport) -> str:
        """Where the battle was."""
        return report.battle.contest.slug

    @admin.display(description="in their words")
    def beginning(self, report: BattleReport) -> str:
        """How the text begins."""
        return beginning_of(report.text)

    @admin.display(description="battle")
    def battle_link(self, report: BattleReport) -> str:
        """Leads to what was shown."""
        address = reverse("admin:arena_battle_change", args=[report.battle_id])
        return format_html('<a href="{}">{}</a>', address, report.battle)

    @admin.action(description="Resolve, with a note", permissions=["close"])
    def resolve(self, request: HttpRequest, reports: QuerySet[BattleReport]) -> HttpResponse | None:
        """Close reports about which something was done."""
        return self._close(request, reports, "resolve", ReportState.RESOLVED)

    @admin.action(description="Reject, with a note", permissions=["close"])
    def reject(self, request: HttpRequest, reports: QuerySet[BattleReport]) -> HttpResponse | None:
        """Close reports about which nothing had to be done."""
        return self._close(request, reports, "reject", ReportState.REJECTED)

    @admin.action(description="Open again", permissions=["close"])
    def reopen(self, request: HttpRequest, reports: QuerySet[BattleReport]) -> None:
        """Take back that reports were closed."""
        touched = list(reports)
        done = reopen_reports(reports)
        log_each(self, request, touched, "Opened again.")
        tell(self, request, done, f"report{'' if done == 1 else 's'} opened again.")

    def _close(
        self, request: HttpRequest, reports: QuerySet[BattleReport], action: str, state: ReportState
    ) -> HttpResponse | None:
        form = NoteForm(request.POST if confirmed(request) else None)
        if not confirmed(request) or not form.is_valid():
            title = f"{action.title()} reports: what was done?"
            return ask_first(self, request, reports, action=action, form=form, title=title, button=action.title())
        touched, word = list(reports), state.label.lower()
        done = close_reports(reports, request.user, state, form.cleaned_data["note"])  # type: ignore[arg-type]
        log_each(self, request, touched, state.label)
        tell(self, request, done, f"report{'' if done == 1 else 's'} {word}.")
        return None
