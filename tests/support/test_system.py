"""What the tests need of the system is installed, or named with the command that installs it."""

from types import SimpleNamespace

import pytest

from tests.support import system

INSTALL = ["apt-get", "install", "-qq", "-y", "--no-install-recommends"]


def done(code: int = 0) -> SimpleNamespace:
    return SimpleNamespace(returncode=code, stdout="Unpacking.\n", stderr="It broke off.\n" if code else "")


@pytest.fixture(autouse=True)
def nothing_is_welcome(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "WELCOME", {})


def test_nothing_happens_where_everything_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "PROGRAMS", {"chromium": lambda: True})
    monkeypatch.setattr("subprocess.run", lambda *_, **__: pytest.fail("nothing was to be installed"))
    assert system.main() == 0


def test_without_the_right_to_install_the_command_is_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(system, "PROGRAMS", {"chromium": lambda: False, "postgresql": lambda: True})
    monkeypatch.setattr(system, "may_install", lambda: False)
    assert system.main() == 1
    assert "sudo apt-get install -y chromium\n" in capsys.readouterr().err


def test_root_installs_what_is_missing_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "PROGRAMS", {"chromium": lambda: False, "postgresql": lambda: True})
    monkeypatch.setattr(system, "may_install", lambda: True)
    commands: list[list[str]] = []

    def run(command: list[str], **_: object) -> SimpleNamespace:
        commands.append(command)
        return done()

    monkeypatch.setattr("subprocess.run", run)
    assert system.main() == 0
    assert commands == [["apt-get", "update", "-qq"], [*INSTALL, "chromium"]]


def test_an_installation_that_fails_stops_the_tests_and_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(system, "PROGRAMS", {"chromium": lambda: False})
    monkeypatch.setattr(system, "may_install", lambda: True)
    monkeypatch.setattr("subprocess.run", lambda *_, **__: done(100))
    assert system.main() == 100
    assert "It broke off." in capsys.readouterr().err


def test_what_is_only_welcome_may_fail_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "PROGRAMS", {"chromium": lambda: True})
    monkeypatch.setattr(system, "WELCOME", {"light-browser": lambda: False, "there": lambda: True})
    monkeypatch.setattr(system, "may_install", lambda: True)
    commands: list[list[str]] = []

    def run(command: list[str], **_: object) -> SimpleNamespace:
        commands.append(command)
        return done(100 if "install" in command else 0)

    monkeypatch.setattr("subprocess.run", run)
    assert system.main() == 0
    assert commands[-1] == [*INSTALL, "light-browser"]


def test_what_is_only_welcome_is_not_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "PROGRAMS", {"chromium": lambda: True})
    monkeypatch.setattr(system, "WELCOME", {"light-browser": lambda: False})
    monkeypatch.setattr(system, "may_install", lambda: False)
    monkeypatch.setattr("subprocess.run", lambda *_, **__: pytest.fail("nothing was to be installed"))
    assert system.main() == 0
