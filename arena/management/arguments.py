"""What several commands accept on their command lines."""

from argparse import ArgumentTypeError


def positive(text: str) -> int:
    """Return a count from 1 on; raises ArgumentTypeError."""
    if not text.isdecimal() or int(text) == 0:
        raise ArgumentTypeError(f"write a whole number from 1 on, not {text!r}")
    return int(text)
