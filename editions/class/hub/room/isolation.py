"""What a learner's server cannot see: it gets its own view of /proc and of the temporary folder."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
from pathlib import Path

from jupyterhub.spawner import set_user_setuid

CLONE_NEWNS = 0x20000
MS_BIND, MS_REC, MS_PRIVATE = 0x1000, 0x4000, 0x40000
PR_SET_PDEATHSIG = 1

_libc = ctypes.CDLL(None, use_errno=True)


def _mount(source: str, target: str, kind: str | None, flags: int, options: str | None = None) -> bool:
    encoded = [text.encode() if text is not None else None for text in (source, target, kind)]
    return _libc.mount(*encoded, ctypes.c_ulong(flags), options.encode() if options else None) == 0


def end_with_parent() -> None:
    """Asks Linux for SIGTERM as soon as the process that started this one is gone, even if it was killed."""
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


def own_view(temporary: str | None) -> bool:
    """Hides the processes of others, and binds `temporary` over /tmp. False where this machine does not let us."""
    if _libc.unshare(CLONE_NEWNS) != 0 or not _mount("none", "/", None, MS_REC | MS_PRIVATE):
        return False
    hidden = _mount("proc", "/proc", "proc", 0, "hidepid=2")
    bound = temporary is None or _mount(temporary, "/tmp", None, MS_BIND)
    return hidden and bound


def give_way(level: int) -> None:
    """Lets others run first: Linux's "nice" value, of the process and of its session."""
    os.nice(level)
    with contextlib.suppress(OSError):  # Linux shares between sessions first, if it has this file
        Path("/proc/self/autogroup").write_text(str(level))


def become_learner(
    account: str, *, entrances: list[str], temporary: str | None, data: int, tasks: int
) -> None:
    """In the child of a fork, which is still root: limits first, then the learner's account."""
    change_account = set_user_setuid(account)
    for entrance in entrances:
        with contextlib.suppress(OSError), open(entrance, "w") as file:
            file.write("0")
    own_view(temporary)
    os.umask(0o077)
    # A tensor too many is an error that a cell can catch; only beyond the group's limit does Linux end a process.
    resource.setrlimit(resource.RLIMIT_DATA, (data, data))
    resource.setrlimit(resource.RLIMIT_NPROC, (tasks, tasks))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    give_way(2)  # the hub and the proxy stay responsive
    change_account()
    end_with_parent()
