"""Prompts and responses."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from arena.admin.base import FrozenMixin, ask_first, beginning_of, confirmed, log_each, state_action, tell
from arena.forms import PromptForm, ReasonForm, ResponseForm
from arena.models import Battle, Prompt, PromptState, Response
from arena.services.contests import mark_prompts


def _mark_good(prompts: QuerySet[Prompt]) -> int:
    return mark_prompts(prompts, PromptState.GOOD)


@admin.register(Prompt)
class PromptAdmin(FrozenMixin, admin.ModelAdmin[Prompt]):
    """Prompts. A task that was shown stays as it is; junk leaves the boards and can come back."""

    form = PromptForm
    list_display = ("slug", "contest", "beginning", "language", "state", "state_reason")
    list_filter = ("contest", "state", "language", "categories")
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


@admin.register(Response)
class ResponseAdmin(admin.ModelAdmin[Response]):
    """Responses: may be added by hand, never changed."""

    form = ResponseForm
    list_display = ("prompt", "contestant", "sample", "beginning", "finish_reason", "completion_tokens", "origin")
    list_filter = ("contest", "origin", "finish_reason", "contestant")
    list_select_related = ("prompt", "contestant")
    search_fields = ("text", "prompt__slug", "contestant__slug")
    readonly_fields = ("public_id", "created_at")

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
