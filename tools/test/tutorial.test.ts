/** `npm run tutorial` from its first to its last line, with stand-ins for its steps; and what each command says of itself. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ended, temporaryFolder } from '../../test/support/notebooks';

const root = resolve(__dirname, '..', '..');
const clone = join(temporaryFolder('tutorial'), 'a clone é');

/** What a program needs to be started. */
const RUNNABLE = [
  'package.json',
  ...['start.mjs', 'packages.mjs', 'machine.mjs', 'sources.cjs'].map((name) => `tools/${name}`),
  'packages/system',
];

/** How the notebooks are executed: two at a time, where there are two cores and 6 GB. */
const ALL = `notebooks --all --at-a-time ${availableParallelism() >= 2 && totalmem() >= 6e9 ? 2 : 1}`;

const STEPS = {
  notebooks: 'tools/checks/notebooks.ts',
  book: 'editions/book/make/book.ts',
  lite: 'editions/browser/make/lite.ts',
};

/** Starts the tutorial in the clone. Each stand-in prints its name and arguments, then does what `programs` says. */
function start(args: string[], programs: Record<string, string> = {}) {
  for (const name of ['tools/tutorial.ts', ...RUNNABLE])
    cpSync(join(root, name), join(clone, name), { recursive: true });
  if (!existsSync(join(clone, 'node_modules')))
    symlinkSync(join(root, 'node_modules'), join(clone, 'node_modules'), 'junction');
  for (const [name, step] of Object.entries(STEPS)) {
    const file = join(clone, step);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `console.log('${name}', ...process.argv.slice(2));\n${programs[name] ?? ''}\n`);
  }
  return spawn(process.execPath, [join(clone, 'tools', 'start.mjs'), '--ready', 'tools/tutorial.ts', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

const run = (args: string[], programs?: Record<string, string>) => ended(start(args, programs));

test('It executes all notebooks, makes the book and the browser edition, and says what to do next', async () => {
  const { status, lines } = await run(['--check']);
  assert.equal(status, 0);
  assert.equal(lines[0], `${ALL} --check`);
  assert.deepEqual(lines.slice(1, 3).sort(), ['book', 'lite']);
  const text = lines.slice(3).join('\n');
  assert.match(text, /^The tutorial is ready after \d+ s\. What next:/);
  const [address] = text.match(/file:\/\/\/\S+/) ?? [];
  assert.equal(fileURLToPath(address as string), join(clone, 'build', 'book', 'index.html'), 'a path with spaces, too');
  assert.match(text, /npm run lab/);
  assert.match(text, /npm run lite -- --serve/);
});

test('If a notebook fails, it says so, builds no book, and exits with 1', async () => {
  const { status, lines } = await run([], { notebooks: 'process.exit(1)' });
  assert.equal(status, 1);
  const message = 'tutorial: no book was built, because a notebook failed. The line FAILED above names the cell.';
  assert.deepEqual(lines, [ALL, message]);
});

const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
/** Called by others, or of a program that is not ours. */
const NOT_MEANT = ['prepack', 'lint', 'typecheck'];
/** Node then refuses every write. */
const FLAGS = process.allowedNodeEnvironmentFlags;
const READ_ONLY = [
  FLAGS.has('--permission') ? '--permission' : '--experimental-permission',
  ...['--allow-fs-read=*', '--allow-child-process', '--allow-worker'],
];

/** Programs that say how they are started elsewhere: the original's command line, and a package that stands alone. */
const OWN_NAMES: Record<string, RegExp> = {
  train: /^Usage: lif_fc_mnist/,
  kernel: /^Usage: tsx publish\/kernel\.ts/,
};

const commands = Object.entries(scripts).flatMap(([name, line]) =>
  NOT_MEANT.includes(name) || name.startsWith('test:') ? [] : [[name, line.replace(/^node /, '').split(' ')] as const],
);

test('There are commands to ask', () => assert.ok(commands.length >= 14));

for (const [name, program] of commands) {
  test(`npm run ${name} -- --help lists what there is, with status 0, and writes nothing`, () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [...READ_ONLY, ...program, '--help'], {
      cwd: root,
      encoding: 'utf8',
      // Node says of the flags above that they are new or to be used with caution, in each process that has them.
      env: { ...process.env, NODE_NO_WARNINGS: '1', TSX_DISABLE_CACHE: '1' },
    });
    assert.deepEqual([status, stderr], [0, '']);
    assert.match(stdout, OWN_NAMES[name] ?? new RegExp(`npm (run )?${name}\\b`));
  });
}
