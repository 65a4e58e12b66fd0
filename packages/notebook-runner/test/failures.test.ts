/**
 * The headless runner on canary notebooks (packages/notebook-runner/test/canaries): each thing that can go wrong in a
 * notebook fails it.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import {
  type Cell,
  canary,
  canaryIn,
  codeCells,
  lineOf,
  read,
  root,
  run,
  stream,
  temporaryFolder,
  writeNotebook,
} from '../../../test/support/notebooks';
import { PYTHON } from '../../../test/support/python';
import { numbered } from '../../system/project';

const temporary = temporaryFolder('failures');

/** The cells of the notebooks that are made here, by their names; the second one is at fault. */
const CELLS: Record<string, string[]> = {
  'type-error': ["console.log('before');", "const count: number = 'three';\nconst text: string = 3;"],
  'unawaited-rejection': [
    "console.log('before');",
    "void Promise.reject(new Error('a rejection nobody awaits'));",
    "console.log('never printed');",
  ],
  // A later cell waits for what will now never come.
  timer: [
    "console.log('before');",
    "const timer = setTimeout(() => {\n  throw new Error('thrown in a timer');\n}, 300);",
    'await new Promise(() => {});',
  ],
  'too-much': ["console.log('before');", "for (let i = 0; i < 60; i++) console.log('x'.repeat(1_000_000));"],
  skipped: ["console.log('before');", "console.log('never printed');"],
  'late-timer': [
    "console.log('before');",
    "const timer = setTimeout(() => {\n  throw new Error('thrown after the last cell');\n}, 1500);",
  ],
  // More lines in one go than zeromq takes at once.
  flood: ['for (let i = 0; i < 5000; i++) console.log(i);'],
  killed: ["console.log('before');", "process.kill(process.pid, 'SIGKILL');"],
  // After an error tslab skips what it is asked within 200 ms. Here that takes longer, as on a busy machine.
  'never-ran': [
    `import { createHook } from 'node:async_hooks';
const init = (_id: number, type: string, _trigger: number, timer: any) => {
  if (type === 'Timeout' && timer._idleTimeout === 200) timer._idleTimeout = 60000;
};
createHook({ init }).enable();`,
    "throw new Error('allowed');",
    "console.log('never printed');",
  ],
  // An endless loop that leaves the machine to other tests.
  'sync-hang': [
    "console.log('before');",
    'const never = new Int32Array(new SharedArrayBuffer(4));\nfor (;;) Atomics.wait(never, 0, 0, 100);',
  ],
};
const TAGS: Record<string, string> = { skipped: 'skip-execution', 'never-ran': 'raises-exception' };

/** The path of a notebook: one that is made here, or a committed one. */
const notebook = (name: string) => (name in CELLS ? join(temporary, 'made', `${name}.ipynb`) : canary(name));
for (const [name, cells] of Object.entries(CELLS)) {
  const file = writeNotebook(notebook(name), ...cells);
  const tag = TAGS[name];
  if (tag === undefined) continue;
  const made = read(file);
  (made.cells[1] as Cell).metadata.tags = [tag];
  writeFileSync(file, JSON.stringify(made));
}
/** Where its result is: what lies elsewhere has its plain name. */
const resultOf = (output: string, name: string) =>
  name in CELLS ? join(output, `${name}.ipynb`) : canaryIn(output, name);

