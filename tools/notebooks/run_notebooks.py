"""Executes notebooks headless on the tslab kernel and is red for everything that went wrong in them.

Called by tools/notebooks/notebooks.mjs (`npm run notebooks -- FILE…`, `npm run tutorial`) with the Python of `.venv`.
nbclient drives the kernel. What it does not see with tslab is seen here: an error in a timer or in a promise nobody
awaits, a cell that the kernel skipped, output that arrives after its cell has ended.

Exit status: 0 all green; 1 a notebook failed, or differs under --check; 2 bad argument or file; 130 interrupted.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import contextlib
import json
import logging
import os
import queue
import random
import re
import signal
import socket
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KERNELS = Path(sys.prefix, "share", "jupyter", "kernels")
BUILT = ROOT / "build" / "notebooks"
SCRATCH = ROOT / "build" / "jupyter"


def interrupted_early(*_) -> None:
    """Ctrl-C while Jupyter is being imported, until Runner has its own way: nothing has been started yet."""
    os.write(2, b"interrupted; nothing was executed yet\n")
    os._exit(130)


signal.signal(signal.SIGINT, interrupted_early)

# The kernel gets the reader's own environment, less what would change the printed bytes from machine to machine.
KERNEL_ENV = {k: v for k, v in os.environ.items() if k != "FORCE_COLOR"}
KERNEL_ENV |= {"NODE_NO_WARNINGS": "1", "TZ": "UTC", "LC_ALL": "en_US.UTF-8"}

# Before Jupyter is imported: its files stay inside the clone, and nobody's user-wide settings are read.
os.environ.pop("JUPYTER_PATH", None)
for name in ("config", "data", "runtime"):
    os.environ[f"JUPYTER_{name.upper()}_DIR"] = str(SCRATCH / name)

import nbformat  # noqa: E402
import zmq  # noqa: E402
from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel  # noqa: E402
from jupyter_client.manager import AsyncKernelManager  # noqa: E402
from nbclient import NotebookClient  # noqa: E402
from nbclient.exceptions import (  # noqa: E402
    CellExecutionComplete,
    CellExecutionError,
    CellTimeoutError,
    DeadKernelError,
)

UNCAUGHT = re.compile(r"^(UncaughtException|UnhandledPromiseRejection):")
DIAGNOSTIC = re.compile(r"^(\S+ )?\d+:\d+ - ")  # how tslab prints a type error

# Ports for kernels come from below the range out of which systems choose by themselves (from 32768 on Linux, from 49152
# on macOS and Windows): Jupyter's own choice comes out of it, and any connection made while the kernel starts may get one.
PORTS = range(15000, 32768)
CHANNELS = ("shell", "iopub", "stdin", "hb", "control")
STARTS = 3
SEND_TIMEOUT = 10  # seconds until a message that no kernel takes is an error

# After an error tslab answers "abort" to everything for 200 ms.
PAUSE_AFTER_ERROR = 0.4
# Kernel code run after the last cell: waits until no timer is pending, 3 s at most, so that late errors are seen.
DRAIN = """await new Promise<void>((resolve) => {
  const end = Date.now() + 3000;
  const look = () => {
    const pending = (process as any).getActiveResourcesInfo().includes('Timeout');
    if (pending && Date.now() < end) setTimeout(look, 20).unref();
    else resolve();
  };
  setTimeout(look, 50).unref();
});"""


class BadInput(Exception):
    """A file or an option that cannot be used: one line, exit 2."""


class Failure(Exception):
    """What makes a notebook red. `cell` is the index in the notebook, or None if no cell is to blame."""

    def __init__(self, cell: int | None, reason: str) -> None:
        super().__init__(reason)
        self.cell = cell
        self.reason = reason


def first_line(text: str) -> str:
    """The line of an error that says what it is; Node puts the source line and a caret before a thrown error."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", text)
    text = re.sub(r"\Aevalmachine\.<anonymous>:\d+\n.*?\n\s*\^+\s*\n", "", text, flags=re.DOTALL)
    return next((line.strip() for line in text.splitlines() if line.strip()), "unknown error")


def tags(cell) -> list[str]:
    return cell.metadata.get("tags", [])


def has_code(cell) -> bool:
    return cell.cell_type == "code" and bool(cell.source.strip())


