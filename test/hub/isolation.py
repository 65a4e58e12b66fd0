"""What the learners of one room cannot do to each other."""

from __future__ import annotations

import asyncio
import json
import os
import re
import stat
from collections.abc import Callable
from pathlib import Path

from learner import Learner

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


def processes_of(uid: int) -> list[int]:
    found = []
    for entry in os.listdir("/proc"):
        try:
            if entry.isdigit() and os.stat(f"/proc/{entry}").st_uid == uid:
                found.append(int(entry))
        except FileNotFoundError:
            pass
    return found


def processes_of_learner(room: dict, name: str) -> list[int]:
    """The processes of the account whose home it is."""
    return processes_of((Path(room["state"]) / "home" / name).stat().st_uid)


def hold(pids: list[int], secret: str) -> bool:
    """Whether a text is somewhere in the memory of processes."""
    for pid in pids:
        with open(f"/proc/{pid}/mem", "rb") as memory:
            for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
                place, rights = line.split(" ")[:2]
                if not rights.startswith("r"):
                    continue
                begin, end = (int(number, 16) for number in place.split("-"))
                try:
                    memory.seek(begin)
                    if secret.encode() in memory.read(end - begin):
                        return True
                except (OSError, ValueError, OverflowError):
                    pass  # a part that cannot be read, such as the kernel's own
    return False


def listening(pids: list[int]) -> list[str]:
    """Local ports (as `address:port`) on which processes listen for TCP."""
    sockets = set()
    for pid in pids:
        try:
            for handle in os.listdir(f"/proc/{pid}/fd"):
                target = os.readlink(f"/proc/{pid}/fd/{handle}")
                if target.startswith("socket:["):
                    sockets.add(target[8:-1])
        except FileNotFoundError:
            pass
    ports = []
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[3] == "0A" and fields[9] in sockets:
            address, port = fields[1].split(":")
            numbers = [str(int(address[i : i + 2], 16)) for i in (6, 4, 2, 0)]
            ports.append(f"{'.'.join(numbers)}:{int(port, 16)}")
    return ports


async def test_logins(room: dict, check: Callable[[bool, str], None]) -> None:
    """Only a name of the roster with its own password is let in."""
    ana, ben = room["people"][1:3]
    refused = {
        "a wrong password": (ana["name"], "wrong"),
        "an empty password": (ana["name"], ""),
        "a password of 100,000 letters": (ana["name"], "x" * 100_000),
        "another learner's password": (ana["name"], ben["password"]),
        "an unknown name": ("nobody-here", "x"),
        "a name of 5,000 letters": ("a" * 5000, "x"),
        "an account of the machine": ("root", ""),
        "the account behind a name": (room["prefix"] + ana["name"], ana["password"]),
        "a path as a name": ("../" + ana["name"], ana["password"]),
    }
    for what, (name, password) in refused.items():
        async with Learner(room["address"], name, password) as learner:
            status = await learner.log_in()
            check(status in (400, 403), f"{what} is refused (answered {status})")
    # The wrong ones above count against the name and this address: five in a row, then a pause.
    async with Learner(room["address"], ben["name"], ben["password"]) as learner:
        check(await learner.log_in() == 302, "the right password is accepted")
    for _ in range(5):
        async with Learner(room["address"], "nobody-here", "guess") as learner:
            await learner.log_in()


