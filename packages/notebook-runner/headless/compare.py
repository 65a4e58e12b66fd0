"""Compares outputs with the committed ones (--check)."""

import base64
import json
import os

from .outputs import tags


def pieces(cell, text_only: bool) -> list[tuple[str, object]]:
    """The outputs of a cell as (kind, content), in order. PNG and similar images are bytes."""
    found: list[tuple[str, object]] = []
    for output in cell.outputs:
        if output.output_type == "stream":
            found.append((output.name, output.text))
        elif output.output_type == "error":
            found.append(("error", f"{output.ename}: {output.evalue}"))
        else:
            for mime, data in sorted(output.data.items()):
                if text_only and mime != "text/plain":
                    continue
                if mime.startswith("image/") and isinstance(data, str) and mime != "image/svg+xml":
                    data = base64.b64decode(data)
                found.append((mime, data))
    return found


def first_difference(was: list[tuple[str, object]], now: list[tuple[str, object]]) -> str | None:
    for (was_what, was_data), (now_what, now_data) in zip(was, now):
        if was_what != now_what:
            return f"{was_what} committed, {now_what} now"
        if was_data == now_data:
            continue
        if isinstance(was_data, bytes):
            return f"{was_what}: {len(was_data)} bytes committed, {len(now_data)} others now"
        lines = [
            (data if isinstance(data, str) else json.dumps(data, indent=1, sort_keys=True)).splitlines(keepends=True)
            for data in (was_data, now_data)
        ]
        lines = [side + [""] * (max(map(len, lines)) - len(side)) for side in lines]
        number, pair = next((i, pair) for i, pair in enumerate(zip(*lines), 1) if pair[0] != pair[1])
        start = max(0, len(os.path.commonprefix(pair)) - 40)
        old, new = (json.dumps(line[start : start + 80], ensure_ascii=False) for line in pair)
        return f"{was_what}, line {number}: {old} committed, {new} now"
    if len(was) != len(now):
        longer, where = (was, "committed, missing now") if len(was) > len(now) else (now, "now, not committed")
        return f"{longer[min(len(was), len(now))][0]} {where}"
    return None


def differences(committed, executed) -> list[tuple[int, str]]:
    """(index of the cell, first difference) for each code cell whose output differs.

    Of a cell tagged `tfjs` only the text is compared, since images differ between backends; one tagged `timing` is not
    compared.
    """
    found = []
    for index, (was, now) in enumerate(zip(committed.cells, executed.cells)):
        if was.cell_type != "code" or "timing" in tags(was):
            continue
        text_only = "tfjs" in tags(was)
        difference = first_difference(pieces(was, text_only), pieces(now, text_only))
        if difference:
            found.append((index, f"output differs from the committed one: {difference}"))
    return found
