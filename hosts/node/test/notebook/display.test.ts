import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { lines } from '../../../../packages/figures';
import { saveFigure } from '../../../../packages/figures/node/render';
import { type Display, type Ended, runCells, type Step } from '../../../../test/support/jupyter-kernel';
import { FROM_SOURCES } from '../../../../test/support/python';
import { progressBar } from '../../notebook/cell';
import { interruptible, liveFigure, show } from '../../notebook/display';

const root = resolve(__dirname, '..', '..', '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'lif-display-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const figure = lines([{ name: 'a', y: [1, 2] }], { title: 'A line', xlabel: 'x', ylabel: 'y' });

const PLOTLY = 'application/vnd.plotly.v1+json';
const FRAME = ['image/svg+xml', 'text/plain'];
const BUNDLE = [PLOTLY, 'image/png', ...FRAME];
const kinds = ({ data }: Display) => Object.keys(data).sort();

const SHOW = "await show(lines([{ name: 'a', y: [1, 2] }], { title: 'A line', xlabel: 'x', ylabel: 'y' }));";

/** Cells by name, in one kernel from top to bottom. */
const CELLS: Record<string, string | Step> = {
  setup: `import { show, visualizing } from 'lif-fc-mnist';
import { interruptible, liveCurve, liveFigure, progressBar, renderSvg } from 'lif-fc-mnist/display';
const { lines } = visualizing;
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const curve = (points: number) => {
  const accs = Array.from({ length: points }, (_, i) => 0.5 + i / 1000);
  return liveCurve(accs, accs, { epochs: 100 });
};`,
  show: SHOW,
  again: SHOW,
  live: `const bar = progressBar(100, 'training');
const live = liveFigure();
for (let i = 1; i <= 100; i++) {
  await sleep(50);
  live.update(curve(i));
  bar.update(i);
}
bar.finish();
await live.done();
live.update(curve(1));
await sleep(1500);`,
  late: `const late = liveFigure();
for (let i = 0; i < 20; i++) void renderSvg(curve(50));
late.update(curve(1)); // drawn after those
await sleep(50);
await late.done(curve(2));
await sleep(1500);`,
  undrawable: `const undrawable = liveFigure();
undrawable.update({ ...curve(1), get data(): never { throw new Error('no data'); } });
await sleep(300);
await undrawable.done(curve(2));`,
  loop: {
    source: `await sleep(0);
const ticking = { ticks: 0, listeners: process.listenerCount('SIGINT') };
await interruptible(async (signal) => {
  (globalThis as any).ticking = ticking;
  console.log('looping');
  while (!signal.aborted) {
    ticking.ticks++;
    await sleep(10);
  }
});`,
    interruptAt: 'looping',
  },
  look: `const { ticks, listeners } = (globalThis as any).ticking;
await sleep(300);
console.log(ticks > 0, (globalThis as any).ticking.ticks - ticks, process.listenerCount('SIGINT') - listeners);`,
};

describe('In a notebook', () => {
  const ended: Record<string, Ended> = {};
  before(async () => {
    const all = await runCells(Object.values(CELLS));
    for (const [i, name] of Object.keys(CELLS).entries()) ended[name] = all[i] as Ended;
  });
  const displaysOf = (name: string) => {
    assert.equal(ended[name]?.stderr, '');
    return (ended[name] as Ended).displays;
  };

  test('a figure is one bundle: interactive, PNG, SVG and a sentence; the same bytes each time', () => {
    const [{ data, metadata } = assert.fail(), ...more] = displaysOf('show');
    assert.deepEqual(more, []);
    assert.deepEqual(Object.keys(data).sort(), BUNDLE);
    assert.deepEqual(data[PLOTLY]?.data, figure.data);
    const png = Buffer.from(data['image/png'] as string, 'base64');
    assert.equal(png.subarray(1, 4).toString(), 'PNG');
    assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [760, 380]);
    assert.match(data['image/svg+xml'] as string, /^<svg role="img"/);
    assert.equal(data['text/plain'], figure.alt);
    assert.deepEqual(metadata, { 'image/png': { width: 760, height: 380 } });
    assert.deepEqual(displaysOf('again')[0]?.data, data);
  });

  test('a bar leaves its label and count, and no time', () => {
    const bar = displaysOf('live').filter(({ data }) => /^training/.test(data['text/plain'] as string));
    assert.ok(bar.length > 3);
    assert.deepEqual(bar.at(-1)?.data, { 'text/plain': 'training: 100/100' });
  });

  test('a live figure is written over with pictures, each newer, at most two per second', () => {
    const frames = displaysOf('live').filter(({ data }) => 'image/svg+xml' in data);
    const last = frames.pop();
    assert.ok(frames.length >= 3, `${frames.length} pictures in 5 s`);
    for (const frame of frames) assert.deepEqual(kinds(frame), FRAME);
    assert.equal(new Set([...frames, last].map((frame) => frame?.id)).size, 1, 'one output');
    const points = frames.map(({ data }) =>
      Number(/after (\d+) of 100 epochs/.exec(data['text/plain'] as string)?.[1]),
    );
    assert.deepEqual(
      points,
      [...new Set(points)].sort((a, b) => a - b),
    );
    const pauses = frames.slice(1).map(({ at }, i) => at - (frames[i]?.at as number));
    assert.ok(Math.min(...pauses) > 0.45, `pauses of ${pauses} s`);
  });

  test('a live figure ends with the whole bundle of its last state, and nothing is put over it', () => {
    const last = displaysOf('live').at(-1) as Display;
    assert.deepEqual(kinds(last), BUNDLE);
    assert.match(last.data['text/plain'] as string, /after 100 of 100 epochs/);
  });

  test('a state that is still being drawn when the last one is put is left out', () => {
    const displays = displaysOf('late');
    assert.deepEqual(displays.map(kinds), [BUNDLE]);
    assert.match(displays[0]?.data['text/plain'] as string, /after 2 of 100 epochs/);
  });

  test('a state that cannot be drawn fails the cell when the figure is done, after the last state was put', () => {
    const { stderr, displays } = ended.undrawable as Ended;
    assert.match(stderr, /^Error: no data\n/);
    assert.deepEqual(displays.map(kinds), [BUNDLE]);
  });

  test('an interrupted cell ends as an error, its loop stops, and the next cell works', () => {
    assert.equal(ended.loop?.status, 'error');
    assert.equal(ended.loop?.stdout, 'looping\nInterrupted.\n');
    assert.equal(ended.look?.stdout, 'true 0 0\n');
  });
});

