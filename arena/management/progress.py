"""Progress on a terminal."""

import sys
from types import TracebackType
from typing import Never

from tqdm import tqdm


class BarProgress:
    """A bar on standard error with count, speed and time left; a line at a time where that is no terminal."""

    def __init__(self) -> None:
        self._bar: tqdm[Never] | None = None

    def __enter__(self) -> "BarProgress":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def start(self, total: int, what: str) -> None:
        """Begin a stretch of `total` steps."""
        self.close()
        pause = 0.1 if sys.stderr.isatty() else 15.0
        self._bar = tqdm(total=total, desc=what, file=sys.stderr, mininterval=pause, dynamic_ncols=True)

    def advance(self, n: int = 1) -> None:
        """Report that `n` more steps are done."""
        if self._bar is not None:
            self._bar.update(n)

    def close(self) -> None:
        """End the bar."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None
