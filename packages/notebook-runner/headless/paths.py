"""Paths, and the environment of a kernel. To be imported before Jupyter."""

import os
import sys
from pathlib import Path

# npm runs scripts in the clone's root; INIT_CWD is the folder where the command was typed.
TYPED_IN = Path(os.environ.get("INIT_CWD", ".")).resolve()

ROOT = Path(__file__).resolve().parents[3]
NOTEBOOKS = ROOT / "notebooks"
KERNELS = Path(sys.prefix, "share", "jupyter", "kernels")
# The kernel of chapters in Python, whose environment has SpikingJelly and snnTorch (tools/peers/peers.ts).
PEERS = ROOT / ".venv-peers" / "share" / "jupyter" / "kernels"
RESULTS = ROOT / "build" / "notebooks"
# Where the clone is read-only, the variable names another folder.
SCRATCH = Path(os.environ.get("LIF_FC_MNIST_SCRATCH") or ROOT / "build" / "jupyter")

# The kernel gets the user's environment, except variables that make Node print more, or in colour: a notebook has to
# print the same bytes for everyone.
VERBOSE = ("FORCE_COLOR", "NODE_DEBUG", "NODE_DEBUG_NATIVE", "NODE_PENDING_DEPRECATION")
KERNEL_ENV = {name: value for name, value in os.environ.items() if name not in VERBOSE}
KERNEL_ENV |= {"NODE_NO_WARNINGS": "1", "TZ": "UTC", "LC_ALL": "en_US.UTF-8"}
# Without a page there is no hovering: the kernel reads declarations without their documentation (`compiler.ts`).
KERNEL_ENV["LIF_FC_MNIST_HEADLESS"] = "1"

# Jupyter reads these when it is imported: its files stay in the clone, and user-wide settings are ignored.
os.environ.pop("JUPYTER_PATH", None)
for _name in ("config", "data", "runtime"):
    os.environ[f"JUPYTER_{_name.upper()}_DIR"] = str(SCRATCH / _name)
KERNEL_ENV["IPYTHONDIR"] = str(SCRATCH / "ipython")

# jsonschema imports this optional package, whose grammar for international addresses takes two thirds of the runner's
# start. No notebook schema uses it.
sys.modules["rfc3987_syntax"] = None


def kernel_env(at_a_time: int) -> dict[str, str]:
    """The environment of one of `at_a_time` kernels. Each gets its share of the cores, since threads that wait for one that is
    not running wait busily. A notebook's output does not depend on the share.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    names = ("LIF_FC_MNIST_THREADS", "TF_NUM_INTRAOP_THREADS") if at_a_time > 1 else ()
    return {name: str(max(1, cores // at_a_time)) for name in names} | KERNEL_ENV


def shown(path: Path) -> str:
    """A path as one would type it in the project's root."""
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)
