"""Normalizes outputs before they are stored: between two other outputs there is one stream per name, as on a terminal."""

import re

COLOUR = re.compile(r"\x1b\[[0-9;]*m")
POSITION = re.compile(r"\S.*:\d+")


def tags(cell) -> list[str]:
    return cell.metadata.get("tags", [])


def without_overwritten(text: str) -> str:
    """Removes text that a carriage return overwrites. One at the end of a line overwrites nothing, and stays."""
    if "\r" not in text:
        return text
    lines = text.split("\n")
    for index, line in enumerate(lines):
        end = len(line) - line.endswith("\r")
        lines[index] = line[line.rfind("\r", 0, end) + 1 :]
    return "\n".join(lines)


def normalize(nb) -> None:
    """Normalizes the outputs of all cells."""
    for cell in nb.cells:
        if cell.cell_type != "code":
            continue
        outputs, streams = [], {}
        for output in cell.outputs:
            if output.output_type != "stream":
                outputs += joined_streams(streams)
                outputs.append(output)
                streams = {}
            else:
                streams.setdefault(output.name, []).append(output)
        cell.outputs = outputs + joined_streams(streams)
        for output in cell.outputs:
            if output.output_type == "stream":
                output.text = without_overwritten(output.text)
                if "raises-exception" in tags(cell):  # stack frames differ between machines
                    output.text = re.sub(r"^ +at .*\n?", "", output.text, flags=re.MULTILINE)


def joined_streams(streams: dict[str, list]) -> list:
    """One output per stream, stdout first, since the order in which the two arrive is random."""
    found = []
    for name in sorted(streams, reverse=True):
        first, *_ = streams[name]
        first.text = "".join(output.text for output in streams[name])
        found.append(first)
    return found


def first_line(text: str) -> str:
    """The line of an error that names the problem. Before a thrown error Node prints its position (such as `node:fs:1889`), the
    source line and a caret.
    """
    lines = [line.strip() for line in COLOUR.sub("", text[:100_000]).splitlines()]
    lines = [line for line in lines if line]
    if lines and POSITION.fullmatch(lines[0]):
        caret = next((index for index, line in enumerate(lines[:12]) if set(line) == {"^"}), None)
        if caret is not None:
            lines = lines[caret + 1 :]
    return lines[0] if lines else "unknown error"
