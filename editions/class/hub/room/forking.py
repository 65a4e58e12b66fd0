"""Servers that are forked instead of started: one process has JupyterLab's modules in memory, and each learner's server
is a copy of it. That saves each server 1.4 seconds of a core, and the memory of the modules, which all share.

The process never holds a secret of the hub: it is started with a clean environment, and what a server needs to know
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
from typing import BinaryIO

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
        self._output = ServerOutput()
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
            with (
                open(os.memfd_create("server"), "w+", encoding="utf8") as file,
                self._output.pipe(server["account"]) as output,
            ):
                json.dump(server, file)
                file.flush()
                file.seek(0)
                socket.send_fds(self._socket, [str(self._asked).encode()], [file.fileno(), output.fileno()])
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


class ServerOutput:
    """What servers and their kernels print, in the hub's log. It comes through a pipe: a learner's program that had the
    log itself could empty it, fill the disk, or write lines as of the hub."""

    KEPT = 1_000_000  # bytes per account
    AT_ONCE = 64_000  # bytes that are read from one server in a tenth of a second; a program that prints more waits
    LONGEST = 2000  # bytes of a line

    def __init__(self) -> None:
        self._left: dict[str, int] = {}
        self._copying: set[asyncio.Task] = set()

    def pipe(self, account: str) -> BinaryIO:
        """The end that the server writes to."""
        reading, writing = os.pipe()
        task = asyncio.create_task(self._copy(open(reading, "rb", 0), account))
        self._copying.add(task)
        task.add_done_callback(self._copying.discard)
        return open(writing, "wb", 0)

    async def _copy(self, pipe: BinaryIO, account: str) -> None:
        reader = asyncio.StreamReader(self.AT_ONCE)
        protocol = asyncio.StreamReaderProtocol(reader)
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, pipe)
        with contextlib.closing(transport):
            rest = b""
            while text := await reader.read(self.AT_ONCE):
                *lines, rest = (rest + text).split(b"\n")
                if len(rest) > self.LONGEST:
                    lines.append(rest)
                    rest = b""
                for line in lines:
                    self._write(account, line)
                await asyncio.sleep(0.1)
            if rest:
                self._write(account, rest)

    def _write(self, account: str, line: bytes) -> None:
        left = self._left.get(account, self.KEPT)
        if left <= 0:
            return
        text = line[: self.LONGEST].decode("utf8", "replace")
        # Nothing that a terminal obeys, or that looks like the beginning of a line.
        text = "".join(letter if letter.isprintable() else "\ufffd" for letter in text)
        print(f"{account}: {text}", file=sys.stderr, flush=True)
        self._left[account] = left = left - len(line) - len(account)
        if left <= 0:
            print(f"{account}: (it has printed {self.KEPT} bytes: what follows is not kept)", file=sys.stderr, flush=True)


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


def _child(handle: int, output: int) -> None:
    status = 1
    try:
        for standard in (1, 2):
            os.dup2(output, standard)
        os.close(output)
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
            message, handles, _, _ = socket.recv_fds(control, 16, 2)
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
                    _child(*handles)
            for handle in handles:
                os.close(handle)
            control.send(message + f" {pid}".encode())


if __name__ == "__main__":
    main(int(sys.argv[1]))
