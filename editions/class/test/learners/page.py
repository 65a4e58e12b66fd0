"""The page of the room, as learners and the teacher see it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from time import monotonic

from learner import Learner, until
from processes import processes_of_learner


# Four answers, and among them what no check writes.
RECORD = """
import { appendFileSync } from 'node:fs';
const say = (line: string) => appendFileSync(process.env.LIF_FC_MNIST_PROGRESS, line + '\\n');
const record = (exercise: string, result: string) => say(JSON.stringify({ at: new Date(), exercise, result }));
record('lif-charge', 'todo');
record('lif-charge', 'no-leak');
record('\\ud800', 'no-leak');
record('lif-charge', 'no-leak');
say('['.repeat(200_000));
say('{"exercise": '.repeat(50_000));
record('lif-charge', 'no-leak');
console.log('recorded');
"""
# With the lease, opening the file blocks until the holder gives it back, or 45 seconds.
LEASE = """
import { spawn } from 'node:child_process';
import { once } from 'node:events';
const holding = `
import fcntl, os, signal, time
signal.signal(signal.SIGIO, signal.SIG_IGN)
file = os.open(os.environ['LIF_FC_MNIST_PROGRESS'], os.O_RDWR)
fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_WRLCK)
print('holds it', flush=True)
time.sleep(600)`;
const holder = spawn('python3', ['-c', holding], { stdio: ['ignore', 'pipe', 'inherit'] });
console.log(String((await Promise.race([once(holder.stdout, 'data'), once(holder, 'exit')]))[0]));
"""


async def test_page(room: dict, teacher_: dict, ana: Learner, ben: Learner, check: Callable[[bool, str], None]) -> None:
    """The page of the room: learners decide what it shows, and only the teacher sees the room."""
    page = "/services/room/"
    status, text = await ana.ask("GET", page)
    check(status == 200 and "The teacher cannot see your exercises" in text, "nothing is shown before a learner agrees")
    check(ben.name not in text, "a learner's page does not tell of others")
    progress = Path(room["state"]) / "progress" / f"{ana.name}.jsonl"
    check(not progress.exists(), "and nothing is recorded")
    status, text = await ana.ask("POST", page + "share", data={"_xsrf": ana.token(page)})
    check(status == 200 and "can see which exercise" in text and progress.exists(), "a learner can agree")
    check("recorded" in await ana.run(RECORD), "her kernel still works, whatever her neighbour tried")
    await ben.ask("GET", page)
    await ben.ask("POST", page + "share", data={"_xsrf": ben.token(page)})
    check("holds it" in await ben.run(LEASE), "(another learner holds a lease on the file)")
    status, _ = await ben.ask("POST", f"{page}restart/{ana.name}", data={"_xsrf": ben.token(page)})
    check(status == 403, f"a learner cannot restart the server of another (answered {status})")
    async with Learner(room["address"], teacher_["name"], teacher_["password"]) as teacher:
        await teacher.log_in()
        begin = monotonic()
        status, text = await teacher.ask("GET", page)
        took = monotonic() - begin
        check(took < 20, f"no learner's file holds up the page of the room ({took:.1f} s)")
        check(status == 200 and ana.name in text and ben.name in text, "the teacher sees who is in")
        check("lif-charge: no-leak (3 times)" in text and "1 stuck" in text, "the teacher sees who is stuck, and where")
        status, _ = await teacher.ask("GET", f"{ana.base}files/secret.txt")
        check(status in (403, 404), f"the teacher cannot open a learner's server (answered {status})")
        before = processes_of_learner(room, ana.name)
        status, _ = await teacher.ask("POST", f"{page}restart/{ana.name}", data={"_xsrf": teacher.token(page)})

        def is_another() -> bool:
            now = processes_of_learner(room, ana.name)
            return bool(now) and not set(now) & set(before)

        check(status == 200 and await until(is_another), "the teacher restarts a server")
    await ana.close_notebook()
    await ana.get_server()
    status, text = await ana.ask("POST", page + "unshare", data={"_xsrf": ana.token(page)})
    check(not progress.exists(), "a learner can take that back")


