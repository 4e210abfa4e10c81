"""The real server in processes of its own, on a database of the tests, and clients that press at the same moment."""

import http.client
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote, urlencode

from tests.support.modules import ROOT
from tests.support.postgres import free_port

START_SECONDS: Final = 60.0
CSRF: Final = "c" * 32


def database_url(database: Mapping[str, Any]) -> str:
    """Return the DATABASE_URL of a database that Django is connected to."""
    if database["ENGINE"].endswith("sqlite3"):
        return f"sqlite:///{database['NAME']}"
    account = f"{quote(database['USER'])}:{quote(database['PASSWORD'])}"
    return f"postgresql://{account}@{database['HOST']}:{database['PORT']}/{database['NAME']}"


@dataclass
class Server:
    """A running server: its port, and its process with all its children."""

    port: int
    process: "subprocess.Popen[bytes]"

    def kill(self, number: signal.Signals = signal.SIGKILL) -> None:
        """Send a signal to the server and its workers at once, and wait for the end."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)
        self.process.wait()


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


@contextmanager
def run_server(url: str, workers: int = 1) -> Iterator[Server]:
    """Serve the site on a free port of this machine, with the database at `url`, while the context lasts."""
    port = free_port()
    with tempfile.TemporaryFile() as log:
        command = [sys.executable, "-m", "uvicorn", "config.asgi:application", "--port", str(port)]
        # A connection that waits its turn on a busy machine is not closed under its client's hands.
        command += ["--workers", str(workers), "--no-access-log", "--timeout-keep-alive", "120", "--no-proxy-headers"]
        # Many hands on one machine are what these tests are about.
        unlimited = {name: "0" for name in os.environ if name.startswith("LIMIT_")}
        variables = {**os.environ, **unlimited, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "config.settings"}
        process = subprocess.Popen(command, cwd=ROOT, env=variables, stdout=log, stderr=log, start_new_session=True)
        server = Server(port, process)
        try:
            pause = 0.1
            for _ in range(int(START_SECONDS / pause)):
                if _answers(port):
                    break
                try:
                    process.wait(pause)
                except subprocess.TimeoutExpired:
                    continue
                log.seek(0)
                raise RuntimeError(f"The server did not start:\n{log.read().decode()}")
            yield server
        finally:
            server.kill()


@dataclass
class Answer:
    """What came back: status, headers and the body as text."""

    status: int
    headers: dict[str, str]
    body: str

    def json(self) -> Any:
        """Return the body read as JSON."""
        return json.loads(self.body)


@dataclass
class Visitor:
    """One client with one connection that is kept, signed in by session for pages and by token for the API."""

    port: int
    session: str = ""
    token: str = ""
    _connection: http.client.HTTPConnection = field(init=False)

    def __post_init__(self) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def _post(self, path: str, body: str, headers: Mapping[str, str]) -> Answer:
        try:
            self._connection.request("POST", path, body, dict(headers))
            response = self._connection.getresponse()
            return Answer(response.status, dict(response.headers), response.read().decode())
        except (OSError, http.client.HTTPException):
            self._connection.close()
            raise

    def post_form(self, path: str, **fields: str) -> Answer:
        """Send a form as the page would."""
        headers = {
            "Cookie": f"sessionid={self.session}; csrftoken={CSRF}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        return self._post(path, urlencode({**fields, "csrfmiddlewaretoken": CSRF}), headers)

    def post_json(self, path: str, **fields: Any) -> Answer:
        """Send JSON as a program would."""
        headers = {"Authorization": f"Token {self.token}", "Content-Type": "application/json"}
        return self._post(path, json.dumps(fields), headers)
