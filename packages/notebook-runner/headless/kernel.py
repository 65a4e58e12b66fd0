"""jupyter_client's manager for the project's kernel."""

from __future__ import annotations

import os
import time

from . import ports
from .places import KERNELS, PEERS, SCRATCH

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager

SEND_TIMEOUT = 10  # seconds until a message that no kernel takes is an error


class KernelManager(AsyncKernelManager):
    """A manager with its own ports, whose messages do not wait forever."""

    def __init__(self, name: str = "tslab") -> None:
        self.claim, numbers = ports.claim_ports()
        super().__init__(
            kernel_name=name,
            kernel_spec_manager=KernelSpecManager(kernel_dirs=[str(KERNELS if name == "tslab" else PEERS)], ensure_native_kernel=False),
            # By default the manager puts this into the system's temporary folder.
            connection_file=str(SCRATCH / "runtime" / f"kernel-{os.getpid()}-{time.monotonic_ns()}.json"),
            ip="127.0.0.1",
            cache_ports=False,
            shutdown_wait_time=2.0,
            **numbers,
        )
        self.context.sndtimeo = SEND_TIMEOUT * 1000

    def client(self, **kwargs):
        client = super().client(**kwargs)
        client.context.sndtimeo = SEND_TIMEOUT * 1000
        return client