def claim_ports() -> tuple[socket.socket, dict[str, int]]:
    """Five ports in a row for a kernel, and a socket that keeps the one before them.

    A kernel binds its ports seconds after they were chosen, and a message to one on which meanwhile another kernel
    listens is lost, and all later ones with it. Who holds the port before the five is the one who may use them.
    """
    blocks = PORTS[:: len(CHANNELS) + 1]
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
    raise OSError(f"no free ports from {PORTS.start} to {PORTS.stop - 1}")


class KernelManager(AsyncKernelManager):
    """jupyter_client's on the project's kernel, with ports of its own, and messages that do not wait for ever."""

    def __init__(self) -> None:
        self.claim, ports = claim_ports()
        super().__init__(
            kernel_name="tslab",
            kernel_spec_manager=KernelSpecManager(kernel_dirs=[str(KERNELS)], ensure_native_kernel=False),
            # Left to itself the manager puts this in the system's temporary folder.
            connection_file=str(SCRATCH / "runtime" / f"kernel-{os.getpid()}-{time.monotonic_ns()}.json"),
            ip="127.0.0.1",
            cache_ports=False,
            shutdown_wait_time=2.0,
            **ports,
        )
        self.context.sndtimeo = SEND_TIMEOUT * 1000

    def client(self, **kwargs):
        client = super().client(**kwargs)
        client.context.sndtimeo = SEND_TIMEOUT * 1000
        return client


