"""What learners cannot do to each other, and the class page as learners and the teacher see it."""

from __future__ import annotations

import asyncio
import json
import stat
from collections.abc import Callable
from pathlib import Path
from time import monotonic

from learner import Learner, listening, processes_of, processes_of_learner, until

SECRET = "only for the one who wrote it"

# What a cell prints of an attempt: the text that it got hold of, or the reason why it did not.
TRY = """
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as net from 'node:net';
import { spawnSync } from 'node:child_process';
const attempt = (name: string, act: () => unknown) => {
  let result: string;
  try { result = 'GOT ' + String(act()).slice(0, 200); } catch (error) { result = error.code ?? error.message; }
  console.log(`${name}\\t${result.replace(/\\s+/g, ' ')}`);
};
"""

FORGED = "[I 2026-01-01 10:00:00.000 JupyterHub log:192] 200 POST /hub/login (learner02@10.0.0.9)"
FORGE = """
import * as fs from 'node:fs';
for (const handle of [1, 2]) { try { fs.ftruncateSync(handle, 0); } catch { /* as it should be */ } }
fs.writeSync(2, FORGED + '\\n');
"""

LOOK_AROUND = """
const others = fs.readdirSync('/proc').filter((p) => /^\\d+$/.test(p)).filter((p) => fs.statSync(`/proc/${p}`).uid !== process.getuid());
console.log(`others\\t${others.length}`);
console.log(`runs\\t${process.env.LIF_FC_MNIST_RUNS}`);
"""


async def test_logins(config: dict, check: Callable[[bool, str], None]) -> None:
    """Only a name of the roster with its own password is let in."""
    ana, ben = config["people"][1:3]
    refused = {
        "a wrong password": (ana["name"], "wrong"),
        "an empty password": (ana["name"], ""),
        "another learner's password": (ana["name"], ben["password"]),
        "an unknown name": ("nobody-here", "x"),
        "an account of the machine": ("root", ""),
        "the account behind a name": (config["prefix"] + ana["name"], ana["password"]),
        "a path as a name": ("../" + ana["name"], ana["password"]),
    }
    for what, (name, password) in refused.items():
        async with Learner(config["address"], name, password) as learner:
            status = await learner.log_in()
            check(status in (400, 403), f"{what} is refused (answered {status})")
    async with Learner(config["address"], ben["name"], ben["password"]) as learner:
        check(await learner.log_in() == 302, "the right password is accepted")


