"""Configures the Jupyter server of one learner, whose JUPYTER_CONFIG_DIR is the folder of this file."""

import os

from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from tornado.web import HTTPError

c = get_config()  # noqa: F821

MAX_KERNELS = int(os.environ.get("LIF_FC_MNIST_KERNELS", "3"))
IDLE = int(os.environ.get("LIF_FC_MNIST_IDLE", "14400"))  # seconds


class LimitedKernels(AsyncMappingKernelManager):
    """Limits the kernels: each open notebook has one of some 300 MB, even when it is out of sight."""

    async def start_kernel(self, **kwargs):
        if kwargs.get("kernel_id") not in self and len(self) >= MAX_KERNELS:
            raise HTTPError(
                400,
                f"{MAX_KERNELS} notebooks are running already. End one first: the round symbol at the left edge"
                " (Running Terminals and Kernels), then the cross beside a notebook that you no longer need.",
            )
        return await super().start_kernel(**kwargs)


c.ServerApp.kernel_manager_class = LimitedKernels
# Unix sockets in a folder that only the learner can enter: anyone on the machine can connect to TCP ports.
c.KernelManager.transport = "ipc"
c.KernelSpecManager.ensure_native_kernel = False
c.KernelSpecManager.allowed_kernelspecs = {"tslab"}
c.MultiKernelManager.default_kernel_name = "tslab"
# Ends kernels that are idle for longer than the longest break, and then the server.
c.MappingKernelManager.cull_idle_timeout = IDLE
c.MappingKernelManager.cull_interval = max(1, IDLE // 12)
c.MappingKernelManager.cull_connected = True
c.ServerApp.shutdown_no_activity_timeout = IDLE

# Not needed, and each costs time and memory in thirty servers.
c.ServerApp.jpserver_extensions = {
    "jupyter_lsp": False,
    "jupyter_server_terminals": False,
    "notebook_shim": False,
}
c.ServerApp.terminals_enabled = False
c.LabApp.news_url = None
c.LabApp.check_for_updates_class = "jupyterlab.NeverCheckForUpdate"
c.LabApp.extension_manager = "readonly"
c.LabApp.custom_css = True
c.ContentsManager.hide_globs = ["node_modules", "__pycache__", "*.pyc", ".DS_Store", "*~"]
