"""A PostgreSQL of one's own for the length of one command.

`python -m tests.support.postgres -- pytest -m database` makes a cluster in a temporary folder, runs the
command with DATABASE_URL pointing to it, then stops and removes it. Clusters that exist already are not touched.
"""

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, Final, NoReturn

import psycopg

USER: Final = "versus"
START_SECONDS: Final = 60.0
# Where packages put the servers that they do not put on PATH.
PLACES: Final = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
)
# The cluster is thrown away, so nothing of it needs to survive a loss of power. And tests take back their rows: statistics
# that say so would mislead the planner in each test that has many.
FAST: Final = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off", "max_connections=60")


class NoPostgres(Exception):
    """There is no PostgreSQL server here, or it does not start. The message says what to do."""


def server_folder(places: Sequence[str] = PLACES, path: str | None = None) -> Path:
    """Return the folder with initdb and postgres: the one on PATH, else the newest of `places`.

    Raises
    ------
    NoPostgres
        If there is none.
    """
    on_path = shutil.which("initdb", path=path)
    if on_path is not None:
        folder = Path(on_path).resolve().parent
        if (folder / "postgres").exists():
            return folder
    found = [folder for place in places for folder in Path("/").glob(place.lstrip("/")) if (folder / "initdb").exists()]
    if not found:
        raise NoPostgres(
            "No PostgreSQL server is installed. On Debian or Ubuntu: apt-get install postgresql; "
            "elsewhere put initdb and postgres on PATH."
        )
    return max(found, key=_version)


def _version(folder: Path) -> tuple[int, ...]:
    return tuple(int(digits) for digits in "".join(c if c.isdigit() else " " for c in str(folder)).split())


def _unprivileged() -> dict[str, Any]:
    """Return whom the server runs as: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    account = next((known[name] for name in ("postgres", "nobody") if name in known), None)
    if account is None:
        raise NoPostgres("PostgreSQL refuses to run as root, and there is no user postgres or nobody to run it as.")
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _create(binaries: Path, folder: Path, password: str, account: Mapping[str, Any]) -> None:
    folder.chmod(0o700)
    secret = folder / "password"
    secret.write_text(password)
    if account:
        for path in (folder, secret):
            os.chown(path, account["user"], account["group"])
    command = [f"{binaries}/initdb", "-D", f"{folder}/data", "-U", USER, f"--pwfile={secret}"]
    command += ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, **account)
    if result.returncode:
        raise NoPostgres(f"initdb failed: {result.stderr.strip()}")


def _start(binaries: Path, folder: Path, port: int, account: Mapping[str, Any]) -> "subprocess.Popen[bytes]":
    options = [f"port={port}", "listen_addresses=127.0.0.1", f"unix_socket_directories={folder}", *FAST]
    command = [
        f"{binaries}/postgres",
        "-D",
        f"{folder}/data",
        *(part for option in options for part in ("-c", option)),
    ]
    with (folder / "log").open("wb") as log:
        # A session of its own: an interrupt from the keyboard ends the command first, then the server.
        return subprocess.Popen(command, cwd=folder, stdout=log, stderr=log, start_new_session=True, **account)


def _await(server: "subprocess.Popen[bytes]", url: str, log: Path) -> None:
    """Return once the server takes connections."""
    pause = 0.05
    for _ in range(int(START_SECONDS / pause)):
        try:
            psycopg.connect(url, connect_timeout=2).close()
        except psycopg.OperationalError:
            try:
                server.wait(pause)
            except subprocess.TimeoutExpired:
                continue
        else:
            return
        break
    raise NoPostgres(f"PostgreSQL does not start:\n{log.read_text(errors='replace')}")


@contextmanager
def private_postgres() -> Iterator[str]:
    """Run a fresh PostgreSQL on a free loopback port while the context lasts; give its URL.

    Raises
    ------
    NoPostgres
        If there is no server to run, or it does not start.
    """
    binaries, account = server_folder(), _unprivileged()
    with tempfile.TemporaryDirectory(prefix="versus-postgres-") as name:
        folder, port, password = Path(name), free_port(), secrets.token_hex(16)
        _create(binaries, folder, password, account)
        server = _start(binaries, folder, port, account)
        try:
            url = f"postgresql://{USER}:{password}@127.0.0.1:{port}/postgres"
            _await(server, url, folder / "log")
            yield url
        finally:
            server.send_signal(signal.SIGQUIT)
            server.wait()


def _leave(number: int, frame: FrameType | None) -> NoReturn:
    sys.exit(128 + number)


def main(arguments: Sequence[str]) -> int:
    """Run a command with DATABASE_URL set to a private PostgreSQL; return its exit code."""
    command = [*arguments[1:]] if arguments[:1] == ["--"] else [*arguments]
    if not command:
        sys.stderr.write("Usage: python -m tests.support.postgres -- COMMAND [ARGUMENT ...]\n")
        return 2
    signal.signal(signal.SIGTERM, _leave)
    try:
        with private_postgres() as url:
            return subprocess.run(command, env={**os.environ, "DATABASE_URL": url}, check=False).returncode
    except NoPostgres as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
