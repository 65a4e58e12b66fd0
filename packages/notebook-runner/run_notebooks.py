"""Executes notebooks without a browser. The package `headless` beside this file does the work.

Called by packages/notebook-runner/notebooks.mjs (`npm run notebooks -- FILE…`, `npm run tutorial`) with the Python of `.venv`.
"""

import os
import signal
import sys
import tempfile
from pathlib import Path


def interrupted_early(*_) -> None:
    """Ctrl-C while Jupyter is being imported: nothing has been started yet."""
    os.write(2, b"interrupted; nothing was executed yet\n")
    os._exit(130)


signal.signal(signal.SIGINT, interrupted_early)
sys.path.insert(0, str(Path(__file__).resolve().parent))  # `python -I` leaves it out

import asyncio  # noqa: E402

from headless import files, options, places, report, run  # noqa: E402


def remove_left_overs() -> None:
    """Removes connection files and sockets of runners that were killed."""
    if os.name != "posix":  # elsewhere signal 0 ends a process
        return
    sockets = Path(tempfile.gettempdir()).glob("lif-*-*-*")
    for file in [*(places.SCRATCH / "runtime").glob("kernel-*-*.json"), *sockets]:
        try:
            os.kill(int(file.name.split("-")[1]), 0)
        except ProcessLookupError:
            file.unlink(missing_ok=True)
        except (PermissionError, ValueError):
            pass


if __name__ == "__main__":
    try:
        for folder in ("config", "data", "runtime"):
            files.make_folder(places.SCRATCH / folder)
        remove_left_overs()
        parsed = options.parse(sys.argv[1:])
    except files.BadInput as error:
        for line in str(error).splitlines():
            report.say(f"notebooks: {line}", sys.stderr)
        sys.exit(2)
    try:
        report.as_json = parsed.json
        sys.exit(asyncio.run(run.main(parsed)))
    except files.BadInput as error:  # the disk is full, or the output folder is gone
        report.say(f"notebooks: {error}", sys.stderr)
        sys.exit(1)
