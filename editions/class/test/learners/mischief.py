"""What a learner's kernel could do on purpose to the neighbours and to the hub's log."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from learner import Learner

KEPT = 1_000_000  # bytes of the log that one learner may fill

# Tries to log in, six times with a wrong password, not through the proxy but at the hub's own port.
PAST_THE_PROXY = """
import * as http from 'node:http';
const { hostname, port } = new URL(process.env.JUPYTERHUB_API_URL);
const navigate = { 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Site': 'same-origin', 'Sec-Fetch-Dest': 'document' };
const ask = (method: string, headers: object, body = '') => new Promise<http.IncomingMessage>((done, fail) => {
  const options = { hostname, port, path: '/hub/login', method, headers: { ...navigate, ...headers } };
  http.request(options, (answer) => { answer.resume(); done(answer); }).on('error', fail).end(body);
});
const cookies = (await ask('GET', {})).headers['set-cookie'].map((one) => one.split(';')[0]);
const _xsrf = cookies.find((one) => one.startsWith('_xsrf=')).slice(6).replaceAll('"', '');
const headers = { cookie: cookies.join('; '), 'content-type': 'application/x-www-form-urlencoded', 'X-Forwarded-For': '127.0.0.1' };
for (const password of [...Array(6).fill('wrong'), RIGHT]) {
  const body = new URLSearchParams({ username: NAME, password, _xsrf }).toString();
  console.log('answered', (await ask('POST', headers, body)).statusCode);
}
"""

FORGED = "[I 2026-01-01 10:00:00.000 JupyterHub log:192] 200 POST /hub/login (learner02@10.0.0.9)"
# Empties its output files, forges a line of the hub, and prints more than anyone reads.
FLOOD = """
import * as fs from 'node:fs';
for (const handle of [1, 2]) { try { fs.ftruncateSync(handle, 0); } catch { /* as it should be */ } }
const say = (text: string) => {
  for (;;) { try { return fs.writeSync(2, text); } catch (error) { if (error.code !== 'EAGAIN') throw error; } }
};
say(FORGED + '\\n\\x1b[2J\\r' + FORGED + '\\n');
for (let left = 1.5 * KEPT; left > 0;) left -= say('x'.repeat(1000) + '\\n');
"""


async def test_made_up_addresses(room: dict, ana_: dict, ben: Learner, check: Callable[[bool, str], None]) -> None:
    """Ben tries to have Ana locked out, as if he were where she is."""
    cell = PAST_THE_PROXY.replace("NAME", json.dumps(ana_["name"])).replace("RIGHT", json.dumps(ana_["password"]))
    answers = (await ben.run(cell)).split("\n")
    check(answers[:7] == ["answered 403"] * 7, f"nobody logs in past the proxy ({', '.join(answers[:7])})")
    async with Learner(room["address"], ana_["name"], ana_["password"]) as ana:
        status = await ana.log_in()
        check(status == 302, f"wrong passwords tried from a kernel lock nobody out (answered {status})")


async def test_log(room: dict, ben: Learner, check: Callable[[bool, str], None]) -> None:
    """Ben tries to empty, forge and flood the hub's log."""
    log = Path(room["log"])
    before = log.read_text("utf8")
    await ben.run(FLOOD.replace("FORGED", json.dumps(FORGED)).replace("KEPT", str(KEPT)))
    after = log.read_text("utf8")
    check(after.startswith(before) and len(before) > 0, "a kernel cannot empty the hub's log")
    written = [line for line in after.split("\n") if FORGED in line]
    account = f"{room['prefix']}{ben.name}: "
    check(len(written) == 2 and all(line.startswith(account) for line in written), "what it prints has its account before it")
    check(not any("\x1b" in line or "\r" in line for line in written), "and nothing that a terminal obeys")
    grown = len(after) - len(before)
    check(grown < 1.2 * KEPT and "what follows is not kept" in after, f"and fills it with 1 MB at most ({grown} bytes)")
