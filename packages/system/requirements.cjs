'use strict';
// What a machine needs before set-up: Node, a Python for .venv, a C++ compiler, room on the disk.
// In the syntax of Node 14: the doctor reads this file on a Node that is too old for everything else.
const { spawnSync } = require('child_process');
const { existsSync, statfsSync } = require('fs');
const { tmpdir } = require('os');
const { delimiter, isAbsolute, join } = require('path');
const { engines } = require('../../package.json');

const windows = process.platform === 'win32';
const nodeMajor = Number(process.versions.node.split('.')[0]);

/** Bytes that set-up needs: in the clone, and while it runs in the folder for temporary files and the caches. */
const ROOM = { clone: 3e9, elsewhere: 1e9 };

/** @returns {number | undefined} bytes that are free for this user where a folder is; undefined if Node is too old to say */
function freeBytes(/** @type {string} */ folder) {
  if (!statfsSync) return undefined;
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

const gigabytes = (/** @type {number} */ bytes) => `${(bytes / 1e9).toFixed(1)} GB`;

/** @typedef {{ folder: string, needed: number, other: string }} Place needed: bytes; other: what to do unless some are freed */

/** Where set-up needs room, before it has begun. @type {(clone: string) => Place[]} */
const placesOf = (clone) => [
  { folder: clone, needed: ROOM.clone, other: 'put the project on another disk' },
  { folder: tmpdir(), needed: ROOM.elsewhere, other: 'set TMPDIR (Windows: TEMP) to another folder' },
];

/**
 * The first of the places that has not enough room: what was found, and what to do.
 * @param {Place[]} places
 */
function lacksRoom(places, free = freeBytes) {
  for (const { folder, needed, other } of places) {
    const found = free(folder);
    if (found !== undefined && found < needed)
      return {
        found: `${gigabytes(found)} free in ${folder}, ${gigabytes(needed)} needed`,
        fix: `free some, or ${other}`,
      };
  }
  return undefined;
}

/** What LIF_FC_MNIST_BACKEND may name. */
const BACKENDS = ['native', 'wasm', 'cpu'];

/**
 * A line that may hold the name of a file, and that anything, as a terminal can show it: without what moves the cursor
 * or turns the writing round. What joins letters or signs stays.
 * @param {string} line
 */
const printable = (line) => line.replace(/(?![\t\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\ufffd');

/** A failure that the user can fix: printed as one line, without a stack. */
class UserError extends Error {}

/**
 * Refuses a Node that is too old, or odd and no longer maintained; returns a warning for one newer than those tested.
 */
function checkNode() {
  const majors = engines.node.split('||').map(Number);
  if (majors.includes(nodeMajor)) return undefined;
  const newest = Math.max(...majors);
  const tested = `${majors.slice(0, -1).join(', ')} or ${newest}`;
  const found = `v${process.versions.node} (${process.execPath})`;
  if (nodeMajor > newest) {
    return `Node ${found} is newer than the tested versions; trying it. If something fails, use Node ${tested}.`;
  }
  throw new UserError(
    `Node ${tested} is needed, found ${found}: install one, for example with \`nvm install ${newest}\``,
  );
}

/** The C++ compiler: CXX, or the first of the usual names on PATH. */
function findCompiler() {
  const names = process.env.CXX ? [process.env.CXX] : ['c++', 'g++', 'clang++'];
  for (const name of names) {
    if (isAbsolute(name) && existsSync(name)) return name;
    for (const folder of (process.env.PATH || '').split(delimiter)) {
      const path = join(folder, windows ? `${name}.exe` : name);
      if (folder !== '' && existsSync(path)) return path;
    }
  }
  return undefined;
}

/** The message without a compiler: the cause, and how to get one. */
function noCompiler() {
  const cause = `no C++ compiler found (${process.env.CXX || 'c++, g++ or clang++'})`;
  return { cause, fix: process.platform === 'darwin' ? '`xcode-select --install`' : '`apt-get install g++`' };
}

/**
 * @typedef {{ version: number[], executable: string }} Python
 */

// Python -------------------------------------------------------------------------------------------------------------

const PROBE = `
import sys, json
try:
    import venv, ensurepip
    missing = ''
except ImportError as error:
    missing = str(error)
print(json.dumps([list(sys.version_info[:3]), sys.executable, missing]))
`;

/** The environment without the Python settings that would make pip or venv work outside of the clone. */
function pythonEnv() {
  /** @type {NodeJS.ProcessEnv} */
  const env = { ...process.env, PYTHONNOUSERSITE: '1', PIP_DISABLE_PIP_VERSION_CHECK: '1', PIP_NO_INPUT: '1' };
  for (const name of [
    'PYTHONHOME',
    'PYTHONPATH',
    'PIP_USER',
    'PIP_TARGET',
    'PIP_PREFIX',
    'PIP_ROOT',
    '__PYVENV_LAUNCHER__',
  ]) {
    delete env[name];
  }
  return env;
}

/**
 * @param {string} command
 * @param {string[]} args
 * @returns {(Python & { missing: string, name: string }) | undefined}
 */
function probe(command, args) {
  const result = spawnSync(command, [...args, '-c', PROBE], {
    encoding: 'utf8',
    env: pythonEnv(),
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: 20_000,
  });
  try {
    const [version, executable, missing] = JSON.parse(result.stdout.trim().split('\n').slice(-1)[0]);
    return { version, executable, missing, name: [command, ...args].join(' ') };
  } catch {
    return undefined;
  }
}

const OLDEST = 11;
const NEWEST = 13;
const TESTED = `3.${OLDEST} to 3.${NEWEST}`;
const isTested = (/** @type {Python} */ { version }) =>
  version[0] === 3 && version[1] >= OLDEST && version[1] <= NEWEST;
const isNewer = (/** @type {Python} */ { version }) => version[0] > 3 || (version[0] === 3 && version[1] > NEWEST);

function howToGet() {
  if (process.platform === 'darwin') return '`brew install python@3.13`, or set PYTHON to one';
  if (windows) return '`winget install Python.Python.3.13`, or set PYTHON to one';
  return 'on Debian and Ubuntu `apt-get install python3 python3-venv`, or set PYTHON to one';
}

const resultOf = (/** @type {Python} */ { version, executable }) => ({ version: version.join('.'), executable });

/**
 * The first tested Python with venv, as `{version: '3.11.7', executable}`; failing that, the first newer one, with
 * a `warning`. If the environment variable PYTHON is set, only that Python is considered.
 * @returns {{ version: string, executable: string, warning?: string }}
 */
function findPython() {
  const chosen = process.env.PYTHON;
  /** @type {[string, string[]][]} */
  const candidates = chosen
    ? [[chosen, []]]
    : windows
      ? [
          ['py', ['-3.13']],
          ['py', ['-3.12']],
          ['py', ['-3.11']],
          ['py', ['-3']],
          ['python', []],
          ['python3', []],
        ]
      : ['python3.13', 'python3.12', 'python3.11', 'python3', 'python'].map((name) => [name, []]);
  const found = [];
  for (const [command, args] of candidates) {
    const python = probe(command, args);
    if (python === undefined) continue;
    if (isTested(python) && python.missing === '') return resultOf(python);
    found.push(python);
  }
  const newer = found.find((python) => isNewer(python) && python.missing === '');
  if (newer) {
    const python = resultOf(newer);
    const what = `Python ${python.version} (${python.executable})`;
    const warning = `${what} is newer than the tested versions; trying it. If something fails, set PYTHON to a Python ${TESTED}.`;
    return { ...python, warning };
  }
  const bare = found.find(isTested) || found.find(isNewer);
  if (bare) {
    const [major, minor] = bare.version;
    throw new UserError(
      `Python ${bare.version.join('.')} (${bare.executable}) lacks venv (${bare.missing}): ` +
        `on Debian and Ubuntu \`apt-get install python${major}.${minor}-venv\`, or set PYTHON to another Python ${TESTED}`,
    );
  }
  const other = found.map(({ version, name }) => `${name} is ${version.join('.')}`);
  const what = chosen
    ? `PYTHON=${chosen} ${found.length > 0 ? `is Python ${found[0].version.join('.')}` : 'is not a working Python'}`
    : `none found${other.length > 0 ? ` (${other.join(', ')})` : ''}`;
  throw new UserError(`Python ${TESTED} with venv is needed, ${what}: ${howToGet()}`);
}

module.exports = {
  BACKENDS,
  checkNode,
  findCompiler,
  findPython,
  freeBytes,
  gigabytes,
  lacksRoom,
  nodeMajor,
  noCompiler,
  placesOf,
  printable,
  pythonEnv,
  ROOM,
  UserError,
  windows,
};
