"""Reads and writes notebooks."""

import json
import os
import shutil
from pathlib import Path

from . import paths  # noqa: F401 (before Jupyter)

import nbformat

from .outputs import first_line


class BadInput(Exception):
    """A file or an option that cannot be used. The message is printed, and the exit status is 2."""


def has_code(cell) -> bool:
    return cell.cell_type == "code" and bool(cell.source.strip())


def kernel_of(nb) -> str:
    """The kernel of a notebook: tslab, unless it names python3."""
    spec = nb.metadata.get("kernelspec", {})
    return "python3" if spec.get("name") == "python3" else "tslab"


def read(path: Path) -> tuple[object, bytes]:
    """A notebook in format 4.5, where each cell has an id, and the bytes of its file."""
    try:
        content = path.read_bytes()
        raw = json.loads(content.decode("utf-8"))
        # JSON may contain half of a surrogate pair as an escape; a message to a kernel may not. Raises ValueError.
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
        # The same ids each time, so that results are the same bytes.
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
    """Writes a file atomically: to a temporary file, which is then renamed."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # JavaScript may print half of a surrogate pair, which cannot be encoded: it becomes "?".
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
    """Whether the file still has the content that was read from it."""
    try:
        return path.read_bytes() == content
    except OSError:
        return False
