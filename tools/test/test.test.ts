/** `npm test` in a small clone with tests that fail in every way: what a person reads, and how much of it. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { before, describe, test } from 'node:test';
import { ended, temporaryFolder } from '../../test/support/notebooks';

const root = resolve(__dirname, '..', '..');
const clone = temporaryFolder('testing');

const HEAD = "import assert from 'node:assert/strict';\nimport { describe, test } from 'node:test';\n\n";
const PASSES = `${HEAD}describe('a suite', () => {\n  test('passes', () => assert.equal(1, 1));\n});\ntest('too', () => {});\n`;

const PLAIN = ['test/common/passes.test.ts', 'test/deep/er/also.test.ts'];
const PAGES = ['editions/book/test/browser/other.test.ts', 'editions/browser/test/browser/another.test.ts'];

function write(file: string, text: string): void {
  mkdirSync(dirname(join(clone, file)), { recursive: true });
  writeFileSync(join(clone, file), text);
}

before(() => {
  const tools = ['test.ts', 'start.mjs', 'packages.mjs', 'machine.mjs', 'sources.cjs'].map((name) =>
    join('tools', name),
  );
  for (const file of ['biome.json', '.gitignore', 'packages/system', 'test/support/in-order.ts', ...tools]) {
    cpSync(join(root, file), join(clone, file), { recursive: true });
  }
  rmSync(join(clone, 'packages', 'system', 'test'), { recursive: true });
  // Programs that are copied import what is not.
  const config = readFileSync(join(root, 'tsconfig.json'), 'utf8');
  write('tsconfig.json', config.replace(/"include": .*/, '"include": ["src", "test"],'));
  const engines = { node: '20 || 22 || 24 || 26' };
  const scripts = { lint: 'biome check .', typecheck: 'node node_modules/typescript-7/bin/tsc -p .' };
  write('package.json', `${JSON.stringify({ type: 'commonjs', engines, scripts }, null, 2)}\n`);
  symlinkSync(join(root, 'node_modules'), join(clone, 'node_modules'), 'junction');
  write('src/a.ts', 'export const two = 2;\n');
  for (const file of [...PLAIN, ...PAGES]) write(file, PASSES);
  write('test/bad-luck.night.test.ts', "import { test } from 'node:test';\n\ntest('passes', () => {});\n");
});

/** Runs tools/test.ts in the clone, which needs no set-up. */
const run = (...args: string[]) =>
  ended(
    spawn(process.execPath, [join(clone, 'tools', 'start.mjs'), '--ready', 'tools/test.ts', ...args], {
      cwd: tmpdir(),
    }),
  );

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
  test('says how long it takes, lints, checks types and runs the test files of every folder, but those of pages', async () => {
    const { status, lines } = await run();
    assert.equal(status, 0, lines.join('\n'));
    assert.match(lines[0] as string, /about \w+ minutes/);
    assert.deepEqual(lines.slice(1, 3), ['✔ lint', '✔ typecheck']);
    assert.match(lines[3] as string, /^\.+$/);
    const { tests, pass, fail } = summaryOf(lines);
    assert.deepEqual({ tests, pass, fail }, { tests: 4, pass: 4, fail: 0 });
  });

  test("NAME… runs the files that it names, and no check before; what needs more or is the night's, by its own name", async () => {
    for (const [args, count] of [
      [['er/al', 'book/test/browser/other'], 4],
      [['common', 'bad-luck.night'], 3],
    ] as const) {
      const { status, lines } = await run(...args);
      assert.deepEqual([status, lines.length], [0, 1 + SUMMARY.length], lines.join('\n'));
      assert.equal(summaryOf(lines).pass, count);
    }
  });

  test('--all adds what needs more, --night has its own alone, and build/test-files.txt what was run', async () => {
    const files = () =>
      readFileSync(join(clone, 'build', 'test-files.txt'), 'utf8')
        .trimEnd()
        .split('\n');
    const all = await run('--all');
    assert.deepEqual([all.status, summaryOf(all.lines).tests], [0, 8], all.lines.join('\n'));
    assert.deepEqual(files(), [...PAGES, ...PLAIN]);
    const { status, lines } = await run('--night');
    assert.deepEqual([status, lines[0], summaryOf(lines).pass], [0, '.', 1], lines.join('\n'));
    assert.deepEqual(files(), ['test/bad-luck.night.test.ts']);
  });

  test('installs the frameworks before their tests', async () => {
    write('tools/peers/peers.ts', "console.log('installs');\n");
    write('tools/peers/test/them.night.test.ts', PASSES);
    const { status, lines } = await run('tools/peers/test');
    assert.deepEqual([status, lines[0], summaryOf(lines).pass], [0, 'installs', 2], lines.join('\n'));
  });

  test('says which names there are if none fits, and exits with 2', async () => {
    const none = await run('nothing');
    assert.deepEqual([none.status, none.lines.length], [2, 1]);
    assert.match(none.lines[0] as string, /no test file's path contains nothing; there are .*, test\/common\/passes,/);
    const { status, lines } = await run('--watch');
    assert.deepEqual([status, lines.length], [2, 1]);
    assert.match(lines[0] as string, /expected --all, --night or NAME…, .*, found --watch$/);
  });

  test('stops at a type error and says which command repeats the check', async () => {
    write('src/a.ts', "export const two: number = 'two';\n");
    const { status, lines } = await run();
    write('src/a.ts', 'export const two = 2;\n');
    assert.equal(status, 1);
    assert.match(lines[2] as string, /^src\/a\.ts\(1,14\): error TS2322/);
    assert.equal(lines.at(-1), '✖ typecheck failed: see above. `npm run typecheck` runs it alone.');
  });
});

test("tools/README.md lists the night's files, at most twelve, with their minutes", () => {
  const [, table = ''] =
    /^## The night's tests$([\s\S]*?)^## /m.exec(readFileSync(join(root, 'tools', 'README.md'), 'utf8')) ?? [];
  const listed = [...table.matchAll(/^\| `(\S+)` \| \d+ \|/gm)].map(([, name]) => `${name}.test.ts`);
  const found = execFileSync('git', ['ls-files', '*.night.test.ts'], { cwd: root, encoding: 'utf8' });
  assert.deepEqual(listed.sort(), found.trim().split('\n').sort());
  assert.ok(listed.length <= 12, `${listed.length}`);
});

describe('A test that fails', { concurrency: 1 }, () => {
  const FAILS = `${HEAD}interface Unused {
  text: string;
}

describe('a suite', () => {
  test('compares numbers', () => {
    const found: Unused = { text: 'a' };
    assert.equal(found.text.length, 2);
  });
});
test('is not run', { skip: 'no browser' }, () => {});
`;
  let lines: string[];
  before(async () => {
    write('test/bad/fails.test.ts', FAILS);
    write('test/bad/loads.test.ts', "import '../support/missing';\n");
    write('test/bad/ends.test.ts', '\nprocess.exit(3);\n');
    ({ lines } = await run('bad/'));
  });

  test('in a file that cannot be loaded is told with the reason', () => {
    assert.match(lines.join('\n'), /loads\.test\.ts: Error: Cannot find module '\.\.\/support\/missing'/);
    assert.match(lines.join('\n'), /ends\.test\.ts: ended with status 3/);
  });
});
