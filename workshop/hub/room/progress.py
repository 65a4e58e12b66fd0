"""What a learner's checks have found, if the learner lets the teacher see it.

`STATE/progress/NAME.jsonl` has one line per check: `{"at": "2026-11-25T10:12:30Z", "exercise": "lif-charge",
"result": "passed"}`; `result` is `passed`, `todo`, or the name of the mistake. The learner's kernel appends to the file
that LIF_FC_MNIST_PROGRESS names, and only if it exists: this file is the learner's consent, and the page makes and
deletes it.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path

PASSED, TODO = "passed", "todo"
STUCK = 3  # wrong answers in a row to one exercise
MOST = 1_000_000  # bytes that are read, from the end


@dataclass
class Progress:
    """Where a learner is."""

    exercise: str = ""  # the last one checked
    result: str = ""
    at: str = ""
    wrong: int = 0  # wrong answers to it in a row
    solved: set[str] = field(default_factory=set)

    @property
    def is_stuck(self) -> bool:
        return self.wrong >= STUCK


def is_shared(path: Path) -> bool:
    return path.exists()


def share(path: Path, uid: int, gid: int) -> None:
    """The file that the learner's kernels may append to, and nobody else may read."""
    path.parent.mkdir(mode=0o711, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    except FileExistsError:
        return
    os.fchown(handle, uid, gid)
    os.close(handle)


def unshare(path: Path) -> None:
    path.unlink(missing_ok=True)


def read_progress(path: Path) -> Progress:
    """Reads the file; what is not in its format is skipped, since the learner can write anything into it."""
    progress = Progress()
    try:
        with open(path, "rb") as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - MOST))
            lines = file.read(MOST).decode("utf8", "replace").splitlines()
    except OSError:
        return progress
    for line in lines:
        try:
            entry = json.loads(line)
            exercise, result, at = (str(entry[key])[:60] for key in ("exercise", "result", "at"))
        except (ValueError, TypeError, KeyError):
            continue
        if exercise != progress.exercise:
            progress.wrong = 0
        progress.exercise, progress.result, progress.at = exercise, result, at
        if result == PASSED:
            progress.solved.add(exercise)
            progress.wrong = 0
        elif result != TODO:
            progress.wrong += 1
    return progress
