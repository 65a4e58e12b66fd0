"""What Linux tells of the processes of a learner."""

from __future__ import annotations

import os
from pathlib import Path


def processes_of(uid: int) -> list[int]:
    """Oldest first: a learner's server, then its kernels."""
    found = []
    for entry in os.listdir("/proc"):
        try:
            if entry.isdigit() and os.stat(f"/proc/{entry}").st_uid == uid:
                found.append(int(entry))
        except (FileNotFoundError, ProcessLookupError):
            pass  # it has ended
    return sorted(found)


def processes_of_learner(room: dict, name: str) -> list[int]:
    """The processes of the account whose home it is."""
    return processes_of((Path(room["state"]) / "home" / name).stat().st_uid)


def listening(pids: list[int]) -> list[str]:
    """Local ports (as `address:port`) on which processes listen for TCP."""
    sockets = set()
    for pid in pids:
        try:
            for handle in os.listdir(f"/proc/{pid}/fd"):
                target = os.readlink(f"/proc/{pid}/fd/{handle}")
                if target.startswith("socket:["):
                    sockets.add(target[8:-1])
        except FileNotFoundError:
            pass
    ports = []
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[3] == "0A" and fields[9] in sockets:
            address, port = fields[1].split(":")
            numbers = [str(int(address[i : i + 2], 16)) for i in (6, 4, 2, 0)]
            ports.append(f"{'.'.join(numbers)}:{int(port, 16)}")
    return ports
