"""Executes notebooks without a browser, using the package `headless` beside this file.

packages/notebook-runner/notebooks.ts runs it with the Python of `.venv` (`npm run notebooks -- FILE…`, `npm run tutorial`).
"""

import signal
import sys
from pathlib import Path


signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C during the import of Jupyter ends this without a traceback
sys.path.insert(0, str(Path(__file__).resolve().parent))  # `python -I` leaves it out

import asyncio  # noqa: E402

from headless import files, options, paths, report, run  # noqa: E402


if __name__ == "__main__":
    try:
        for folder in ("config", "data", "runtime"):
            files.make_folder(paths.SCRATCH / folder)
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
