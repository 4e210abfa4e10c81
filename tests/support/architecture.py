"""The plan of the house, as rules over parsed source.

Nothing is imported or run: every rule reads syntax trees, so that the tests can try the rules on source of
their own. `python -m tests.support.architecture` prints the arrows between rooms; with `--check` it also
fails on every broken rule.
"""

import ast
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from tests.support.modules import (
    Function,
    Module,
    functions,
    imports,
    inner_imports,
    source_modules,
    support_modules,
)

# From the top to the ground. A module may import from its own room and from every layer below it.
LAYERS: Final = (
    ("manage", "config"),
    ("arena.urls",),
    (
        "arena.views",
        "arena.api",
        "arena.admin",
        "arena.management",
        "arena.tasks",
        "arena.templatetags",
        "arena.apps",
    ),
    ("arena.services",),
    ("arena.queries", "arena.access", "arena.limits", "arena.streaming", "arena.forms"),
    (
        "arena.models",
        "arena.migrations",
        "arena.providers",
        "arena.judges",
        "arena.matchmaking",
        "arena.integrity",
        "arena.exchange",
        "arena.rendering",
        "arena.style",
    ),
    (
        "ranking.store",
        "ranking.apps",
        "ranking.admin",
        "ranking.migrations",
        "ranking.__main__",
        "ranking.distributed",
    ),
    ("ranking.commandline",),
    ("ranking.models", "ranking.files", "ranking.plots"),
    ("ranking",),
    ("ranking.columns", "ranking.differences"),
    ("ranking.engine", "arena"),
)
# Who reads what only when it is first used, since it takes long and few need it (docs/adr/0003-dependencies.md).
LATE: Final = frozenset(
    {
        ("arena.providers.registry", "arena.providers.openai_compatible.OpenAICompatible"),
        ("ranking.differences", "scipy.stats.kendalltau"),
        ("ranking.differences", "scipy.stats.spearmanr"),
        ("ranking.engine.baselines", "choix"),
        ("ranking.engine.choice", "choix"),
    }
)
# Rooms whose name is theirs alone: a new module beside them needs an address in LAYERS first.
ALONE: Final = frozenset({"arena", "ranking", "manage"})
# Arrows inside one layer, from room to room, each with its reason.
NEIGHBOURS: Final = {
    # A judge asks a language model, so it speaks the providers' small language.
    ("arena.judges", "arena.providers"),
    # A list shows what its reader may see, and access alone knows what that is.
    ("arena.queries", "arena.access"),
    # What is limited is counted for whoever is asking, and access alone knows who that is.
    ("arena.limits", "arena.access"),
    # `work --once` does, without a queue, what the queue's doors do.
    ("arena.management", "arena.tasks"),
    # What an admin requests shall begin at once, and only the queue's doors know the queue.
    ("arena.admin", "arena.tasks"),
}
# The same downward rule inside the engine; modules not named here stand between the first two and the rest.
ENGINE_TOP: Final = ("standings",)
ENGINE_GROUND: Final = (("comparisons",), ("errors", "scale", "settings", "outcomes"))

PURE: Final = (
    "ranking",
    "ranking.engine",
    "ranking.__main__",
    "ranking.columns",
    "ranking.commandline",
    "ranking.differences",
    "ranking.distributed",
    "ranking.files",
    "ranking.plots",
    "arena.matchmaking",
    "arena.judges",
    "arena.providers",
    "arena.integrity",
    "arena.exchange",
    "arena.rendering",
    "arena.style",
)
DJANGO: Final = ("django", "rest_framework", "drf_spectacular", "csp", "whitenoise", "environs")
SIGNALS: Final = ("django.dispatch", "django.db.models.signals")
# Rooms that only read; whoever wants to write asks a service.
READERS: Final = (
    "arena.views",
    "arena.api",
    "arena.management",
    "arena.tasks",
    "arena.templatetags",
    "arena.queries",
    "arena.access",
    "arena.limits",
    "arena.streaming",
    "arena.forms",
)
WRITES: Final = frozenset(
    {"save", "delete", "bulk_create", "bulk_update", "get_or_create", "update_or_create", "select_for_update"}
)
MAX_FILE: Final = 400
MAX_FUNCTION: Final = 60


