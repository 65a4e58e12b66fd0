"""The results of a learner's checks, if the learner lets the teacher see them.

`STATE/progress/NAME.jsonl` has one line per check: `{"at": "2026-11-25T10:12:30Z", "exercise": "lif-charge",
"result": "passed"}`. `result` is `passed`, `todo`, or the name of the mistake. The learner's kernel appends to the file
that LIF_FC_MNIST_PROGRESS names, and only if it exists: the file is the learner's consent, and the class page
creates and deletes it.
"""

from __future__ import annotations

import json
import os
import pwd
import re
import stat
from dataclasses import dataclass, field
from pathlib import Path

PASSED, TODO = "passed", "todo"
STUCK = 3  # wrong answers in a row to one exercise
TAIL = 1_000_000  # bytes read, from the end of the file
NAME = re.compile(r"[a-z0-9-]{1,60}")  # of exercises and results


@dataclass
class Progress:
    """The exercise that a learner checked last, and those solved so far."""

    exercise: str = ""
    result: str = ""
    wrong: int = 0  # wrong answers in a row to this exercise
    solved: set[str] = field(default_factory=set)

    @property
    def is_stuck(self) -> bool:
        return self.wrong >= STUCK


def share(path: Path, user: pwd.struct_passwd) -> None:
    """Creates the file for the learner's kernels to append to; other learners cannot read it."""
    path.parent.mkdir(mode=0o711, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    except FileExistsError:
        return
    os.fchown(handle, user.pw_uid, user.pw_gid)
    os.close(handle)


def read_progress(path: Path) -> Progress:
    """Reads the file and skips lines of any other form: the learner can write anything into it."""
    progress = Progress()
    for line in _read_tail(path).splitlines():
        try:
            entry = json.loads(line)
            exercise, result = entry["exercise"], entry["result"]
            if not (NAME.fullmatch(exercise) and NAME.fullmatch(result)):
                continue
        except (ValueError, TypeError, KeyError, RecursionError):
            continue
        if exercise != progress.exercise:
            progress.wrong = 0
        progress.exercise, progress.result = exercise, result
        if result == PASSED:
            progress.solved.add(exercise)
            progress.wrong = 0
        elif result != TODO:
            progress.wrong += 1
    return progress


def _read_tail(path: Path) -> str:
    """The end of a learner's file; "" if it cannot be read at once, because the whole page waits for it."""
    try:
        # Its owner can take a lease on the file, which blocks anyone who opens it without O_NONBLOCK.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
    except OSError:
        return ""
    with open(handle, "rb") as file:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            return ""
        file.seek(max(0, status.st_size - TAIL))
        return file.read(TAIL).decode("utf8", "replace")
