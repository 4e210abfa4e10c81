"""How long work tells how far it is."""

from typing import Protocol


class Progress(Protocol):
    """Told by services, shown by doors: a bar on a terminal, a row for a page."""

    def start(self, total: int, what: str) -> None:
        """Begin a stretch of `total` steps."""
        ...

    def advance(self, n: int = 1) -> None:
        """Report that `n` more steps are done."""
        ...


class SilentProgress:
    """Tells nobody."""

    def start(self, total: int, what: str) -> None:
        """Begin a stretch of `total` steps."""

    def advance(self, n: int = 1) -> None:
        """Report that `n` more steps are done."""