def room_of(name: str) -> str | None:
    """Return the room of a module: the longest name in LAYERS that is it or stands above it; None if there is none."""
    rooms = {room for layer in LAYERS for room in layer}
    room = name
    while room and (room not in rooms or (room in ALONE and room != name)):
        room = room.rpartition(".")[0]
    return room or None


def layer_of(room: str) -> int:
    """Return the number of a room's layer, 0 at the top."""
    return next(number for number, layer in enumerate(LAYERS) if room in layer)


def arrows(modules: Mapping[str, Module]) -> Counter[tuple[str, str]]:
    """Return how many imports lead from one room to another."""
    found: Counter[tuple[str, str]] = Counter()
    for module in modules.values():
        for item in inner_imports(module, modules):
            pair = (room_of(module.name) or module.name, room_of(item.target) or item.target)
            if pair[0] != pair[1]:
                found[pair] += 1
    return found


def unaddressed(modules: Mapping[str, Module]) -> Iterator[str]:
    """Yield modules that no room of the plan holds."""
    for name in modules:
        if room_of(name) is None:
            yield f"{name} has no room in LAYERS; give it an address or move it"


def upward_imports(modules: Mapping[str, Module]) -> Iterator[str]:
    """Yield imports that lead to a higher layer, or to another room of the same layer."""
    for module in modules.values():
        for item in inner_imports(module, modules):
            source, target = room_of(module.name), room_of(item.target)
            if source is None or target is None or source == target or (source, target) in NEIGHBOURS:
                continue
            if layer_of(source) > layer_of(target):
                yield f"{module.name}:{item.line} imports {item.target}, which is above it"
            elif layer_of(source) == layer_of(target):
                yield f"{module.name}:{item.line} imports {item.target}, another room of its own layer"


def _engine_level(name: str) -> int:
    leaf = name.removeprefix("ranking.engine.")
    if leaf in ENGINE_TOP:
        return 0
    return next((2 + number for number, layer in enumerate(ENGINE_GROUND) if leaf in layer), 1)


def upward_engine_imports(modules: Mapping[str, Module]) -> Iterator[str]:
    """Yield imports that point up inside the engine."""
    for module in modules.values():
        for item in inner_imports(module, modules):
            inside = module.name.startswith("ranking.engine.") and item.target.startswith("ranking.engine.")
            if inside and _engine_level(item.target) < _engine_level(module.name):
                yield f"{module.name}:{item.line} imports {item.target}, which is above it in the engine"


def django_in_pure_rooms(modules: Mapping[str, Module]) -> Iterator[str]:
    """Yield imports of Django, or of an application built on it, in a room that must work without."""
    for module in modules.values():
        if room_of(module.name) in PURE:
            for item in imports(module):
                first = item.target.split(".")[0]
                if first in DJANGO or first.startswith("django_"):
                    yield f"{module.name}:{item.line} imports {first} in a room that knows no Django"


def signals(modules: Mapping[str, Module]) -> Iterator[str]:
    """Yield imports of Django's signals: a rule that hangs on one is invisible where the row is written."""
    for module in modules.values():
        for item in imports(module):
            if any(item.target == name or item.target.startswith(f"{name}.") for name in SIGNALS):
                yield f"{module.name}:{item.line} imports {item.target}; call the service instead"


