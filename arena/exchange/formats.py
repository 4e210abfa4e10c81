"""Formats by name."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from arena.exchange.bundle import ContestBundle
from arena.exchange.definition import read_definition
from arena.exchange.errors import bad_file
from arena.exchange.llmfao import read_llmfao
from arena.exchange.native import read_native
from arena.exchange.plain import read_plain

READERS: Final[Mapping[str, Callable[[Path], ContestBundle]]] = {
    "native": read_native,
    "definition": read_definition,
    "llmfao": read_llmfao,
    "plain": read_plain,
}


def read_bundle(path: Path, format: str, columns: Mapping[str, str] | None = None) -> ContestBundle:
    """Read a contest in a format of READERS; `columns` renames those of the plain format. Raises BadFile."""
    if not path.exists():
        raise bad_file(str(path), "does not exist")
    if columns and format != "plain":
        raise bad_file(str(path), "columns can be named for the plain format only")
    return read_plain(path, columns) if format == "plain" else READERS[format](path)