async def test_neighbours(config: dict, check: Callable[[bool, str], None]) -> None:
    """Ben tries to reach what is Ana's: files, processes, outputs, servers."""
    teacher, ana_, ben_ = config["people"][:3]
    async with (
        Learner(config["address"], ana_["name"], ana_["password"]) as ana,
        Learner(config["address"], ben_["name"], ben_["password"]) as ben,
    ):
        for learner in (ana, ben):
            await learner.start(config["notebook"])
        home = Path(config["state"]) / "home" / ana.name
        uid = home.stat().st_uid
        # Few cells that do much: types are checked for each.
        write = f"import {{ writeFileSync }} from 'node:fs';\nwriteFileSync('{home}/secret.txt', '{SECRET}');\n"
        await ana.run(write)
        check(stat.S_IMODE((home / "secret.txt").stat().st_mode) == 0o600, "what a learner writes is theirs alone")
        check(stat.S_IMODE(home.stat().st_mode) == 0o700, "nobody else can enter a home")

        theirs = processes_of(uid)
        check(len(theirs) >= 2, f"a server and a kernel run under the learner's account ({len(theirs)} processes)")
        check(all(process.startswith("127.") for process in listening(theirs)), "a server listens on loopback only")
        check(len(listening(theirs)) == 1, f"kernels listen on no TCP port ({listening(theirs)})")

        runtime = f"{config['runtime']}/{ana.name}"
        state = config["state"]
        pid = theirs[0]
        attempts = {
            "list the home": f"fs.readdirSync('{home}')",
            "read a file": f"fs.readFileSync('{home}/secret.txt')",
            "write a file": f"fs.writeFileSync('{home}/x', 'x')",
            "list the homes": f"fs.readdirSync('{state}/home')",
            "put a file beside the homes": f"fs.writeFileSync('{state}/home/x', 'x')",
            "read the roster": f"fs.readFileSync('{state}/roster.json')",
            "read the hub's secrets": f"fs.readFileSync('{state}/hub/settings.json')",
            "list the sockets of the kernels": f"fs.readdirSync('{runtime}')",
            "see the process": f"fs.readFileSync('/proc/{pid}/cmdline')",
            "read its environment": f"fs.readFileSync('/proc/{pid}/environ')",
            "end the process": f"process.kill({pid}, 'SIGKILL')",
            "change the package": f"fs.writeFileSync('{config['clone']}/dist/hosts/node/index.js', '')",
            "become root": "process.setuid(0)",
        }
        lines = [f"attempt({json.dumps(name)}, () => {act});" for name, act in attempts.items()]
        printed = await ben.run("\n".join([TRY, *lines, LOOK_AROUND]))
        got = dict(line.split("\t", 1) for line in printed.splitlines() if "\t" in line)
        for name in attempts:
            check("GOT" not in got.get(name, "GOT?"), f"another learner cannot {name} ({got.get(name)})")
        check((home / "secret.txt").read_text() == SECRET, "the file is as it was")

        seen = got["others"]
        check(seen == "0", f"a learner sees only processes of their own ({seen} others)")
        at_home = f"{state}/home/{ben.name}/build"
        check(got["runs"] == at_home, f"runs are saved in the learner's home (printed {got['runs']!r})")

        for path in (
            f"{ana.base}api/contents/secret.txt",
            f"{ana.base}files/secret.txt",
            f"{ana.base}lab",
            f"/hub/api/users/{ana.name}",
            "/hub/api/users",
            "/hub/admin",
            f"/hub/spawn/{ana.name}",
        ):
            status, text = await ben.ask("GET", path)
            check(status in (403, 404) and SECRET not in text, f"{path} of another is refused (answered {status})")
        status, _ = await ben.call("DELETE", f"users/{ana.name}/server", "/hub/")
        check(status in (403, 404), f"a learner cannot end the server of another (answered {status})")
        port = listening(theirs)[0]
        reached = await ben.run(
            "const answer = await fetch("
            f"'http://{port}{ana.base}api/contents/secret.txt', "
            "{ headers: { authorization: `token ${process.env.JUPYTERHUB_API_TOKEN}` }, redirect: 'manual' });\n"
            "console.log(answer.status, await answer.text());",
        )
        check(reached[:3] in ("302", "403", "401") and SECRET not in reached, f"nor past the proxy (answered {reached[:3]})")

        await test_log(config, ben, check)
        await test_page(config, teacher, ana, ben, check)
        await test_limits(config, ben, check)
        await asyncio.gather(ana.stop_server(), ben.stop_server())
        check(await until(lambda: not processes_of(uid), 60), "kernels end with their server")


async def test_log(config: dict, ben: Learner, check: Callable[[bool, str], None]) -> None:
    """Ben tries to empty and forge the hub's log."""
    log = Path(config["log"])
    before = log.read_text("utf8")
    await ben.run(FORGE.replace("FORGED", json.dumps(FORGED)))
    after = log.read_text("utf8")
    check(after.startswith(before) and len(before) > 0, "a kernel cannot empty the hub's log")
    check(FORGED not in after, "and what it prints is not in it")


