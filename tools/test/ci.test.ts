/** `.ci/run`, with stand-ins for all that it starts. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'yaml';
import { chapterNames } from '../../packages/system/project.mjs';
import { ended, root, temporaryFolder } from '../../test/support/notebooks';

const folder = temporaryFolder('ci');
const posix = { skip: process.platform === 'win32' && 'a script for a Unix shell' };

/** What `.ci/run` looks for and does not need here. */
const FOUND = ['g++', 'chromium', 'python3'];
/** With commands of their own, whose tests it runs too. */
const FOLDERS = ['editions/book/test/browser', 'editions/lab/test', 'editions/browser/test/browser'];
/** What it runs last, with the folders that it adds and the places that it leaves out. */
const [, TESTS = ''] =
  /LITE_CHAPTERS=\S+ \\\n\s*(npm test .*)$/s.exec(
    readFileSync(join(root, '.ci', 'run'), 'utf8')
      .replaceAll(' \\\n  --', ' --')
      .trim(),
  ) ?? [];

/** Starts it in a separate clone, for root on Linux; `parts` says in shell what npm and node do, by their arguments. */
function start(name: string, parts: Record<string, string> = {}, user = 0) {
  const clone = join(folder, name);
  const bin = join(clone, 'bin');
  mkdirSync(bin, { recursive: true });
  cpSync(join(root, '.ci'), join(clone, '.ci'), { recursive: true });
  const cases = Object.entries(parts).map(([args, what]) => `"${args}"*) ${what};;`);
  // Installing prints a folder alone.
  const says = `[ "\${0##*/} $*" = "${NEWEST}" ] && echo newest && exit\necho "\${0##*/} $*"\ncase "\${0##*/} $*" in\n${cases.join('\n')}\n*) ;;\nesac`;
  const programs = { npm: says, node: says, id: `echo ${user}`, uname: 'echo Linux', 'apt-get': 'exit 1' };
  const empty = Object.fromEntries(FOUND.map((program) => [program, 'exit 0']));
  for (const [program, script] of Object.entries({ ...programs, ...empty })) {
    writeFileSync(join(bin, program), `#!/bin/sh\n${script}\n`);
    chmodSync(join(bin, program), 0o755);
  }
  const env = { ...process.env, PATH: `${bin}:/usr/bin:/bin`, PYTHON: 'python3' };
  return spawn('bash', [join(clone, '.ci', 'run')], { env, cwd: clone, stdio: ['ignore', 'pipe', 'pipe'] });
}

const NEWEST = 'node tools/setup/test/nodes.mjs --install build/node';
const HUB = 'node editions/class/test/learners/run.mjs --learners 2';

test(
  'CI tests the hub beside the chapters, which the newest Node executes, tells of it after those, and ends with the tests',
  posix,
  async () => {
    const which = `echo "by the \${PATH%%:*}" | sed 's|by the .*/bin$|by this one|'`;
    const parts = { 'npm run tutorial': which, 'npm test': which, [HUB]: 'sleep 0.5; echo 70 passed' };
    const { status, lines } = await ended(start('passes', parts));
    const chapters = ['npm run setup', 'npm run setup', 'npm run tutorial -- --check', 'by the newest'];
    assert.deepEqual({ status, lines }, { status: 0, lines: [...chapters, HUB, '70 passed', TESTS, 'by this one'] });
  },
);

test('CI fails where the hub fails, and runs no part after it', posix, async () => {
  const { status, lines } = await ended(start('hub-fails', { [HUB]: 'exit 3' }));
  assert.deepEqual([status, lines.at(-1)], [3, HUB]);
});

test('What CI leaves out, GitHub runs at every push', () => {
  const { run } = parse(readFileSync(join(root, '.github', 'workflows', 'ci.yml'), 'utf8')).jobs;
  const commands: string[] = run.strategy.matrix.include.map((job: { command: string }) => job.command);
  assert.equal(run.if, "github.event_name != 'schedule'");
  const scripts: Record<string, string> = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).scripts;
  const after = (text: string, option: string) =>
    [...text.matchAll(new RegExp(`${option} (\\S+)`, 'g'))].map(([, to]) => to);
  const whole = commands.flatMap((command) => after(scripts[command.replace('npm run ', '')] ?? '', '--folder'));
  const isRun = (place: string) =>
    FOLDERS.some((folder) => place.startsWith(folder))
      ? whole.some((folder) => place === folder || place.startsWith(`${folder}/`))
      : commands.includes('npm test');
  assert.deepEqual(after(TESTS, '--with'), FOLDERS);
  assert.deepEqual(
    FOLDERS.filter((folder) => !whole.includes(folder)),
    [],
  );
  assert.deepEqual(
    after(TESTS, '--without').filter((place) => !isRun(place)),
    [],
  );
});

test('CI says where there is no place for a hub, and goes on', posix, async () => {
  const cannot = await ended(start('no-place', { [HUB]: 'echo no place; exit 2' }));
  assert.equal(cannot.status, 0);
  assert.deepEqual(cannot.lines.slice(3, -1), [HUB, 'no place', 'the hub was not tested']);
  const other = await ended(start('not-root', {}, 1000));
  assert.equal(other.status, 0);
  assert.deepEqual(other.lines.slice(3, -1), ['not root on Linux: the hub was not tested']);
});

test('CI does not leave the hub behind where the chapters fail', posix, async () => {
  const mark = join(folder, 'ended');
  const waits = `trap 'echo > "${mark}"; exit 143' TERM; sleep 60 & wait`;
  const { status } = await ended(start('ends-it', { [HUB]: waits, 'npm run tutorial': 'sleep 1; exit 1' }));
  assert.equal(status, 1);
  for (let i = 0; i < 100 && !existsSync(mark); i++) await sleep(50);
  assert.equal(readFileSync(mark, 'utf8'), '\n');
});

test('CI names chapters that there are', () => {
  const [, chosen = ''] = /LITE_CHAPTERS=(\S+)/.exec(readFileSync(join(root, '.ci', 'run'), 'utf8')) ?? [];
  const topics = chapterNames().map((name) => name.slice(3, -'.ipynb'.length));
  assert.deepEqual(
    chosen.split(',').filter((topic) => !topics.includes(topic)),
    [],
  );
});
