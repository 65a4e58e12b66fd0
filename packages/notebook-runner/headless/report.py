"""Prints results and progress, and writes the JUnit file (--junit)."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import sys
import time
import xml.etree.ElementTree as ET
from pathlib import Path

from .files import has_code

CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")

last_line = time.monotonic()
as_json = False  # --json


def say(line: str, stream=None) -> None:
    """Prints a line without characters that move the cursor. If its reader is gone (`… | head`), drops it."""
    global last_line
    last_line = time.monotonic()
    on_terminal("")
    stream = stream or sys.stdout
    encoding = stream.encoding or "utf-8"
    line = CONTROL.sub("\ufffd", line).encode(encoding, "replace").decode(encoding)
    try:
        print(line, file=stream, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def tell(line: str, stream=None, **event) -> None:
    """Prints a line; with --json, an object with the fields of the event instead."""
    if as_json:
        line = json.dumps({name: value for name, value in event.items() if value is not None})
        stream = None
    say(line, stream)


class Progress:
    """Shows which cell is running: in place on a terminal, elsewhere in a line after a while of silence."""

    running: list[Progress] = []

    def __init__(self, name: str) -> None:
        self.name = name
        self.place, self.cell = ": starting the kernel", None
        self.started = self.cell_started = time.monotonic()
        Progress.running.append(self)

    def begin(self, place: str, cell: int) -> None:
        """Starts the next cell. `place` is the text for it after the notebook's name; `cell` counts all cells from 1."""
        self.place, self.cell = place, cell
        self.cell_started = time.monotonic()

    def end(self) -> None:
        Progress.running.remove(self)
        on_terminal("")

    def short(self) -> str:
        """The notebook and its cell; shorter if several notebooks share the line."""
        if len(Progress.running) == 1:
            return self.name + self.place
        return Path(self.name).stem + (f", cell {self.cell}" if self.cell else "")

    @staticmethod
    def show(pause: int) -> None:
        now = time.monotonic()
        on_terminal("; ".join(one.short() + f", {now - one.started:.0f} s" for one in Progress.running))
        if is_terminal() or now - last_line < pause:
            return
        for one in Progress.running:
            so_far = f"for {now - one.cell_started:.0f} s, {now - one.started:.0f} s in all"
            tell(f"running {one.name}{one.place} {so_far}", event="running", notebook=one.name, cell=one.cell)

    @staticmethod
    async def keep(pause: int) -> None:
        while True:
            Progress.show(pause)
            await asyncio.sleep(1)


def is_terminal() -> bool:
    return sys.stdout.isatty() and not as_json


def on_terminal(line: str) -> None:
    """Replaces the last line, if this is a terminal."""
    if is_terminal():
        sys.stdout.write("\r\x1b[2K" + line[: shutil.get_terminal_size().columns - 1])
        sys.stdout.flush()


# Characters that XML 1.0 forbids even as escapes: control characters and halves of surrogate pairs.
FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def fill(suite: ET.Element, nb, times: dict[int, float], took: float, failures: list[tuple[int | None, str]]) -> None:
    """Fills the JUnit suite of a notebook: a case per code cell, and one for failures that belong to no cell.

    `times` has the seconds of each started cell, `failures` pairs of a cell and its reason.
    """
    reasons = dict(failures)
    whole = [None] if None in reasons else []
    for index in [*(index for index, cell in enumerate(nb.cells) if has_code(cell)), *whole]:
        name, printed = "the notebook as a whole", ""
        if index is not None:
            cell = nb.cells[index]
            lines = [line.strip() for line in cell.source.strip().splitlines()]
            name = f"cell {index + 1}: {next((line for line in lines if line and line[:2] != '//'), lines[0])[:60]}"
            printed = "".join(output.text for output in cell.outputs if output.get("name") == "stderr")
        case = ET.SubElement(suite, "testcase", classname=suite.get("name"), name=name, time=f"{times.get(index, 0):.3f}")
        if index in reasons:
            ET.SubElement(case, "failure", message=reasons[index]).text = printed[-10_000:]
        elif index not in times:
            ET.SubElement(case, "skipped", message="an earlier cell failed, or the run was interrupted")
    counts = {"tests": len(suite), "failures": len(suite.findall("*/failure")), "skipped": len(suite.findall("*/skipped"))}
    suite.attrib |= {name: str(count) for name, count in counts.items()} | {"time": f"{took:.3f}"}


def document(suites: ET.Element) -> str:
    ET.indent(suites)
    return FORBIDDEN.sub("\ufffd", ET.tostring(suites, encoding="unicode")) + "\n"
