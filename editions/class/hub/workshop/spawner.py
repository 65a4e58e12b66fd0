"""Starts a learner's server under the learner's own account, and kills everything that this account runs when it ends."""

from __future__ import annotations

import asyncio
import pwd
import shutil
import sys
from pathlib import Path
from types import SimpleNamespace

from jupyterhub.spawner import LocalProcessSpawner

from . import limits
from .settings import Places


async def kill_all(user: pwd.struct_passwd) -> None:
    """Kills what an account still runs, such as the kernels of a server that was killed.

    The account may signal its own processes, and -1 means every process that one may signal.
    """
    account = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    killer = await asyncio.create_subprocess_exec("sh", "-c", "kill -KILL -1", **account)
    await killer.wait()


class LearnerSpawner(LocalProcessSpawner):
    """JupyterHub's local spawner, with prefixed accounts and with limits (server.sh)."""

    workshop: SimpleNamespace  # from `read_settings`; set before the first learner arrives

    @property
    def places(self) -> Places:
        return Places(self.workshop, self.user.name)

    def make_preexec_fn(self, name):
        return None  # server.sh switches to the learner's account, after what only root can do

    async def start(self):
        workshop, places = self.workshop, self.places
        await self.make_runtime(places)
        self.cmd = [
            str(Path(__file__).parent / "server.sh"),
            places.account,
            str(workshop.memory + limits.mapped_by_node(workshop.node)),
            str(limits.TASKS),
            str(places.temporary) if workshop.ownTemporary else "",
            limits.make_group(places.account, workshop.memory),
            workshop.homeTemplate,
            str(Path(sys.executable).parent / "jupyterhub-singleuser"),
        ]
        return await super().start()

    async def make_runtime(self, places: Places) -> None:
        """Makes an empty runtime folder that only the learner can enter."""
        await kill_all(places.user)  # left by a server that ended on its own
        shutil.rmtree(places.runtime, ignore_errors=True)
        places.runtime.mkdir(mode=0o700)
        places.temporary.mkdir(mode=0o700)
        # The inner one first: as soon as learners own the outer one, they can put a link in its place.
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
            TMPDIR="/tmp" if self.workshop.ownTemporary else str(places.temporary),
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
        await kill_all(self.places.user)
        shutil.rmtree(self.places.runtime, ignore_errors=True)
