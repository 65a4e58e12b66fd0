"""Executes the cells of one notebook with nbclient, and detects what nbclient misses with tslab: errors in timers and in
promises that are not awaited, cells that the kernel skipped, and output that arrives after its cell has ended.
"""

import asyncio
import logging
import os
import queue
import re
import signal
import tempfile
import time
from pathlib import Path

from .files import kernel_of
from .outputs import first_line
from .paths import KERNELS, PEERS, SCRATCH, kernel_env

import nbformat
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionComplete, CellExecutionError, CellTimeoutError, DeadKernelError

UNCAUGHT = re.compile(r"^(UncaughtException|UnhandledPromiseRejection):")
DIAGNOSTIC = re.compile(r"^(\S+ )?\d+:\d+ - ")  # how tslab prints a type error

OUTPUT_LIMIT = 50_000_000  # characters of text per cell
OUTPUT_TIMEOUT = 60  # seconds after the end of a cell until missing output counts as lost

# After an error tslab answers "abort" to every request for 200 ms.
PAUSE_AFTER_ERROR = 0.4
# Runs in the kernel after the last cell: waits up to 3 s for pending timers, so that their errors are noticed.
DRAIN = """await new Promise<void>((resolve) => {
  const end = Date.now() + 3000;
  const look = () => {
    const pending = (process as any).getActiveResourcesInfo().includes('Timeout');
    if (pending && Date.now() < end) setTimeout(look, 20).unref();
    else resolve();
  };
  setTimeout(look, 50).unref();
});"""


class Failure(Exception):
    """Why a notebook failed. `cell` is its index in the notebook, or None if no cell is at fault.

    `kind` is the reason for programs: "timeout", "kernel-died", or "error" for everything else.
    """

    def __init__(self, cell: int | None, reason: str, kind: str = "error") -> None:
        super().__init__(reason)
        self.cell = cell
        self.reason = reason
        self.kind = kind


