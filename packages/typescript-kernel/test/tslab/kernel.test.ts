/**
 * What a learner sees in a cell on the project's kernel (packages/typescript-kernel/tslab): errors, interrupts, last
 * values; and its sockets, where another program has taken a port, or a message comes too early.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type Ended, runCells, type Step } from '../../../../test/support/jupyter-kernel';
import { ended as endOf } from '../../../../test/support/notebooks';
import { PYTHON } from '../../../../test/support/python';

const root = resolve(__dirname, '..', '..', '..', '..');
// Inside the project, so that cells find the package by its name.
mkdirSync(join(root, 'build'), { recursive: true });
const folder = mkdtempSync(join(root, 'build', 'kernel-test-'));
after(() => rmSync(folder, { recursive: true, force: true }));

writeFileSync(
  join(folder, 'helper.ts'),
  `interface Options { name: string }
/** A comment, which the compiled file has too. */
export function help({ name }: Options): never {
  throw new Error(name);
}
`,
);

const MEAN = `// The cell of a function.
interface Row { values: number[] }
function mean(values: number[]) {
  // A comment and a type: in the compiled cell the next line has another number.
  return values.reduce((a, b) => a + b) / values.length;
}
let data = [1, 2, 3];`;

const waits = (ms: number) => `await new Promise((resolve) => setTimeout(resolve, ${ms}));`;

/**
 * Prints how far the process gives way to others, and, where Linux shares between sessions first, its session. It takes
 * few changes of that a second.
 */
const LEVEL = `import { existsSync as exists, readFileSync as readText } from 'node:fs';
import { getPriority } from 'node:os';
${waits(1000)}
const autogroup = '/proc/self/autogroup';
const session = exists(autogroup) ? Number(readText(autogroup, 'utf8').match(/nice (-?\\d+)/)?.[1]) : undefined;
console.log(JSON.stringify([getPriority(), session]));`;

/** Cells by name, in one kernel from top to bottom; the number of a cell is its place here. */
const CELLS: Record<string, string | Step> = {
  mean: MEAN,
  earlier: '\nmean(undefined as any);',
  imports: `import { initBackend, training, tf } from 'lif-fc-mnist';
import { interruptible, Interruption } from 'lif-fc-mnist/display';
import { readFileSync } from 'node:fs';
await initBackend();`,
  ofPackage: 'await training.train({ engine: null as any, epochs: -1 });',
  ofLibrary: 'tf.matMul(tf.zeros([2, 3]), tf.zeros([4, 5]));',
  ofNode: "readFileSync('/nowhere/at/all');",
  helper: "import { help } from './helper';\n\nhelp({ name: 'of a file' });",
  unknown: 'console.log(nothing);\nneither.nor();',
  misspelt: 'console.log(dta);',
  shorthand: 'const all = { data };\nall.data.length',
  tensor: 'tf.zeros([128, 28, 28])',
  scalar: 'tf.scalar(0.1)',
  network: 'tf.sequential({ layers: [tf.layers.flatten({ inputShape: [28, 28] }), tf.layers.dense({ units: 10 })] })',
  optimized: `import { setFlagsFromString } from 'node:v8';
