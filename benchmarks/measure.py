"""The inner side of a measurement: one fresh process, one contender, one task, one line of JSON.

Each module in `contenders` hands its tasks to `main` and is started as `python -m benchmarks.contenders.NAME TASK FOLDER`.
"""

import gc
import json
import resource
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike

from benchmarks.data import Votes, load, synthetic

REPLICATES: Final = 100
NORMAL_95: Final = 1.959963984540054
_STATUS: Final = Path("/proc/self/status")
_CLEAR: Final = Path("/proc/self/clear_refs")


@dataclass(frozen=True)
class Answer:
    """(M,) ratings in points, in the order of the items; (M,) half-widths of 95 % intervals where there are any."""

    ratings: ArrayLike
    half_widths: ArrayLike | None = None


@dataclass(frozen=True)
class Task:
    """What a contender does.

    Attributes
    ----------
    prepare : brings the votes into the form that the contender takes; not timed.
    run : does the task; timed.
    does : what it delivers, in a word or two, since contenders differ in that.
    reference : the model whose optimum the ratings are held against; "" where there is none.
    warm_up : whether the task is done once on tiny data before it is timed.
    """

    prepare: Callable[[Votes], Any]
    run: Callable[[Any], Answer | None]
    does: str
    reference: str = "half_win"
    warm_up: bool = True


def main(tasks: Mapping[str, Task], arguments: list[str]) -> int:
    """Measure one task on the votes of a folder and print the result as JSON; return the exit code."""
    name, folder = arguments
    print(json.dumps(measure(tasks[name], Path(folder), covariates=name == "style")))
    return 0


def measure(task: Task, folder: Path, *, covariates: bool) -> dict[str, Any]:
    """Return seconds, CPU seconds, memory and ratings of one task."""
    first_call = _timed(task, task.prepare(synthetic(5, 500, seed=1)))[1] if task.warm_up else None
    prepared = task.prepare(load(folder, covariates=covariates))
    gc.collect()
    _forget_peak()
    before = _memory("VmRSS")
    cpu = _cpu_seconds()
    answer, seconds = _timed(task, prepared)
    peak = _memory("VmHWM")
    return {
        "seconds": seconds,
        "cpu_seconds": _cpu_seconds() - cpu,
        "first_call_seconds": first_call,
        "peak_mb": peak,
        "growth_mb": max(0.0, peak - before),
        "does": task.does,
        "reference": task.reference,
        "ratings": _listed(answer.ratings) if answer else None,
        "half_widths": _listed(answer.half_widths) if answer and answer.half_widths is not None else None,
    }


def _timed(task: Task, prepared: Any) -> tuple[Answer | None, float]:
    begin = time.perf_counter()
    answer = task.run(prepared)
    return answer, time.perf_counter() - begin


def _listed(values: ArrayLike) -> list[float]:
    return [float(value) for value in np.asarray(values)]


def _cpu_seconds() -> float:
    """CPU time of this process and of those it started and awaited."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def _forget_peak() -> None:
    """Let the peak start anew, so that loading and warming up do not count; elsewhere than on Linux they do."""
    if _CLEAR.exists():
        _CLEAR.write_text("5", encoding="ascii")


def _memory(field: str) -> float:
    """Return resident memory in MB: VmRSS now, VmHWM the peak. `ru_maxrss` would hold the parent's peak as well."""
    if _STATUS.exists():
        for line in _STATUS.read_text(encoding="ascii").splitlines():
            if line.startswith(f"{field}:"):
                return int(line.split()[1]) / 1024
    unit = 1024**2 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