class Client(NotebookClient):
    """nbclient, but no message is dropped because it belongs to a cell that has already ended."""

    def __init__(self, nb, folder: Path, cell_timeout: int, log) -> None:
        super().__init__(
            nb,
            km=KernelManager(),
            timeout=cell_timeout,
            iopub_timeout=60,  # seconds that output may still take to come in after its cell has ended
            raise_on_iopub_timeout=True,
            record_timing=False,
            store_widget_state=False,
        )
        self.log.setLevel(logging.CRITICAL)  # what it would log, run() says in one line
        self.folder, self.kernel_log = folder, log
        self.owner: dict[str, int] = {}  # message id of a request -> index of its cell
        self.stderr: dict[int, list[str]] = {}  # index of a cell -> what it wrote to stderr
        self.uncaught: Failure | None = None
        self.group: int | None = None
        self.current: int | None = None

    async def start(self) -> None:
        for attempt in range(1, STARTS + 1):
            await self.async_start_new_kernel(
                cwd=str(self.folder), env=KERNEL_ENV, stdout=self.kernel_log, stderr=self.kernel_log
            )
            self.group = self.km.provisioner.pid  # jupyter_client starts a kernel in a group of its own
            try:
                await self.async_start_new_kernel_client()
                break
            except (RuntimeError, zmq.Again) as error:
                # Another program may have got one of the ports first: then the kernel has ended, or does not listen.
                taken = isinstance(error, zmq.Again) or any("EADDRINUSE" in line for line in self.said())
                if attempt == STARTS or not taken:
                    raise
                self.km = KernelManager()
                self.kernel_log.seek(0)  # what this kernel said is no reason for what befalls the next one
                self.kernel_log.truncate()
        info = await self.async_wait_for_reply(self.kc.kernel_info())
        # Versions differ between machines, and the notebook is to be the same bytes on all of them.
        language = {k: v for k, v in info["content"]["language_info"].items() if k != "version"}
        spec = self.km.kernel_spec
        kernelspec = {"display_name": spec.display_name, "language": spec.language, "name": "tslab"}
        self.nb.metadata = nbformat.from_dict(
            {**self.nb.metadata, "kernelspec": kernelspec, "language_info": language}
        )

    async def run_cell(self, index: int, count: int) -> None:
        cell, self.current = self.nb.cells[index], index
        status = None

        def replied(execute_reply, **_) -> None:
            nonlocal status
            status = execute_reply["content"]["status"]

        self.on_cell_executed = replied
        try:
            await self.async_execute_cell(cell, index, execution_count=count)
        except CellExecutionError as error:
            # An interrupt is no error, so the kernel says it on stdout, and here by name.
            reason = error.evalue if error.ename == "Interrupted" else self.error_of(index)
            raise Failure(index, reason) from None
        except CellTimeoutError as error:
            if "IOPub" in str(error):
                raise Failure(index, "the kernel lost output of this cell (its end did not come within 60 s)") from None
            raise Failure(index, f"still running after {self.timeout} s (--cell-timeout)") from None
        except DeadKernelError:
            raise self.uncaught or Failure(index, self.death()) from None
        if status not in ("ok", "error"):
            cell.execution_count = None
            why = f" (the kernel answered {status!r})" if status else ""
            raise Failure(index, f"this cell never ran{why}")
        # A promise that nobody awaits is reported a turn of the kernel's event loop later: one more exchange.
        await self.listen(self.kc.kernel_info(), index)
        if status == "error":
            await asyncio.sleep(PAUSE_AFTER_ERROR)

    async def drain(self, index: int) -> None:
        """Waits for what timers may still have to say after the last cell."""
        await self.listen(self.kc.execute(DRAIN, silent=True, store_history=False), index)

    async def listen(self, request: str, index: int) -> None:
        """Takes messages until this request has ended; what comes with it belongs to the cell."""
        self.owner[request] = index
        end = time.monotonic() + 10
        while not self.uncaught and time.monotonic() < end:
            if not await self.km.is_alive():
                raise Failure(index, f"after it had ended, {self.death()}")
            try:
                msg = await self.kc.iopub_channel.get_msg(timeout=0.5)
            except queue.Empty:
                continue
            if self.take(msg) and msg["parent_header"].get("msg_id") == request:
                break
        if self.uncaught:
            raise self.uncaught

    def take(self, msg) -> bool:
        """Gives a message to the cell it belongs to; true if it says that its request has ended."""
        index = self.owner.get(msg["parent_header"].get("msg_id"))
        if index is None:
            return False
        if msg["msg_type"] == "stream" and msg["content"]["name"] == "stderr":
            text = msg["content"]["text"]
            self.stderr.setdefault(index, []).append(text)
            if UNCAUGHT.match(text) and not self.uncaught:
                self.uncaught = Failure(index, first_line(text))
                # The cell that is running may wait for ever for what has just failed; let it end, but not for long.
                asyncio.get_running_loop().call_later(1, self.give_up)
        try:
            self.process_message(msg, self.nb.cells[index], index)
        except CellExecutionComplete:
            return True
        return False

    async def _async_poll_output_msg(self, parent_msg_id, cell, cell_index) -> None:
        self.owner[parent_msg_id] = cell_index
        while True:
            msg = await self.kc.iopub_channel.get_msg(timeout=None)
            if self.take(msg) and msg["parent_header"].get("msg_id") == parent_msg_id:
                return

    def give_up(self) -> None:
        if self.task_poll_for_reply and not self.task_poll_for_reply.done():
            self.task_poll_for_reply.cancel()

    def error_of(self, index: int) -> str:
        """tslab prints the error of a cell to stderr, last; of several type errors the first is the one to name."""
        written = self.stderr.get(index, [])
        if not written:
            return "unknown error"
        return first_line(next((text for text in written if DIAGNOSTIC.match(text)), written[-1]))

    def death(self) -> str:
        status = self.km.provisioner.process.poll() if self.km.provisioner.process else None
        how = "" if status is None else f" (exit status {status})"
        if status is not None and status < 0:
            how = f" (killed by {signal.Signals(-status).name})"
        why = self.complaint()
        return f"the kernel died{how}{': ' + why if why else ''}"

    def complaint(self) -> str:
        return next((line for line in self.said() if re.search("error|fatal|EADDRINUSE", line, re.IGNORECASE)), "")

    def said(self) -> list[str]:
        """What the kernel's process wrote outside of its cells."""
        self.kernel_log.seek(0)
        lines = self.kernel_log.read().decode(errors="replace").splitlines()
        return [line.strip() for line in lines if line.strip()]

    async def stop(self, graceful: bool) -> None:
        """Ends the kernel and the processes of its group: what it started, but for what left the group by itself."""
        try:
            if graceful:
                await self.km.request_shutdown()
                await self.km.finish_shutdown()
        except zmq.Again:
            pass  # it does not listen; so without asking
        finally:
            if self.group is not None:
                try:
                    os.killpg(self.group, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            # Its heartbeat thread would go on looking for the kernel.
            if self.kc is not None:
                self.kc.stop_channels()
            if self.km is not None:  # nbclient drops it with a kernel that did not start
                await self.km.shutdown_kernel(now=True)


def tidy(nb) -> None:
    """Brings outputs to the form they are kept in: one stream per name between two other outputs, as on a terminal."""
    for cell in nb.cells:
        if cell.cell_type != "code":
            continue
        outputs, streams = [], {}
        for output in cell.outputs:
            if output.output_type != "stream":
                outputs += [*(streams[name] for name in sorted(streams, reverse=True)), output]
                streams = {}
            elif output.name in streams:
                streams[output.name].text += output.text
            else:
                streams[output.name] = output
        outputs += [streams[name] for name in sorted(streams, reverse=True)]
        for output in outputs:
            if output.output_type == "stream":
                # What a carriage return overwrites is gone.
                output.text = re.sub(r"[^\n]*\r(?!\n|\Z)", "", output.text)
                if "raises-exception" in tags(cell):  # where in tslab it was thrown is the machine's business
                    output.text = re.sub(r"^ +at .*\n?", "", output.text, flags=re.MULTILINE)
        cell.outputs = outputs


# Comparing with the committed notebook (--check)


def pieces(cell, text_only: bool) -> list[tuple[str, object]]:
    """The outputs of a cell as (what, content) in order; PNG and the like as bytes."""
    found: list[tuple[str, object]] = []
    for output in cell.outputs:
        if output.output_type == "stream":
            found.append((output.name, output.text))
        elif output.output_type == "error":
            found.append(("error", f"{output.ename}: {output.evalue}"))
        else:
            for mime, data in sorted(output.data.items()):
                if text_only and mime != "text/plain":
                    continue
                if mime.startswith("image/") and isinstance(data, str) and mime != "image/svg+xml":
                    data = base64.b64decode(data)
                found.append((mime, data))
    return found


def first_difference(was: list[tuple[str, object]], now: list[tuple[str, object]]) -> str | None:
    for (was_what, was_data), (now_what, now_data) in zip(was, now):
        if was_what != now_what:
            return f"{was_what} committed, {now_what} now"
        if was_data == now_data:
            continue
        if isinstance(was_data, bytes):
            shorter = min(len(was_data), len(now_data))
            at = next((i for i in range(shorter) if was_data[i] != now_data[i]), shorter)
            return f"{was_what}: byte {at} differs ({len(was_data)} bytes committed, {len(now_data)} now)"
        lines = [
            (data if isinstance(data, str) else json.dumps(data, indent=1, sort_keys=True)).splitlines(keepends=True)
            for data in (was_data, now_data)
        ]
        lines = [side + [""] * (max(map(len, lines)) - len(side)) for side in lines]
        number, pair = next((i, pair) for i, pair in enumerate(zip(*lines), 1) if pair[0] != pair[1])
        start = max(0, len(os.path.commonprefix(pair)) - 40)
        old, new = (json.dumps(line[start : start + 80], ensure_ascii=False) for line in pair)
        return f"{was_what}, line {number}: {old} committed, {new} now"
    if len(was) != len(now):
        longer, where = (was, "committed, missing now") if len(was) > len(now) else (now, "now, not committed")
        return f"{longer[min(len(was), len(now))][0]} {where}"
    return None


def check(committed, executed) -> Failure | None:
    for index, (was, now) in enumerate(zip(committed.cells, executed.cells)):
        if was.cell_type != "code" or "timing" in tags(was):
            continue
        text_only = "tfjs" in tags(was)
        difference = first_difference(pieces(was, text_only), pieces(now, text_only))
        if difference:
            return Failure(index, f"output differs from the committed one: {difference}")
    return None


# Files


def read(path: Path):
    """A notebook as format 4.5, in which each cell has an id: its own, or one that is the same each time."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput(f"{path}: cannot be read ({error.strerror})") from None
    except ValueError as error:
        raise BadInput(f"{path}: not a notebook (no valid JSON: {error})") from None
    if not isinstance(raw, dict) or raw.get("nbformat") != 4 or not isinstance(raw.get("cells"), list):
        raise BadInput(f"{path}: not a notebook of format 4")
    minor = raw.get("nbformat_minor", 0)
    if not isinstance(minor, int):
        raise BadInput(f"{path}: not a notebook of format 4")
    raw["nbformat_minor"] = max(5, minor)
    for index, cell in enumerate(raw["cells"], 1):
        if isinstance(cell, dict):
            cell.setdefault("id", f"cell-{index}")
    try:
        nb = nbformat.reads(json.dumps(raw), as_version=4)
        nbformat.validate(nb)
    except Exception as error:
        raise BadInput(f"{path}: not a valid notebook ({first_line(str(error))})") from None
    if not any(has_code(cell) for cell in nb.cells):
        raise BadInput(f"{path}: has no code cells")
    return nb


def write(nb, path: Path) -> None:
    """Beside the target first, then renamed: never half a notebook under the right name."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        # Half of a surrogate pair, which JavaScript may print, is no text: it becomes "?".
        beside.write_text(nbformat.writes(nb) + "\n", encoding="utf-8", errors="replace")
        os.replace(beside, path)
    except OSError as error:
        raise BadInput(f"{path}: cannot be written ({error.strerror})") from None
    finally:
        beside.unlink(missing_ok=True)


def remove_left_overs() -> None:
    """Connection files of runners that were killed."""
    if os.name != "posix":  # elsewhere signal 0 is not a question
        return
    for file in (SCRATCH / "runtime").glob("kernel-*-*.json"):
        try:
            os.kill(int(file.name.split("-")[1]), 0)
        except ProcessLookupError:
            file.unlink(missing_ok=True)
        except (PermissionError, ValueError):
            pass


def say(line: str, stream=None) -> None:
    """Prints a line. That nobody reads any more (`… | head`) is no reason to stop."""
    stream = stream or sys.stdout
    try:
        print(line, file=stream, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def shown(path: Path) -> str:
    """A path as the reader would type it from the clone."""
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


@dataclass
class Progress:
    """A line in place that says which cell is running, on a terminal only."""

    name: str
    total: int
    started: float

    def show(self, done: int) -> None:
        if sys.stdout.isatty():
            seconds = time.monotonic() - self.started
            sys.stdout.write(f"\r\x1b[2K{self.name}: cell {done}/{self.total}, {seconds:.0f} s")
            sys.stdout.flush()

    def clear(self) -> None:
        if sys.stdout.isatty():
            sys.stdout.write("\r\x1b[2K")
            sys.stdout.flush()

    async def keep(self, done) -> None:
        while True:
            self.show(done())
            await asyncio.sleep(1)


class Runner:
    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.interrupted = False
        self.task = asyncio.current_task()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self.interrupt)

    def interrupt(self) -> None:
        # Ctrl-C comes twice, from the terminal and from the wrapper: only the first may cancel.
        if not self.interrupted:
            self.interrupted = True
            self.task.cancel()

    async def watch_parent(self) -> None:
        """Without its wrapper (killed hard) the runner ends as well, and its kernel with it."""
        while os.getppid() == self.options.parent:
            await asyncio.sleep(1)
        self.interrupt()

    async def execute(self, nb, path: Path) -> Failure | None:
        code = [index for index, cell in enumerate(nb.cells) if has_code(cell)]
        for cell in nb.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
                cell.metadata.pop("execution", None)
        with tempfile.TemporaryFile(dir=self.options.output_dir) as log:
            client = Client(nb, path.resolve().parent, self.options.cell_timeout, log)
            done = 0
            progress = Progress(path.name, len(code), time.monotonic())
            ticker = asyncio.ensure_future(progress.keep(lambda: done))
            failure: Failure | None = Failure(None, "did not run")
            try:
                await client.start()
                for index in code:
                    done += 1
                    await client.run_cell(index, done)
                await client.drain(code[-1])
                failure = None
            except Failure as found:
                failure = found
            except (NoSuchKernel, OSError, RuntimeError, zmq.Again) as error:
                reason = client.complaint() or first_line(str(error))
                failure = Failure(client.current, f"the kernel did not start: {reason}")
            finally:
                ticker.cancel()
                progress.clear()
                await client.stop(graceful=failure is None and not self.interrupted)
                tidy(nb)
        return failure

    async def run(self, path: Path, committed) -> bool:
        started = time.monotonic()
        target = self.options.output_dir / path.name
        target.unlink(missing_ok=True)  # nobody is to take an older run for this one
        nb = nbformat.from_dict(committed)
        try:
            failure = await self.execute(nb, path)
        finally:
            write(nb, target)
        if self.interrupted:
            raise asyncio.CancelledError
        if failure is None and self.options.check:
            failure = check(committed, nb)
        took = f"{time.monotonic() - started:.1f} s"
        if failure:
            where = f"{shown(path)}{self.place(nb, failure)}"
            say(f"FAILED  {where}: {failure.reason}  ({took}, kept in {shown(target)})", sys.stderr)
            return False
        if self.options.update:
            write(nb, path)
        note = ", outputs as committed" if self.options.check else ""
        note = ", committed notebook updated" if self.options.update else note
        cells = sum(map(has_code, nb.cells))
        say(f"ok      {shown(path)}: {cells} cells in {took}{note}")
        return True

    @staticmethod
    def place(nb, failure: Failure) -> str:
        if failure.cell is None:
            return ""
        count = sum(map(has_code, nb.cells[: failure.cell + 1]))
        return f", cell {failure.cell + 1} (code cell {count})"


async def main(options: argparse.Namespace) -> int:
    runner = Runner(options)
    watch = asyncio.ensure_future(runner.watch_parent()) if options.parent else None
    started = time.monotonic()
    try:
        failed = 0
        for path, nb in options.notebooks:
            failed += not await runner.run(path, nb)
    except (asyncio.CancelledError, DeadKernelError):
        if not runner.interrupted:
            raise
        say("interrupted; the kernel was stopped", sys.stderr)
        return 130
    finally:
        if watch:
            watch.cancel()
    total = len(options.notebooks)
    if total > 1 or failed:
        say(f"{total - failed} of {total} notebooks green, {time.monotonic() - started:.1f} s")
    return 1 if failed else 0


def positive(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected whole seconds, 1 or more, found {text!r}")
    return int(text)


class OneLineParser(argparse.ArgumentParser):
    def error(self, message: str):
        raise BadInput(f"{message} (see --help)")


def parse(arguments: list[str]) -> argparse.Namespace:
    about = "Executes notebooks headless."
    parser = OneLineParser(prog="npm run notebooks --", description=about, allow_abbrev=False)
    parser.add_argument("files", nargs="*", metavar="FILE", help="a notebook (.ipynb)")
    parser.add_argument("--all", action="store_true", help="all of notebooks/, in order")
    parser.add_argument("--update", action="store_true", help="write what was executed back to FILE, if it is green")
    parser.add_argument("--check", action="store_true", help="what was executed must equal the outputs in FILE")
    parser.add_argument("--cell-timeout", type=positive, default=600, metavar="S", help="seconds for a cell (600)")
    parser.add_argument("--output-dir", type=Path, default=BUILT, metavar="DIR", help="default: build/notebooks")
    parser.add_argument("--parent", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.update and options.check:
        raise BadInput("--update and --check exclude each other")
    files = sorted((ROOT / "notebooks").glob("*.ipynb")) if options.all else []
    # npm runs scripts in the clone's root; INIT_CWD is where the reader typed the command.
    typed_in = Path(os.environ.get("INIT_CWD", "."))
    files += [typed_in / name if (typed_in / name).exists() else Path(name) for name in options.files]
    if not files:
        nothing = "expected notebooks (.ipynb) or --all, found none"
        raise BadInput("no notebooks in notebooks/" if options.all else nothing)
    names = [path.name for path in files]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        raise BadInput(f"{twice}: named twice; outputs go to one folder, so names must differ")
    if not (KERNELS / "tslab" / "kernel.json").is_file():
        raise BadInput(f"no tslab kernel in {KERNELS}; run `npm run setup`")
    options.notebooks, bad = [], []
    for path in files:
        try:
            options.notebooks.append((path.resolve(), read(path)))
        except BadInput as error:
            bad.append(str(error))
    if bad:
        raise BadInput("\n".join(bad))
    options.output_dir = (typed_in / options.output_dir).resolve()
    try:
        options.output_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(f"--output-dir: {options.output_dir} cannot be made ({error.strerror})") from None
    for path, _ in options.notebooks:
        target = options.output_dir / path.name
        if target.exists() and target.samefile(path):
            raise BadInput(f"{path}: lies in the output folder and would be overwritten; name another --output-dir")
    return options


if __name__ == "__main__":
    for folder in ("config", "data", "runtime"):
        (SCRATCH / folder).mkdir(parents=True, exist_ok=True)
    remove_left_overs()
    try:
        options = parse(sys.argv[1:])
    except BadInput as error:
        say(str(error), sys.stderr)
        sys.exit(2)
    try:
        sys.exit(asyncio.run(main(options)))
    except BadInput as error:  # the disk is full, or the output folder is gone
        say(str(error), sys.stderr)
        sys.exit(1)
