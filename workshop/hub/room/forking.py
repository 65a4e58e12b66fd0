"""Servers that are forked instead of started: one process has JupyterLab's modules in memory, and each learner's server
is a copy of it. That saves each server two seconds of a core, and the memory of the modules, which all share.

The process has no secret of the hub and hears none: it is started with an environment of its own, and what a server
needs to know goes through a pipe that the copy alone reads. `python -m room.forking NUMBER` is that process; NUMBER is
its end of a socket.
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

from .isolation import end_with_parent, make_preexec

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
        self._process: subprocess.Popen | None = None
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
            ours, theirs = os.pipe()
            try:
                self._asked += 1
                socket.send_fds(self._socket, [str(self._asked).encode()], [ours])
            except BaseException:
                os.close(theirs)
                raise
            finally:
                os.close(ours)
            # Another thread writes: what does not fit into the pipe waits until the copy reads.
            written = asyncio.to_thread(_write_all, theirs, json.dumps(server).encode())
            pid, _ = await asyncio.wait_for(asyncio.gather(self._answer(self._asked), written), LIMIT)
            return pid

    async def _answer(self, asked: int) -> int:
        while True:
            reply = await asyncio.get_running_loop().sock_recv(self._socket, 100)
            if not reply:
                raise RuntimeError("the process that servers are forked from has ended: the hub's log says why")
            number, pid = map(int, reply.split())
            if number == asked:  # else it is for a learner who gave up
                return pid


def _write_all(handle: int, text: bytes) -> None:
    with contextlib.suppress(BrokenPipeError), open(handle, "wb") as file:
        file.write(text)


def run_server(
    *, account: str, arguments: list[str], environment: dict[str, str], **limits
) -> None:
    """Becomes the server of a learner, and returns when it ends.

    account: the learner's; arguments: of `jupyterhub-singleuser`, with its name; limits: of `make_preexec`.
    """
    os.setsid()  # a signal to the hub's group is not one to the server
    os.environ.clear()
    os.environ.update(environment)
    tempfile.tempdir = None
    make_preexec(account, **limits)()
    # Whoever changes the account is hidden from that account (/proc belongs to root then), until it says otherwise.
    ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)
    sys.argv = arguments
    sys.path[:] = [path for path in sys.path if path not in ("", str(HUB_FOLDER))]
    from jupyterhub.singleuser import main as serve

    serve()


def _child(handle: int) -> None:
    status = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        with open(handle, "rb") as file:
            server = json.load(file)
        gc.enable()
        run_server(**server)
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(status)


def main(handle: int) -> None:
    end_with_parent()
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
            pid = os.fork()
            if pid == 0:
                control.close()
                _child(handles[0])
            os.close(handles[0])
            control.send(message + f" {pid}".encode())


if __name__ == "__main__":
    main(int(sys.argv[1]))