async def test_limits(config: dict, ben: Learner, check: Callable[[bool, str], None]) -> None:
    """What one learner takes leaves enough for the others."""
    # Nothing is written into what is taken: else the learner's group would be full before the process, and the kernel would end.
    # And few pieces: each makes the kernel look for memory that it no longer needs.
    printed = await ben.run(
        "let kept: Buffer | undefined = Buffer.alloc(2 ** 30);\n"
        "try { Buffer.alloc(1.2 * 2 ** 30); console.log('not refused'); } catch { console.log('refused'); }\n"
        "kept = undefined;"
    )
    check(printed.startswith("refused"), f"memory beyond the limit is refused in the cell ({printed.strip()})")
    for _ in range(config["kernels"] - 1):
        await ben.call("POST", "kernels", ben.base, json={"name": "tslab"})
    status, text = await ben.call("POST", "kernels", ben.base, json={"name": "tslab"})
    check(status == 400 and "running already" in text, f"one notebook too many is refused with a reason (answered {status})")


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


async def test_page(config: dict, teacher_: dict, ana: Learner, ben: Learner, check: Callable[[bool, str], None]) -> None:
    """The class page: learners decide what it shows, and only the teacher sees the class."""
    page = "/services/class/"
    status, text = await ana.ask("GET", page)
    check(status == 200 and "The teacher cannot see your exercises" in text, "nothing is shown before a learner agrees")
    check(ben.name not in text, "a learner's page does not tell of others")
    progress = Path(config["state"]) / "progress" / f"{ana.name}.jsonl"
    check(not progress.exists(), "and nothing is recorded")
    status, text = await ana.ask("POST", page + "share", data={"_xsrf": ana.token(page)})
    check(status == 200 and "can see which exercise" in text and progress.exists(), "a learner can agree")
    check("recorded" in await ana.run(RECORD), "her kernel still works, whatever her neighbour tried")
    await ben.ask("GET", page)
    await ben.ask("POST", page + "share", data={"_xsrf": ben.token(page)})
    check("holds it" in await ben.run(LEASE), "(another learner holds a lease on the file)")
    async with Learner(config["address"], teacher_["name"], teacher_["password"]) as teacher:
        await teacher.log_in()
        begin = monotonic()
        status, text = await teacher.ask("GET", page)
        took = monotonic() - begin
        check(took < 20, f"no learner's file holds up the class page ({took:.1f} s)")
        check(status == 200 and ana.name in text and ben.name in text, "the teacher sees who is in")
        check("lif-charge: no-leak (3 times)" in text and "1 stuck" in text, "the teacher sees who is stuck, and where")
        status, _ = await teacher.ask("GET", f"{ana.base}files/secret.txt")
        check(status in (403, 404), f"the teacher cannot open a learner's server (answered {status})")
        status, text = await teacher.ask("GET", "/hub/admin")
        check(status == 200 and "admin-react" in text, f"the teacher opens JupyterHub's admin page (answered {status})")
        status, text = await teacher.call("GET", "users?include_stopped_servers", "/hub/")
        found = {user["name"]: user for user in json.loads(text)}
        has_server = found[ana.name].get("server") is not None and found[ana.name].get("last_activity") is not None
        check(has_server, "which lists who is in, and since when they are idle")
        before = processes_of_learner(config, ana.name)
        server = f"users/{ana.name}/server"
        stopped, _ = await teacher.call("DELETE", server, "/hub/")
        check(stopped in (202, 204) and await until(lambda: not processes_of_learner(config, ana.name)), "the teacher stops a server")
        started = 400  # as long as JupyterHub still waits for the end of the former one
        while started == 400:
            started, _ = await teacher.call("POST", server, "/hub/", json={})
            await asyncio.sleep(1)
        is_another = await until(lambda: bool(set(processes_of_learner(config, ana.name)) - set(before)))
        check(started in (201, 202) and is_another, f"and starts it again (answered {started})")
    await ana.close_notebook()
    await ana.get_server()
    status, text = await ana.ask("POST", page + "unshare", data={"_xsrf": ana.token(page)})
    check(not progress.exists(), "a learner can take that back")
