"""The plan of the house holds in the source as it stands."""

from collections.abc import Callable, Iterator, Mapping

import pytest

from tests.support.architecture import (
    EVERYWHERE_RULES,
    LATE,
    LAYERS,
    NEIGHBOURS,
    SOURCE_RULES,
    arrows,
    layer_of,
)
from tests.support.modules import Module, imports, source_modules, support_modules

Rule = Callable[[Mapping[str, Module]], Iterator[str]]


@pytest.mark.parametrize("rule", SOURCE_RULES, ids=lambda rule: rule.__name__)
def test_the_source_keeps(rule: Rule) -> None:
    assert list(rule(source_modules())) == []


@pytest.mark.parametrize("rule", EVERYWHERE_RULES, ids=lambda rule: rule.__name__)
def test_source_tests_and_benchmarks_keep(rule: Rule) -> None:
    assert list(rule(source_modules() | support_modules())) == []


def test_no_rule_passes_because_nothing_was_read() -> None:
    modules = source_modules()
    assert {"manage", "config.settings", "arena.services.votes", "ranking"} <= modules.keys()
    assert arrows(modules)[("arena.services", "arena.models")] > 0
    assert "tests.test_architecture" in support_modules()


def test_ranking_never_imports_arena() -> None:
    assert [pair for pair in arrows(source_modules()) if pair[0].startswith("ranking") and "arena" in pair[1]] == []


def test_nobody_imports_the_configuration() -> None:
    assert [pair for pair in arrows(source_modules()) if pair[1] == "config"] == []


def test_each_listed_exception_is_between_rooms_of_one_layer() -> None:
    assert [pair for pair in NEIGHBOURS if layer_of(pair[0]) != layer_of(pair[1])] == []


def test_each_import_that_may_come_late_does() -> None:
    source = source_modules()
    assert [pair for pair in LATE if pair[1] not in {item.target for item in imports(source[pair[0]])}] == []


def test_each_room_stands_in_one_layer() -> None:
    rooms = [room for layer in LAYERS for room in layer]
    assert len(rooms) == len(set(rooms))
