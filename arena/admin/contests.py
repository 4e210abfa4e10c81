"""Contests, contestants and categories."""

from collections.abc import Iterable
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from arena.admin.base import FrozenMixin, state_action, tell
from arena.admin.replays import AsksForReplays
from arena.models import Battle, Category, Contest, Contestant, ContestantState, ContestState, Matchmaking, RunKind
from arena.providers.sampling import complaints
from arena.queries.calibration import why_too_few
from arena.queries.correctness import count_kept_apart
from arena.queries.leaks import count_leaking
from arena.queries.voting import tell_voting, voting_counts
from arena.services.contests import change_contestants_state, change_contests_state
from arena.services.runs import request_run
from arena.tasks import wake


class FirstByDefault(forms.TypedChoiceField):
    """A choice where nothing said is the first: it stands there once, under its own words."""

    def __init__(self, choices: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        (self.first, words), *others = choices
        super().__init__(choices=[("", words), *others], **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """Show what says the first as nothing said."""
        return "" if value in (None, self.first) else value


class CategoryInline(admin.TabularInline[Category, Contest]):
    """The tags of a contest's prompts."""

    model = Category
    extra = 0


@admin.register(Contest)
class ContestAdmin(AsksForReplays, FrozenMixin, admin.ModelAdmin[Contest]):
    """Contests. What was asked stays as it is once somebody answered."""

    list_display = ("name", "state", "kind", "contestants_count", "prompts_count", "leaks_count", "drawing", "pages")
    list_filter = ("state", "kind", "audience", "voters", "simulated")
    search_fields = ("name", "slug")
    prepopulated_fields = {"slug": ("name",)}
    readonly_fields = ("quality", "drawing", "voting", "replays", "public_id", "created_at")
    frozen = ("question", "kind", "simulated")
    fieldsets = (
        (None, {"fields": ("name", "slug", "state", "kind", "question", "instructions", "language")}),
        ("What readers are told", {"fields": ("description", "attribution", "simulated")}),
        ("Who votes", {"fields": ("voters", "audience", "calibration_pairs", "calibration_share")}),
        ("What counts", {"fields": ("blind_only", "leak_policy", "correctness_apart", "quality", "voting")}),
        ("Live battles", {"fields": ("live", "live_counts", "dollars_a_day")}),
        ("How pairs are drawn", {"fields": ("drawing", "replays")}),
        ("Record", {"fields": ("public_id", "created_at")}),
    )
    inlines = (CategoryInline,)
    actions = (
        state_action("open", "Open for votes", partial(change_contests_state, state=ContestState.OPEN), "opened."),
        state_action(
            "close", "Close: no more votes", partial(change_contests_state, state=ContestState.CLOSED), "closed."
        ),
        state_action("hide", "Hide as drafts", partial(change_contests_state, state=ContestState.DRAFT), "hidden."),
        "refresh",
        "generate",
        "replay",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Contest]:
        """Count with the list, not once a row."""
        return (
            super()
            .get_queryset(request)
            .select_related("matchmaking")
            .annotate(
                n_contestants=Count("contestants", distinct=True),
                n_prompts=Count("prompts", distinct=True),
                n_leaks=count_leaking(),
            )
        )

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Where nothing said is the first of the choices, offer no second word for it."""
        if db_field.null and db_field.get_internal_type() == "CharField":
            label = db_field.verbose_name.capitalize()
            return FirstByDefault(db_field.choices, label=label, required=False, empty_value=None)
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def get_prepopulated_fields(self, request: HttpRequest, obj: Contest | None = None) -> dict[str, Any]:
        """Suggest a slug while it can still be chosen."""
        return {} if obj else super().get_prepopulated_fields(request, obj)

    def is_used(self, row: Contest) -> bool:
        """Return whether somebody was asked already."""
        return Battle.objects.filter(contest=row).exists()

    @admin.display(description="contestants", ordering="n_contestants")
    def contestants_count(self, contest: Contest) -> int:
        """How many compete."""
        return int(getattr(contest, "n_contestants", 0))

    @admin.display(description="prompts", ordering="n_prompts")
    def prompts_count(self, contest: Contest) -> int:
        """How many tasks there are."""
        return int(getattr(contest, "n_prompts", 0))

    @admin.display(description="responses that name their author", ordering="n_leaks")
    def leaks_count(self, contest: Contest) -> str:
        """How many there are; leads to them."""
        found = int(getattr(contest, "n_leaks", None) or 0)
        address = f"{reverse('admin:arena_response_changelist')}?contest__id__exact={contest.pk}&names_author=yes"
        return format_html('<a href="{}">{}</a>', address, found)

    @admin.display(description="matchmaking")
    def drawing(self, contest: Contest) -> str:
        """How its pairs are drawn; leads to where that is changed, with or without a row so far."""
        if contest.pk is None:
            return "as by default"
        row: Matchmaking | None = getattr(contest, "matchmaking", None)
        new = f"{reverse('admin:arena_matchmaking_add')}?contest={contest.pk}"
        address = reverse("admin:arena_matchmaking_change", args=[row.pk]) if row else new
        return format_html('<a href="{}">{}</a>', address, row.policy if row else "as by default")

    def save_model(self, request: HttpRequest, obj: Contest, form: Any, change: bool) -> None:
        """Warn where known pairs do not suffice for the calibration; it is saved all the same."""
        super().save_model(request, obj, form, change)
        if trouble := why_too_few(obj):
            self.message_user(request, trouble, messages.WARNING)

    @admin.display(description="quality of votes")
    def quality(self, contest: Contest) -> str:
        """Whether the calibration has its known pairs, and how many prompts no person is asked about."""
        if contest.pk is None:
            return "Nothing to tell yet."
        apart = count_kept_apart(contest)
        told = [
            why_too_few(contest),
            f"{apart:,} prompts with one right answer are drawn for no person." if apart else "",
        ]
        return " ".join(sentence for sentence in told if sentence) or "Nothing is amiss."

    @admin.display(description="voting")
    def voting(self, contest: Contest) -> str:
        """Votes taken back, skips and reports."""
        return tell_voting(voting_counts(contest)) if contest.pk else "Nobody has voted yet."

    @admin.display(description="pages")
    def pages(self, contest: Contest) -> str:
        """Where voters see it, and where staff talk with its contestants."""
        return format_html(
            '<a href="{}">contest</a> · <a href="{}">leaderboard</a> · <a href="{}">talk</a>',
            *(reverse(f"arena:{name}", args=[contest.slug]) for name in ("contest", "leaderboard", "talk_open")),
        )

    @admin.action(description="Refresh leaderboards now", permissions=["change"])
    def refresh(self, request: HttpRequest, contests: QuerySet[Contest]) -> None:
        """Ask the worker to recompute the boards."""
        self._request(request, contests, RunKind.REFRESH, "refreshes requested; progress is under Runs.")

    @admin.action(description="Generate missing responses", permissions=["change"])
    def generate(self, request: HttpRequest, contests: QuerySet[Contest]) -> None:
        """Ask the worker for the responses that are missing."""
        self._request(request, contests, RunKind.GENERATE, "generations requested; progress is under Runs.")

    def _request(self, request: HttpRequest, contests: QuerySet[Contest], kind: RunKind, sentence: str) -> None:
        runs = [request_run(kind, contest, by=request.user) for contest in contests]  # type: ignore[arg-type]
        wake()
        tell(self, request, len(runs), sentence)


class ContestantForm(forms.ModelForm[Contestant]):
    """A contestant whose sampling settings are looked through before they are sent to an endpoint."""

    class Meta:
        model = Contestant
        fields = (
            "contest",
            "slug",
            "name",
            "description",
            "provider",
            "model",
            "system_prompt",
            "sampling",
            "organisation",
            "licence",
            "prompt_price",
            "completion_price",
            "state",
        )

    def clean_sampling(self) -> Any:
        """Refuse what cannot be right, with what would be."""
        sampling = self.cleaned_data["sampling"] or {}
        if found := complaints(sampling):
            raise forms.ValidationError(found)
        return sampling


@admin.register(Contestant)
class ContestantAdmin(FrozenMixin, admin.ModelAdmin[Contestant]):
    """Contestants. What made the responses stays as it is; other settings are another contestant."""

    form = ContestantForm
    list_display = ("name", "contest", "state", "organisation", "model", "responses_count")
    list_filter = ("contest", "state", "organisation")
    list_select_related = ("contest",)
    search_fields = ("name", "slug", "model", "organisation")
    readonly_fields = ("public_id", "created_at", "true_strength")
    frozen = ("provider", "model", "system_prompt", "sampling")
    actions = tuple(
        state_action(name, description, partial(change_contestants_state, state=state), sentence)
        for name, description, state, sentence in (
            ("activate", "Activate", ContestantState.ACTIVE, "activated."),
            ("pause", "Pause: draw no new battles", ContestantState.PAUSED, "paused; their votes and places stay."),
            ("retire", "Retire", ContestantState.RETIRED, "retired; their votes and places stay."),
        )
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Contestant]:
        """Count with the list, not once a row."""
        return super().get_queryset(request).annotate(n_responses=Count("responses"))

    def is_used(self, row: Contestant) -> bool:
        """Return whether it answered anything."""
        return row.responses.exists()

    @admin.display(description="responses", ordering="n_responses")
    def responses_count(self, contestant: Contestant) -> int:
        """How much it answered."""
        return int(getattr(contestant, "n_responses", 0))
