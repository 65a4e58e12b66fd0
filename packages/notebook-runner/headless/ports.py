"""Five free ports for a kernel, which no other runner and no `npm run lab` uses in the meantime."""

from __future__ import annotations

import contextlib
import random
import socket

# From below the range that systems choose from (from 32768 on Linux, from 49152 on macOS and Windows).
# Jupyter's own choice comes from that range, and any connection made while the kernel starts may get the same port.
PORTS = range(15000, 32768)
CHANNELS = ("shell", "iopub", "stdin", "hb", "control")


def claim_ports(ports: range = PORTS) -> tuple[socket.socket, dict[str, int]]:
    """Returns a socket, and a row of five of the ports as jupyter_client names them (`shell_port` …).

    A kernel binds its ports seconds after they were chosen. If another kernel listens on one by then, a message to it
    is lost, and all later ones with it. So the socket holds the port before the five for as long as it is open:
    only the program that holds it uses them. Raises OSError if no row is free.
    """
    blocks = ports[:: len(CHANNELS) + 1]
    for first in random.sample(blocks, len(blocks)):
        with contextlib.ExitStack() as stack:
            try:
                claim = stack.enter_context(socket.socket())
                claim.bind(("127.0.0.1", first))
                for port in range(first + 1, first + 1 + len(CHANNELS)):
                    with socket.socket() as probe:
                        probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            stack.pop_all()
            return claim, {f"{channel}_port": first + 1 + i for i, channel in enumerate(CHANNELS)}
    raise OSError(f"no free ports from {ports.start} to {ports.stop - 1}")
