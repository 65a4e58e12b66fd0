/** `.ci/run` and what it runs on other Nodes, with stand-ins for all that they start: a failure of any part is one of the whole. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ended, root, temporaryFolder } from '../../test/support/notebooks';

const folder = temporaryFolder('ci');
const posix = { skip: process.platform === 'win32' && 'a script for a Unix shell' };

/** What `.ci/run` looks for and does not need here. */
const FOUND = ['g++', 'chromium', 'firefox-esr', 'python3'];
const PAGES = 'npm test -- --folder editions/book/test/browser --folder editions/browser/test/browser';

/** Starts it in a separate clone, for root on Linux; `parts` says in shell what npm and node do, by their arguments. */
function start(name: string, parts: Record<string, string> = {}, user = 0) {
  const clone = join(folder, name);
  const bin = join(clone, 'bin');
  mkdirSync(bin, { recursive: true });
  cpSync(join(root, '.ci'), join(clone, '.ci'), { recursive: true });
  const cases = Object.entries(parts).map(([args, what]) => `"${args}"*) ${what};;`);
  const says = `echo "\${0##*/} $*"\ncase "\${0##*/} $*" in\n${cases.join('\n')}\n*) ;;\nesac`;
  const programs = { npm: says, node: says, id: `echo ${user}`, uname: 'echo Linux', 'apt-get': 'exit 1' };
  const empty = Object.fromEntries(FOUND.map((program) => [program, 'exit 0']));
  for (const [program, script] of Object.entries({ ...programs, ...empty })) {
    writeFileSync(join(bin, program), `#!/bin/sh\n${script}\n`);
    chmodSync(join(bin, program), 0o755);
  }
  const env = { ...process.env, PATH: `${bin}:/usr/bin:/bin`, PYTHON: 'python3' };
  return spawn('bash', [join(clone, '.ci', 'run')], { env, cwd: clone, stdio: ['ignore', 'pipe', 'pipe'] });
}

const HUB = 'node editions/class/test/learners/run.mjs --learners 3';
const NODES = 'node tools/setup/test/nodes.mjs';

test('CI tests the hub beside the chapters, tells of it after them, and ends with `npm test`', posix, async () => {
  const { status, lines } = await ended(start('passes', { [HUB]: 'sleep 0.5; echo 70 passed' }));
  const wanted = ['npm run setup', NODES, 'npm run tutorial -- --check', HUB, '70 passed', PAGES, 'npm test'];
  assert.deepEqual({ status, lines }, { status: 0, lines: wanted });
});

for (const part of ['npm run setup', NODES, 'npm run tutorial', HUB, PAGES]) {
  test(`CI fails where \`${part}\` fails, and runs no part after it`, posix, async () => {
    const { status, lines } = await ended(start(part.replaceAll(/\W+/g, '-'), { [part]: 'exit 3' }));
    assert.equal(status, 3);
    assert.equal(lines.at(-1)?.startsWith(part), true, lines.join('\n'));
  });
}

test('CI fails where `npm test` fails', posix, async () => {
  const { status } = await ended(start('last', { [PAGES]: 'exit 0', 'npm test': 'exit 1' }));
  assert.equal(status, 1);
});

test('CI says where there is no place for a hub, and goes on', posix, async () => {
  const cannot = await ended(start('no-place', { [HUB]: 'echo no place; exit 2' }));
  assert.equal(cannot.status, 0);
  assert.deepEqual(cannot.lines.slice(3, -2), [HUB, 'no place', 'the hub was not tested']);
  const other = await ended(start('not-root', {}, 1000));
  assert.equal(other.status, 0);
  assert.deepEqual(other.lines.slice(3, -2), ['not root on Linux: the hub was not tested']);
});

test('CI leaves no hub behind where the chapters fail', posix, async () => {
  const mark = join(folder, 'hub-ended');
  const hub = `trap 'echo > "${mark}"; exit 143' TERM; sleep 60 & wait`;
  const { status } = await ended(start('ends-hub', { [HUB]: hub, 'npm run tutorial': 'sleep 1; exit 1' }));
  assert.equal(status, 1);
  for (let i = 0; i < 100 && !existsSync(mark); i++) await sleep(50);
  assert.equal(readFileSync(mark, 'utf8'), '\n');
});

