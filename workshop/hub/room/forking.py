"""Servers that are forked instead of started: one process has JupyterLab's modules in memory, and each learner's server
is a copy of it. That saves each server 1.4 seconds of a core, and the memory of the modules, which all share.

The process never holds a secret of the hub: it is started with an environment of its own, and what a server needs to know
comes in a file in memory that the copy alone reads. `python -m room.forking NUMBER` is that process; NUMBER is its end of a
socket.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import gc
import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path

from .isolation import become_learner, end_with_parent

HUB_FOLDER = Path(__file__).parent.parent
PR_SET_DUMPABLE = 4
LIMIT = 60.0  # seconds until the process has answered

# What a server loads until it answers, the largest first.
MODULES = (
    "jupyterlab.labapp",
    "jupyterhub.singleuser.extension",
    "jupyter_server.services.kernels.kernelmanager",
    "jupyter_server.services.sessions.sessionmanager",
    "jupyter_server.services.contents.largefilemanager",
)


class ServerParent:
    """The hub's side: starts the process, asks it for servers, and starts it again if it is gone."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()
        self._asked = 0
        self._begin()

    def _begin(self) -> None:
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._socket.setblocking(False)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", __name__, str(theirs.fileno())],
                cwd=HUB_FOLDER,
                env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "PYTHONNOUSERSITE": "1"},
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )

    async def fork(self, **server) -> int:
        """Starts a server (see `run_server` for what it needs). Returns the number of its process."""
        async with self._turn:
            if self._process.poll() is not None:
                self._socket.close()
                self._begin()
            self._asked += 1
            with open(os.memfd_create("server"), "w+", encoding="utf8") as file:
                json.dump(server, file)
                file.flush()
                file.seek(0)
                socket.send_fds(self._socket, [str(self._asked).encode()], [file.fileno()])
            return await asyncio.wait_for(self._answer(self._asked), LIMIT)

    async def _answer(self, asked: int) -> int:
        while True:
            reply = await asyncio.get_running_loop().sock_recv(self._socket, 100)
            if not reply:
                raise RuntimeError("the process that servers are forked from has ended: the hub's log says why")
            number, pid = map(int, reply.split())
            if number != asked:
                continue  # for a learner who gave up
            if pid == 0:
                raise RuntimeError("no server could be forked: the hub's log says why")
            return pid


def run_server(
    *, account: str, arguments: list[str], environment: dict[str, str], **limits
) -> None:
    """Becomes the server of a learner, and returns when it ends.

    account: the learner's; arguments: of `jupyterhub-singleuser`, with its name; limits: of `become_learner`.
    """
    os.setsid()  # a signal to the hub's group is not one to the server
    os.environ.clear()
    os.environ.update(environment)
    tempfile.tempdir = None
    become_learner(account, **limits)
    # A process that changes its account is hidden from the new one (/proc belongs to root then), until it says otherwise.
    ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)
    sys.argv = arguments
    sys.path[:] = [path for path in sys.path if path not in ("", str(HUB_FOLDER))]
    from jupyterhub.singleuser import main as serve

    serve()


def spare(level: int) -> None:
    """How gladly Linux ends this process where memory runs out: -1000 for never, 0 as any other."""
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(str(level))


def _child(handle: int) -> None:
    status = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        spare(0)
        with open(handle, "rb") as file:
            server = json.load(file)
        gc.enable()
        run_server(**server)
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
    except BaseException:
        traceback.print_exc()
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(status)


def main(handle: int) -> None:
    end_with_parent()
    spare(-500)  # all servers end with this process
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # Linux forgets the servers that have ended
    for name in MODULES:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()  # no collection writes into the pages that all share
    gc.disable()
    with socket.socket(fileno=handle) as control:
        while True:
            message, handles, _, _ = socket.recv_fds(control, 16, 1)
            if not message:
                return  # the hub has ended
            try:
                pid = os.fork()
            except OSError:  # too many processes, or too little memory: the servers that run must not end for that
                traceback.print_exc()
                pid = 0
            else:
                if pid == 0:
                    control.close()
                    _child(handles[0])
            os.close(handles[0])
            control.send(message + f" {pid}".encode())


if __name__ == "__main__":
    main(int(sys.argv[1]))
