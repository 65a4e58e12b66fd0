"""Starts a learner's server as the learner's own account, and ends all that this account runs when the server ends."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
from types import SimpleNamespace

from jupyterhub.spawner import LocalProcessSpawner
from jupyterhub.utils import random_port

from . import limits
from .forking import ServerParent
from .settings import Places


def processes_of(uid: int) -> list[int]:
    """The processes that run under an account."""
    found = []
    for entry in os.listdir("/proc"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            if entry.isdigit() and os.stat(f"/proc/{entry}").st_uid == uid:
                found.append(int(entry))
    return found


def begin_of(pid: int) -> str | None:
    """When a process began, in Linux's ticks. With the number, which Linux uses again, that names one process.
    (`bornAt` of packages/system is the same for Node, which Python cannot import.)"""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[19]
    except OSError:
        return None


async def end_all(uid: int) -> None:
    """Ends what an account still runs: a second after SIGTERM with SIGKILL, until nothing is left."""
    for attempt in range(20):
        left = processes_of(uid)
        if not left:
            return
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM if attempt == 0 else signal.SIGKILL)
        for _ in range(10):
            await asyncio.sleep(0.1)
            if not processes_of(uid):
                return


class Queue:
    """Lets a few servers start at a time. The others wait for their turn instead of being refused."""

    def __init__(self, places: int) -> None:
        self._gate = asyncio.Semaphore(places)
        self._waiting: list[object] = []

    def __deepcopy__(self, memo: dict) -> Queue:
        raise TypeError("a queue is one for all: a copy, as a setting of JupyterHub is for each learner, queues nobody")

    def position(self, who: object) -> int:
        """1 for the next; 0 for one that does not wait."""
        return self._waiting.index(who) + 1 if who in self._waiting else 0

    @contextlib.asynccontextmanager
    async def turn(self, who: object):
        self._waiting.append(who)
        try:
            await self._gate.acquire()
        finally:
            self._waiting.remove(who)
        try:
            yield
        finally:
            self._gate.release()


class RoomSpawner(LocalProcessSpawner):
    """LocalProcessSpawner with accounts that have a prefix, with limits, a queue, and an end."""

    # One of each for all, set before the first learner arrives.
    room: SimpleNamespace  # what `read_settings` returns
    queue: Queue
    server_parent: ServerParent

    began: str | None = None

    async def _signal(self, sig):
        """Not to a stranger who got the number of a server that has ended."""
        return begin_of(self.pid) == self.began is not None and await super()._signal(sig)

    @property
    def places(self) -> Places:
        return Places(self.room, self.user.name)

    async def start(self):
        async with self.queue.turn(self):
            await self.prepare()
            self.port = self.port or random_port()
            self.pid = await self.server_parent.fork(**self.describe_server())
            self.began = begin_of(self.pid)
            ip, port = self.ip, self.port
            # The place is free again when the server answers, not when it has only been started.
            while await self.poll() is None:
                with contextlib.suppress(OSError):
                    _, writer = await asyncio.open_connection(ip, port)
                    writer.close()
                    break
                await asyncio.sleep(0.1)
            return ip, port

    async def prepare(self) -> None:
        """A runtime folder with nothing of the last time in it, which only the learner can enter."""
        places = self.places
        uid, gid = places.user.pw_uid, places.user.pw_gid
        await end_all(uid)  # of a server that ended on its own
        shutil.rmtree(places.runtime, ignore_errors=True)
        places.runtime.mkdir(mode=0o700)
        places.temporary.mkdir(mode=0o700)
        # The inner one first: from the moment when the outer one is theirs, a learner could lay a link in it.
        for folder in (places.temporary, places.runtime):
            os.chown(folder, uid, gid)

    async def progress(self):
        shown = None
        while True:
            ahead = self.queue.position(self)
            if ahead != shown:
                shown = ahead
                if ahead == 0:
                    yield {"progress": 50, "message": "Your server is starting."}
                else:
                    yield {"progress": 20, "message": f"Many arrive at once: you are number {ahead} in the queue."}
            await asyncio.sleep(1)

    def describe_server(self) -> dict:
        """What `run_server` needs."""
        places = self.places
        room = self.room
        group = limits.make_group(places.account, room.memory, room.tasks)
        return {
            "account": places.account,
            "arguments": [*self.cmd, *self.get_args()],
            "environment": self.get_env(),
            "entrances": group.entrances if group else [],
            "temporary": str(places.temporary) if room.ownTemporary else None,
            "data": room.memory + limits.mapped_by_node(room.node),
            "tasks": room.tasks,
        }

    def user_env(self, env):
        places = self.places
        home = str(places.home)
        env.update(
            USER=places.account,
            LOGNAME=places.account,
            HOME=home,
            SHELL="/bin/sh",
            TMPDIR="/tmp" if self.room.ownTemporary else str(places.temporary),
            JUPYTER_RUNTIME_DIR=str(places.runtime),
            JUPYTERLAB_SETTINGS_DIR=f"{home}/.jupyter/lab/user-settings",
            JUPYTERLAB_WORKSPACES_DIR=f"{home}/.jupyter/lab/workspaces",
            LIF_FC_MNIST_RUNS=f"{home}/build",
            LIF_FC_MNIST_PROGRESS=str(places.progress),
            LIF_FC_MNIST_SHARED="1",
        )
        return env

    async def stop(self, now=False):
        await super().stop(now)
        places = self.places
        await end_all(places.user.pw_uid)
        shutil.rmtree(places.runtime, ignore_errors=True)
        group = limits.find_group(places.account)
        if group:
            group.remove()
