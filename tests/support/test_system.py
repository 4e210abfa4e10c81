"""What the tests need of the system is installed, or named with the command that installs it."""

from types import SimpleNamespace

import pytest

from tests.support import system


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
        return SimpleNamespace(returncode=0)

    monkeypatch.setattr("subprocess.run", run)
    assert system.main() == 0
    assert commands == [["apt-get", "update", "-q"], ["apt-get", "install", "-q", "-y", "chromium"]]


def test_an_installation_that_fails_stops_the_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "PROGRAMS", {"chromium": lambda: False})
    monkeypatch.setattr(system, "may_install", lambda: True)
    monkeypatch.setattr("subprocess.run", lambda *_, **__: SimpleNamespace(returncode=100))
    assert system.main() == 100


def test_what_is_only_welcome_may_fail_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "PROGRAMS", {"chromium": lambda: True})
    monkeypatch.setattr(system, "WELCOME", {"light-browser": lambda: False, "there": lambda: True})
    monkeypatch.setattr(system, "may_install", lambda: True)
    commands: list[list[str]] = []

    def run(command: list[str], **_: object) -> SimpleNamespace:
        commands.append(command)
        return SimpleNamespace(returncode=100 if "install" in command else 0)

    monkeypatch.setattr("subprocess.run", run)
    assert system.main() == 0
    assert commands[-1] == ["apt-get", "install", "-q", "-y", "light-browser"]


def test_what_is_only_welcome_is_not_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "PROGRAMS", {"chromium": lambda: True})
    monkeypatch.setattr(system, "WELCOME", {"light-browser": lambda: False})
    monkeypatch.setattr(system, "may_install", lambda: False)
    monkeypatch.setattr("subprocess.run", lambda *_, **__: pytest.fail("nothing was to be installed"))
    assert system.main() == 0