describe('A notebook fails', () => {
  // Notebook, cell, which of the code cells that is, and how the line goes on.
  const failing: [string, number, number, string][] = [
    ['throw', 3, 2, 'RangeError: a thrown error'],
    ['type-error', 2, 2, "1:7 - Type 'string' is not assignable to type 'number'."],
    ['unawaited-rejection', 2, 2, 'UnhandledPromiseRejection: Error: a rejection nobody awaits'],
    ['too-much', 2, 2, 'printed more than 50 MB; the rest was not kept'],
    ['timer', 3, 3, 'UncaughtException: Error: thrown in a timer'],
    ['late-timer', 2, 2, 'UncaughtException: Error: thrown after the last cell'],
    ['killed', 2, 2, 'the kernel died (killed by SIGKILL)'],
    ['sync-hang', 2, 2, 'still running after 4 s (--cell-timeout)'],
    ['never-ran', 3, 3, "this cell never ran (the kernel answered 'abort')"],
    ['skipped', 2, 2, 'this cell never ran'],
  ];
  const passing = ['green', 'flood'];
  const output = join(temporary, 'a b é');
  const home = join(temporary, 'home');
  const wrongKernels = join(home, '.local', 'share', 'jupyter');
  let lines: string[];
  let statuses: (number | null)[];

  before(async () => {
    // A kernel of the same name, as `tslab install` leaves it user-wide, that would fail.
    const spec = { argv: [process.execPath, '-e', 'process.exit(7)'], display_name: 'wrong', language: 'typescript' };
    mkdirSync(join(wrongKernels, 'kernels', 'tslab'), { recursive: true });
    writeFileSync(join(wrongKernels, 'kernels', 'tslab', 'kernel.json'), JSON.stringify(spec));
    // Colours in what a kernel prints would make the bytes depend on who runs it.
    const env = {
      HOME: home,
      JUPYTER_PATH: wrongKernels,
      FORCE_COLOR: '1',
      CANARY_OPTION: 'an option',
    };
    const call = (names: string[], ...args: string[]) =>
      run([...args, '--out', output, ...names.map(notebook)], { ...env, TMPDIR: home });
    const others = failing.map(([name]) => name).filter((name) => name !== 'sync-hang');
    const results = await Promise.all([
      call([...others, ...passing], '--at-a-time', '2', '--cell-timeout', '60'),
      call(['sync-hang'], '--cell-timeout', '4'),
    ]);
    lines = results.flatMap((result) => result.lines);
    statuses = results.map(({ status }) => status);
  });

  for (const [name, cell, code, reason] of failing) {
    test(`for ${name}; its one line names notebook, cell and the first line of the error, and what was executed is kept`, () => {
      const place = `/${name}.ipynb, cell ${cell} (code cell ${code}): ${reason}  (`;
      assert.ok(lineOf(lines, name).includes(place), lineOf(lines, name));
      const cells = codeCells(resultOf(output, name));
      const failed = cells[code - 1] as Cell;
      for (const [i, done] of cells.slice(0, code - 1).entries()) assert.equal(done.execution_count, i + 1);
      if (name !== 'never-ran') assert.deepEqual(stream(cells[0], 'stdout'), ['before\n']);
      const shown = /^(the|still|printed)/.test(reason) ? undefined : reason;
      if (shown?.includes('Error'))
        assert.ok(stream(failed, 'stderr')?.[0]?.includes(shown), 'the error is in the file');
      for (const never of cells.slice(code)) {
        assert.equal(never.execution_count, null);
        assert.deepEqual(never.outputs, []);
      }
    });
  }

  test('and the others still run, and the exit status is 1', () => {
    for (const name of passing) assert.match(lineOf(lines, name), /^ok {6}/);
    assert.deepEqual(statuses, [1, 1]);
    assert.ok(lines.some((line) => /^2 of 11 notebooks passed, /.test(line)));
  });

  test('but one that passes has run every cell, one after another', () => {
    const cells = codeCells(canaryIn(output, 'green'));
    assert.deepEqual(
      cells.map((cell) => cell.execution_count),
      cells.map((_, i) => i + 1),
    );
  });

  test('Streams are coalesced, and what a carriage return overwrites is gone', () => {
    const [lines_, bar] = codeCells(canaryIn(output, 'green'));
    assert.deepEqual(stream(lines_, 'stdout'), ['line 0\nline 1\nline 2\nline 3\n']);
    assert.deepEqual(stream(lines_, 'stderr'), ['a warning\n']);
    assert.deepEqual(stream(bar, 'stdout'), ['100 %\n']);
  });

  test('Of a display that is updated in place the last state is kept, though a later cell gave it', () => {
    const cells = codeCells(canaryIn(output, 'green'));
    assert.deepEqual(
      cells[3]?.outputs.map((output) => output.data?.['text/plain'] ?? output.text),
      [['done'], ['between\n']],
    );
    assert.deepEqual(cells[4]?.outputs.length, 1);
  });

  test('An error that is allowed is kept without the places in the machine where it was thrown', () => {
    const [text] = stream(codeCells(canaryIn(output, 'green'))[2], 'stderr') as string[];
    assert.match(text as string, /^Error: allowed$/m);
    assert.doesNotMatch(text as string, /^\s+at /m);
  });

  test('The kernel starts in the folder of the notebook, gets the environment, and knows that nobody looks at it', () => {
    assert.deepEqual(stream(codeCells(canaryIn(output, 'green'))[5], 'stdout'), ['canaries an option 1\n']);
  });

  test('Output that comes after the last cell has ended is kept with it', () => {
    assert.deepEqual(stream(codeCells(canaryIn(output, 'green')).at(-1), 'stdout'), ['printed after the last cell\n']);
  });

  test('No line is lost of thousands printed at once', () => {
    const printed = stream(codeCells(resultOf(output, 'flood'))[0], 'stdout')?.join('');
    const expected = Array.from({ length: 5000 }, (_, i) => `${i}\n`).join('');
    assert.ok(printed === expected, `expected 5,000 lines, found ${printed?.split('\n').length}`);
  });

  test('No time and no version is written, so that the file is the same bytes each time', () => {
    const { cells, metadata } = read(canaryIn(output, 'green'));
    assert.deepEqual(metadata.kernelspec, {
      display_name: 'TypeScript (tslab)',
      language: 'typescript',
      name: 'tslab',
    });
    assert.equal('version' in metadata.language_info, false);
    for (const [i, cell] of cells.entries()) {
      assert.equal('execution' in cell.metadata, false);
      assert.equal(cell.id, read(canary('green')).cells[i]?.id);
    }
  });

  test('Nothing is written outside of the clone and the output folder', () => {
    assert.deepEqual(readdirSync(home), ['.local']);
    assert.deepEqual(readdirSync(wrongKernels), ['kernels']);
  });
});

