"""Source files as syntax trees: what they import and which functions they hold. Nothing is run."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """One source file: dotted name, syntax tree, number of lines."""

    name: str
    tree: ast.Module
    lines: int
    is_package: bool = False

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """Every node of the tree: each rule walks all of them, and finding them takes longer than looking at them."""
        return tuple(ast.walk(self.tree))


@dataclass(frozen=True)
class Import:
    """One imported name: the longest dotted path that the statement spells out, and the line of it."""

    target: str
    line: int


def parse(name: str, source: str, *, is_package: bool = False) -> Module:
    """Return a module from its source."""
    return Module(name, ast.parse(source), source.count("\n"), is_package)


def read_modules(root: Path, folders: Iterable[str]) -> dict[str, Module]:
    """Return every module of these folders (or single files) under `root`, by dotted name."""
    found = {}
    for folder in folders:
        start = root / folder
        for path in sorted([start] if start.is_file() else start.rglob("*.py")):
            parts = path.relative_to(root).with_suffix("").parts
            is_package = parts[-1] == "__init__"
            name = ".".join(parts[:-1] if is_package else parts)
            found[name] = parse(name, path.read_text(encoding="utf-8"), is_package=is_package)
    return found


def imports(module: Module) -> Iterator[Import]:
    """Yield what a module imports, wherever the statement stands; relative imports are made absolute."""
    for node in module.nodes:
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parents = module.name.split(".")
                kept = parents[: len(parents) - node.level + module.is_package]
                base = ".".join([*kept, *filter(None, [node.module])])
            yield from (Import(f"{base}.{alias.name}", node.lineno) for alias in node.names)


def inner_imports(module: Module, modules: Mapping[str, Module]) -> Iterator[Import]:
    """Yield the imports that lead to one of `modules`, each cut to that module's name."""
    for found in imports(module):
        target = found.target
        while target and target not in modules:
            target = target.rpartition(".")[0]
        if target and target != module.name:
            yield Import(target, found.line)


def functions(module: Module) -> Iterator[Function]:
    """Yield every function of a module, methods and inner functions included."""
    return (node for node in module.nodes if isinstance(node, Function))


def without_migrations(modules: Mapping[str, Module]) -> dict[str, Module]:
    """Return the modules that people write: migrations are generated, and history."""
    return {name: module for name, module in modules.items() if ".migrations." not in name}


@cache
def _written(*folders: str) -> Mapping[str, Module]:
    return without_migrations(read_modules(ROOT, folders))


def source_modules() -> dict[str, Module]:
    """Return the product's modules, read from disk once."""
    return dict(_written("manage.py", "config", "arena", "ranking"))


def support_modules() -> dict[str, Module]:
    """Return the modules of tests and benchmarks, read from disk once."""
    return dict(_written(*(folder for folder in ("tests", "benchmarks") if (ROOT / folder).is_dir())))
