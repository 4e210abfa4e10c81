"""Tables as text."""

from collections.abc import Sequence

LEFT = ("contestant", "covariate", "rater")
"""Columns of names; all others stand to the right."""


def table(names: Sequence[str], rows: Sequence[Sequence[str]], *, drop_empty: bool = False) -> str:
    """Return aligned columns below their names; `drop_empty` leaves out columns without any text."""
    kept = [k for k in range(len(names)) if not drop_empty or not rows or any(row[k] for row in rows)]
    lines = [[line[k] for k in kept] for line in (names, *rows)]
    widths = [max(len(line[k]) for line in lines) for k in range(len(kept))]
    left = [names[k] in LEFT for k in kept]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if flush else cell.rjust(width)
            for cell, width, flush in zip(line, widths, left, strict=True)
        ).rstrip()
        for line in lines
    )


def visible(text: str) -> str:
    """Return lines of text without signs that would command a terminal."""
    return "".join(sign if sign.isprintable() or sign == "\n" else "?" for sign in text)


def number(value: float | None, digits: int = 1) -> str:
    """Return a number with some digits; empty for none."""
    return "" if value is None else f"{value:.{digits}f}"


def probability(value: float | None) -> str:
    """Return a p-value with two significant digits."""
    if value is None:
        return ""
    return f"{value:.2g}" if value >= 0.001 else "< 0.001"
