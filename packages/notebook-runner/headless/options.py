"""The command line of the runner."""

import argparse
from dataclasses import dataclass
from pathlib import Path

from .files import BadInput, kernel_of, make_folder, read
from .paths import KERNELS, NOTEBOOKS, PEERS, RESULTS, ROOT, TYPED_IN, shown

ABOUT = """\
Executes notebooks without a browser. A notebook fails if anything in it goes wrong:
an error, a type error, a rejected promise, an error in a timer, a kernel that dies,
a cell that takes too long or was skipped. The others still run."""

AFTER = """\
The output folder gets the result of every notebook, also of one that failed:
  notebooks/NN-name.ipynb          goes to NN-name.ipynb
  another notebook of the project  keeps its path in the project
  a notebook from elsewhere        keeps its path below the folder where you are

A cell reads its parameters from the environment: Number(process.env.EPOCHS ?? 1).

exit status:
  0    all notebooks passed
  1    a notebook failed, differs (--check) or was changed meanwhile (--update)
  2    an argument or a file cannot be used; nothing was executed
  130  interrupted"""


NO_PYTHON = "expected the environment .venv-peers for a notebook in Python, found none; `node tools/start.mjs tools/peers/peers.ts` installs it"


@dataclass
class Job:
    """A notebook to execute: `content` is the bytes of its file, `target` the path of its result."""

    path: Path
    notebook: object
    content: bytes
    target: Path


def positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number, 1 or more, found {text!r}")
    return int(text)


class OneLineParser(argparse.ArgumentParser):
    def error(self, message: str):
        raise BadInput(f"{message} (see --help)")


def parser() -> argparse.ArgumentParser:
    it = OneLineParser(
        prog="npm run notebooks --",
        description=ABOUT,
        epilog=AFTER,
        allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        usage="%(prog)s [options] FILE…",
    )
    it.add_argument("files", nargs="*", metavar="FILE", help="a notebook (.ipynb)")
    it.add_argument("--all", action="store_true", help="all chapters, notebooks/*.ipynb, in order")
    it.add_argument("--check", action="store_true", help="fail if the outputs differ from those in FILE")
    it.add_argument("--update", action="store_true", help="write the result back to FILE if the notebook passes")
    at_a_time = "execute N notebooks at a time; without --check those tagged timing come last, each alone (1)"
    it.add_argument("--at-a-time", type=positive, default=1, metavar="N", help=at_a_time)
    it.add_argument("--out", type=Path, default=RESULTS, metavar="DIR", help="output folder (build/notebooks)")
    it.add_argument("--junit", type=Path, metavar="FILE", help="write a JUnit file, with a test case per code cell")
    it.add_argument("--cell-timeout", type=positive, default=600, metavar="S", help="seconds per cell (600)")
    heartbeat = "where there is no terminal, say every S seconds which cell is running (30)"
    it.add_argument("--heartbeat", type=positive, default=30, metavar="S", help=heartbeat)
    it.add_argument("--json", action="store_true", help="print an object per line, for a program to read")
    it.add_argument("--parent", type=int, help=argparse.SUPPRESS)
    return it


def target_of(path: Path, out: Path) -> Path:
    """Where the result of a notebook goes: notebooks of the same name in different folders do not collide."""
    for folder in (NOTEBOOKS, ROOT, TYPED_IN):
        if path.is_relative_to(folder):
            return out / path.relative_to(folder)
    return out / path.name


def files_of(options: argparse.Namespace) -> list[Path]:
    files = sorted(NOTEBOOKS.glob("*.ipynb")) if options.all else []
    files += [TYPED_IN / name if (TYPED_IN / name).exists() else Path(name) for name in options.files]
    if not files:
        nothing = "expected notebooks (.ipynb) or --all, found none"
        raise BadInput("no notebooks in notebooks/" if options.all else nothing)
    return [path.resolve() for path in files]


def parse(arguments: list[str]) -> argparse.Namespace:
    """The options, with `jobs`, the notebooks to execute. Raises BadInput."""
    options = parser().parse_args(arguments)
    if options.update and options.check:
        raise BadInput("--update and --check exclude each other")
    files = files_of(options)
    if not (KERNELS / "tslab" / "kernel.json").is_file():
        raise BadInput(f"no tslab kernel in {KERNELS}; run `npm run setup`")
    options.out = (TYPED_IN / options.out).resolve()
    if options.junit:
        options.junit = (TYPED_IN / options.junit).resolve()

    options.jobs, options.skipped, bad = [], [], []
    for path in files:
        try:
            job = Job(path, *read(path), target_of(path, options.out))
        except BadInput as error:
            bad.append(str(error))
            continue
        if kernel_of(job.notebook) == "tslab" or (PEERS / "python3" / "kernel.json").is_file():
            options.jobs.append(job)
        elif options.all:
            options.skipped.append(path)
        else:
            bad.append(f"{shown(path)}: {NO_PYTHON}")
    if bad:
        raise BadInput("\n".join(bad))
    check_targets(options.jobs)
    for folder in [options.out, *(job.target.parent for job in options.jobs), *([options.junit.parent] if options.junit else [])]:
        make_folder(folder)
    return options


def check_targets(jobs: list[Job]) -> None:
    """Raises BadInput if a result would overwrite another one, or one of the notebooks."""
    taken: dict[Path, Path] = {}
    for job in jobs:
        other = taken.setdefault(job.target, job.path)
        if other is not job.path:
            raise BadInput(f"{shown(other)} and {shown(job.path)} would both be written to {shown(job.target)}")
    for job in jobs:
        if job.target.exists() and any(job.target.samefile(one.path) for one in jobs):
            raise BadInput(f"{shown(job.path)}: lies in the output folder and would be overwritten; name another --out")
