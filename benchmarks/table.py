"""The table of a benchmark, in Markdown."""

from collections.abc import Iterator, Sequence

from benchmarks.plan import CONTENDERS, TASKS, Contender, tasks_at
from benchmarks.records import Log, Record, largest, middle

FIGURES = ("runs", "seconds", "ratio", "CPU s", "first call s", "peak MB", "growth MB", "error", "width error")
HEAD = ("contender", "does", *FIGURES)


def render(log: Log, sizes: Sequence[str], tasks: Sequence[str]) -> str:
    """Return a table for each task and size that was measured, in the order of the plan."""
    blocks = []
    for task in tasks:
        for size in sizes:
            rows = list(_rows(log, task, size)) if task in tasks_at(size, (task,)) else []
            if rows:
                table = [HEAD, ("---", "---", *["---:"] * len(FIGURES)), *rows]
                lines = ["| " + " | ".join(row) + " |" for row in table]
                blocks.append("\n".join([f"### {task}, {_title(size)}: {TASKS[task]}", "", *lines]))
    return "\n\n".join(blocks)


def _title(size: str) -> str:
    if size == "llmfao":
        return "LLMFAO"
    items, votes = size.split("x")
    return f"{int(items):,} items, {int(votes):,} votes"


def _rows(log: Log, task: str, size: str) -> Iterator[tuple[str, ...]]:
    ours = next(contender for contender in CONTENDERS if contender.ours)
    base = middle(log.of((size, task, ours.module)), "seconds")
    for contender in CONTENDERS:
        records = log.of((size, task, contender.module))
        if records:
            yield _row(contender, records, base)


def _row(contender: Contender, records: list[Record], base: float | None) -> tuple[str, ...]:
    done = [record for record in records if record.status == "ok"]
    if not done:
        what = f"{records[0].status}: {records[0].reason}"
        return (contender.title, what, *["-"] * len(FIGURES))
    seconds = middle(done, "seconds")
    broken = [f"then {record.status}: {record.reason}" for record in records if record.status != "ok"]
    return (
        contender.title,
        "; ".join([done[0].does, *broken]),
        str(len(done)),
        _figure(seconds),
        _figure(seconds / base if seconds and base else None),
        _figure(middle(done, "cpu_seconds")),
        _figure(middle(done, "first_call_seconds")),
        _whole(middle(done, "peak_mb")),
        _whole(middle(done, "growth_mb")),
        _error(largest(done, "error")),
        _error(largest(done, "width_error")),
    )


def _figure(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2g}"


def _whole(value: float | None) -> str:
    return "-" if value is None else f"{value:,.0f}"


def _error(value: float | None) -> str:
    return "-" if value is None else f"{value:.0e}" if value < 0.01 else f"{value:.2f}"
