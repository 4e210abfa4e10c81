"""Server and worker have one fate: whatever ends one of them ends both, and nothing is left behind."""

import http.server
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from arena.management import serving
from arena.management.serving import HOST, Children, ServingError, refuse_busy_port
from tests.support.modules import ROOT
from tests.support.postgres import free_port
from tests.support.processes import PATIENCE, is_running, wait_until

WAITS = ["-c", "import sys; sys.stdin.read() or __import__('signal').pause()"]


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """Give the signals back to whom they belonged."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@contextmanager
def started(*commands: list[str]) -> Iterator[Children]:
    """Run children; none is left, whatever the test came to."""
    children = Children(commands)
    try:
        yield children
    finally:
        children.stop()


@contextmanager
def listening(status: int = 200, port: int = 0) -> Iterator[int]:
    """Answer every request on a port of this machine with one status."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/healthz" else 404)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer((HOST, port), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


# --- The port --------------------------------------------------------------------------------------
def test_a_busy_port_is_refused_with_the_way_out():
    with socket.socket() as other:
        other.bind((HOST, 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(ServingError) as refusal:
            refuse_busy_port(port)
    assert str(refusal.value).startswith(f"Port {port} is in use.")
    assert f"PORT={port + 1} make demo" in str(refusal.value)


def test_a_free_port_is_accepted_and_stays_free():
    port = free_port()
    refuse_busy_port(port)
    refuse_busy_port(port)
    with socket.socket() as ours:
        ours.bind((HOST, port))


def test_a_port_whose_last_connections_are_fading_is_accepted():
    """The server's side of a closed connection lingers for a minute; a restart must not wait for it."""
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind((HOST, 0))
        server.listen()
        port = server.getsockname()[1]
        with socket.create_connection((HOST, port)) as client:
            accepted, _ = server.accept()
            accepted.close()
            client.recv(1)
    refuse_busy_port(port)


@pytest.mark.parametrize("port", [-1, 65536, 700_000])
def test_a_number_that_is_no_port_is_refused(port):
    with pytest.raises(ServingError, match="1 to 65535"):
        refuse_busy_port(port)


# --- One fate --------------------------------------------------------------------------------------
def test_stopping_ends_every_child():
    with started(WAITS, WAITS) as children:
        pids = [child.pid for child in children._children]
        assert all(is_running(pid) for pid in pids)
        children.stop()
        assert [child.returncode for child in children._children] == [-signal.SIGTERM] * 2
        assert not any(is_running(pid) for pid in pids)


def test_stopping_twice_is_stopping_once():
    with started(WAITS) as children:
        children.stop()
        children.stop()
    assert children._children[0].returncode == -signal.SIGTERM


def test_a_child_that_ends_by_itself_is_told_with_its_name_and_code():
    with started(WAITS, ["-c", "raise SystemExit(7)", "worker"]) as children:
        with pytest.raises(ServingError, match=r"-c raise SystemExit\(7\) worker ended with code 7\."):
            children.wait()
        children.stop()
        assert not is_running(children._children[0].pid)


def test_a_child_that_ends_while_the_server_starts_is_told_at_once(monkeypatch):
    monkeypatch.setattr(serving, "START_SECONDS", PATIENCE)
    with started(["-c", "raise SystemExit(3)"]) as children:
        began = time.monotonic()
        with pytest.raises(ServingError, match="ended with code 3"):
            children.await_health(free_port())
        assert time.monotonic() - began < PATIENCE


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_waiting_without_an_error(number):
    with started(WAITS) as children:
        timer = threading.Timer(0.3, os.kill, (os.getpid(), number))
        timer.start()
        children.wait()
        timer.join()
        assert is_running(children._children[0].pid), "the child hears of it from stop() alone"


def test_a_signal_ends_the_waiting_for_health_without_an_error():
    with started(WAITS) as children:
        signal.raise_signal(signal.SIGINT)
        children.await_health(free_port())
        children.wait()


def test_a_child_that_ends_because_of_the_signal_is_no_error():
    with started(["-c", "pass"]) as children:
        children._children[0].wait()
        signal.raise_signal(signal.SIGTERM)
        children.wait()


def test_children_do_not_hear_the_terminal():
    """Ctrl-C goes to a whole process group: theirs must not be ours."""
    with started(WAITS) as children:
        pid = children._children[0].pid
        assert os.getpgid(pid) == os.getsid(pid) == pid != os.getpgid(0)


def test_a_stubborn_child_is_killed_with_its_own_children(monkeypatch, tmp_path):
    monkeypatch.setattr(serving, "STOP_SECONDS", 0.2)
    told = tmp_path / "pid"
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    inner = f"{deaf}signal.pause()"
    outer = (
        f"{deaf}import subprocess, sys\n"
        f"child = subprocess.Popen([sys.executable, '-c', {inner!r}])\n"
        f"open({str(told)!r}, 'w').write(f'{{child.pid}}.')\n"
        "signal.pause()"
    )
    with started(["-c", outer]) as children:
        wait_until(lambda: told.exists() and told.read_text().endswith("."))
        grandchild = int(told.read_text().rstrip("."))
        children.stop()
        assert children._children[0].returncode == -signal.SIGKILL
        wait_until(lambda: not is_running(grandchild))


def test_what_a_crashed_child_leaves_is_ended_too(tmp_path):
    told = tmp_path / "pid"
    outer = (
        "import os, subprocess, sys\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import signal; signal.pause()'])\n"
        f"open({str(told)!r}, 'w').write(str(child.pid))\n"
        "os._exit(1)"
    )
    with started(["-c", outer]) as children:
        children._children[0].wait()
        grandchild = int(told.read_text())
        assert is_running(grandchild)
        children.stop()
        wait_until(lambda: not is_running(grandchild))


# --- Health ----------------------------------------------------------------------------------------
def test_health_is_awaited_until_the_server_answers():
    port = free_port()
    answers = threading.Event()

    def serve() -> None:
        with listening(port=port):
            answers.wait(PATIENCE)

    with started(WAITS) as children:
        late = threading.Timer(0.3, serve)
        late.start()
        began = time.monotonic()
        children.await_health(port)
        assert time.monotonic() - began >= 0.2
        answers.set()
        late.join()


def test_a_server_that_is_not_well_is_not_ready(monkeypatch):
    monkeypatch.setattr(serving, "START_SECONDS", 0.3)
    with started(WAITS) as children, listening(503) as port, pytest.raises(ServingError, match="did not answer"):
        children.await_health(port)


def test_a_silent_server_is_given_up_with_its_port(monkeypatch):
    monkeypatch.setattr(serving, "START_SECONDS", 0.3)
    port = free_port()
    with started(WAITS) as children, pytest.raises(ServingError, match=f"did not answer on port {port} within"):
        children.await_health(port)


def test_a_proxy_of_the_environment_is_not_asked_for_this_machine(monkeypatch):
    monkeypatch.setattr(serving, "START_SECONDS", 5.0)
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://{HOST}:{free_port()}")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with started(WAITS) as children, listening() as port:
        children.await_health(port)


# --- The whole -------------------------------------------------------------------------------------
def test_a_terminated_parent_leaves_nothing_running():
    script = (
        "import sys; from arena.management.serving import Children\n"
        f"children = Children([{WAITS!r}, {WAITS!r}])\n"
        "print(*(child.pid for child in children._children), flush=True)\n"
        "try:\n    children.wait()\nfinally:\n    children.stop()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        pids = [int(word) for word in parent.stdout.readline().split()]
        assert len(pids) == 2
        parent.send_signal(signal.SIGTERM)
        assert parent.wait(PATIENCE) == 0
    assert not any(is_running(pid) for pid in pids)
