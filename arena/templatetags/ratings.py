"""Numbers as people read them."""

from django import template

register = template.Library()


@register.filter
def percent(value: float | None, digits: int = 0) -> str:
    """Return a share as per cent; a dash where there is none."""
    return "–" if value is None else f"{value * 100:.{digits}f} %"


@register.filter
def percent_number(value: float) -> str:
    """Return a share as a whole number of per cent, without the sign."""
    return f"{value * 100:.0f}"


@register.filter
def count(value: float) -> str:
    """Return a number of votes with separators; a decimal only where weights left one."""
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"


@register.filter
def number(value: float) -> str:
    """Return a number for SVG, with a point whatever the language."""
    return f"{value:.3f}"
