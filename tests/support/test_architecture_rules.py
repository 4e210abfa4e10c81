"""Each rule of the architecture catches what it is for, on source made for the purpose."""

import pytest

from tests.support.architecture import (
    MAX_FILE,
    MAX_FUNCTION,
    arrows,
    cycles,
    django_in_pure_rooms,
    imports_in_functions,
    long_files,
    long_functions,
    overridden_saves,
    room_of,
    signals,
    unaddressed,
    upward_engine_imports,
    upward_imports,
    writing_readers,
)
from tests.support.modules import Module, imports, inner_imports, parse, without_migrations


def house(**sources: str) -> dict[str, Module]:
    """Return modules from their sources; a double underscore in a name stands for a dot."""
    return {name.replace("__", "."): parse(name.replace("__", "."), source) for name, source in sources.items()}


# --- Reading imports -------------------------------------------------------------------------------
def test_a_name_imported_from_a_package_is_its_module_if_there_is_one() -> None:
    modules = house(arena__services="", arena__services__votes="", arena__views="from arena.services import votes, x")
    targets = [item.target for item in inner_imports(modules["arena.views"], modules)]
    assert targets == ["arena.services.votes", "arena.services"]


@pytest.mark.parametrize(
    ("is_package", "statement", "target"),
    [
        (False, "from . import votes", "arena.services.votes"),
        (False, "from .votes import cast", "arena.services.votes.cast"),
        (False, "from ..models import Vote", "arena.models.Vote"),
        (True, "from . import votes", "arena.services.here.votes"),
    ],
)
def test_relative_imports_are_made_absolute(is_package: bool, statement: str, target: str) -> None:
    module = parse("arena.services.here", statement, is_package=is_package)
    assert [item.target for item in imports(module)] == [target]


def test_imports_for_type_checkers_count_too() -> None:
    modules = house(arena__models="if TYPE_CHECKING:\n    import arena.views.pages", arena__views__pages="")
    assert arrows(modules) == {("arena.models", "arena.views"): 1}


def test_arrows_are_counted_between_rooms_and_not_within() -> None:
    modules = house(
        arena__services__a="import arena.models.x\nimport arena.services.b\nfrom arena.models.x import Y",
        arena__services__b="",
        arena__models__x="",
    )
    assert arrows(modules) == {("arena.services", "arena.models"): 2}


# --- Addresses -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "room"),
    [
        ("arena.views.votes", "arena.views"),
        ("arena.urls", "arena.urls"),
        ("arena.api.urls", "arena.api"),
        ("ranking", "ranking"),
        ("ranking.engine.elo", "ranking.engine"),
        ("arena.helpers", None),
        ("ranking.misc", None),
        ("elsewhere", None),
    ],
)
def test_a_module_belongs_to_the_longest_room_above_it(name: str, room: str | None) -> None:
    assert room_of(name) == room


def test_a_module_without_a_room_is_reported() -> None:
    assert [line.split()[0] for line in unaddressed(house(arena__utils="", arena__models="", arena=""))] == [
        "arena.utils"
    ]


# --- Directions ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("low", "high"),
    [
        ("ranking.store", "arena.models"),
        ("ranking.engine.ranks", "ranking.models"),
        ("ranking.models", "ranking.store"),
        ("arena.models.votes", "arena.queries.tally"),
        ("arena.queries.tally", "arena.services.votes"),
        ("arena.services.votes", "arena.views.votes"),
        ("arena.services.votes", "arena.tasks"),
        ("arena.views.votes", "arena.urls"),
        ("arena.urls", "config.urls"),
    ],
)
def test_an_import_may_point_down_and_not_up(low: str, high: str) -> None:
    down = {low: parse(low, ""), high: parse(high, f"import {low}")}
    up = {low: parse(low, f"\nimport {high}"), high: parse(high, "")}
    assert list(upward_imports(down)) == []
    assert list(upward_imports(up)) == [f"{low}:2 imports {high}, which is above it"]


def test_rooms_of_one_layer_do_not_import_each_other() -> None:
    modules = house(arena__matchmaking__draw="from arena.exchange import formats", arena__exchange__formats="")
    assert len(list(upward_imports(modules))) == 1


def test_a_listed_exception_holds_in_its_own_direction_only() -> None:
    judge_asks = house(arena__judges__chat="import arena.providers.base", arena__providers__base="")
    provider_judges = house(arena__judges__chat="", arena__providers__base="import arena.judges.chat")
    assert list(upward_imports(judge_asks)) == []
    assert len(list(upward_imports(provider_judges))) == 1