test('outside of a notebook show and liveFigure say what to use instead', async () => {
  await assert.rejects(show(figure), /^Error: show: expected to run in a tslab notebook, found none; use saveFigure/);
  assert.throws(() => liveFigure(), /liveFigure: expected to run in a tslab notebook/);
});

test('a figure is saved by the name of its file, whole, with nothing left beside it', async () => {
  for (const name of ['a b é.svg', 'figure.PNG', 'figure.json']) await saveFigure(figure, join(folder, name));
  assert.deepEqual(readdirSync(folder).sort(), ['a b é.svg', 'figure.PNG', 'figure.json']);
  assert.match(readFileSync(join(folder, 'a b é.svg'), 'utf8'), /^<svg .*<\/svg>$/s);
  assert.equal(readFileSync(join(folder, 'figure.PNG')).subarray(1, 4).toString(), 'PNG');
  assert.deepEqual(JSON.parse(readFileSync(join(folder, 'figure.json'), 'utf8')).data, figure.data);
});

test('a name that says no format, and a folder that is not there, are refused by name', async () => {
  await assert.rejects(saveFigure(figure, join(folder, 'figure.jpg')), /figure\.jpg: expected .* found '\.jpg'/);
  await assert.rejects(saveFigure(figure, join(folder, 'missing', 'x.json')), /x\.json: cannot be written/);
});

/**
 * What a bar writes to a terminal whose clock, `now` in milliseconds, the program sets: on a busy machine timers fire
 * together.
 */
function inTerminal(program: string): string {
  const start = `Object.defineProperty(process.stderr, 'isTTY', { value: true, writable: true });
    let now = 0;
    performance.now = () => now;
    const { progressBar } = require('./hosts/node/notebook/cell.ts');
    ${program}`;
  return spawnSync(process.execPath, [...FROM_SOURCES, '-e', start], { cwd: root, encoding: 'utf8' }).stderr;
}

test('in a terminal a bar is written over in place and ends with its count; elsewhere it is silent', () => {
  assert.throws(() => progressBar(0, 'x'), /expected a total of at least 1, found 0/);
  const stderr = inTerminal(`const bar = progressBar(4, 'x');
    now = 250; bar.update(1); bar.update(2); bar.update(4);
    now = 500; bar.update(2); bar.update(4); bar.finish(); bar.finish();
    process.stderr.isTTY = false;
    const silent = progressBar(3, 'silent'); silent.update(3); silent.finish();`);
  const states = stderr.split('\r').slice(1);
  assert.match(states[1], /^x: ▕█{6}░{18}▏ 1\/4 · .*\/s · 0:0\d left/);
  assert.match(states[2], /^x: ▕█{12}░{12}▏ 2\/4 · .*\/s · 0:0\d left/);
  assert.equal(states.at(-1), 'x: 4/4\x1b[K\n');
});

test('the time left counts parts of steps, and of resumed work what was done since', () => {
  // In the second bar one step takes half a second: 24.5 s for the other 49.
  const stderr = inTerminal(`let bar = progressBar(4, 'x');
    bar.update(0); now = 500; bar.update(0.5); now = 2500; bar.update(2.5); bar.finish();
    bar = progressBar(100, 'y');
    now = 2750; bar.update(50); now = 3250; bar.update(51); bar.finish();`);
  const states = stderr.split('\r');
  assert.match(states[2], /^x: ▕█{3}░{21}▏ 0\/4 · 1\.0\/s · 0:04 left/);
  assert.match(states[3], /^x: ▕█{15}░{9}▏ 2\/4 · 1\.0\/s · 0:02 left/);
  assert.equal(states[4], 'x: 2/4\x1b[K\n');
  assert.ok(stderr.includes(' 50/100\x1b[K'));
  assert.match(stderr, / 51\/100 · 2\.0\/s · 0:25 left/);
});

test('interruptible work that nobody interrupts gives its result and leaves no listener', async () => {
  const listeners = process.listenerCount('SIGINT');
  assert.equal(await interruptible(async (signal) => signal.aborted), false);
  await assert.rejects(
    interruptible(async () => {
      throw new Error('own');
    }),
    /own/,
  );
  assert.equal(process.listenerCount('SIGINT'), listeners);
});

test('interrupted work that passed the signal on rejects as other interrupted work', async () => {
  setTimeout(() => process.kill(process.pid, 'SIGINT'), 50);
  await assert.rejects(
    interruptible((signal) => sleep(10_000, undefined, { signal })),
    { name: 'AbortError', message: 'Interrupted.' },
  );
});
