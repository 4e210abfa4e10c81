"""Settings loaded from scratch, with an environment of the test's own, and the variables that source reads."""

import ast
import os
import re
import runpy
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from unittest import mock

import config
from tests.support.modules import ROOT, Module, source_modules


def load_settings(
    folder: Path, variables: Mapping[str, str], dotenv: str = "", *, serves_pages: bool = False
) -> dict[str, Any]:
    """Return every setting as an installation in `folder` would see it, this process's environment left out."""
    place = folder / "config" / "settings.py"
    place.parent.mkdir(exist_ok=True)
    shutil.copy(ROOT / "config" / "settings.py", place)
    (folder / ".env").write_text(dotenv)
    with mock.patch.dict(os.environ, variables, clear=True), mock.patch.object(config, "serves_pages", serves_pages):
        loaded = runpy.run_path(str(place))
    return {name: value for name, value in loaded.items() if name.isupper()}


def documented_variables() -> set[str]:
    """Return the variables that .env.example lists."""
    return set(re.findall(r"^#? ?([A-Z][A-Z_]+)=", (ROOT / ".env.example").read_text(), flags=re.MULTILINE))


def variables_read() -> set[str]:
    """Return the names that the source reads from the environment, as far as they are written out."""
    return {name for module in source_modules().values() for name in names_read(module)}


def names_read(module: Module) -> set[str]:
    """Return the literal names read through env.*(), os.environ[...], os.environ.get() and os.getenv()."""
    found = set()
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and node.args:
            caller, key = ast.unparse(node.func), node.args[0]
            reads = caller.startswith("env.") or caller.endswith(("environ.get", "getenv"))
        elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
            key, reads = node.slice, ast.unparse(node.value).endswith("environ")
        else:
            continue
        if reads and isinstance(key, ast.Constant) and isinstance(key.value, str):
            found.add(key.value)
    return found
