"""Reads and writes notebooks."""

from __future__ import annotations

import errno
import json
import os
import shutil
from pathlib import Path

from . import places  # noqa: F401 (before Jupyter)

import nbformat

from .outputs import first_line


class BadInput(Exception):
    """A file or an option that cannot be used. Its message is printed, and the exit status is 2."""


def has_code(cell) -> bool:
    return cell.cell_type == "code" and bool(cell.source.strip())


def kernel_of(nb) -> str:
    """tslab, but python3 for a chapter that says so."""
    spec = nb.metadata.get("kernelspec", {})
    return "python3" if spec.get("name") == "python3" else "tslab"


def read(path: Path) -> tuple[object, bytes]:
    """A notebook as format 4.5, in which each cell has a unique id, and the bytes of its file."""
    try:
        content = path.read_bytes()
        raw = json.loads(content.decode("utf-8"))
    except OSError as error:
        raise BadInput(f"{path}: cannot be read ({error.strerror})") from None
    except RecursionError:
        raise BadInput(f"{path}: not a notebook (its JSON is nested too deeply)") from None
    except ValueError as error:
        raise BadInput(f"{path}: not a notebook (no valid JSON: {error})") from None
    if not isinstance(raw, dict) or raw.get("nbformat") != 4 or not isinstance(raw.get("cells"), list):
        raise BadInput(f"{path}: not a notebook of format 4")
    minor = raw.get("nbformat_minor", 0)
    if not isinstance(minor, int):
        raise BadInput(f"{path}: not a notebook of format 4")
    raw["nbformat_minor"] = max(5, minor)
    give_ids(raw["cells"])
    try:
        nb = nbformat.reads(json.dumps(raw), as_version=4)
        nbformat.validate(nb)
    except RecursionError:
        raise BadInput(f"{path}: not a notebook (its JSON is nested too deeply)") from None
    except Exception as error:
        raise BadInput(f"{path}: not a valid notebook ({first_line(str(error))})") from None
    if not any(has_code(cell) for cell in nb.cells):
        raise BadInput(f"{path}: has no code cells")
    return nb, content


def give_ids(cells: list) -> None:
    """Gives a cell without an id, or with that of an earlier cell, one that is the same each time."""
    used = {cell.get("id") for cell in cells if isinstance(cell, dict) and isinstance(cell.get("id"), str)}
    seen = set()
    for index, cell in enumerate(cells, 1):
        if not isinstance(cell, dict) or not isinstance(cell.get("id", ""), str):
            continue
        if cell.get("id") is None or cell["id"] in seen:
            new = f"cell-{index}"
            while new in used:
                new += "-x"
            cell["id"] = new
            used.add(new)
        seen.add(cell["id"])


def what_to_do(error: OSError) -> str:
    """The end of a message about what cannot be written, if a person can do something about it."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "; free some room on that disk and run it again"
    if error.errno in (errno.EACCES, errno.EROFS):
        return "; make that folder writable, or name another one"
    return ""


def make_folder(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(f"{path}: cannot be made ({error.strerror}){what_to_do(error)}") from None


def write_text(path: Path, text: str) -> None:
    """Writes a file whole or not at all: to a temporary file, then renamed."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Half of a surrogate pair, which JavaScript may print, is not text. It becomes "?".
        beside.write_text(text, encoding="utf-8", errors="replace", newline="\n")
        if path.exists():
            shutil.copymode(path, beside)
        os.replace(beside, path)
    except OSError as error:
        raise BadInput(f"{path}: cannot be written ({error.strerror}){what_to_do(error)}") from None
    finally:
        beside.unlink(missing_ok=True)


def write(nb, path: Path) -> None:
    write_text(path, nbformat.writes(nb) + "\n")


def is_unchanged(path: Path, content: bytes) -> bool:
    """Whether the file still holds what was read from it."""
    try:
        return path.read_bytes() == content
    except OSError:
        return False
