"""Progress is told on standard error: a bar on a terminal, a line now and then elsewhere."""

import io
import sys

import pytest

from arena.management.progress import BarProgress
from arena.services.progress import Progress


class Terminal(io.StringIO):
    """Standard error as a person sees it."""

    def isatty(self) -> bool:
        return True


def states(told: str) -> list[str]:
    """Return every state of the bars in the order in which they were shown."""
    return [state for state in told.replace("\n", "\r").split("\r") if state.strip()]


def count_to(total: int, progress: Progress) -> None:
    progress.start(total, "Counting")
    for _ in range(total):
        progress.advance()


def test_the_end_tells_what_was_done_and_how_much(capsys):
    with BarProgress() as progress:
        count_to(3, progress)
    last = states(capsys.readouterr().err)[-1]
    assert last.startswith("Counting: 100%")
    assert "3/3" in last


def test_an_end_before_the_end_tells_how_far_it_came(capsys):
    with BarProgress() as progress:
        progress.start(8, "Counting")
        progress.advance(2)
    last = states(capsys.readouterr().err)[-1]
    assert last.startswith("Counting:  25%")
    assert "2/8" in last


def test_steps_may_be_told_together(capsys):
    with BarProgress() as progress:
        progress.start(10, "Counting")
        progress.advance(4)
        progress.advance(6)
    assert "10/10" in states(capsys.readouterr().err)[-1]


def test_nothing_is_written_to_standard_output(capsys):
    with BarProgress() as progress:
        count_to(3, progress)
    assert capsys.readouterr().out == ""


def test_a_second_stretch_begins_at_nothing_after_the_first_was_ended(capsys):
    with BarProgress() as progress:
        count_to(2, progress)
        progress.start(5, "Again")
        first, second = capsys.readouterr().err.split("\n")
    assert "2/2" in states(first)[-1]
    assert "Again:   0%" in second
    assert "0/5" in second


def test_without_a_stretch_steps_are_told_to_nobody(capsys):
    with BarProgress() as progress:
        progress.advance()
    assert capsys.readouterr().err == ""


def test_an_error_ends_the_bar_and_goes_on_its_way(capsys):
    with pytest.raises(ZeroDivisionError), BarProgress() as progress:
        progress.start(4, "Counting")
        progress.advance(3)
        raise ZeroDivisionError
    told = capsys.readouterr().err
    assert "3/4" in states(told)[-1]
    assert told.endswith("\n")
    progress.close()
    progress.advance()
    assert capsys.readouterr().err == ""


def test_a_log_gets_few_lines_and_a_terminal_a_moving_bar(monkeypatch):
    told = {}
    for name, stderr in (("log", io.StringIO()), ("terminal", Terminal())):
        monkeypatch.setattr(sys, "stderr", stderr)
        with BarProgress() as progress:
            progress.start(2, "Counting")
            # As if the first step had taken a second.
            progress._bar.start_t -= 1
            progress._bar.last_print_t -= 1
            progress.advance()
            told[name] = stderr.getvalue()
    assert "1/2" in told["terminal"]
    assert "1/2" not in told["log"]
