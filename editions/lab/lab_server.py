"""JupyterLab with what `npm run lab` adds to its server: kernels on sockets, and the book."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.services.kernels.kernelmanager import ServerKernelManager
from jupyter_server.utils import url_path_join
from tornado.web import StaticFileHandler, authenticated


class Kernel(ServerKernelManager):
    """A kernel on Unix sockets where the system has them: another program could take a port before the kernel binds it."""

    def __init__(self, **kwargs) -> None:
        super().__init__(**kwargs)
        if os.name == "posix":
            self.transport = "ipc"
            # Not in the clone, where their paths could be too long.
            self.ip = os.path.join(tempfile.gettempdir(), f"lif-{os.getpid()}-{time.monotonic_ns()}")


class BookHandler(JupyterHandler, StaticFileHandler):
    """Serves the book and the browser edition. Jupyter's own file handler blocks the styles of pages."""

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
    pattern = url_path_join(server.base_url, "/build/((?:book|lite)/.*)")
    server.web_app.add_handlers(".*$", [(pattern, BookHandler, {"path": str(Path(server.root_dir) / "build"), "default_filename": "index.html"})])


if __name__ == "__main__":
    from jupyterlab.labapp import main

    sys.exit(main())
