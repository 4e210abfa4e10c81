"""Server and worker as child processes: started together, stopped together."""

import errno
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from contextlib import suppress
from types import FrameType
from typing import Final

HOST: Final = "127.0.0.1"
START_SECONDS: Final = 60.0
STOP_SECONDS: Final = 10.0
# This machine is asked directly, whatever proxy the environment names for others.
_DIRECT: Final = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class ServingError(Exception):
    """The server could not be started or did not stay; the message says what to do."""


def refuse_busy_port(port: int) -> None:
    """Raise ServingError if something else listens on the port, or nobody may."""
    if not 1 <= port <= 65535:
        raise ServingError(f"{port} is no port; choose one from 1 to 65535.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            problem = (
                "is in use. Stop what listens there" if error.errno == errno.EADDRINUSE else f"is refused: {error}"
            )
            other = port + 1 if port < 65535 else port - 1
            raise ServingError(f"Port {port} {problem}, or choose another port: PORT={other} make demo") from error


class Children:
    """Child processes with one fate."""

    def __init__(self, commands: Sequence[Sequence[str]]) -> None:
        self._stopping = False
        # Before the first child is there, so that a signal in between leaves none behind.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop_soon)
        # In sessions of their own, so that Ctrl-C reaches us alone and they are stopped in order.
        self._children = [subprocess.Popen([sys.executable, *command], start_new_session=True) for command in commands]

    def await_health(self, port: int) -> None:
        """Return once the server answers; raise ServingError if it ends or stays silent."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and not self._stopping:
            self._refuse_ended()
            try:
                with _DIRECT.open(f"http://{HOST}:{port}/healthz", timeout=2) as answer:
                    if answer.status == 200:
                        return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        if not self._stopping:
            raise ServingError(f"The server did not answer on port {port} within {START_SECONDS:.0f} seconds.")

    def wait(self) -> None:
        """Return when asked to stop; raise ServingError if a child ends by itself."""
        while not self._stopping:
            self._refuse_ended()
            time.sleep(0.2)

    def stop(self) -> None:
        """End every child with its own children, gently and then for certain."""
        for child in self._children:
            child.terminate()
        for child in self._children:
            with suppress(subprocess.TimeoutExpired):
                child.wait(STOP_SECONDS)
            # Its session is its process group: whoever of it is left goes too.
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()

    def _refuse_ended(self) -> None:
        for child in self._children:
            if child.poll() is not None and not self._stopping:
                raise ServingError(f"{' '.join(map(str, child.args[1:4]))} ended with code {child.returncode}.")  # type: ignore[index]

    def _stop_soon(self, number: int, frame: FrameType | None) -> None:
        self._stopping = True
