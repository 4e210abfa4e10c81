"""How contests draw their pairs, who changed that, and the known pairs that check whether raters read."""

from functools import partial
from typing import Any, Final

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from arena.admin.base import FrozenMixin, state_action
from arena.forms import KnownPairForm, MatchmakingForm
from arena.models import Battle, BattlePurpose, KeptBeliefs, KnownPair, Matchmaking, MatchmakingChange
from arena.queries.forecasts import contest_forecast
from arena.services.matchmaking import SETTINGS, change_matchmaking, switch_known_pairs
from ranking.admin import ReadOnlyMixin

CHANGES_SHOWN: Final = 20


def tell_change(change: MatchmakingChange) -> str:
    """Return what a line of the log says: each field that changed, as it was and as it is.

    In the order of names: databases keep no order in JSON.
    """
    told = (f"{name}: {_word(change.before.get(name))} → {_word(change.after[name])}" for name in sorted(change.after))
    return ", ".join(told)


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "empty" if value is None else str(value)


@admin.register(Matchmaking)
class MatchmakingAdmin(FrozenMixin, admin.ModelAdmin[Matchmaking]):
    """How pairs are drawn. The service writes it, and the log of changes with it."""

    form = MatchmakingForm
    list_display = ("contest", "policy", "floor", "share_cap", "check_rate", "repeat_rate", "goal", "vote_budget")
    list_filter = ("policy", "goal")
    list_select_related = ("contest",)
    search_fields = ("contest__name", "contest__slug")
    readonly_fields = ("forecast", "changes")
    fieldsets = (
        (
            "How pairs are drawn",
            {"fields": ("contest", "policy", "top_k", "floor", "sharpness", "category_sd")},
        ),
        ("Who may meet", {"fields": ("share_cap", "same_organisation", "most_cost_usd", "leave_out_failing")}),
        (
            "Quality checks",
            {
                "fields": ("check_rate", "repeat_rate"),
                "description": "Battles that do not rank. Checks are made of the contest's known pairs.",
            },
        ),
        ("When to stop", {"fields": ("goal", "goal_width", "vote_budget", "forecast")}),
        ("What was changed", {"fields": ("changes",)}),
    )

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What was set is changed, which the log tells, and not taken away in silence."""
        return False

    def save_model(self, request: HttpRequest, obj: Matchmaking, form: Any, change: bool) -> None:
        """Let the service write, which keeps the log."""
        values = {name: form.cleaned_data[name] for name in SETTINGS}
        obj.pk = change_matchmaking(obj.contest, request.user, **values).pk  # type: ignore[arg-type]

    @admin.display(description="what votes will settle")
    def forecast(self, row: Matchmaking) -> str:
        """The forecast for people's votes; a worker makes it anew within a minute of a change."""
        told = contest_forecast(row.contest) if row.contest_id else None
        if told is None:
            return "It comes within a minute, from the worker."
        sentences = [sentence for sentence in (told.summary, told.goal, told.budget, *told.open) if sentence]
        return format_html_join("", "<p>{}</p>", ((sentence,) for sentence in sentences))

    @admin.display(description="newest first")
    def changes(self, row: Matchmaking) -> str:
        """The log of this contest; all of it stands under Matchmaking changes."""
        if row.contest_id is None:
            return "Nothing yet."
        log = row.contest.matchmaking_changes.select_related("by")[:CHANGES_SHOWN]
        lines = ((f"{one.at:%Y-%m-%d %H:%M}", one.by or "a program", tell_change(one)) for one in log)
        address = f"{reverse('admin:arena_matchmakingchange_changelist')}?contest__id__exact={row.contest_id}"
        return format_html(
            '<ul>{}</ul><a href="{}">All changes</a>',
            format_html_join("", "<li>{}, {}: {}</li>", lines),
            address,
        )


@admin.register(MatchmakingChange)
class MatchmakingChangeAdmin(ReadOnlyMixin, admin.ModelAdmin[MatchmakingChange]):
    """The log of what was changed in the matchmaking of contests."""

    list_display = ("at", "contest", "by", "what")
    list_filter = ("contest", "by")
    list_select_related = ("contest", "by")
    search_fields = ("contest__slug", "by__username")
    date_hierarchy = "at"

    @admin.display(description="what changed")
    def what(self, change: MatchmakingChange) -> str:
        """Each field, as it was and as it is."""
        return tell_change(change)


@admin.register(KeptBeliefs)
class KeptBeliefsAdmin(ReadOnlyMixin, admin.ModelAdmin[KeptBeliefs]):
    """What is kept of the beliefs about strengths; it is computed anew when it is wanted."""

    list_display = ("contest", "raters", "votes", "built_at")
    list_filter = ("contest",)
    list_select_related = ("contest",)
    search_fields = ("contest__slug", "raters")
    exclude = ("payload",)


@admin.register(KnownPair)
class KnownPairAdmin(FrozenMixin, admin.ModelAdmin[KnownPair]):
    """Attention checks. Which response is the better one stays as it is once somebody was asked."""

    form = KnownPairForm
    list_display = ("prompt", "contest", "better_contestant", "worse_contestant", "active", "note")
    list_filter = ("contest", "active")
    list_select_related = ("contest", "prompt", "better__contestant", "worse__contestant")
    search_fields = ("prompt__slug", "note", "better__contestant__slug", "worse__contestant__slug")
    autocomplete_fields = ("contest", "prompt", "better", "worse")
    readonly_fields = ("public_id", "created_at")
    frozen = ("prompt", "better", "worse")
    actions = (
        state_action(
            "show", "Show to raters", partial(switch_known_pairs, active=True), "shown to raters from now on."
        ),
        state_action("hide", "Show no more", partial(switch_known_pairs, active=False), "shown no more."),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[KnownPair]:
        """Read who wrote the two with each pair, by which it is called."""
        return super().get_queryset(request).select_related(*self.list_select_related)

    def is_used(self, row: KnownPair) -> bool:
        """Return whether it was shown to a rater."""
        two = (row.better_id, row.worse_id)
        purposes = (BattlePurpose.CHECK, BattlePurpose.CALIBRATION)
        shown = Battle.objects.filter(purpose__in=purposes, prompt=row.prompt_id)
        return shown.filter(response_a__in=two, response_b__in=two).exists()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What was shown stays, since it says which answer was right."""
        return super().has_delete_permission(request, obj) and (obj is None or not self.is_used(obj))

    @admin.display(description="better", ordering="better__contestant")
    def better_contestant(self, pair: KnownPair) -> str:
        """Who wrote the better response."""
        return pair.better.contestant.name

    @admin.display(description="worse", ordering="worse__contestant")
    def worse_contestant(self, pair: KnownPair) -> str:
        """Who wrote the worse one."""
        return pair.worse.contestant.name
