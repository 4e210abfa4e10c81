"""How fast and how right the engine is, side by side with its peers. See README.md in this folder.

`.venv/bin/python -m benchmarks.engine --sizes full --json var/engine.json`
"""

import argparse
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from benchmarks.plan import (
    CONTENDERS,
    OUR_PYTHON,
    PEERS_PYTHON,
    ROOT,
    TASKS,
    Contender,
    left_out,
    sizes_named,
    tasks_at,
)
from benchmarks.records import Log, Record
from benchmarks.table import render

ONE_THREAD: Final = {
    f"{library}_NUM_THREADS": "1" for library in ("OPENBLAS", "MKL", "OMP", "BLIS", "VECLIB_MAXIMUM", "NUMEXPR")
}
"""Linear algebra of all contenders alike is pinned to one thread: the default gets slower where cores are shared."""
PATIENCE: Final = 20.0
"""A contender whose processes took so many seconds in a cell is not measured there once more."""


@dataclass(frozen=True)
class Run:
    """What one command measures."""

    sizes: tuple[str, ...]
    tasks: tuple[str, ...]
    contenders: tuple[Contender, ...]
    repeat: int
    limit: float
    seed: int
    log: Log
    stopped: set[tuple[str, str, str]] = field(default_factory=set)

    def all(self) -> None:
        """Measure every size; votes are written only where something is left to measure."""
        for size in self.sizes:
            for number, task, contender in self._pending(size):
                if why := left_out(contender.module, task, size):
                    self._keep(Record(size, task, contender.module, number, "skipped", why))
            if self._pending(size):
                with tempfile.TemporaryDirectory(prefix="versus-bench-") as folder:
                    self._size(size, Path(folder))

    def _pending(self, size: str) -> list[tuple[int, str, Contender]]:
        """Return what is left to do at a size; contenders alternate, so that a slow minute hits all of them."""
        return [
            (number, task, contender)
            for number in range(1, self.repeat + 1)
            for task in tasks_at(size, self.tasks)
            for contender in self.contenders
            if task in contender.tasks and self._wanted((size, task, contender.module), number)
        ]

    def _wanted(self, key: tuple[str, str, str], number: int) -> bool:
        records = self.log.of(key)
        if key in self.stopped or any(record.status != "ok" for record in records):
            return False
        patient = sum(record.process_seconds or 0.0 for record in records) < PATIENCE
        return patient and all(record.round != number for record in records)

    def _size(self, size: str, folder: Path) -> None:
        broken = self._make(size, folder)
        reference = {} if broken else json.loads((folder / "reference.json").read_text(encoding="utf-8"))
        for number, task, contender in self._pending(size):
            key = (size, task, contender.module)
            if broken:
                # Published votes may be absent; simulated ones may not.
                status = "skipped" if size == "llmfao" else "failed"
                self._keep(Record(*key, number, status, broken))
            elif self._wanted(key, number):
                self._keep(self._measure(key, number, contender, folder, reference))

    def _keep(self, record: Record) -> None:
        if record.key in self.stopped:
            return
        if record.status != "ok":
            self.stopped.add(record.key)
        self.log.add(record)
        what = f"{record.status}: {record.reason}" if record.seconds is None else f"{record.seconds:.4f} s"
        tell(f"{record.size} {record.task} {record.contender}, round {record.round}: {what}")

    def _make(self, size: str, folder: Path) -> str:
        """Write votes and reference; return what went wrong, or nothing."""
        tell(f"{size}: writing votes and computing the reference")
        arguments = [str(folder), size, str(self.seed)]
        status, text, _ = started(OUR_PYTHON, "benchmarks.reference", arguments, limit=None)
        return "" if status == "ok" else text

    def _measure(
        self, key: tuple[str, str, str], number: int, contender: Contender, folder: Path, reference: dict[str, Any]
    ) -> Record:
        module = f"benchmarks.contenders.{contender.module}"
        status, text, took = started(contender.python, module, [key[1], str(folder)], self.limit)
        if status != "ok":
            return Record(*key, number, status, text, process_seconds=took)
        found = json.loads(text.splitlines()[-1])
        right = reference.get(found.pop("reference"), {})
        ratings, widths = found.pop("ratings"), found.pop("half_widths")
        return Record(
            *key,
            number,
            "ok",
            process_seconds=took,
            error=distance(centred(ratings), right.get("ratings")) if ratings else None,
            width_error=distance(widths, right.get("half_widths")),
            **found,
        )


