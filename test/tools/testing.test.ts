/** `npm test` in a small clone with tests that fail in every way: what a person reads, and how much of it. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { ended } from '../support/notebooks';

const root = resolve(__dirname, '..', '..');
const clone = mkdtempSync(join(tmpdir(), 'lif-fc-mnist-testing-'));
after(() => rmSync(clone, { recursive: true, force: true }));

const HEAD = "import assert from 'node:assert/strict';\nimport { describe, test } from 'node:test';\n\n";
const PASSES = `${HEAD}describe('a suite', () => {\n  test('passes', () => assert.equal(1, 1));\n});\ntest('too', () => {});\n`;

function write(file: string, text: string): void {
  mkdirSync(dirname(join(clone, file)), { recursive: true });
  writeFileSync(join(clone, file), text);
}

before(() => {
  for (const file of ['tsconfig.json', 'biome.json', '.gitignore']) cpSync(join(root, file), join(clone, file));
  write('package.json', '{\n  "type": "commonjs"\n}\n');
  for (const file of ['test.mjs', 'system', 'testing']) {
    cpSync(join(root, 'tools', file), join(clone, 'tools', file), { recursive: true });
  }
  write('tools/setup/setup.mjs', "if (process.argv[2] !== '--quiet') process.exit(1);\n");
  symlinkSync(join(root, 'node_modules'), join(clone, 'node_modules'), 'junction');
  write('src/a.ts', 'export const two = 2;\n');
  write('test/common/passes.test.ts', PASSES);
  write('test/deep/er/also.test.ts', PASSES);
  write('test/browser/other.test.ts', PASSES);
});

/** Runs tools/test.mjs in the clone. */
const run = (...args: string[]) =>
  ended(spawn(process.execPath, [join(clone, 'tools', 'test.mjs'), ...args], { cwd: tmpdir() }));

/** Replaces durations. */
const timeless = (lines: string[]) => lines.map((line) => line.replace(/\d+\.\d+ s\b/g, 'x s'));

const SUMMARY = ['tests', 'suites', 'pass', 'fail', 'cancelled', 'skipped', 'todo', 'duration_ms'];

/** The figures of node:test's own summary, which have to be the last lines. */
function summaryOf(lines: string[]): Record<string, number> {
  const last = lines.slice(-SUMMARY.length).map((line) => /^ℹ (\w+) ([\d.]+)$/.exec(line));
  assert.deepEqual(
    last.map((match) => match?.[1]),
    SUMMARY,
    lines.join('\n'),
  );
  return Object.fromEntries(last.map((match) => [match?.[1], Number(match?.[2])]));
}

describe('npm test', { concurrency: 1 }, () => {
  test('lints, checks types and runs the test files of every folder, but those of test/browser', async () => {
    const { status, lines } = await run();
    assert.equal(status, 0, lines.join('\n'));
    assert.deepEqual(timeless(lines).slice(0, 3), [
      '✔ lint (x s)',
      '✔ typecheck (x s)',
      '✔ common/passes 2 (x s), deep/er/also 2 (x s)',
    ]);
    const { tests, pass, fail } = summaryOf(lines);
    assert.deepEqual({ tests, pass, fail }, { tests: 4, pass: 4, fail: 0 });
  });

  test('with names runs the files whose path contains one of them, and no check before', async () => {
    const { lines } = await run('er/al');
    assert.deepEqual(timeless(lines)[0], '✔ deep/er/also 2 (x s)');
    assert.equal(lines.length, 1 + SUMMARY.length);
  });

  test('runs a folder with a command of its own when asked to', async () => {
    assert.deepEqual(timeless((await run('--folder', 'browser')).lines)[0], '✔ browser/other 2 (x s)');
  });

  test('says which names there are if none fits, and exits with 2', async () => {
    const message = "test: no test file's path contains nothing; there are common/passes, deep/er/also";
    assert.deepEqual(await run('nothing'), { status: 2, lines: [message] });
    const { status, lines } = await run('--watch');
    assert.deepEqual([status, lines.length], [2, 1]);
    assert.match(lines[0] as string, /unknown option --watch; expected NAME…/);
  });

  test('stops at a type error and says which command repeats the check', async () => {
    write('src/a.ts', "export const two: number = 'two';\n");
    const { status, lines } = await run();
    write('src/a.ts', 'export const two = 2;\n');
    assert.equal(status, 1);
    assert.match(lines[1] as string, /^src\/a\.ts\(1,14\): error TS2322/);
    assert.equal(lines.at(-1), '✖ typecheck failed: see above. `npm run typecheck` runs it alone.');
  });
});