async def test_neighbours(room: dict, check: Callable[[bool, str], None]) -> None:
    """Ben tries to reach what is Ana's: files, processes, outputs, servers."""
    teacher, ana_, ben_ = room["people"][:3]
    async with (
        Learner(room["address"], ana_["name"], ana_["password"]) as ana,
        Learner(room["address"], ben_["name"], ben_["password"]) as ben,
    ):
        for learner in (ana, ben):
            check(await learner.log_in() == 302, f"{learner.name} logs in")
            await learner.get_server(120)
            await learner.open_notebook(room["notebook"])
        home = Path(room["state"]) / "home" / ana.name
        uid = home.stat().st_uid
        await ana.run(f"import {{ writeFileSync }} from 'node:fs';\nwriteFileSync('{home}/secret.txt', '{SECRET}');", 60)
        check(stat.S_IMODE((home / "secret.txt").stat().st_mode) == 0o600, "what a learner writes is theirs alone")
        check(stat.S_IMODE(home.stat().st_mode) == 0o700, "nobody else can enter a home")

        theirs = processes_of(uid)
        check(len(theirs) >= 2, f"a server and a kernel run under the learner's account ({len(theirs)} processes)")
        check(all(process.startswith("127.") for process in listening(theirs)), "a server listens on loopback only")
        check(len(listening(theirs)) == 1, f"kernels listen on no TCP port ({listening(theirs)})")

        runtime = f"{room['runtime']}/{ana.name}"
        state = room["state"]
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
            "change the package": f"fs.writeFileSync('{room['clone']}/dist/node/index.js', '')",
            "become root": "process.setuid(0)",
        }
        lines = [f"attempt({json.dumps(name)}, () => {act});" for name, act in attempts.items()]
        printed = await ben.run(TRY + "\n".join(lines), 60)
        got = dict(line.split("\t", 1) for line in printed.splitlines() if "\t" in line)
        for name in attempts:
            check("GOT" not in got.get(name, "GOT?"), f"another learner cannot {name} ({got.get(name)})")
        check((home / "secret.txt").read_text() == SECRET, "the file is as it was")

        # Servers are copies of one process: none may be left of what the earlier ones were told.
        print_token = "console.log(process.env.JUPYTERHUB_API_TOKEN);"
        hers, his = [(await learner.run(print_token, 60)).strip() for learner in (ana, ben)]
        of_ben = processes_of_learner(room, ben.name)
        check(len(hers) > 20 and hers != his and hold(of_ben, his), "a server's key to the hub is in its own memory")
        check(not hold(of_ben, hers), "and not in that of another, whose server was started later")

        seen = await ben.run(
            "console.log(fs.readdirSync('/proc').filter((p) => /^\\d+$/.test(p)).map(Number)"
            ".filter((p) => fs.statSync(`/proc/${p}`).uid !== process.getuid()).length);",
            60,
        )
        check(seen.strip() == "0", f"a learner sees only processes of their own ({seen.strip()} others)")

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
            60,
        )
        check(reached[:3] in ("302", "403", "401") and SECRET not in reached, f"nor past the proxy (answered {reached[:3]})")
        own = await ana.run("console.log('an output of hers');", 60)
        check("an output of hers" in own, "her kernel still works")

        await test_page(room, teacher, ana, ben, check)
        await test_limits(room, ben, check)
        for learner in (ana, ben):
            await learner.stop_server()
        for _ in range(100):
            await asyncio.sleep(0.2)
            if not processes_of(uid):
                break
        check(not processes_of(uid), "kernels end with their server")


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
    for result in ("todo", "no-leak", "no-leak", "no-leak"):
        entry = json.dumps({"at": "2026-01-01T10:00:00Z", "exercise": "lif-charge", "result": result})
        await ana.run(f"fs.appendFileSync(process.env.LIF_FC_MNIST_PROGRESS, {json.dumps(entry)} + '\\n');"
                      if result != "todo" else
                      f"import * as fs from 'node:fs';\nfs.appendFileSync(process.env.LIF_FC_MNIST_PROGRESS, {json.dumps(entry)} + '\\n');", 60)
    status, _ = await ben.ask("POST", f"{page}restart/{ana.name}", data={"_xsrf": ben.token(page)})
    check(status == 403, f"a learner cannot restart the server of another (answered {status})")
    async with Learner(room["address"], teacher_["name"], teacher_["password"]) as teacher:
        await teacher.log_in()
        status, text = await teacher.ask("GET", page)
        check(status == 200 and ana.name in text and ben.name in text, "the teacher sees who is in")
        check("lif-charge: no-leak (3 times)" in text and "1 stuck" in text, "the teacher sees who is stuck, and where")
        status, _ = await teacher.ask("GET", f"{ana.base}files/secret.txt")
        check(status in (403, 404), f"the teacher cannot open a learner's server (answered {status})")
        before = processes_of_learner(room, ana.name)
        status, _ = await teacher.ask("POST", f"{page}restart/{ana.name}", data={"_xsrf": teacher.token(page)})
        for _ in range(120):
            await asyncio.sleep(0.5)
            now = processes_of_learner(room, ana.name)
            if now and not set(now) & set(before):
                break
        check(status == 200 and bool(now) and not set(now) & set(before), "the teacher restarts a server")
    ana.channels = None
    await ana.get_server(120)
    status, text = await ana.ask("POST", page + "unshare", data={"_xsrf": ana.token(page)})
    check(not progress.exists(), "a learner can take that back")


async def test_limits(room: dict, ben: Learner, check: Callable[[bool, str], None]) -> None:
    """What one learner takes leaves enough for the others."""
    printed = await ben.run(
        "let taken = 0;\nconst kept: Buffer[] = [];\n"
        "try { for (; taken < 64; taken++) kept.push(Buffer.alloc(2 ** 27, 1)); console.log('all'); }\n"
        "catch (error) { console.log('refused after', taken); }\nkept.length = 0;",
        120,
    )
    check(printed.startswith("refused"), f"memory beyond the limit is refused in the cell ({printed.strip()} × 128 MB)")
    printed = await ben.run("console.log('runs in', process.env.LIF_FC_MNIST_RUNS);", 60)
    home = f"{room['state']}/home/{ben.name}"
    # Among what else the kernel may say after so little memory was left.
    found = re.search(r"^runs in (.*)$", printed, re.MULTILINE)
    check(bool(found) and found[1] == f"{home}/build", f"runs are saved in the learner's home (printed {printed[:200]!r})")
    for _ in range(room["kernels"] - 1):
        await ben.call("POST", "kernels", ben.base, json={"name": "tslab"})
    status, text = await ben.call("POST", "kernels", ben.base, json={"name": "tslab"})
    check(status == 400 and "running already" in text, f"one notebook too many is refused with a reason (answered {status})")
