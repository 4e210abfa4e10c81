"""Processes of this machine: who is there, who started whom, and waiting for what they do."""

import subprocess
import time
from collections.abc import Callable, Iterator
from typing import Final

PATIENCE: Final = 60.0
_PAUSE: Final = 0.05


def wait_until(true: Callable[[], bool], what: str = "what was waited for") -> None:
    """Return as soon as something holds.

    Raises
    ------
    TimeoutError
        If it never does.
    """
    deadline = time.monotonic() + PATIENCE
    while not true():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} did not happen within {PATIENCE:.0f} seconds")
        time.sleep(_PAUSE)


def is_running(pid: int) -> bool:
    """Return whether a process is there, the dead that nobody has taken note of left out."""
    return any(there == pid for there, _ in _processes())


def descendants(pid: int) -> list[int]:
    """Return the processes that a process has started, directly or not."""
    children: dict[int, list[int]] = {}
    for child, parent in _processes():
        children.setdefault(parent, []).append(child)
    found = list(children.get(pid, ()))
    for child in found:
        found += children.get(child, ())
    return found


def _processes() -> Iterator[tuple[int, int]]:
    with subprocess.Popen(["ps", "-A", "-o", "pid=,ppid=,stat="], stdout=subprocess.PIPE, text=True) as asked:
        told, _ = asked.communicate()
    for line in told.splitlines():
        pid, parent, state = line.split(maxsplit=2)
        if not state.startswith("Z") and int(pid) != asked.pid:
            yield int(pid), int(parent)