def started(python: Path, module: str, arguments: Sequence[str], limit: float | None) -> tuple[str, str, float]:
    """Run a module in a fresh process; return status, its output or what went wrong, and how long it took."""
    begin = time.perf_counter()
    with subprocess.Popen(
        [str(python), "-m", module, *arguments],
        cwd=ROOT,
        env={**os.environ, **ONE_THREAD},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as child:
        try:
            output, errors = child.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            # Its own children, arena-rank's pool of processes, would outlive it.
            os.killpg(child.pid, signal.SIGKILL)
            child.communicate()
            return "timeout", f"stopped after {limit:g} s", time.perf_counter() - begin
        except BaseException:
            os.killpg(child.pid, signal.SIGKILL)
            raise
    took = time.perf_counter() - begin
    if child.returncode:
        last = errors.strip().splitlines()[-1] if errors.strip() else "no message"
        return "failed", f"{last[:200]} (exit code {child.returncode})".replace("|", "/"), took
    return "ok", output, took


def centred(values: Sequence[float]) -> list[float]:
    """Return values with mean 0."""
    mean = sum(values) / len(values)
    return [value - mean for value in values]


def distance(found: Sequence[float] | None, right: Sequence[float] | None) -> float | None:
    """Return the largest difference; None without both."""
    if found is None or right is None:
        return None
    return max(abs(mine - theirs) for mine, theirs in zip(found, right, strict=True))


def machine() -> dict[str, Any]:
    """Return where this was measured; the processor's name as far as the system tells it."""
    return {
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "system": platform.platform(),
        "processor": processor(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "load_before": list(os.getloadavg()),
    }


def processor() -> str:
    """Return the processor's name."""
    told = Path("/proc/cpuinfo")
    lines = told.read_text(encoding="utf-8").splitlines() if told.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def tell(text: str) -> None:
    """Say on standard error how far it is."""
    print(text, file=sys.stderr, flush=True)


def parsed(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.engine", description=__doc__.splitlines()[0])
    parser.add_argument(
        "--sizes", default="small", help="small, full, llmfao or ITEMSxVOTES, by commas (default: small)"
    )
    parser.add_argument("--tasks", default=",".join(TASKS), help=f"by commas (default: {','.join(TASKS)})")
    parser.add_argument("--repeat", type=int, default=3, help="measurements of each; the median counts (default: 3)")
    parser.add_argument("--limit", type=float, default=300.0, help="seconds for one process (default: 300)")
    parser.add_argument("--seed", type=int, default=1, help="of the synthetic votes (default: 1)")
    parser.add_argument("--json", type=Path, help="where records are kept; what is there already is not measured again")
    parser.add_argument("--peers", action=argparse.BooleanOptionalAction, default=True, help="measure them too")
    options = parser.parse_args(arguments)
    unknown = set(options.tasks.split(",")) - TASKS.keys()
    if unknown:
        parser.error(f"unknown tasks {', '.join(sorted(unknown))}; there are {', '.join(TASKS)}")
    try:
        options.sizes = sizes_named(options.sizes)
    except ValueError as error:
        parser.error(str(error))
    if options.peers and not PEERS_PYTHON.exists():
        parser.error("the peers are not installed; run `make bench-env`, or leave them out with --no-peers")
    return options


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, then print the table; return 1 if something of ours failed."""
    options = parsed(sys.argv[1:] if arguments is None else arguments)
    log = Log.opened(options.json, machine())
    contenders = tuple(contender for contender in CONTENDERS if contender.ours or options.peers)
    tasks = tuple(task for task in TASKS if task in options.tasks.split(","))
    run = Run(options.sizes, tasks, contenders, options.repeat, options.limit, options.seed, log)
    run.all()
    print(render(log, options.sizes, tasks))
    return int(any(record.contender == "ours" and record.status in ("failed", "timeout") for record in log.records))


if __name__ == "__main__":
    sys.exit(main())
