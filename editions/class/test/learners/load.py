"""Many learners at once: real logins, servers and kernels, and what they cost."""

from __future__ import annotations

import asyncio
import json
import re
import statistics
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

from learner import Failure, Learner

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


async def visit(room: dict, person: dict, cells: list[tuple[str, str]], together: asyncio.Barrier) -> Visit:
    """One learner: the first chapter, two exercises, an epoch; cells are pairs of code and what it prints. Waits with the server running until all are done."""
    result = Visit()
    async with Learner(room["address"], person["name"], person["password"]) as learner:
        begin = monotonic()
        try:
            await learner.start(room["notebook"])
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


async def run_round(room: dict, learners: int, spacing: float, cells: list[tuple[str, str]]) -> Round:
    """So many learners, arriving at once or `spacing` seconds apart."""
    result = Round(learners, spacing, load=load_average())
    before = available()
    together = asyncio.Barrier(learners + 1)
    people = [person for person in room["people"] if not person.get("teacher")][:learners]

    async def arrive(i: int) -> Visit:
        await asyncio.sleep(i * spacing)
        return await visit(room, people[i], cells, together)

    begin = monotonic()
    visits = asyncio.gather(*(arrive(i) for i in range(learners)))
    await together.wait()
    result.took = monotonic() - begin
    await asyncio.sleep(2)
    result.memory = (before - available()) / learners
    await together.wait()
    result.visits = await visits
    return result
