"""The benchmark of the engine: its table, its records, its reference, and how right the engine is by it."""

import json
import math
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks import data, engine, reference
from benchmarks.contenders import ours
from benchmarks.plan import CONTENDERS, FULL, LIMITS, TASKS, Contender, left_out, sizes_named
from benchmarks.records import Log, Record
from benchmarks.table import render

SIZE = "6x2000"
MEASURED = ("intervals", "style", "bootstrap")


def run(*arguments: str) -> int:
    return engine.main(["--sizes", SIZE, "--no-peers", "--repeat", "1", *arguments])


# --- The driver ------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def measured(tmp_path_factory) -> tuple[Path, str]:
    """Measure three tasks once, each in its process; return the records' file and the table."""
    path = tmp_path_factory.mktemp("benchmark") / "engine.json"
    with pytest.MonkeyPatch.context() as patch:
        said: list[str] = []
        patch.setattr("builtins.print", lambda *words, **_: said.append(" ".join(map(str, words))))
        assert run("--json", str(path), "--tasks", ",".join(MEASURED)) == 0
    return path, said[-1]


def test_every_task_that_is_asked_for_is_measured_and_stands_in_the_table(measured):
    path, table = measured
    records = json.loads(path.read_text())["measurements"]
    assert [(record["task"], record["status"], record["reason"]) for record in records] == [
        (task, "ok", "") for task in MEASURED
    ]
    for task in MEASURED:
        assert f"### {task}, 6 items, 2,000 votes" in table
    rows = [line for line in table.splitlines() if line.startswith("| Versus")]
    assert [row.split(" | ")[2] for row in rows] == ["1"] * len(MEASURED)


def test_errors_against_the_reference_are_recorded(measured):
    records = {record["task"]: record for record in json.loads(measured[0].read_text())["measurements"]}
    for task in ("intervals", "style"):
        assert 0 <= records[task]["error"] < 1e-6
        assert 0 <= records[task]["width_error"] < 1e-6
    assert records["bootstrap"]["error"] is None


@pytest.mark.parametrize("name", TASKS)
def test_the_engine_is_as_right_as_it_claims(name):
    task, votes = ours.TASKS[name], data.synthetic(6, 2000, seed=1)
    answer = task.run(task.prepare(votes))
    right = reference.compute(votes).get(task.reference)
    assert (answer is None) == (right is None) == (name == "bootstrap")
    if answer:
        assert engine.distance(list(answer.ratings), right["ratings"]) < 1e-6
        widths = None if answer.half_widths is None else list(answer.half_widths)
        assert (engine.distance(widths, right["half_widths"]) or 0.0) < 1e-6
        assert (widths is None) == ("sandwich" not in task.does)


def test_figures_are_of_the_task_and_not_of_the_process(measured):
    for record in json.loads(measured[0].read_text())["measurements"]:
        assert 0 < record["seconds"] < record["process_seconds"]
        assert record["first_call_seconds"] > 0
        assert 0 <= record["growth_mb"] < record["peak_mb"]


def test_what_is_measured_already_is_not_measured_again(measured, monkeypatch, capsys):
    def never(*_: object) -> None:
        raise AssertionError("nothing was left to do")

    monkeypatch.setattr(engine, "started", never)
    assert run("--json", str(measured[0]), "--tasks", ",".join(MEASURED)) == 0
    assert "### style, 6 items" in capsys.readouterr().out


def test_who_fails_or_is_too_slow_stands_in_the_table_with_the_reason(monkeypatch, tmp_path, capsys):
    told = {"reference": ("ok", "", 0.1), "ours": ("timeout", "stopped after 9 s", 9.0)}

    def pretend(_python, module, arguments, limit):
        if module == "benchmarks.reference":
            (Path(arguments[0]) / "reference.json").write_text("{}")
        return told[module.rpartition(".")[2]]

    monkeypatch.setattr(engine, "started", pretend)
    assert run("--tasks", "fit") == 1
    assert "| Versus | timeout: stopped after 9 s |" in capsys.readouterr().out
    told["ours"] = ("failed", "NotConverged: no (exit code 1)", 1.0)
    assert run("--tasks", "fit", "--json", str(tmp_path / "log.json")) == 1
    assert "| Versus | failed: NotConverged: no (exit code 1) |" in capsys.readouterr().out
    assert Log.opened(tmp_path / "log.json", {}).records == [], "a failure is tried again"
    told["reference"] = ("failed", "disk full", 1.0)
    assert run("--tasks", "fit") == 1
    assert "failed: disk full" in capsys.readouterr().out


def test_a_process_is_stopped_at_its_limit_and_a_broken_one_says_why(monkeypatch):
    status, reason, _ = engine.started(
        Path(sys.executable), "timeit", ["-n1", "-r1", "import time; time.sleep(9)"], 0.2
    )
    assert (status, reason) == ("timeout", "stopped after 0.2 s")
    status, reason, _ = engine.started(Path(sys.executable), "benchmarks.nothing", [], 30)
    assert status == "failed"
    assert "No module named benchmarks.nothing" in reason


