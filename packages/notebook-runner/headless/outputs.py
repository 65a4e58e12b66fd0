"""Outputs in the form in which they are stored: one stream per name between two other outputs, as on a terminal."""

from __future__ import annotations

import re

COLOUR = re.compile(r"\x1b\[[0-9;]*m")
POSITION = re.compile(r"\S.*:\d+")


def tags(cell) -> list[str]:
    return cell.metadata.get("tags", [])


def without_overwritten(text: str) -> str:
    """Removes what a carriage return overwrites. One before a line's end overwrites nothing, and stays."""
    if "\r" not in text:
        return text
    lines = text.split("\n")
    for index, line in enumerate(lines):
        end = len(line) - line.endswith("\r")
        lines[index] = line[line.rfind("\r", 0, end) + 1 :]
    return "\n".join(lines)


def tidy(nb) -> None:
    """Brings the outputs of all cells to the form in which they are stored."""
    for cell in nb.cells:
        if cell.cell_type != "code":
            continue
        outputs, streams = [], {}
        for output in cell.outputs:
            if output.output_type != "stream":
                outputs += in_order(streams)
                outputs.append(output)
                streams = {}
            else:
                streams.setdefault(output.name, []).append(output)
        cell.outputs = outputs + in_order(streams)
        for output in cell.outputs:
            if output.output_type == "stream":
                output.text = without_overwritten(output.text)
                if "raises-exception" in tags(cell):  # the frames of an error differ from machine to machine
                    output.text = re.sub(r"^ +at .*\n?", "", output.text, flags=re.MULTILINE)


def in_order(streams: dict[str, list]) -> list:
    """One output per stream: stdout first, since the order in which both arrive is a matter of chance."""
    found = []
    for name in sorted(streams, reverse=True):
        first, *_ = streams[name]
        first.text = "".join(output.text for output in streams[name])
        found.append(first)
    return found


def first_line(text: str) -> str:
    """The line of an error that says what went wrong.

    Node puts the position, the source line and a caret before an error that was thrown: `node:fs:1889`, say.
    """
    lines = [line.strip() for line in COLOUR.sub("", text[:100_000]).splitlines()]
    lines = [line for line in lines if line]
    if lines and POSITION.fullmatch(lines[0]):
        caret = next((index for index, line in enumerate(lines[:12]) if set(line) == {"^"}), None)
        if caret is not None:
            lines = lines[caret + 1 :]
    return lines[0] if lines else "unknown error"
