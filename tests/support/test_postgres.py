"""The throw-away PostgreSQL comes up, serves one command and leaves nothing behind."""

import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from tests.support.modules import ROOT
from tests.support.postgres import NoPostgres, main, private_postgres, server_folder

try:
    server_folder()
except NoPostgres as error:
    missing: str | None = str(error)
else:
    missing = None
needs_server = pytest.mark.skipif(missing is not None, reason=missing or "")


def make_servers(root: Path, *versions: str) -> None:
    for version in versions:
        folder = root / version / "bin"
        folder.mkdir(parents=True)
        (folder / "initdb").touch()
        (folder / "postgres").touch()


def test_the_newest_server_is_taken_by_number_and_not_by_letter(tmp_path: Path) -> None:
    make_servers(tmp_path, "9.6", "15", "8")
    assert server_folder([f"{tmp_path}/*/bin"], path="") == tmp_path / "15" / "bin"


def test_without_a_server_the_message_says_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(NoPostgres, match="apt-get install postgresql"):
        server_folder([f"{tmp_path}/*/bin"], path="")


def test_without_a_command_the_usage_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--"]) == 2
    assert "COMMAND" in capsys.readouterr().err


@needs_server
def test_the_server_is_there_inside_and_gone_outside() -> None:
    with private_postgres() as url, psycopg.connect(url) as connection:
        row = connection.execute("SHOW data_directory").fetchone()
    assert row is not None
    assert not Path(row[0]).exists()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url, connect_timeout=2)


@needs_server
def test_a_wrong_password_is_refused() -> None:
    with private_postgres() as url, pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(url, password="wrong", connect_timeout=2)


@needs_server
def test_the_command_gets_the_address_and_gives_its_exit_code() -> None:
    script = "import os, psycopg; psycopg.connect(os.environ['DATABASE_URL']).close(); raise SystemExit(7)"
    command = [sys.executable, "-m", "tests.support.postgres", "--", sys.executable, "-c", script]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == 7


@needs_server
def test_a_terminated_command_takes_its_server_along() -> None:
    script = (
        "import os, psycopg, sys;"
        "c = psycopg.connect(os.environ['DATABASE_URL']);"
        "print(c.execute('SHOW data_directory').fetchone()[0], flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-m", "tests.support.postgres", "--", sys.executable, "-c", script]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        data = Path(process.stdout.readline().strip())
        assert data.is_absolute()
        process.send_signal(signal.SIGTERM)
        process.wait(30)
    assert process.returncode == 128 + signal.SIGTERM
    assert not data.exists()
