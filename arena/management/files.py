"""Files that commands write: whole, or not at all."""

import errno
import os
from pathlib import Path


def check_writable(path: Path) -> None:
    """Raise OSError, which names the file and says why, if it cannot be written: better before long work than after."""
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, "it is a folder", str(path))
    if not path.absolute().parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, "there is no such folder", str(path))
    if not os.access(path.absolute().parent, os.W_OK):
        raise PermissionError(errno.EACCES, "the folder takes no new files", str(path))


def write_whole(path: Path, text: str) -> None:
    """Write a file beside its place and move it there, so that whoever interrupts it leaves the old one or the new."""
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