/** What the options make of these arguments where this folder has the kernels of the peers. */
function parsed(peers: string, ...args: string[]) {
  const program = `
import json, pathlib, sys
sys.path.insert(0, ${JSON.stringify(join(root, 'packages', 'notebook-runner'))})
from headless import files, options
options.PEERS = pathlib.Path(sys.argv[1])
try:
    found = options.parse(sys.argv[2:])
    print(json.dumps([[path.name for path in found.skipped], [job.path.name for job in found.jobs]]))
except files.BadInput as error:
    print(json.dumps(str(error)))
`;
  const { stdout, stderr } = spawnSync(PYTHON, ['-c', program, peers, ...args], { encoding: 'utf8', cwd: root });
  assert.equal(stderr, '');
  return JSON.parse(stdout);
}

test('Where the Python of .venv-peers is missing, its chapter is left out of all, and refused in a line if it is named', () => {
  const there = join(temporary, 'kernels');
  mkdirSync(join(there, 'python3'), { recursive: true });
  writeFileSync(join(there, 'python3', 'kernel.json'), '{}');
  const out = ['--out', join(temporary, 'out')];
  const chapter = `${numbered('onwards')}.ipynb`;
  assert.deepEqual(parsed(join(temporary, 'none'), '--all', ...out)[0], [chapter]);
  const [skipped, jobs] = parsed(there, '--all', ...out);
  assert.deepEqual(skipped, []);
  assert.ok(jobs.includes(chapter));
  assert.equal(
    parsed(join(temporary, 'none'), `notebooks/${chapter}`, ...out),
    `notebooks/${chapter}: expected the environment .venv-peers for a notebook in Python, found none; \`node tools/start.mjs tools/peers/peers.ts\` installs it`,
  );
});
