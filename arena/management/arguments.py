"""What several commands accept on their command lines."""

from argparse import ArgumentTypeError
from datetime import UTC, datetime


def positive(text: str) -> int:
    """Return a count from 1 on; raises ArgumentTypeError."""
    if not text.isdecimal() or int(text) == 0:
        raise ArgumentTypeError(f"write a whole number from 1 on, not {text!r}")
    return int(text)


def moment(text: str) -> datetime:
    """Return a moment written after ISO 8601, in UTC where it names no zone; raises ArgumentTypeError."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"write a time like 2025-03-01 or 2025-03-01T12:00+01:00, not {text!r}") from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)