def test_the_engine_has_a_top_and_a_ground() -> None:
    right = house(
        ranking__engine__standings="import ranking.engine.ranks",
        ranking__engine__ranks="import ranking.engine.comparisons",
        ranking__engine__comparisons="import ranking.engine.errors",
        ranking__engine__errors="",
    )
    wrong = house(
        ranking__engine__standings="",
        ranking__engine__ranks="import ranking.engine.standings",
        ranking__engine__comparisons="import ranking.engine.ranks",
        ranking__engine__errors="import ranking.engine.comparisons",
    )
    assert list(upward_engine_imports(right)) == []
    assert len(list(upward_engine_imports(wrong))) == 3


def test_a_circle_is_found_however_long() -> None:
    modules = house(a="import b", b="import c", c="import a", d="import a")
    assert list(cycles(modules)) == ["circle of imports: a, b, c"]


def test_a_package_that_gathers_its_modules_is_no_circle() -> None:
    modules = house(
        arena__models="from arena.models.votes import Vote", arena__models__votes="import arena.models.base"
    )
    modules |= house(arena__models__base="")
    assert list(cycles(modules)) == []


# --- What a room must not do -----------------------------------------------------------------------
@pytest.mark.parametrize("statement", ["import django", "from django.db import models", "import rest_framework.views"])
@pytest.mark.parametrize("room", ["ranking", "ranking.engine.fit", "arena.judges.chat", "arena.rendering.markdown"])
def test_django_is_kept_out_of_pure_rooms(room: str, statement: str) -> None:
    assert len(list(django_in_pure_rooms({room: parse(room, statement)}))) == 1
    assert list(django_in_pure_rooms({"arena.models.votes": parse("arena.models.votes", statement)})) == []


@pytest.mark.parametrize(
    "statement",
    [
        "from django.dispatch import receiver",
        "from django.db.models import signals",
        "import django.db.models.signals",
    ],
)
def test_signals_are_reported(statement: str) -> None:
    assert len(list(signals(house(arena__apps=statement)))) == 1


@pytest.mark.parametrize(
    "body",
    ["import json", "from json import loads", "importlib.import_module('json')", "__import__('json')"],
)
@pytest.mark.parametrize("head", ["def f():", "async def f():", "class A:\n  def f(self):"])
def test_an_import_inside_a_function_is_reported(head: str, body: str) -> None:
    modules = house(arena__tasks=f"{head}\n    {body}")
    assert len(list(imports_in_functions(modules))) == 1


def test_an_import_that_may_come_late_is_allowed_where_it_is_listed_and_nowhere_else() -> None:
    body = "def f():\n    import choix"
    assert list(imports_in_functions(house(ranking__engine__choice=body))) == []
    assert len(list(imports_in_functions(house(ranking__engine__ties=body, ranking__differences=body)))) == 2
    assert len(list(imports_in_functions(house(ranking__engine__choice=f"{body}\n    import json")))) == 1


def test_an_import_tried_at_the_top_is_allowed() -> None:
    modules = house(arena__providers="try:\n    import xllamacpp\nexcept ImportError:\n    xllamacpp = None")
    assert list(imports_in_functions(modules)) == []


@pytest.mark.parametrize("name", ["save", "delete"])
def test_an_overridden_save_is_reported(name: str) -> None:
    modules = house(arena__models__votes=f"class Vote:\n    def {name}(self): pass")
    assert list(overridden_saves(modules)) == [f"arena.models.votes:2 overrides {name} in Vote"]


@pytest.mark.parametrize(
    "call",
    [
        "vote.save()",
        "Vote.objects.create(x=1)",
        "Vote.objects.filter(x=1).update(x=2)",
        "votes.bulk_create([])",
    ],
)
def test_a_reader_that_writes_is_reported(call: str) -> None:
    assert len(list(writing_readers(house(arena__views__votes=call)))) == 1
    assert list(writing_readers(house(arena__services__votes=call))) == []


def test_changing_a_dictionary_is_not_writing() -> None:
    assert list(writing_readers(house(arena__views__votes="context.update(x=1)"))) == []


# --- Sizes -----------------------------------------------------------------------------------------
def test_a_file_may_reach_the_limit_and_not_pass_it() -> None:
    assert list(long_files({"a": parse("a", "\n" * MAX_FILE)})) == []
    assert len(list(long_files({"a": parse("a", "\n" * (MAX_FILE + 1))}))) == 1


def test_a_function_may_reach_the_limit_and_not_pass_it() -> None:
    body = "    x = 1\n"
    assert list(long_functions(house(a="def f():\n" + body * (MAX_FUNCTION - 1)))) == []
    assert len(list(long_functions(house(a="def f():\n" + body * MAX_FUNCTION)))) == 1


def test_generated_migrations_are_not_measured() -> None:
    modules = house(arena__migrations__0001_initial="", arena__models="")
    assert list(without_migrations(modules)) == ["arena.models"]
