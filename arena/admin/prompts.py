"""Prompts and responses."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe

from arena.admin.base import FrozenMixin, ask_first, beginning_of, confirmed, log_each, state_action, tell
from arena.forms import PromptForm, ReasonForm, ResponseForm
from arena.models import Battle, Prompt, PromptState, Response
from arena.queries.leaks import leaking, stored_leaks
from arena.queries.likelihood import response_bits_per_byte, response_perplexity
from arena.queries.spending import dollars_of
from arena.services.contests import mark_prompts


def _known(value: float | None, digits: int) -> str:
    return "unknown" if value is None else f"{value:.{digits}f}"


def _mark_good(prompts: QuerySet[Prompt]) -> int:
    return mark_prompts(prompts, PromptState.GOOD)


@admin.register(Prompt)
class PromptAdmin(FrozenMixin, admin.ModelAdmin[Prompt]):
    """Prompts. A task that was shown stays as it is; junk leaves the boards and can come back."""

    form = PromptForm
    list_display = ("slug", "contest", "beginning", "language", "state", "state_reason")
    list_filter = ("contest", "state", "kind", "asks_identity", "language", "categories")
    list_select_related = ("contest",)
    search_fields = ("slug", "text", "reference")
    readonly_fields = ("public_id", "created_at", "state", "state_reason")
    filter_horizontal = ("categories",)
    frozen = ("text", "turns", "reference", "tests", "language")
    actions = (
        state_action("mark_good", "Mark as good", _mark_good, "marked as good; their votes count."),
        "mark_suspect",
        "mark_junk",
    )

    def is_used(self, row: Prompt) -> bool:
        """Return whether it was shown to a rater."""
        return Battle.objects.filter(prompt=row).exists()

    @admin.display(description="text")
    def beginning(self, prompt: Prompt) -> str:
        """The first words of the task."""
        return beginning_of(prompt.text)

    @admin.action(description="Mark as suspect, with a reason: not drawn, votes count", permissions=["change"])
    def mark_suspect(self, request: HttpRequest, prompts: QuerySet[Prompt]) -> HttpResponse | None:
        """Draw it no more until somebody looked."""
        return self._mark(request, prompts, PromptState.SUSPECT, "mark_suspect", "marked as suspect.")

    @admin.action(description="Mark as junk, with a reason: not drawn, votes leave the boards", permissions=["change"])
    def mark_junk(self, request: HttpRequest, prompts: QuerySet[Prompt]) -> HttpResponse | None:
        """Take it and its votes out of the boards."""
        return self._mark(request, prompts, PromptState.JUNK, "mark_junk", "marked as junk; boards follow in a minute.")

    def _mark(
        self, request: HttpRequest, prompts: QuerySet[Prompt], state: PromptState, action: str, sentence: str
    ) -> HttpResponse | None:
        form = ReasonForm(request.POST if confirmed(request) else None)
        if not confirmed(request) or not form.is_valid():
            title = f"Why are these prompts {state.label.lower()}?"
            return ask_first(self, request, prompts, action=action, form=form, title=title, button="Mark them")
        touched, reason = list(prompts), form.cleaned_data["reason"]
        done = mark_prompts(prompts, state, reason)
        log_each(self, request, touched, f"{state.label}: {reason}")
        tell(self, request, done, sentence)
        return None


class NamesItsAuthorFilter(admin.SimpleListFilter):
    """Whether a response names its author, as far as it was looked through."""

    title = "names its author"
    parameter_name = "names_author"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> list[tuple[str, str]]:
        """Return what may be chosen."""
        return [("yes", "Yes: hidden before the vote"), ("no", "No"), ("unknown", "Not looked through")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Response]) -> QuerySet[Response]:
        """Return the responses that were chosen."""
        chosen = {"yes": leaking(), "no": Q(leaks=[]), "unknown": Q(leaks__isnull=True)}
        return queryset.filter(chosen[self.value() or ""]) if self.value() in chosen else queryset


@admin.register(Response)
class ResponseAdmin(admin.ModelAdmin[Response]):
    """Responses: may be added by hand, never changed."""

    form = ResponseForm
    list_display = (
        "prompt",
        "contestant",
        "sample",
        "beginning",
        "finish_reason",
        "completion_tokens",
        "origin",
        "named",
    )
    list_filter = ("contest", NamesItsAuthorFilter, "origin", "finish_reason", "contestant")
    list_select_related = ("prompt", "contestant")
    search_fields = ("text", "prompt__slug", "contestant__slug")
    readonly_fields = (
        "prompt_tokens",
        "completion_tokens",
        "latency_ms",
        "dollars",
        "mean_logprob",
        "perplexity",
        "bits_per_byte",
        "hidden_before_the_vote",
        "public_id",
        "created_at",
    )

    @admin.display(description="US dollars")
    def dollars(self, response: Response) -> str:
        """What it cost, as far as tokens and prices are known."""
        return _known(dollars_of(response) if response.pk else None, 6)

    @admin.display(description="perplexity")
    def perplexity(self, response: Response) -> str:
        """Among how many tokens, on average, its author hesitated."""
        return _known(response_perplexity(response), 3)

    @admin.display(description="bits per byte")
    def bits_per_byte(self, response: Response) -> str:
        """What its author needed for a byte of it; compares across tokenizers."""
        return _known(response_bits_per_byte(response), 3)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A response is what was said."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """And stays said."""
        return False

    @admin.display(description="text")
    def beginning(self, response: Response) -> str:
        """The first words of the answer."""
        return beginning_of(response.text)

    @admin.display(description="names its author", empty_value="not looked through")
    def named(self, response: Response) -> str | None:
        """Which names were hidden; a dash where there are none."""
        if response.leaks is None:
            return None
        return ", ".join(sorted({leak.what for leak in stored_leaks(response)})) or "–"

    @admin.display(description="hidden before the vote")
    def hidden_before_the_vote(self, response: Response) -> str:
        """Every place that was hidden, as it is written, and why."""
        if response.leaks is None:
            return "not looked through yet"
        places = ((response.text[leak.start : leak.end], leak.kind.told) for leak in stored_leaks(response))
        return format_html_join(mark_safe("<br>"), "<code>{}</code> ({})", places) or "nothing"
