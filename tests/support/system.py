"""Programs of the system that the tests use: `python -m tests.support.system` sees to it that they are there.

As root on a system with apt-get it installs what is missing; otherwise it prints the command that would.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tests.support.browser import chromium_path
from tests.support.postgres import NoPostgres, server_folder


def _has_postgres() -> bool:
    try:
        server_folder()
    except NoPostgres:
        return False
    return True


def _has_fonts() -> bool:
    return any(Path("/usr/share/fonts").rglob("*.[to]tf"))


# Package of Debian and Ubuntu, and how to see that what it brings is there.
PROGRAMS: Final[dict[str, Callable[[], bool]]] = {
    "chromium": lambda: chromium_path() is not None,
    # Recommended beside Chromium; so is a desktop, which is not wanted.
    "fonts-liberation": _has_fonts,
    "postgresql": _has_postgres,
    "redis-server": lambda: shutil.which("redis-server") is not None,
}


# What makes the tests faster where the system has it, and is not needed.
WELCOME: Final[dict[str, Callable[[], bool]]] = {
    "chromium-headless-shell": lambda: shutil.which("chromium-headless-shell") is not None,
}


def missing_packages() -> list[str]:
    """Return the packages that are needed and not installed."""
    return [package for package, is_there in PROGRAMS.items() if not is_there()]


def may_install() -> bool:
    """Return whether this process may and can install packages of the system."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def main() -> int:
    """Install what is missing, or say what to run; return the exit code."""
    wanted = [package for package, is_there in WELCOME.items() if not is_there()]
    if wanted and may_install():
        _install(wanted)
    missing = missing_packages()
    if not missing:
        return 0
    if not may_install():
        sys.stderr.write(
            f"The tests need {', '.join(missing)}. On Debian or Ubuntu run:\n"
            f"    sudo apt-get update && sudo apt-get install -y {' '.join(missing)}\n"
            "Elsewhere install PostgreSQL, Redis, Chromium and a font, and put initdb, redis-server and chromium on PATH.\n"
        )
        return 1
    return _install(missing)


def _install(packages: list[str]) -> int:
    sys.stdout.write(f"Installing {', '.join(packages)} for the tests.\n")
    sys.stdout.flush()
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-qq"], ["install", "-qq", "-y", "--no-install-recommends", *packages]):
        done = subprocess.run(["apt-get", *command], env=quiet, check=False, capture_output=True, text=True)
        if done.returncode:
            # What it did package by package matters where it could not go on.
            sys.stderr.write(done.stdout + done.stderr)
            return done.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main())
