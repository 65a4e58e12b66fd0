"""Executes notebooks, one after another or a few at a time."""

import argparse
import asyncio
import os
import signal
import sys
import tempfile
import time
import xml.etree.ElementTree as ET

from .cells import Client, Failure
from .compare import differences
from .files import has_code, is_unchanged, write, write_text
from .options import NO_PYTHON, Job
from .outputs import first_line, normalize, tags
from .paths import shown
from .report import Progress, document, fill, tell

import nbformat
from jupyter_client.kernelspec import NoSuchKernel
from nbclient.exceptions import DeadKernelError

SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


def position_of(nb, cell: int | None) -> str:
    """The position of a cell, such as ", cell 3 (code cell 2)". Counts from 1."""
    if cell is None:
        return ""
    return f", cell {cell + 1} (code cell {sum(map(has_code, nb.cells[: cell + 1]))})"


class Runner:
    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.suites = ET.Element("testsuites")
        self.interrupted = False
        self.task = asyncio.current_task()
        self.loop = asyncio.get_running_loop()
        for number in SIGNALS:
            signal.signal(number, self.signalled)

    def signalled(self, *_) -> None:
        """Python calls this even during a long turn of the event loop, when asyncio's own handlers would wait."""
        self.loop.call_soon_threadsafe(self.interrupt)

    def interrupt(self) -> None:
        # Ctrl-C arrives twice, from the terminal and from the wrapper. Only the first may cancel.
        if not self.interrupted:
            self.interrupted = True
            self.task.cancel()

    async def watch_parent(self) -> None:
        """Ends the runner and its kernel if the wrapper was killed."""
        while os.getppid() == self.options.parent:
            await asyncio.sleep(1)
        self.interrupt()

    async def run_all(self) -> int:
        """Executes all notebooks. Returns how many failed.

        With --at-a-time, a notebook with a cell tagged `timing` runs last and alone, so that its times are right; not with
        --check, which does not compare them. One with a cell tagged `after-others` waits for all before it.
        """
        jobs, few = self.options.jobs, self.options.at_a_time
        alone = [job for job in jobs if few == 1 or (tagged(job, "timing") and not self.options.check)]
        others = [job for job in jobs if job not in alone]
        ended = [asyncio.Event() for _ in others]
        places = asyncio.Semaphore(few)
        waiting = list(others)

        async def in_turn(index: int, job: Job) -> bool:
            for former in ended[:index] if tagged(job, "after-others") else ():
                await former.wait()
            async with places:  # handed out in order
                waiting.remove(job)
                passed = await self.run(job, few if waiting else 1)
            ended[index].set()
            return passed

        passed = await asyncio.gather(*(in_turn(*one) for one in enumerate(others)))
        return len(jobs) - sum(passed) - sum([await self.run(job) for job in alone])

    async def execute(self, nb, job: Job, times: dict[int, float], at_a_time: int) -> Failure | None:
        """Executes all code cells in place, and records how long each took. Returns why the notebook failed, if it did."""
        code = [index for index, cell in enumerate(nb.cells) if has_code(cell)]
        for cell in nb.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
                cell.metadata.pop("execution", None)
        with tempfile.TemporaryFile(dir=self.options.out) as log:
            client = Client(nb, job.path.parent, self.options.cell_timeout, log, times, at_a_time)
            progress = Progress(shown(job.path))
            failure: Failure | None = Failure(None, "did not run")
            try:
                await client.start()
                for count, index in enumerate(code, 1):
                    progress.begin(f", cell {index + 1} (code cell {count} of {len(code)})", index + 1)
                    error = await client.run_cell(index, count)
                    if self.options.json:
                        tell("", event="cell", notebook=shown(job.path), cell=index + 1, error=error)
                await client.drain(code[-1])
                failure = None
            except Failure as found:
                failure = found
            except (NoSuchKernel, OSError, RuntimeError) as error:
                reason = client.logged_error() or first_line(str(error))
                failure = Failure(client.current, f"the kernel did not start: {reason}")
            finally:
                progress.end()
                await client.stop(graceful=failure is None and not self.interrupted)
                normalize(nb)
        return failure

    async def run(self, job: Job, at_a_time: int = 1) -> bool:
        """Executes a notebook as one of `at_a_time`, writes the result and reports it. Returns whether it passed."""
        started = time.monotonic()
        job.target.unlink(missing_ok=True)  # an older result must not be taken for this one
        nb = nbformat.from_dict(job.notebook)
        suite = ET.SubElement(self.suites, "testsuite", name=shown(job.path))
        times: dict[int, float] = {}
        failures = [Failure(None, "interrupted")]
        try:
            try:
                failure = await self.execute(nb, job, times, at_a_time)
            finally:
                took = time.monotonic() - started
                write(nb, job.target)
            if self.interrupted:
                raise asyncio.CancelledError
            failures = [failure] if failure else self.compare(nb, job)
        except Exception as error:  # such as a full disk; an interruption is not an Exception
            failures = [Failure(None, first_line(str(error)))]
            raise
        finally:
            fill(suite, nb, times, took, [(failure.cell, failure.reason) for failure in failures])
        self.report(nb, job, took, failures)
        return not failures

    def compare(self, nb, job: Job) -> list[Failure]:
        """Compares a notebook that passed with the committed one (--check), or writes it back (--update)."""
        if self.options.check:
            return [Failure(*difference) for difference in differences(job.notebook, nb)]
        if self.options.update:
            if not is_unchanged(job.path, job.content):
                return [Failure(None, "was changed while it was executed, so --update did not write to it")]
            write(nb, job.path)
        return []

    def report(self, nb, job: Job, seconds: float, failures: list[Failure]) -> None:
        took = f"{seconds:.1f} s"
        if not failures:
            cells = sum(map(has_code, nb.cells))
            note = f", result in {shown(job.target)}"
            if self.options.check or self.options.update:
                note = ", outputs as committed" if self.options.check else ", written back"
            line = f"ok      {shown(job.path)}: {cells} {'cell' if cells == 1 else 'cells'} in {took}{note}"
            tell(line, event="passed", notebook=shown(job.path))
            return
        first, *others = failures
        more = f" (and {len(others)} more {'cell' if len(others) == 1 else 'cells'})" if others else ""
        where = f"{shown(job.path)}{position_of(nb, first.cell)}"
        line = f"FAILED  {where}: {first.reason}{more}  ({took}, result in {shown(job.target)})"
        cell = None if first.cell is None else first.cell + 1
        tell(line, sys.stderr, event="failed", notebook=shown(job.path), cell=cell, kind=first.kind, reason=first.reason)


