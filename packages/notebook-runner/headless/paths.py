"""Where things are, and the environment a kernel gets. To be imported before Jupyter."""

from __future__ import annotations

import os
import sys
from pathlib import Path

# npm runs scripts in the clone's root; INIT_CWD is the folder in which the reader typed the command.
TYPED_IN = Path(os.environ.get("INIT_CWD", ".")).resolve()

ROOT = Path(__file__).resolve().parents[3]
NOTEBOOKS = ROOT / "notebooks"
KERNELS = Path(sys.prefix, "share", "jupyter", "kernels")
# A chapter in Python runs on the Python that has SpikingJelly and snnTorch, which tools/peers/peers.ts makes.
PEERS = ROOT / ".venv-peers" / "share" / "jupyter" / "kernels"
RESULTS = ROOT / "build" / "notebooks"
# Somebody else's clone cannot be written to; then a folder is named.
SCRATCH = Path(os.environ.get("LIF_FC_MNIST_SCRATCH") or ROOT / "build" / "jupyter")

# The kernel gets the reader's own environment, except variables that make Node print more, or in other colours:
# the same notebook has to print the same bytes for everyone.
CHATTY = ("FORCE_COLOR", "NODE_DEBUG", "NODE_DEBUG_NATIVE", "NODE_PENDING_DEPRECATION")
KERNEL_ENV = {name: value for name, value in os.environ.items() if name not in CHATTY}
KERNEL_ENV |= {"NODE_NO_WARNINGS": "1", "TZ": "UTC", "LC_ALL": "en_US.UTF-8"}
# Nobody hovers over a name in a cell: the kernel reads declarations without their documentation (`compiler.ts`).
KERNEL_ENV["LIF_FC_MNIST_HEADLESS"] = "1"

# Jupyter reads these when it is imported: its files stay inside the clone, and no user-wide settings are read.
os.environ.pop("JUPYTER_PATH", None)
for _name in ("config", "data", "runtime"):
    os.environ[f"JUPYTER_{_name.upper()}_DIR"] = str(SCRATCH / _name)
KERNEL_ENV["IPYTHONDIR"] = str(SCRATCH / "ipython")

# jsonschema takes it if it is there, and two thirds of the runner's start would go into the grammar that it builds: of
# international addresses, which no schema of notebooks knows.
sys.modules["rfc3987_syntax"] = None


def kernel_env(at_a_time: int) -> dict[str, str]:
    """The environment of a kernel that is one of so many at work: each computes on its share of the cores, since threads that
    wait for one that is not running wait busily. What a notebook prints does not depend on it.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    names = ("LIF_FC_MNIST_THREADS", "TF_NUM_INTRAOP_THREADS") if at_a_time > 1 else ()
    return {name: str(max(1, cores // at_a_time)) for name in names} | KERNEL_ENV


def shown(path: Path) -> str:
    """A path as the reader would type it in the project's root."""
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)
