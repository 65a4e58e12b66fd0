"""Reads and writes notebooks."""

from __future__ import annotations

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
    """A notebook as format 4.5, in which each cell has an id, and the bytes of its file."""
    try:
        content = path.read_bytes()
        raw = json.loads(content.decode("utf-8"))
        # JSON can hold half of a surrogate pair as an escape, but no message to a kernel can. Raises ValueError.
        json.dumps(raw, ensure_ascii=False).encode()
    except OSError as error:
        raise BadInput(f"{path}: cannot be read ({error.strerror})") from None
    except ValueError as error:
        raise BadInput(f"{path}: not a notebook (no valid JSON or text: {error})") from None
    if not isinstance(raw, dict) or raw.get("nbformat") != 4 or not isinstance(raw.get("cells"), list):
        raise BadInput(f"{path}: not a notebook of format 4")
    raw["nbformat_minor"] = max(5, raw.get("nbformat_minor", 0))
    ids = set()
    for index, cell in enumerate(raw["cells"], 1):
        # The same each time, so that the result is.
        if isinstance(cell, dict) and (cell.get("id") is None or cell["id"] in ids):
            cell["id"] = f"cell-{index}"
        ids.add(cell.get("id") if isinstance(cell, dict) else None)
    try:
        nb = nbformat.reads(json.dumps(raw), as_version=4)
        nbformat.validate(nb)
    except Exception as error:
        raise BadInput(f"{path}: not a valid notebook ({first_line(str(error))})") from None
    if not any(has_code(cell) for cell in nb.cells):
        raise BadInput(f"{path}: has no code cells")
    return nb, content


def make_folder(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(f"{path}: cannot be made ({error.strerror})") from None


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
        raise BadInput(f"{path}: cannot be written ({error.strerror})") from None
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