describe('A test that fails', { concurrency: 1 }, () => {
  const HELPER = `import assert from 'node:assert/strict';

interface Pair {
  a: number;
  b: number;
}

export function holds({ a, b }: Pair): void {
  assert.equal(a, b);
}
`;
  const FAILS = `${HEAD}import { holds } from '../support/helper';

interface Unused {
  text: string;
}

describe('a suite', () => {
  test('compares numbers', () => {
    const found: Unused = { text: 'a' };
    assert.equal(found.text.length, 2);
  });
  test('compares long arrays', () => {
    const found = Float32Array.from({ length: 1000 }, (_, i) => i % 9);
    assert.deepEqual(
      found,
      found.map((value, i) => (i % 7 === 3 ? value + 0.5 : value)),
    );
  });
  test('calls a helper', () => holds({ a: 1, b: 3 }));
});
test('throws', () => {
  throw new RangeError('a reason\\nin two lines');
});
test('rejects nothing', () => assert.rejects(Promise.resolve()));
test('says more', () => assert.ok(1 > 2, 'one is less than two'));
test('compares truth', () => {
  assert.ok([].length > 0);
});
`;
  let lines: string[];
  let status: number | null;
  before(async () => {
    write('test/support/helper.ts', HELPER);
    write('test/bad/fails.test.ts', FAILS);
    write('test/bad/loads.test.ts', "import '../support/missing';\n");
    write(
      'test/bad/prints.test.ts',
      `${HEAD}console.log('a notice');\ntest('passes', { skip: 'no browser' }, () => {});\n`,
    );
    ({ status, lines } = await run('bad/'));
  });

  test('is told once, at its place in the TypeScript source, with what was expected and found', () => {
    assert.equal(status, 1);
    const at = (text: string) => {
      const index = FAILS.split('\n').findIndex((line) => line.includes(text));
      const column = (FAILS.split('\n')[index] as string).indexOf(text);
      return `test/bad/fails.test.ts:${index + 1}:${column + 1}`;
    };
    const begin = lines.findIndex((line) => line.startsWith('✖ bad/fails'));
    assert.deepEqual(timeless(lines.slice(begin, begin + 14)), [
      '✖ bad/fails: 7 of 7 failed (x s)',
      `  ✖ a suite › compares numbers  (${at('equal(found.text.length')})`,
      '      expected 2, found 1',
      `  ✖ a suite › compares long arrays  (${at('deepEqual(')})`,
      '      [3]: expected 3.5, found 3 (143 of 1000 elements differ)',
      `  ✖ a suite › calls a helper  (${at('holds({ a: 1')}, in test/support/helper.ts:9:10)`,
      '      expected 3, found 1',
      `  ✖ throws  (${at('new RangeError')})`,
      '      RangeError: a reason in two lines',
      `  ✖ rejects nothing  (${at("test('rejects nothing'").replace(/:\d+$/, '')})`,
      '      Missing expected rejection.',
      `  ✖ says more  (${at('ok(1 > 2')})`,
      '      one is less than two',
      `  and 1 more: ${at('ok([].length').replace(/:\d+$/, '')}`,
    ]);
  });

  test('in a file that cannot be loaded is told with the reason', () => {
    const index = lines.findIndex((line) => line.startsWith('✖ bad/loads'));
    assert.match(lines[index] as string, /^✖ bad\/loads: ended with exit status 1 /);
    assert.match(lines[index + 1] as string, /Error: Cannot find module '\.\.\/support\/missing'/);
  });

  test('is followed by the command that runs its file again, and by the summary of node:test', () => {
    const hint = 'Run one file again with `npm test -- bad/fails`. All details are in build/test.log.';
    assert.equal(lines.at(-SUMMARY.length - 1), hint);
    const { tests, fail, skipped } = summaryOf(lines);
    assert.deepEqual({ tests, fail, skipped }, { tests: 9, fail: 8, skipped: 1 });
    assert.match(readFileSync(join(clone, 'build', 'test.log'), 'utf8'), /✖ compares long arrays/);
  });

  test('does not hide what another one prints, and that it was skipped', () => {
    assert.ok(lines.includes('  bad/prints prints: a notice'), lines.join('\n'));
    assert.ok(lines.includes('  skipped: bad/prints: passes: no browser'), lines.join('\n'));
  });

  test('together with 300 others in twelve files is told in less than 60 lines', async () => {
    const many = `${HEAD}for (let i = 0; i < 25; i++) test('number ' + i, () => assert.equal(i, -1));\n`;
    for (let i = 0; i < 12; i++) write(`test/many/file-${i}.test.ts`, many);
    const result = await run('many/');
    assert.equal(summaryOf(result.lines).fail, 300);
    assert.ok(result.lines.length < 60, `${result.lines.length} lines:\n${result.lines.join('\n')}`);
    for (let i = 0; i < 12; i++) assert.ok(result.lines.some((line) => line.startsWith(`✖ many/file-${i}: 25 of 25`)));
  });
});