describe('The test of the other Nodes, with a stand-in for npm', () => {
  const clone = join(folder, 'nodes');
  const temporary = join(folder, 'temporary');
  const standIn = join(folder, 'npm-cli.js');
  /** Installs this Node as another; everything else is what `commands` says in JavaScript, by what npm is told. */
  const npm = `const { mkdirSync, symlinkSync, writeFileSync, existsSync, readdirSync } = require('node:fs');
const args = process.argv.slice(2);
if (args[0] === 'install') {
  const [name, major] = args.at(-1).split('@');
  const at = args[2] + '/node_modules/' + name;
  mkdirSync(at + '/bin', { recursive: true });
  symlinkSync(process.execPath, at + '/bin/node');
  writeFileSync(at + '/package.json', JSON.stringify({ version: major + '.99.1' }));
} else {
  const isFirst = !existsSync('seen');
  writeFileSync('seen', '');
  const major = /node (\\d+)/.exec(process.env.PATH)[1];
  COMMANDS
}
`;
  const FIRST = "console.log(args[2] !== 'setup' ? 'done' : isFirst ? 'Setting up' : 'Everything is set up (0.1 s).');";
  before(() => {
    for (const name of ['tools/setup/test/nodes.mjs', 'packages/system', 'package.json']) {
      cpSync(join(root, name), join(clone, name), { recursive: true });
    }
    const git = (...args: string[]) =>
      spawnSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { cwd: clone });
    git('init', '--quiet');
    git('add', '.');
    assert.equal(git('commit', '--quiet', '-m', 'all').status, 0);
  });

  const start = (commands: string) => {
    mkdirSync(temporary, { recursive: true });
    writeFileSync(standIn, npm.replace('COMMANDS', commands));
    const env = { ...process.env, npm_execpath: standIn, TMPDIR: temporary };
    return ended(spawn(process.execPath, [join(clone, 'tools', 'setup', 'test', 'nodes.mjs'), '24', '22'], { env }));
  };

  test('types in a clone of its own, with nothing at home, and prints the seconds of each step', posix, async () => {
    const { status, lines } = await start(`${FIRST}
      const { HOME, PATH } = process.env;
      const isOurs = readdirSync(HOME).length === 0 && existsSync('.git') && process.cwd().includes(' ');
      if (!isOurs || !PATH.startsWith(${JSON.stringify(temporary)})) process.exit(1);`);
    assert.equal(status, 0, lines.join('\n'));
    const at = lines.findIndex((line) =>
      /^ +Node +Python +install +clone +set-up +chapter 0 +two rooms +doctor +set-up again$/.test(line),
    );
    const seconds = ' +\\d+\\.\\d'.repeat(7);
    for (const [i, major] of [24, 22].entries()) {
      assert.match(
        lines[at + 1 + i] ?? '',
        new RegExp(`^${major}\\.99\\.1 +3\\.\\d+\\.\\d+${seconds}$`),
        lines.join('\n'),
      );
    }
    assert.deepEqual(readdirSync(temporary), []);
  });

  for (const [title, commands, line] of [
    [
      'A step that fails',
      `if (major === '22' && args[2] === 'setup') { console.log('setup: RangeError: too long\\n    at a place'); process.exit(1); } ${FIRST}`,
      /^nodes: Node 22\.99\.1 with Python 3\.\d+\.\d+, set-up failed after \d+ s: setup: RangeError: too long$/,
    ],
    [
      'A second set-up that does something',
      `console.log(isFirst ? 'done' : 'Setting up\\n  Build: src to dist');`,
      /^nodes: Node 2[24]\.99\.1 with Python 3\.\d+\.\d+, set-up again: expected nothing left to do, found "Build: src to dist"$/,
    ],
  ] as const) {
    test(
      `${title} ends all of it with a line that names Node, step and reason, and nothing is left`,
      posix,
      async () => {
        const { status, lines } = await start(commands);
        assert.equal(status, 1);
        assert.match(lines.filter((one) => one.startsWith('nodes: ')).join('\n'), line);
        assert.deepEqual(readdirSync(temporary), []);
      },
    );
  }
});