def test_published_votes_that_are_absent_are_reported_as_skipped(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("VERSUS_DATA", str(tmp_path))
    assert engine.main(["--sizes", "llmfao", "--no-peers", "--tasks", "fit,style"]) == 0
    out = capsys.readouterr().out
    assert "| Versus | skipped: " in out
    assert "set VERSUS_DATA" in out
    assert "### style" not in out


@pytest.mark.parametrize("arguments", [["--sizes", "big"], ["--tasks", "fit,glance"], ["--sizes", "3x"]])
def test_unknown_words_are_refused(arguments, capsys):
    with pytest.raises(SystemExit):
        engine.main(["--no-peers", *arguments])
    assert "unknown" in capsys.readouterr().err


# --- The plan --------------------------------------------------------------------------------------
def test_every_contender_is_a_module_and_every_module_a_contender():
    modules = {path.stem for path in (Path(engine.__file__).parent / "contenders").glob("*.py")}
    assert modules == {contender.module for contender in CONTENDERS}
    assert all(set(contender.tasks) <= TASKS.keys() for contender in CONTENDERS)


def test_only_peers_are_left_out_and_each_with_a_reason():
    tasks = {contender.module: contender.tasks for contender in CONTENDERS}
    for limit in LIMITS:
        assert limit.task in tasks[limit.contender]
        assert limit.contender != "ours"
        assert limit.reason
    assert left_out("crowd_kit", "names", "300x10000000")
    assert left_out("crowd_kit", "names", "200x2000000") is None
    assert left_out("arena_rank", "bootstrap", "20x20000") is None
    assert left_out("arena_rank", "bootstrap", "llmfao")


def test_sizes_are_named_once_and_in_order():
    assert sizes_named("full,20x20000,9x100") == (*FULL, "9x100")


def test_a_slow_contender_is_not_measured_until_night(tmp_path):
    slow = Contender("slow", "Slow", ("fit",))
    log = Log(None, {}, [Record(SIZE, "fit", "slow", 1, "ok", seconds=30.0, process_seconds=40.0)])
    assert engine.Run((SIZE,), ("fit",), (slow,), 3, 300.0, 1, log)._pending(SIZE) == []
    log = Log(None, {}, [Record(SIZE, "fit", "slow", 1, "ok", seconds=1.0, process_seconds=2.0)])
    waiting = engine.Run((SIZE,), ("fit",), (slow,), 3, 300.0, 1, log)._pending(SIZE)
    assert [number for number, _, _ in waiting] == [2, 3]


def test_the_table_takes_medians_and_the_largest_error():
    log = Log(None, {})
    for number, (seconds, error) in enumerate([(1.0, 1e-9), (5.0, 3e-9), (2.0, 2e-9)], start=1):
        log.add(Record(SIZE, "fit", "ours", number, "ok", does="fit", seconds=seconds, error=error))
    log.add(Record(SIZE, "fit", "evalica", 1, "ok", does="fit", seconds=20.0, error=0.5))
    ours, theirs = render(log, [SIZE], ["fit"]).splitlines()[-2:]
    assert ours == "| Versus | fit | 3 | 2 | 1 | - | - | - | - | 3e-09 | - |"
    assert theirs == "| evalica | fit | 1 | 20.0 | 10.0 | - | - | - | - | 0.50 | - |"


# --- Votes and reference ---------------------------------------------------------------------------
def test_synthetic_votes_are_what_they_are_said_to_be(tmp_path):
    votes = data.synthetic(12, 20_000, seed=3)
    assert (votes.a != votes.b).all()
    assert (votes.outcome == data.TIE).mean() == pytest.approx(data.TIES, abs=0.02)
    assert votes.covariates.mean(axis=0) == pytest.approx(0, abs=1e-12)
    assert votes.covariates.std(axis=0) == pytest.approx(1)
    shown = np.bincount(np.concatenate([votes.a, votes.b]))
    assert shown[0] > 2 * shown[-1]
    data.save(votes, tmp_path)
    again = data.load(tmp_path, covariates=True)
    assert again.items == votes.items == tuple(sorted(votes.items))
    for name in ("a", "b", "outcome", "covariates"):
        assert (getattr(again, name) == getattr(votes, name)).all()


def test_the_reference_of_two_items_is_the_closed_form():
    outcome = np.array([data.A] * 50 + [data.B] * 20 + [data.TIE] * 30)
    votes = data.Votes(("x", "y"), np.zeros(100, int), np.ones(100, int), outcome, np.zeros((100, 0)))
    answers = reference.compute(votes)
    points = 400 * math.log10(65 / 35)
    assert answers["half_win"]["ratings"] == pytest.approx([points / 2, -points / 2], abs=1e-12)
    assert answers["decisive"]["ratings"][0] == pytest.approx(200 * math.log10(50 / 20), abs=1e-12)
    # The delta method on a mean score of .65: the gap's deviation is that of the mean, over p (1 - p).
    spread = (50 + 30 / 4) / 100 - 0.65**2
    width = reference.POINTS * reference.NORMAL_95 * math.sqrt(spread / 100) / (0.65 * 0.35) / 2
    assert answers["half_win"]["half_widths"] == pytest.approx([width, width])
    assert "style" not in answers


def test_the_reference_with_covariates_that_say_nothing_is_the_one_without():
    votes = data.synthetic(4, 400, seed=5)
    told = data.Votes(
        votes.items, np.tile(votes.a, 2), np.tile(votes.b, 2), np.tile(votes.outcome, 2), np.zeros((800, 1))
    )
    # Every vote stands once with the covariate at +1 and once at -1.
    told.covariates[:400], told.covariates[400:] = 1.0, -1.0
    answers = reference.compute(told)
    assert answers["style"]["ratings"] == pytest.approx(answers["half_win"]["ratings"], abs=1e-10)
    assert answers["style"]["half_widths"] == pytest.approx(answers["half_win"]["half_widths"], rel=1e-9)