def imports_in_functions(modules: Mapping[str, Module]) -> Iterator[str]:
    """Yield imports that happen only when a function runs, however they are spelled; those of LATE may."""
    for module in modules.values():
        late = {item.line for item in imports(module) if (module.name, item.target) in LATE}
        lines = set()
        for function in functions(module):
            for node in ast.walk(function):
                if isinstance(node, ast.Import | ast.ImportFrom) or (
                    isinstance(node, ast.Call) and _called(node) in ("import_module", "__import__")
                ):
                    lines.add(node.lineno)
        lines -= late
        yield from (f"{module.name}:{line} imports inside a function" for line in sorted(lines))


def overridden_saves(modules: Mapping[str, Module]) -> Iterator[str]:
    """Yield classes that define save or delete: writing is a service's work, and bulk writes pass them by."""
    for module in modules.values():
        for node in module.nodes:
            if isinstance(node, ast.ClassDef):
                for item in node.body:
                    if isinstance(item, Function) and item.name in ("save", "delete"):
                        yield f"{module.name}:{item.lineno} overrides {item.name} in {node.name}"


def writing_readers(modules: Mapping[str, Module]) -> Iterator[str]:
    """Yield calls that write rows in rooms that only read."""
    for module in modules.values():
        if room_of(module.name) not in READERS:
            continue
        for node in module.nodes:
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            on_manager = node.func.attr in ("create", "update") and "objects" in ast.unparse(node.func.value)
            if on_manager or node.func.attr in WRITES:
                yield f"{module.name}:{node.lineno} writes with {node.func.attr}; services are the only writers"


def cycles(modules: Mapping[str, Module]) -> Iterator[str]:
    """Yield every group of modules that import each other in a circle (Tarjan's strongly connected components)."""
    graph = {name: {item.target for item in inner_imports(module, modules)} for name, module in modules.items()}
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []

    def visit(name: str) -> Iterator[list[str]]:
        index[name] = low[name] = len(index)
        stack.append(name)
        for target in sorted(graph[name]):
            if target not in index:
                yield from visit(target)
                low[name] = min(low[name], low[target])
            elif target in stack:
                low[name] = min(low[name], index[target])
        if low[name] == index[name]:
            position = stack.index(name)
            yield stack[position:]
            del stack[position:]

    for name in sorted(graph):
        if name not in index:
            for group in visit(name):
                if len(group) > 1:
                    yield f"circle of imports: {', '.join(sorted(group))}"


def long_files(modules: Mapping[str, Module]) -> Iterator[str]:
    """Yield files of more than MAX_FILE lines."""
    for module in modules.values():
        if module.lines > MAX_FILE:
            yield f"{module.name} has {module.lines} lines, more than {MAX_FILE}"


def long_functions(modules: Mapping[str, Module]) -> Iterator[str]:
    """Yield functions of more than MAX_FUNCTION lines, from def to the last line."""
    for module in modules.values():
        for function in functions(module):
            length = (function.end_lineno or function.lineno) - function.lineno + 1
            if length > MAX_FUNCTION:
                yield f"{module.name}:{function.lineno} {function.name} has {length} lines, more than {MAX_FUNCTION}"


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


# Rules for the product's source, and those that hold for tests and benchmarks too.
SOURCE_RULES: Final = (
    unaddressed,
    upward_imports,
    upward_engine_imports,
    django_in_pure_rooms,
    signals,
    overridden_saves,
    writing_readers,
)
EVERYWHERE_RULES: Final = (imports_in_functions, cycles, long_files, long_functions)


def violations() -> list[str]:
    """Return every broken rule of the repository, one line each."""
    source, everything = source_modules(), source_modules() | support_modules()
    broken = [line for rule in SOURCE_RULES for line in rule(source)]
    return broken + [line for rule in EVERYWHERE_RULES for line in rule(everything)]


def main(arguments: list[str]) -> int:
    """Print the arrows, and with --check the broken rules; return the exit code."""
    for (source, target), number in sorted(arrows(source_modules()).items()):
        sys.stdout.write(f"{source} -> {target} ({number})\n")
    broken = violations() if "--check" in arguments else []
    for line in broken:
        sys.stderr.write(f"{line}\n")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
