"""The runner as it is, but notebooks of one call share a kernel: a start of its own for each canary takes a second of a core.

Arguments are options, then "+" and the notebooks of a call, and so on. The last notebook of a call may leave a kernel on
which nothing more can be executed. Prints the exit status of each call.
"""

import asyncio
import runpy
import sys
from pathlib import Path

package = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(package))

from headless import cells, run  # noqa: E402


class Client(cells.Client):
    """A client that takes the kernel of the notebook before it, and leaves it to the next one."""

    left = 0  # notebooks of this call that have not been executed
    idle = None  # manager of the kernel that the next one takes

    async def async_start_new_kernel(self, **options) -> None:
        kernel, Client.idle = Client.idle, None
        if kernel is None:
            return await super().async_start_new_kernel(**options)
        self.km = kernel
        await asyncio.sleep(cells.PAUSE_AFTER_ERROR)

    async def stop(self, graceful: bool) -> None:
        Client.left -= 1
        if not Client.left:
            return await super().stop(graceful)
        Client.idle = self.km
        self.kc.stop_channels()


run.Client = Client
calls: list[list[str]] = [[]]
for argument in sys.argv[1:]:
    if argument == "+":
        calls.append([])
    else:
        calls[-1].append(argument)
options, *calls = calls
for notebooks in calls:
    Client.left = len(notebooks)
    sys.argv[1:] = [*options, *notebooks]
    try:
        runpy.run_path(str(package / "run_notebooks.py"), run_name="__main__")
    except SystemExit as end:
        print("status", end.code, flush=True)
