import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type IncomingHttpHeaders, request } from 'node:http';
import { type AddressInfo, connect, createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { resolve } from 'node:path';
import { after, test } from 'node:test';
import { inChromium, launchChromium } from '../../../../test/support/browser';
import { FROM_SOURCES } from '../../../../test/support/python';

const root = resolve(__dirname, '..', '..', '..', '..');
const children: ChildProcess[] = [];
after(() => {
  for (const child of children) child.kill();
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** A program that opens a window with two figures and ends when it is closed. */
function program(port: string) {
  const source = `
    const { openWindow } = require('./hosts/node/notebook/window.ts');
    const { lines, plot1dSpikes } = require('./packages/figures/index.ts');
    openWindow([lines([{ name: 'a', y: [1, 2] }], { title: 'A line' }), plot1dSpikes(new Float32Array(20).fill(1))]).then(
      async (window) => { await window.closed; console.log('closed'); },
      (error) => { console.error(error.message); process.exitCode = 1; },
    );`;
  const child = spawn(process.execPath, [...FROM_SOURCES, '-e', source], {
    cwd: root,
    env: { ...process.env, NODEPLOTLIB_PORT: port },
  });
  children.push(child);
  const output = { stdout: '', stderr: '' };
  const listening = new Promise<void>((done) => {
    child.stderr.on('data', (data) => {
      output.stderr += data;
      if (output.stderr.includes('Figures: ')) done();
    });
  });
  child.stdout.on('data', (data) => {
    output.stdout += data;
  });
  const ended = once(child, 'close').then(([code]) => code as number);
  return { child, output, listening, ended };
}

const opens = (host: string, port: number) =>
  new Promise<boolean>((done) => {
    const socket = connect({ host, port, timeout: 2000 }, () => done(true));
    socket.on('error', () => done(false)).on('timeout', () => done(false));
    socket.on('connect', () => socket.destroy());
  });

interface Answer {
  status: number | undefined;
  headers: IncomingHttpHeaders;
  body: string;
}

/** A raw request: `fetch` would normalize the path, and set the host itself. */
function ask(port: number, path: string, headers: Record<string, string> = {}): Promise<Answer> {
  return new Promise((done, fail) => {
    const sent = request({ host: '127.0.0.1', port, path, headers, agent: false, timeout: 10_000 }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (data) => {
        text += data;
      });
      response.on('end', () => done({ status: response.statusCode, headers: response.headers, body: text }));
    });
    sent.on('timeout', () => sent.destroy(new Error(`${path}: no answer within 10 s`))).on('error', fail);
    sent.end();
  });
}

test('the window is served on this machine only, says nothing but its address, and whatever is asked for, a page is our own, which asks no other host', async () => {
  const port = await freePort();
  const { child, output, listening } = program(String(port));
  await listening;
  const url = `http://127.0.0.1:${port}`;
  assert.equal(output.stdout, '');
  assert.equal(output.stderr, `Figures: ${url} (the program ends when the window is closed)\n`);
  assert.ok(await opens('127.0.0.1', port));
  const others = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
  for (const { address, internal, family } of others) {
    if (!internal && family === 'IPv4') assert.ok(!(await opens(address, port)), `listens on ${address}`);
  }
  const plotly = Buffer.from(await (await fetch(`${url}/plotly.min.js`)).arrayBuffer());
  assert.ok(plotly.equals(readFileSync(require.resolve('plotly.js-dist-min/plotly.min.js'))));
  const paths = ['/', '/index.html', '/plots', '/plots?a.b', '/a%2eb'];
  const missing = ['/x.y', '/assets/../index.html', '/../web/index.html'];
  for (const path of [...paths, ...missing, '/main.js', '/styles.css', '/favicon.ico', '/socket.io/x.html', '/%00']) {
    const answer = await ask(port, path);
    if (missing.includes(path)) assert.equal(answer.status, 404, path);
    if (paths.includes(path)) assert.match(answer.headers['content-type'] ?? '', /^text\/html/, path);
    if (!/html/.test(answer.headers['content-type'] ?? '') && !/^\s*</.test(answer.body)) continue;
    assert.match(answer.body, /src="\/plotly\.min\.js"/, path);
    assert.equal(answer.body.match(/https?:\/\//), null, path);
    assert.match(`${answer.headers['content-security-policy']}`, /^default-src 'self' [^:/]* data: blob:$/, path);
  }
  // A request that names another host, as after DNS rebinding, is refused. Another port is how a forwarded one looks.
  const polling = '/socket.io/?EIO=4&transport=polling';
  for (const path of ['/', '/plotly.min.js', polling]) {
    for (const host of [`evil.example:${port}`, `127.0.0.1.evil.example:${port}`]) {
      const { status, body } = await ask(port, path, { host });
      assert.deepEqual([status, body], [403, 'expected the host 127.0.0.1 or localhost\n'], `${host} ${path}`);
    }
    assert.notEqual((await ask(port, path, { host: 'LOCALHOST:9000' })).status, 403, path);
  }
  child.kill();
});

test('a port that is no number or that is taken is refused in one line', async () => {
  const wrong = program('x');
  assert.equal(await wrong.ended, 1);
  assert.equal(wrong.output.stderr, "NODEPLOTLIB_PORT: expected a port from 0 to 65535, found 'x'\n");
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const taken = program(String(port));
  assert.equal(await taken.ended, 1);
  assert.match(
    taken.output.stderr,
    new RegExp(`^NODEPLOTLIB_PORT=${port}: cannot listen on 127\\.0\\.0\\.1 \\(.*\\)\\n$`),
  );
  server.close();
});

test(
  'in a browser without a network the figures draw, survive a reload, and closing the window ends the program',
  inChromium,
  async () => {
    const port = await freePort();
    const { output, listening, ended } = program(String(port));
    await listening;
    const browser = await launchChromium();
    try {
      const page = await browser.newPage();
      const outside: string[] = [];
      await page.route('**/*', (route) => {
        if (route.request().url().startsWith(`http://127.0.0.1:${port}/`)) return route.continue();
        outside.push(route.request().url());
        return route.abort();
      });
      const drawn = async () => {
        await page.locator('.js-plotly-plot .gtitle').nth(1).waitFor({ timeout: 60_000 });
        return (await page.locator('.js-plotly-plot .gtitle').allTextContents()).sort();
      };
      await page.goto(`http://127.0.0.1:${port}`);
      assert.deepEqual(await drawn(), ['A line', 'Spikes of each neuron']);
      await page.reload();
      assert.deepEqual(await drawn(), ['A line', 'Spikes of each neuron']);
      assert.deepEqual(outside, []);
    } finally {
      await browser.close();
    }
    assert.equal(await ended, 0);
    assert.equal(output.stdout, 'closed\n');
  },
);
