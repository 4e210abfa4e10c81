"""Numbers as people read them."""

from django import template
from django.utils.translation import gettext as _

from arena.models import BattleState, ContestantState
from arena.queries.exposure import NO_ORGANISATION
from arena.queries.numbers import local
from arena.queries.sentences import tell

register = template.Library()


@register.filter
def percent(value: float | None, digits: int = 0) -> str:
    """Return a share as per cent; a dash where there is none."""
    return "–" if value is None else f"{local(value * 100, digits)} %"


@register.filter
def percent_number(value: float) -> str:
    """Return a share as a whole number of per cent, without the sign."""
    return f"{value * 100:.0f}"


@register.filter
def count(value: float) -> str:
    """Return a number of votes with separators; a decimal only where weights left one."""
    return local(value, 0 if float(value).is_integer() else 1)


@register.filter
def number(value: float) -> str:
    """Return a number for SVG, with a point whatever the language."""
    return f"{value:.3f}"


@register.filter
def signed(value: float) -> str:
    """Return a whole number of points with its sign; nothing has none."""
    whole = round(value)
    return f"{whole:+d}".replace("-", "\u2212") if whole else "0"


@register.filter
def amount(value: float) -> int:
    """Return a number for the choice of a plural: what is not whole is many."""
    return int(value) if float(value).is_integer() else 2


@register.filter
def told(text: str) -> str:
    """Return what a room without Django tells, in the reader's language."""
    return tell(text)


@register.filter
def state_word(state: str) -> str:
    """Return the state of a contestant or a battle as a word within a line."""
    labels = {**dict(ContestantState.choices), **dict(BattleState.choices)}
    return str(labels.get(state, state)).lower()


@register.filter
def organisation(name: str) -> str:
    """Return the name of an organisation, or that there is none."""
    return _(NO_ORGANISATION) if name == NO_ORGANISATION else name


@register.filter
def speaker(role: str) -> str:
    """Return who says a turn of a conversation."""
    return {"user": _("user"), "assistant": _("assistant"), "system": _("system")}.get(role, role)