class Client(NotebookClient):
    """nbclient, but it keeps messages of cells that have already ended."""

    def __init__(self, nb, folder: Path, cell_timeout: int, log, times: dict[int, float], at_a_time: int) -> None:
        super().__init__(
            nb,
            timeout=cell_timeout,
            iopub_timeout=OUTPUT_TIMEOUT,
            raise_on_iopub_timeout=True,
            record_timing=False,
            store_widget_state=False,
        )
        self.log.setLevel(logging.CRITICAL)  # run.py reports failures, in one line each
        name, number = kernel_of(nb), f"{os.getpid()}-{time.monotonic_ns()}"
        specs = KernelSpecManager(kernel_dirs=[str(KERNELS if name == "tslab" else PEERS)], ensure_native_kernel=False)
        self.km = AsyncKernelManager(
            kernel_name=name,
            kernel_spec_manager=specs,
            # Not in the system's temporary folder, as by default.
            connection_file=str(SCRATCH / "runtime" / f"kernel-{number}.json"),
            shutdown_wait_time=2.0,
        )
        if os.name == "posix":
            # Another program could take a port before the kernel binds it. The path of a socket has to be short.
            self.km.transport = "ipc"
            self.km.ip = os.path.join(tempfile.gettempdir(), f"lif-{number}")
        self.folder, self.kernel_log, self.environment = folder, log, kernel_env(at_a_time)
        self.owner: dict[str, int] = {}  # message id of a request -> index of its cell
        self.stderr: dict[int, list[str]] = {}  # index of a cell -> what it wrote to stderr
        self.printed: dict[int, int] = {}  # index of a cell -> characters of text
        self.seconds = times  # index of a started cell -> how long it took
        self.verdict: Failure | None = None  # why the notebook fails while a cell is still running
        self.group: int | None = None
        self.current: int | None = None

    async def start(self) -> None:
        await self.async_start_new_kernel(
            cwd=str(self.folder), env=self.environment, stdout=self.kernel_log, stderr=self.kernel_log
        )
        self.group = self.km.provisioner.pid  # jupyter_client starts a kernel in its own group
        await self.async_start_new_kernel_client()
        info = await self.async_wait_for_reply(self.kc.kernel_info())
        # Versions differ between machines, and the notebook has to be the same bytes on all of them.
        language = {k: v for k, v in info["content"]["language_info"].items() if k != "version"}
        spec = self.km.kernel_spec
        kernelspec = {"display_name": spec.display_name, "language": spec.language, "name": kernel_of(self.nb)}
        self.nb.metadata = nbformat.from_dict(
            {**self.nb.metadata, "kernelspec": kernelspec, "language_info": language}
        )

    async def run_cell(self, index: int, count: int) -> str | None:
        """Executes a cell. Returns its error if the cell may fail (the tag raises-exception)."""
        started = time.monotonic()
        self.current = index
        try:
            return await self.execute(index, count)
        finally:
            self.seconds[index] = time.monotonic() - started

    async def execute(self, index: int, count: int) -> str | None:
        cell = self.nb.cells[index]
        status = None

        def replied(execute_reply, **_) -> None:
            nonlocal status
            status = execute_reply["content"]["status"]

        self.on_cell_executed = replied
        try:
            await self.async_execute_cell(cell, index, execution_count=count)
        except CellExecutionError as error:
            # An interrupt is not an error: the kernel names it in its answer, and prints nothing on stderr.
            reason = error.evalue if error.ename == "Interrupted" else self.error_of(index)
            if kernel_of(self.nb) != "tslab":  # the error is an output
                reason = f"{error.ename}: {first_line(error.evalue)}"
            raise Failure(index, reason) from None
        except CellTimeoutError as error:
            if "IOPub" in str(error):
                raise Failure(index, "it ended, but the end of its output did not arrive in time") from None
            raise Failure(index, f"still running after {self.timeout} s (--cell-timeout)", "timeout") from None
        except DeadKernelError:
            raise self.verdict or Failure(index, self.death_reason(), "kernel-died") from None
        if status not in ("ok", "error"):
            cell.execution_count = None
            why = f" (the kernel answered {status!r})" if status else ""
            raise Failure(index, f"this cell never ran{why}")
        # A promise that is not awaited is reported one turn of the kernel's event loop later: make one more request.
        await self.listen(self.kc.kernel_info(), index)
        if status != "error":
            return None
        await asyncio.sleep(PAUSE_AFTER_ERROR)
        return self.error_of(index)

    async def drain(self, index: int) -> None:
        """Waits for output of timers after the last cell."""
        if kernel_of(self.nb) == "tslab":
            await self.listen(self.kc.execute(DRAIN, silent=True, store_history=False), index)

    async def listen(self, request: str, index: int) -> None:
        """Receives messages until this request has ended, and gives those that belong to it to the cell."""
        self.owner[request] = index
        end = time.monotonic() + 10
        while not self.verdict and time.monotonic() < end:
            if not await self.km.is_alive():
                raise Failure(index, f"after it had ended, {self.death_reason()}", "kernel-died")
            try:
                msg = await self.kc.iopub_channel.get_msg(timeout=0.5)
            except queue.Empty:
                continue
            if self.receive(msg) and msg["parent_header"].get("msg_id") == request:
                break
        if self.verdict:
            raise self.verdict

    def receive(self, msg) -> bool:
        """Gives a message to its cell. Returns True if the message ends its request."""
        index = self.owner.get(msg["parent_header"].get("msg_id"))
        if index is None:
            return False
        if msg["msg_type"] == "stream" and not self.check_printed(index, **msg["content"]):
            return False
        try:
            self.process_message(msg, self.nb.cells[index], index)
        except CellExecutionComplete:
            return True
        return False

    def check_printed(self, index: int, name: str, text: str) -> bool:
        """Checks printed text. Returns False if it must not be kept."""
        self.printed[index] = self.printed.get(index, 0) + len(text)
        if self.printed[index] > OUTPUT_LIMIT:
            self.fail(Failure(index, f"printed more than {OUTPUT_LIMIT // 1_000_000} MB; the rest was not kept"))
            return False
        if name == "stderr":
            self.stderr.setdefault(index, []).append(text)
            if UNCAUGHT.match(text):
                # The running cell may wait forever for what has just failed: give it a second to end.
                self.fail(Failure(index, first_line(text)), seconds=1)
        return True

    def fail(self, verdict: Failure, seconds: float = 0) -> None:
        """Fails the notebook, and cancels the running cell after so many seconds."""
        if not self.verdict:
            self.verdict = verdict
            asyncio.get_running_loop().call_later(seconds, self.cancel_cell)

    def cancel_cell(self) -> None:
        if self.task_poll_for_reply and not self.task_poll_for_reply.done():
            self.task_poll_for_reply.cancel()

    async def _async_poll_output_msg(self, parent_msg_id, cell, cell_index) -> None:
        self.owner[parent_msg_id] = cell_index
        while True:
            msg = await self.kc.iopub_channel.get_msg(timeout=None)
            if self.receive(msg) and msg["parent_header"].get("msg_id") == parent_msg_id:
                return

    def error_of(self, index: int) -> str:
        """The error of a cell: tslab prints it last to stderr. Of several type errors, the first."""
        written = self.stderr.get(index, [])
        if not written:
            return "unknown error"
        return first_line(next((text for text in written if DIAGNOSTIC.match(text)), written[-1]))

    def death_reason(self) -> str:
        status = self.km.provisioner.process.poll() if self.km.provisioner.process else None
        how = "" if status is None else f" (exit status {status})"
        if status is not None and status < 0:
            how = f" (killed by {signal.Signals(-status).name})"
        why = self.logged_error()
        return f"the kernel died{how}{': ' + why if why else ''}"

    def logged_error(self) -> str:
        """The first error that the kernel's process wrote outside of cells, if any."""
        self.kernel_log.seek(0)
        lines = self.kernel_log.read().decode(errors="replace").splitlines()
        return next((line.strip() for line in lines if re.search("error|fatal", line, re.IGNORECASE)), "")

    async def stop(self, graceful: bool) -> None:
        """Ends the kernel and its process group: everything that it started, unless that left the group."""
        try:
            if graceful:
                await self.km.request_shutdown()
                await self.km.finish_shutdown()
        finally:
            if self.group is not None:
                try:
                    os.killpg(self.group, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            # Otherwise its heartbeat thread would keep looking for the kernel.
            if self.kc is not None:
                self.kc.stop_channels()
            if self.km is not None:  # nbclient removes it if the kernel did not start
                await self.km.shutdown_kernel(now=True)