setFlagsFromString('--allow-natives-syntax');
const isOptimized = new Function('f', 'return %ActiveTierIsTurbofan(f)');
const sum = (n: number) => { let all = 0; for (let i = 0; i < n; i++) all += i; return all; };
for (let i = 0; i < 1000 && !isOptimized(sum); i++) {
  sum(1_000_000);
  ${waits(10)}
}
console.log(isOptimized(sum));`,
  loop: { source: "console.log('go');\nwhile (true) {}", interruptAt: 'go' },
  sleep: { source: `${waits(1)}\nconsole.log('go');\n${waits(30_000)}`, interruptAt: 'go' },
  work: {
    source: `await interruptible(async (signal) => {
  console.log('go');
  while (!signal.aborted) ${waits(10)}
  ${waits(300)}
  throw new Interruption('after 12 of 100 epochs', 'Run the cell again to continue.');
});`,
    interruptAt: 'go',
  },
  fault: {
    source: `await interruptible(async (signal) => {
  console.log('go');
  while (!signal.aborted) ${waits(10)}
  throw new Error('a fault');
});`,
    interruptAt: 'go',
  },
  stubborn: {
    source: `await interruptible(async () => {\n  console.log('go');\n  ${waits(30_000)}\n});`,
    interruptAt: 'go',
  },
  after: "console.log('goes on');",
  level: LEVEL,
  'level later': LEVEL,
};

// Most of their time goes by in waiting, so they run side by side.
const inCells = runCells(Object.values(CELLS), folder, { LIF_FC_MNIST_SHARED: '' });
const shared = runCells([LEVEL, LEVEL], folder, { LIF_FC_MNIST_SHARED: '1' });

describe('A cell', () => {
  const names = Object.keys(CELLS);
  const ended: Record<string, Ended> = {};
  before(async () => {
    for (const [i, cell] of (await inCells).entries()) ended[names[i] as string] = cell;
  });
  const number = (name: string) => names.indexOf(name) + 1;
  const failedWith = (name: string, text: string) => {
    assert.equal(ended[name]?.status, 'error');
    assert.equal(ended[name]?.stderr, `${text}\n`);
  };

  test('runs as the optimized code that V8 did not make while the kernel started', () => {
    assert.deepEqual([ended.optimized?.stderr, ended.optimized?.stdout], ['', 'true\n']);
  });

  test('that calls a function of an earlier cell names that cell and its line', () => {
    failedWith(
      'earlier',
      `TypeError: Cannot read properties of undefined (reading 'reduce')
    at cell [1], line 5, in mean: return values.reduce((a, b) => a + b) / values.length;
    at cell [${number('earlier')}], line 2: mean(undefined as any);`,
    );
  });

  test('that calls the package wrongly names the line of its source', () => {
    const [message, place, caller, own] = (ended.ofPackage?.stderr ?? '').split('\n');
    assert.match(message as string, /^TypeError: engine: expected /);
    const [, file, line] = /^ {4}at checkLearner \((src\/\S+\.ts):(\d+)\)$/.exec(place as string) ?? [];
    assert.ok(file, place);
    assert.match(caller as string, /^ {4}at train \(packages\/networks\/train\.ts:\d+\)$/);
    assert.match(readFileSync(join(root, file), 'utf8').split('\n')[Number(line) - 1] as string, /throw new TypeError/);
    assert.equal(
      own,
      `    at cell [${number('ofPackage')}], line 1: await training.train({ engine: null as any, epochs: -1 });`,
    );
  });

  test('that calls a library wrongly names the function that it called, and none of its insides', () => {
    const lines = (ended.ofLibrary?.stderr ?? '').trim().split('\n');
    assert.deepEqual(lines.slice(-2), [
      '    at matMul (@tensorflow/tfjs-core)',
      `    at cell [${number('ofLibrary')}], line 1: tf.matMul(tf.zeros([2, 3]), tf.zeros([4, 5]));`,
    ]);
    assert.equal(lines.filter((line) => line.startsWith('    at ')).length, 2);
  });

  test('that calls Node wrongly shows none of its insides', () => {
    failedWith(
      'ofNode',
      `Error: ENOENT: no such file or directory, open '/nowhere/at/all'
    at cell [${number('ofNode')}], line 1: readFileSync('/nowhere/at/all');`,
    );
  });

  test("that calls a function of the learner's own file names the file and its line", () => {
    const file = `build/${folder.split(/[\\/]/).at(-1)}/helper.ts`;
    failedWith(
      'helper',
      `Error: of a file
    at help (${file}:4)
    at cell [${number('helper')}], line 3: help({ name: 'of a file' });`,
    );
  });

  test('that names what nobody has declared is told, once, what to do if a cell above declares it', () => {
    failedWith(
      'unknown',
      "1:13 - Cannot find name 'nothing'. If a cell above declares it, run that cell first.\n2:1 - Cannot find name 'neither'.",
    );
    failedWith('misspelt', "1:13 - Cannot find name 'dta'. Did you mean 'data'?");
  });

  test('takes { name } of an earlier cell', () => {
    assert.deepEqual([ended.shorthand?.status, ended.shorthand?.stdout], ['ok', '3\n']);
  });

  test('shows a tensor on its last line by type and shape, and the values of a small one', () => {
    assert.equal(ended.tensor?.stdout, 'Tensor float32 [128, 28, 28]\n');
    assert.equal(ended.scalar?.stdout, 'Tensor float32 []: 0.1\n');
    assert.equal(ended.network?.stdout, 'Sequential: Flatten → Dense\n');
  });

  for (const name of ['loop', 'sleep']) {
    test(`that is interrupted (${name}) shows one calm line, and has not finished`, () => {
      const { status, ename, evalue, stdout, stderr, stoppedIn } = ended[name] as Ended;
      assert.deepEqual([status, stdout, stderr], ['error', 'go\nInterrupted.\n', '']);
      assert.deepEqual([ename, evalue], ['Interrupted', 'Interrupted.']);
      assert.ok((stoppedIn as number) < 2, `stopped in ${stoppedIn} s`);
    });
  }

  test('gives no way to others where the kernel has its machine to itself', () => {
    assert.match(ended.level?.stdout ?? '', /^\[-?\d+,(null|-?\d+)\]\n$/);
    assert.equal(ended['level later']?.stdout, ended.level?.stdout);
  });

  test('whose work is interrupted waits until it has stopped, and says how far it came', () => {
    const { status, stdout, stderr, stoppedIn } = ended.work as Ended;
    assert.equal(stdout, 'go\nInterrupted after 12 of 100 epochs. Run the cell again to continue.\n');
    assert.deepEqual([status, stderr], ['error', '']);
    assert.ok((stoppedIn as number) > 0.25, 'the work was still running');
  });

  test('whose work fails after an interrupt shows the fault', () => {
    const { stdout, stderr } = ended.fault as Ended;
    assert.equal(stdout, 'go\n');
    assert.match(stderr, /^Error: a fault\n {4}at cell /);
  });

  test('whose work does not look at the signal is given up after five seconds, and says so', () => {
    const { stdout, stderr, stoppedIn } = ended.stubborn as Ended;
    assert.equal(stdout, 'go\nInterrupted. The cell did not stop within 5 s and may still be running.\n');
    assert.equal(stderr, '');
    assert.ok((stoppedIn as number) > 4.5 && (stoppedIn as number) < 10, `stopped in ${stoppedIn} s`);
    assert.equal(ended.after?.stdout, 'goes on\n');
  });
});

test('A kernel that shares its machine with many gives way to others after its first cell', async () => {
  const [first, second] = (await shared).map(({ stdout }) => JSON.parse(stdout) as [number, number | null]);
  assert.ok(first && second && second[0] > first[0], `levels ${first} and ${second}`);
  if (second[1] !== null) assert.deepEqual([first[1], second[1]], [2, 19]);
});

test('A port that another program got before the kernel took it ends the kernel, which says so', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port: taken } = other.address() as AddressInfo;
  const file = join(folder, 'connection.json');
  const connection = { ip: '127.0.0.1', transport: 'tcp', key: 'key', signature_scheme: 'hmac-sha256' };
  // The others are whatever the system gives.
  const ports = { shell_port: 0, iopub_port: 0, stdin_port: 0, control_port: taken, hb_port: 0 };
  writeFileSync(file, JSON.stringify({ ...connection, ...ports }));
  const { argv } = JSON.parse(
    readFileSync(join(dirname(PYTHON), '..', 'share/jupyter/kernels/tslab/kernel.json'), 'utf8'),
  );
  const [program, ...args] = (argv as string[]).map((part) => (part === '{connection_file}' ? file : part));
  const { status, lines } = await endOf(spawn(program as string, args));
  other.close();
  assert.deepEqual(lines, [`tcp://127.0.0.1:${taken}: Address already in use (EADDRINUSE)`]);
  assert.equal(status, 1);
});

test('A message that comes before the kernel knows that its socket is bound is answered all the same', async () => {
  // zeromq refuses to send and receive until the callback of bind has run; here nothing is awaited in between.
  const program = join(folder, 'socket.cjs');
  writeFileSync(
    program,
    `const { Router, Dealer } = require(${JSON.stringify(join(root, 'node_modules', 'zeromq'))});
    const [shell, client] = [new Router(), new Dealer()];
    const bound = shell.bind('tcp://127.0.0.1:*');
    const loop = (async () => { for await (const [who] of shell) await shell.send([who, 'pong']); })();
    bound.then(async () => {
      client.connect(shell.lastEndpoint);
      await client.send('ping');
      console.log(String(await client.receive()));
      client.close();
      shell.close();
    });`,
  );
  // The preload is for kernels: it looks for zeromq next to the program, and for this argument.
  const args = [
    '--require',
    join(root, 'dist', 'packages', 'typescript-kernel', 'tslab', 'preload.js'),
    program,
    'kernel',
  ];
  const { status, lines } = await endOf(
    spawn(process.execPath, args, { env: { ...process.env, NODE_PATH: join(root, 'node_modules') } }),
  );
  assert.deepEqual(lines, ['pong']);
  assert.equal(status, 0);
});
