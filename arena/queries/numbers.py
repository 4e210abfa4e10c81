"""Numbers as readers write them: with the decimal sign and the groups of the language that is spoken now."""

from django.utils.formats import number_format
from django.utils.translation import gettext as _


def local(value: float | str, digits: int | None = None) -> str:
    """Return a number with separators; with so many decimals, or with those that it has."""
    text = f"{value:.{digits}f}" if digits is not None and not isinstance(value, str) else str(value)
    return str(number_format(text, use_l10n=True, force_grouping=True))


def short(value: float) -> str:
    """Return a number with the decimals that it needs: 12, and 12.5."""
    text = f"{value:.10g}"
    return text if "e" in text else local(text)


def per_cent(share: float, digits: int = 0) -> str:
    """Return a share as it stands in a sentence: 57%."""
    return _("{number}%").format(number=local(f"{100 * share:.{digits}f}"))
