"""JupyterLab with what `npm run lab` adds to its server: kernels that answer before a page talks to them, and the book."""

from __future__ import annotations

import asyncio
import socket
import sys
from pathlib import Path

import zmq
import zmq.asyncio
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.services.kernels.kernelmanager import ServerKernelManager
from jupyter_server.utils import url_path_join
from tornado.web import StaticFileHandler, authenticated
from traitlets import Int

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "packages" / "notebook-runner"))
from headless.ports import PORTS, claim_ports  # noqa: E402

STARTS = 3
START_TIMEOUT = 60  # seconds until a kernel that lives has to answer
SEND_TIMEOUT = 1000  # milliseconds
FORGET = 10  # seconds until a kernel that did not start is forgotten, by when the page has asked why
AGAIN = "reload this page to try again."


class NoKernel(RuntimeError):
    """JupyterLab shows it in a dialogue."""


class Kernel(ServerKernelManager):
    """A kernel on ports of our own, to which a page is connected when it has answered, and not before.

    Jupyter by itself connects as soon as the process runs. If that ends before it listens, it is started again on other
    ports, the page waits at the former ones, and its cells wait for ever. Here the server has `use_pending_kernels`: it says
    "starting" at once, and connects when the start has ended.
    """

    ports_from = Int(PORTS.start).tag(config=True)
    ports_to = Int(PORTS.stop).tag(config=True)
    claim: socket.socket | None = None
    has_answered = False

    def __init__(self, **kwargs) -> None:
        super().__init__(**kwargs)
        self.take_ports()

    async def _async_launch_kernel(self, kernel_cmd, **kwargs) -> None:
        await super()._async_launch_kernel(kernel_cmd, **kwargs)
        if self.has_answered:
            return  # It keeps its ports, at which pages are waiting; Jupyter's restarter tries several times.
        for attempt in range(STARTS):
            if attempt > 0:
                self.take_ports()
                self.cleanup_connection_file()
                self.write_connection_file()
                self.provisioner.connection_info = self.get_connection_info()
                await super()._async_launch_kernel(kernel_cmd, **kwargs)
            self.has_answered = await self.answers()
            if self.has_answered:
                return
            lives = await self.is_alive()
            await self._async_kill_kernel()
            if lives:
                break
        asyncio.get_running_loop().call_later(FORGET, self.forget)
        why = f"gave no answer in {START_TIMEOUT} seconds" if lives else f"ended {STARTS} times while it was starting"
        raise NoKernel(f"The kernel {why}.\nLook into the terminal of `npm run lab`, then {AGAIN}")

    def forget(self) -> None:
        """A page that is loaded again gets another kernel."""
        self.release_ports()
        self.parent.remove_kernel(self.kernel_id)
        self.parent._pending_kernels.pop(self.kernel_id, None)

    def take_ports(self) -> None:
        """Other ports than before, which the connection file does not have yet."""
        self.release_ports()
        try:
            self.claim, numbers = claim_ports(range(self.ports_from, self.ports_to))
        except OSError as error:
            why = f"A kernel needs five free ports, but there are {error}."
            raise NoKernel(f"{why}\nEnd other programs or kernels, then {AGAIN}") from None
        for name, number in numbers.items():
            setattr(self, name, number)

    def release_ports(self) -> None:
        if self.claim is not None:
            self.claim.close()
        self.claim = None

    async def _async_cleanup_resources(self, restart: bool = False) -> None:
        await super()._async_cleanup_resources(restart=restart)
        if not restart:
            self.release_ports()

    async def answers(self) -> bool:
        """Waits for the answer of the kernel's process, until it ends or takes too long."""
        context = zmq.asyncio.Context()  # separate, since the server's messages may wait without limit
        context.sndtimeo = SEND_TIMEOUT
        client = self.client(context=context)
        try:
            client.start_channels(stdin=False, hb=False, control=False)
            await client.wait_for_ready(timeout=START_TIMEOUT)
        except (RuntimeError, zmq.Again):
            return False
        finally:
            client.stop_channels()
            context.destroy(linger=0)
        return True


class BookHandler(JupyterHandler, StaticFileHandler):
    """The book, and the browser edition, to which it links. Jupyter's own handler of files lets no page have its styles."""

    @authenticated
    def get(self, path: str, include_body: bool = True):
        edition = path.partition("/")[0]
        if (Path(self.root) / edition / "index.html").is_file():
            return super().get(path, include_body)
        what = {"book": "book", "lite": "browser edition"}[edition]
        self.set_status(404)
        self.set_header("Content-Type", "text/html; charset=utf-8")
        return self.finish(
            f"<!doctype html><title>No {what} yet</title><p>The {what} is not built yet: run <code>npm run {edition}</code>"
            " in the project's folder, then reload this page.\n"
        )


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "lab_server"}]


def _load_jupyter_server_extension(server) -> None:
    # One line says it in the terminal, too. Three tracebacks would add nothing.
    server.log.addFilter(lambda record: not (record.exc_info and isinstance(record.exc_info[1], NoKernel)))
    pattern = url_path_join(server.base_url, "/build/((?:book|lite)/.*)")
    server.web_app.add_handlers(".*$", [(pattern, BookHandler, {"path": str(Path(server.root_dir) / "build"), "default_filename": "index.html"})])


if __name__ == "__main__":
    from jupyterlab.labapp import main

    sys.exit(main())
