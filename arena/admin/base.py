"""What the pages of the admin share: facts that do not change, and actions that ask before they act."""

from collections.abc import Callable, Iterable
from typing import Any, Final

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse

SHOWN: Final = 20
"""Rows named on a page that asks before it acts; the others are counted."""


class FrozenMixin:
    """Fields that stay as they are once a row has consequences; the rest of the row may still change.

    Attributes
    ----------
    frozen : names of the fields. is_used says of a row whether they are frozen.
    """

    frozen: tuple[str, ...] = ()

    def is_used(self, row: Any) -> bool:
        """Return whether something was built on this row already; always, unless a class knows better."""
        return True

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Freeze what votes, responses or snapshots rest upon; keys from the beginning."""
        fields = tuple(super().get_readonly_fields(request, obj))  # type: ignore[misc]
        if obj is None:
            return fields
        keys = tuple(name for name in ("slug", "contest") if name in _field_names(obj))
        return fields + keys + (self.frozen if self.is_used(obj) else ())


def _field_names(row: Model) -> set[str]:
    return {entry.name for entry in row._meta.get_fields()}


def ask_first(
    model_admin: admin.ModelAdmin[Any],
    request: HttpRequest,
    rows: QuerySet[Any],
    *,
    action: str,
    form: forms.Form,
    title: str,
    button: str,
) -> TemplateResponse:
    """Return the page that shows which rows an action is about and asks for what it needs to know."""
    total = rows.count()
    context = {
        **model_admin.admin_site.each_context(request),
        "title": title,
        "opts": model_admin.model._meta,
        "rows": list(rows[:SHOWN]),
        "more": max(total - SHOWN, 0),
        "form": form,
        "button": button,
        "action": action,
        "checkbox": ACTION_CHECKBOX_NAME,
        "selected": request.POST.getlist(ACTION_CHECKBOX_NAME),
        "across": request.POST.get("select_across", "0"),
        "media": model_admin.media + form.media,
    }
    return TemplateResponse(request, "arena/admin/ask.html", context)


def beginning_of(text: str) -> str:
    """Return the first words of a text, as lists show it."""
    return text if len(text) <= 80 else f"{text[:80]}…"


def confirmed(request: HttpRequest) -> bool:
    """Return whether the page of `ask_first` was sent back."""
    return "confirmed" in request.POST


def tell(model_admin: admin.ModelAdmin[Any], request: HttpRequest, done: int, sentence: str) -> None:
    """Say what an action did; `sentence` begins after the number."""
    level = messages.SUCCESS if done else messages.WARNING
    model_admin.message_user(request, f"{done:,} {sentence}", level)


def log_each(model_admin: admin.ModelAdmin[Any], request: HttpRequest, rows: Iterable[Any], message: str) -> None:
    """Write an action into the admin's own log, row by row."""
    for row in rows:
        model_admin.log_change(request, row, message)


def state_action(
    name: str, description: str, change: Callable[[QuerySet[Any]], int], sentence: str
) -> Callable[[admin.ModelAdmin[Any], HttpRequest, QuerySet[Any]], None]:
    """Return a bulk action that moves rows to a state by one call of a service, and logs it."""

    @admin.action(description=description, permissions=["change"])
    def act(model_admin: admin.ModelAdmin[Any], request: HttpRequest, rows: QuerySet[Any]) -> None:
        touched = list(rows)
        done = change(rows)
        log_each(model_admin, request, touched, description)
        tell(model_admin, request, done, sentence)

    act.__name__ = name
    return act
