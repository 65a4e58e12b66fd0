"""Starts a learner's server as the learner's own account, and ends all that this account runs when the server ends."""

from __future__ import annotations

import asyncio
import contextlib
import pwd
import shutil
import sys
from pathlib import Path
from types import SimpleNamespace

from jupyterhub.spawner import LocalProcessSpawner

from . import limits
from .settings import Places


def runs_something(uid: int) -> bool:
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            if process.stat().st_uid == uid:
                return True
    return False


async def end_all(user: pwd.struct_passwd) -> None:
    """Ends what an account still runs, such as the kernels of a server that was killed, within ten seconds.

    The account may signal its own processes, and -1 means all that one may signal.
    """
    who = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    killer = await asyncio.create_subprocess_exec("sh", "-c", "kill -KILL -1", **who)
    await killer.wait()
    for _ in range(100):
        if not runs_something(user.pw_uid):
            return
        await asyncio.sleep(0.1)


class RoomSpawner(LocalProcessSpawner):
    """JupyterHub's own, with accounts that have a prefix, and with limits (server.sh)."""

    room: SimpleNamespace  # what `read_settings` returns, set before the first learner arrives

    @property
    def places(self) -> Places:
        return Places(self.room, self.user.name)

    def make_preexec_fn(self, name):
        return None  # server.sh becomes the learner, after what only root can do

    async def start(self):
        await self.prepare()
        room, places = self.room, self.places
        self.cmd = [
            str(Path(__file__).parent / "server.sh"),
            places.account,
            str(room.memory + limits.mapped_by_node(room.node)),
            str(limits.TASKS),
            str(places.temporary) if room.ownTemporary else "",
            " ".join(limits.make_group(places.account, room.memory)),
            room.firstHome,
            str(Path(sys.executable).parent / "jupyterhub-singleuser"),
        ]
        return await super().start()

    async def prepare(self) -> None:
        """A runtime folder with nothing of the last time in it, which only the learner can enter."""
        places = self.places
        await end_all(places.user)  # of a server that ended on its own
        shutil.rmtree(places.runtime, ignore_errors=True)
        places.runtime.mkdir(mode=0o700)
        places.temporary.mkdir(mode=0o700)
        # The inner one first: from the moment when the outer one is theirs, a learner could lay a link in it.
        for folder in (places.temporary, places.runtime):
            shutil.chown(folder, places.account, places.account)

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
        await end_all(places.user)
        shutil.rmtree(places.runtime, ignore_errors=True)
        limits.remove_group(places.account)
