"""Executes notebooks without a browser. The package `headless` beside this file does the work.

Called by packages/notebook-runner/notebooks.ts (`npm run notebooks -- FILE…`, `npm run tutorial`) with the Python of `.venv`.
"""

import signal
import sys
from pathlib import Path


signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C while Jupyter is being imported ends this without a traceback
sys.path.insert(0, str(Path(__file__).resolve().parent))  # `python -I` leaves it out

import asyncio  # noqa: E402

from headless import files, options, places, report, run  # noqa: E402


if __name__ == "__main__":
    try:
        for folder in ("config", "data", "runtime"):
            files.make_folder(places.SCRATCH / folder)
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
