"""Documentation that cannot rot: what exists is described, and what is described exists."""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class
from django.urls import URLPattern, URLResolver, get_resolver

from arena.api import urls as api_urls
from tests.support.configuration import documented_variables
from tests.support.modules import ROOT
from tests.support.screenshots import TOUR

DOCS = ROOT / "docs"
OPERATIONS = DOCS / "operations.md"
API = DOCS / "api.md"
PAGES = sorted([*DOCS.rglob("*.md"), *ROOT.glob("*.md")])
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def our_commands() -> list[str]:
    return sorted(name for name, app in get_commands().items() if app in ("arena", "ranking"))


def section(text: str, title: str) -> str:
    """Return what stands under a heading of the third level, up to the next heading."""
    found = re.search(rf"^### {re.escape(title)}\n(.*?)(?=^#|\Z)", text, flags=re.MULTILINE | re.DOTALL)
    return found.group(1) if found else ""


def options_of(command: str) -> set[str]:
    parser = load_command_class("arena", command).create_parser("manage.py", command)
    general = load_command_class("django.core", "migrate").create_parser("manage.py", "migrate")
    known = {option for action in general._actions for option in action.option_strings}
    return {option for action in parser._actions for option in action.option_strings if option.startswith("--")} - known


def routes(patterns: Sequence[URLPattern | URLResolver], prefix: str = "") -> list[str]:
    found = []
    for pattern in patterns:
        path = f"{prefix}{pattern.pattern}"
        found += routes(pattern.url_patterns, path) if isinstance(pattern, URLResolver) else [path]
    return found


# --- Commands and settings -------------------------------------------------------------------------
def test_there_are_commands_to_describe() -> None:
    assert {"demo", "import_contest", "work"} <= set(our_commands())


@pytest.mark.parametrize("command", our_commands())
def test_each_command_has_a_section_that_names_its_options(command: str) -> None:
    text = section(OPERATIONS.read_text(), command)
    assert text.strip(), f"docs/operations.md has no section ### {command}"
    assert [option for option in sorted(options_of(command)) if option not in text] == []


def test_each_described_command_exists() -> None:
    commands = OPERATIONS.read_text().split("\n## Commands\n")[1].split("\n## ")[0]
    assert sorted(re.findall(r"^### (\w+)$", commands, flags=re.MULTILINE)) == our_commands()


def test_each_setting_has_a_row_and_each_row_is_a_setting() -> None:
    assert set(re.findall(r"^\| `([A-Z_]+)` \|", OPERATIONS.read_text(), flags=re.MULTILINE)) == documented_variables()


def test_each_default_in_the_table_is_the_default() -> None:
    listed = dict(re.findall(r"^([A-Z_]+)=(.+)$", (ROOT / ".env.example").read_text(), flags=re.MULTILINE))
    told = dict(re.findall(r"^\| `([A-Z_]+)` \| ([^|]+) \|", OPERATIONS.read_text(), flags=re.MULTILINE))
    assert {name: told[name] for name in listed} == listed


def test_each_target_of_make_that_is_mentioned_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    mentioned = {
        target
        for page in PAGES
        for target in re.findall(r"(?:^|`)make ([a-z-]+)", page.read_text(), flags=re.MULTILINE)
    }
    assert mentioned <= targets


# --- The API ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("route", routes(api_urls.urlpatterns))
def test_each_address_of_the_api_is_described(route: str) -> None:
    address = "/api/v1/" + re.sub(r"<\w+:(\w+)>", r"{\1}", route)
    assert address in API.read_text()


def test_each_described_address_exists() -> None:
    known = {re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", f"/{route}") for route in routes(get_resolver().url_patterns)}
    told = set(re.findall(r"/api/v1/[\w{}./-]*", API.read_text()))
    assert {address for address in told if "{" in address} <= known


# --- Every page ------------------------------------------------------------------------------------
@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_each_link_leads_somewhere(page: Path) -> None:
    inside = [target.partition("#")[0] for target in LINK.findall(page.read_text()) if "://" not in target]
    assert [target for target in inside if target and not (page.parent / target).exists()] == []


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = sorted(int(path.name[:4]) for path in (DOCS / "adr").glob("*.md"))
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("page", sorted((DOCS / "adr").glob("*.md")), ids=lambda page: page.stem)
def test_each_decision_says_why_what_and_what_follows(page: Path) -> None:
    text = page.read_text()
    assert text.startswith(f"# {int(page.name[:4])}. ")
    assert [part for part in ("**Context.**", "**Decision.**", "**Consequences.**") if part not in text] == []


def test_each_runtime_package_is_justified() -> None:
    text = (DOCS / "adr" / "0003-dependencies.md").read_text().lower()
    lines = (ROOT / "requirements.in").read_text().splitlines()
    names = [re.split(r"[<>=\[]", line)[0].strip().lower() for line in lines if line and not line.startswith("#")]
    assert [name for name in names if name not in text] == []


def test_the_tour_shows_every_page_of_a_voter() -> None:
    shown = re.findall(r'<img src="img/voter/([\w-]+)-(?:desktop|phone)-light\.webp"', (DOCS / "voting.md").read_text())
    assert set(shown) == set(TOUR)
    dark = re.findall(r'srcset="img/voter/([\w-]+)-dark\.webp"', (DOCS / "voting.md").read_text())
    light = re.findall(r'src="img/voter/([\w-]+)-light\.webp"', (DOCS / "voting.md").read_text())
    assert dark == light
