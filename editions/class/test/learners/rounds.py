"""Tests a running hub: isolation, then rounds of learners. run.ts starts it as `rounds.py CONFIG.json`."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import signal
import socket
import statistics
import sys
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

from isolation import test_logins, test_neighbours
from learner import Failure, Learner, processes_of_learner, until

# A second epoch on the engine of the first chapter.
EPOCH = "const again = await withBar.train({ engine, epochs: 1 });"


@dataclass
class Visit:
    """The times of one learner, in seconds from the arrival."""

    first_cell: float = 0.0
    epoch: float = 0.0
    failure: str = ""


@dataclass
class Round:
    """What a round of learners showed."""

    learners: int
    spacing: float
    visits: list[Visit] = field(default_factory=list)
    memory: float = 0.0  # bytes of MemAvailable per learner, all kernels idle
    took: float = 0.0
    load: float = 0.0  # load average of the last minute, before

    @property
    def failures(self) -> list[str]:
        return [visit.failure for visit in self.visits if visit.failure]

    def times(self, name: str) -> tuple[float, float]:
        """Median and worst."""
        values = [getattr(visit, name) for visit in self.visits if not visit.failure] or [float("nan")]
        return statistics.median(values), max(values)


def available() -> int:
    """MemAvailable in bytes."""
    return int(re.search(r"MemAvailable:\s+(\d+)", Path("/proc/meminfo").read_text())[1]) * 1024


def load_average() -> float:
    return float(Path("/proc/loadavg").read_text().split()[0])


async def visit(config: dict, person: dict, cells: list[tuple[str, str]], together: asyncio.Barrier) -> Visit:
    """One learner: the first chapter, two exercises, an epoch; cells are pairs of code and what it prints. Waits with the server running until all are done."""
    result = Visit()
    async with Learner(config["address"], person["name"], person["password"]) as learner:
        begin = monotonic()
        try:
            await learner.start(config["notebook"])
            for i, (code, expected) in enumerate(cells):
                printed = await learner.run(code)
                if i == 0:
                    result.first_cell = monotonic() - begin
                if not printed.startswith(expected):
                    raise Failure(f"expected a cell to print {expected!r}, found {printed[:100]!r}: {code[:60]!r}")
            begin = monotonic()
            await learner.run(EPOCH)
            result.epoch = monotonic() - begin
        except Exception as error:  # whatever it is: the round goes on, and tells of it
            result.failure = f"{person['name']}: {type(error).__name__} {error}"
        await together.wait()  # all have finished
        await together.wait()  # memory is measured
        if learner.session:
            await learner.stop_server()
    return result


async def run_round(config: dict, learners: int, spacing: float, cells: list[tuple[str, str]]) -> Round:
    """So many learners, arriving at once or `spacing` seconds apart."""
    result = Round(learners, spacing, load=load_average())
    before = available()
    together = asyncio.Barrier(learners + 1)
    people = [person for person in config["people"] if not person.get("teacher")][:learners]

    async def arrive(i: int) -> Visit:
        await asyncio.sleep(i * spacing)
        return await visit(config, people[i], cells, together)

    begin = monotonic()
    visits = asyncio.gather(*(arrive(i) for i in range(learners)))
    await together.wait()
    result.took = monotonic() - begin
    await asyncio.sleep(2)
    result.memory = (before - available()) / learners
    await together.wait()
    result.visits = await visits
    return result


HEAD = "| learners | arriving | failures | login to first cell, median / worst | an epoch, median / worst | memory each | load before |"


def row(round_: Round) -> str:
    first, epoch = round_.times("first_cell"), round_.times("epoch")
    arriving = f"{round_.spacing:.0f} s apart" if round_.spacing else "at once"
    cells = [
        f"{round_.learners}",
        arriving if round_.learners > 1 else "–",
        f"{len(round_.failures)}",
        f"{first[0]:.1f} / {first[1]:.1f} s",
        f"{epoch[0]:.1f} / {epoch[1]:.1f} s",
        f"{round_.memory / 1e6:.0f} MB",
        f"{round_.load:.1f}",
    ]
    return f"| {' | '.join(cells)} |"


class Checks:
    """Counts what held and what did not."""

    def __init__(self) -> None:
        self.passed = self.failed = 0

    def __call__(self, holds: bool, what: str) -> None:
        self.passed += holds
        self.failed += not holds
        print(f"{'✔' if holds else '✖'} {what}", flush=True)


def everyone_is_gone(config: dict) -> bool:
    return not any(processes_of_learner(config, person["name"]) for person in config["people"])


def is_listening(address: str) -> bool:
    host, port = address.rsplit("/", 1)[1].split(":")
    with contextlib.suppress(OSError), socket.create_connection((host, int(port)), timeout=1):
        return True
    return False


async def test_crash(config: dict, check: Checks) -> None:
    """A hub that is killed, as by a lack of memory, leaves nothing behind."""
    person = config["people"][1]
    async with Learner(config["address"], person["name"], person["password"]) as learner:
        await learner.start(config["notebook"])
        await learner.run("console.log(1);")
    check(not everyone_is_gone(config) and is_listening(config["address"]), "a server and a kernel run")
    os.kill(config["hub"], signal.SIGKILL)
    check(await until(lambda: everyone_is_gone(config), 60), "they end when the hub is killed")
    check(await until(lambda: not is_listening(config["address"]), 60), "and so does its proxy")


async def main(config: dict) -> int:
    check = Checks()
    await test_logins(config, check)
    await test_neighbours(config, check)
    cells = config["cells"]
    rounds = []
    for learners, spacing in config["rounds"]:
        print(f"… {learners} learners, {f'{spacing} s apart' if spacing else 'at once'}", flush=True)
        round_ = await run_round(config, learners, spacing, cells)
        rounds.append(round_)
        print(row(round_), flush=True)
        # After each: a test that is interrupted has told what it has seen.
        Path(config["result"]).write_text(
            json.dumps([{**vars(r), "visits": [vars(v) for v in r.visits]} for r in rounds], indent=1)
        )
        for failure in round_.failures[:5]:
            print(f"  {failure}")
        check(not round_.failures, f"{learners} learners, no failure ({round_.took:.0f} s in all)")
        check(await until(lambda: everyone_is_gone(config), 60), "and nothing of them is left")
    print("\n" + "\n".join([HEAD, "|" + "---|" * HEAD.count(" | ") + "---|", *map(row, rounds)]))
    await test_crash(config, check)
    print(f"\n{check.passed} passed, {check.failed} failed", flush=True)
    return 1 if check.failed else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(json.loads(Path(sys.argv[1]).read_text("utf8")))))
