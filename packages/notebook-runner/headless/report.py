"""What the runner prints (one line per notebook, the cell that is running), and its JUnit file (--junit)."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import sys
import time
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from pathlib import Path

CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")

last_line = time.monotonic()
as_json = False  # --json


def say(line: str, stream=None) -> None:
    """Prints a line, without what could move the cursor. If its reader is gone (`… | head`), it is dropped."""
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
    """Prints a line; with --json an object of what it says in its place, so a program reads fields and no prose."""
    if as_json:
        line = json.dumps({name: value for name, value in event.items() if value is not None})
        stream = None
    say(line, stream)


class Progress:
    """Says which cell is running: in place on a terminal, elsewhere in a line whenever there was silence for a while."""

    running: list[Progress] = []

    def __init__(self, name: str) -> None:
        self.name = name
        self.place, self.cell = ": starting the kernel", None
        self.started = self.cell_started = time.monotonic()
        Progress.running.append(self)

    def begin(self, place: str, cell: int) -> None:
        """The next cell begins. `place` says which one it is, and follows the name; `cell` counts all cells from 1."""
        self.place, self.cell = place, cell
        self.cell_started = time.monotonic()

    def end(self) -> None:
        Progress.running.remove(self)
        on_terminal("")

    def short(self) -> str:
        """Where it is: beside others in few words, so all fit into a line."""
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
    """Puts a line in place of the last one, where there is a terminal."""
    if is_terminal():
        sys.stdout.write("\r\x1b[2K" + line[: shutil.get_terminal_size().columns - 1])
        sys.stdout.flush()


# What XML 1.0 does not allow, not even escaped: control characters and halves of surrogate pairs.
FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass
class Case:
    """A code cell, or the notebook as a whole. `failure` is its first line and the text below it."""

    name: str
    seconds: float = 0.0
    skipped: bool = False
    failure: tuple[str, str] | None = None


@dataclass
class Suite:
    """A notebook."""

    name: str
    seconds: float = 0.0
    cases: list[Case] = field(default_factory=list)


def document(suites: list[Suite]) -> str:
    root = ET.Element("testsuites")
    for suite in suites:
        failures, skipped = sum(case.failure is not None for case in suite.cases), sum(case.skipped for case in suite.cases)
        counts = {"tests": str(len(suite.cases)), "failures": str(failures), "skipped": str(skipped)}
        one = ET.SubElement(root, "testsuite", counts, name=suite.name, time=f"{suite.seconds:.3f}")
        for case in suite.cases:
            it = ET.SubElement(one, "testcase", classname=suite.name, name=case.name, time=f"{case.seconds:.3f}")
            if case.skipped:
                ET.SubElement(it, "skipped", message="an earlier cell failed, or the run was interrupted")
            if case.failure is not None:
                message, printed = case.failure
                ET.SubElement(it, "failure", message=message).text = printed
    ET.indent(root)
    return FORBIDDEN.sub("\ufffd", ET.tostring(root, encoding="unicode")) + "\n"