def tagged(job: Job, tag: str) -> bool:
    return any(tag in tags(cell) for cell in job.notebook.cells)


async def main(options: argparse.Namespace) -> int:
    """Executes the notebooks. Returns the exit status."""
    runner = Runner(options)
    watch = asyncio.ensure_future(runner.watch_parent()) if options.parent else None
    ticker = asyncio.ensure_future(Progress.keep(options.heartbeat))
    started = time.monotonic()
    if options.junit:
        options.junit.unlink(missing_ok=True)  # an older file must not be taken for this run's
    for path in options.skipped:
        tell(f"skipped {shown(path)}: {NO_PYTHON}", event="skipped", notebook=shown(path))
    try:
        failed = await runner.run_all()
    except (asyncio.CancelledError, DeadKernelError):
        if not runner.interrupted:
            raise
        tell("interrupted; the kernel was stopped", sys.stderr, event="interrupted")
        return 130
    finally:
        ticker.cancel()
        if watch:
            watch.cancel()
        if options.junit:
            write_text(options.junit, document(runner.suites))
    total = len(options.jobs)
    if total > 1 or failed:
        line = f"{total - failed} of {total} notebooks passed, {time.monotonic() - started:.1f} s"
        tell(line, event="ended", passed=total - failed, failed=failed)
    return 1 if failed else 0
