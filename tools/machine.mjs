// What set-up needs of a machine: Node, a Python for .venv, a C++ compiler, disk space, memory; and bundles. In the syntax
// of Node 14, with Node's own modules only, since `tools/start.mjs` uses it before packages are installed.
import { spawnSync } from 'child_process';
import crypto from 'crypto';
import fs from 'fs';
import os from 'os';
import path from 'path';
import { hashOf, root, SPACE_NEEDED, UserError, windows } from '../packages/system/plain.mjs';

const { engines } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
export const nodeMajor = Number(process.versions.node.split('.')[0]);

/** The free bytes for this user on the disk of a folder; undefined if Node is too old to tell. */
export function freeBytes(folder) {
  if (!fs.statfsSync) return undefined;
  const { bavail, bsize } = fs.statfsSync(folder);
  return bavail * bsize;
}

export const gigabytes = (bytes) => `${(bytes / 1e9).toFixed(1)} GB`;

/** The disk space that set-up needs. */
export const spaceNeededBy = (clone) => [
  { folder: clone, needed: SPACE_NEEDED.clone, alternative: 'put the project on another disk' },
  { folder: os.tmpdir(), needed: SPACE_NEEDED.elsewhere, alternative: 'set TMPDIR (Windows: TEMP) to another folder' },
];

/**
 * The first folder without enough space: what was found, and what to do.
 */
export function findMissingSpace(places, free = freeBytes) {
  for (const { folder, needed, alternative } of places) {
    const found = free(folder);
    if (found !== undefined && found < needed)
      return {
        found: `${gigabytes(found)} free in ${folder}, ${gigabytes(needed)} needed`,
        fix: `free some, or ${alternative}`,
      };
  }
  return undefined;
}

/** The npm of this Node: a command and its first arguments. */
export function npmCommand() {
  const beside = path.dirname(process.execPath);
  const places = [process.env.npm_execpath, path.join(beside, 'node_modules', 'npm', 'bin', 'npm-cli.js')];
  places.push(path.join(beside, '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js'));
  const cli = places.find((file) => /npm-cli\.c?js$/.test(file) && fs.existsSync(file));
  if (cli) return [process.execPath, [cli]];
  if (windows) throw new UserError(`no npm found next to ${process.execPath}: run set-up as \`npm run setup\``);
  return ['npm', []];
}

/**
 * Refuses a Node that is too old or no longer maintained; returns a warning for one newer than those tested.
 */
export function checkNode() {
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
export function findCompiler() {
  const names = process.env.CXX ? [process.env.CXX] : ['c++', 'g++', 'clang++'];
  for (const name of names) {
    if (path.isAbsolute(name) && fs.existsSync(name)) return name;
    for (const folder of (process.env.PATH || '').split(path.delimiter)) {
      const file = path.join(folder, windows ? `${name}.exe` : name);
      if (folder !== '' && fs.existsSync(file)) return file;
    }
  }
  return undefined;
}

/** What to say if no compiler was found: the cause, and how to install one. */
export function describeMissingCompiler() {
  const cause = `no C++ compiler found (${process.env.CXX || 'c++, g++ or clang++'})`;
  return { cause, fix: process.platform === 'darwin' ? '`xcode-select --install`' : '`apt-get install g++`' };
}

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

/** Variables that would make pip or venv work outside of the clone. */
const OUTSIDE = /^(PYTHONHOME|PYTHONPATH|PIP_USER|PIP_TARGET|PIP_PREFIX|PIP_ROOT|__PYVENV_LAUNCHER__)$/;

/** The environment for Python. */
export function pythonEnv() {
  const own = Object.entries(process.env).filter(([name]) => !OUTSIDE.test(name));
  return { ...Object.fromEntries(own), PYTHONNOUSERSITE: '1', PIP_DISABLE_PIP_VERSION_CHECK: '1', PIP_NO_INPUT: '1' };
}

function probe([command, ...args]) {
  const result = spawnSync(command, [...args, '-c', PROBE], {
    encoding: 'utf8',
    env: pythonEnv(),
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: 20000,
  });
  try {
    const [version, executable, missing] = JSON.parse(result.stdout.trim().split('\n').slice(-1)[0]);
    const minor = version[0] === 3 ? version[1] : (version[0] - 3) * 1000;
    return { version: version.join('.'), minor, executable, missing, name: [command, ...args].join(' ') };
  } catch {
    return undefined;
  }
}

const OLDEST = 11;
const NEWEST = 13;
const TESTED = `3.${OLDEST} to 3.${NEWEST}`;
const isTested = ({ minor }) => minor >= OLDEST && minor <= NEWEST;
const isNewer = ({ minor }) => minor > NEWEST;

function howToGet() {
  if (process.platform === 'darwin') return '`brew install python@3.13`, or set PYTHON to one';
  if (windows) return '`winget install Python.Python.3.13`, or set PYTHON to one';
  return 'on Debian and Ubuntu `apt-get install python3 python3-venv`, or set PYTHON to one';
}

/**
 * The first tested Python with venv, as `{version: '3.11.7', executable}`, or else the first newer one, with a `warning`.
 * Considers only PYTHON if that variable is set.
 */
export function findPython() {
  const chosen = process.env.PYTHON;
  const names = windows
    ? ['py -3.13', 'py -3.12', 'py -3.11', 'py -3', 'python', 'python3']
    : ['python3.13', 'python3.12', 'python3.11', 'python3', 'python'];
  const found = [];
  for (const command of chosen ? [[chosen]] : names.map((name) => name.split(' '))) {
    const python = probe(command);
    if (python === undefined) continue;
    if (isTested(python) && python.missing === '') return python;
    found.push(python);
  }
  const newer = found.find((python) => isNewer(python) && python.missing === '');
  if (newer) {
    const what = `Python ${newer.version} (${newer.executable})`;
    const warning = `${what} is newer than the tested versions; trying it. If something fails, set PYTHON to a Python ${TESTED}.`;
    return { ...newer, warning };
  }
  const bare = found.find(isTested) || found.find(isNewer);
  if (bare) {
    throw new UserError(
      `Python ${bare.version} (${bare.executable}) lacks venv (${bare.missing}): ` +
        `on Debian and Ubuntu \`apt-get install python3.${bare.minor}-venv\`, or set PYTHON to another Python ${TESTED}`,
    );
  }
  const other = found.map(({ version, name }) => `${name} is ${version}`);
  const what = chosen
    ? `PYTHON=${chosen} ${found.length > 0 ? `is Python ${found[0].version}` : 'is not a working Python'}`
    : `none found${other.length > 0 ? ` (${other.join(', ')})` : ''}`;
  throw new UserError(`Python ${TESTED} with venv is needed, ${what}: ${howToGet()}`);
}

// Bundles ------------------------------------------------------------------------------------------------------------

const isMusl = () => process.platform === 'linux' && !process.report.getReport().header.glibcVersionRuntime;
/** The kind of a machine: machines with the same system and processor can share a bundle, whatever their Node. */
const system = () => `${process.platform}${isMusl() ? 'musl' : ''}-${process.arch}`;
export const kindOfBundle = () => `${system()}-node${nodeMajor}`;

/** The entry of kinds.json for this machine, preferably with the same Node. */
function kindIn(kinds, where) {
  const names = Object.keys(kinds);
  const make = 'with `npm run setup -- --bundle`';
  if (names.length === 0) throw new UserError(`${where}: expected a bundle (kinds.json), found none; make one ${make}`);
  const kind = names.includes(kindOfBundle()) ? kindOfBundle() : names.find((name) => name.startsWith(`${system()}-`));
  if (kind) return kind;
  const found = names.join(', ');
  throw new UserError(
    `${where}: expected a bundle for ${system()}, found ${found}: make one on a machine like this one ${make}`,
  );
}

const sha256 = (content) => crypto.createHash('sha256').update(content).digest('hex');

/** SHA-256 of a file of any size. */
export async function sha256Of(file) {
  const hash = crypto.createHash('sha256');
  for await (const part of fs.createReadStream(file)) hash.update(part);
  return hash.digest('hex');
}

/** The hashes of the lock files, which a bundle has to match. */
export const lockHashes = () =>
  Object.fromEntries(['package-lock.json', 'requirements.txt'].map((file) => [file, hashOf([file])]));

/** The fragment of a served bundle's address, with which a download is verified. */
export const fingerprintOf = (kindsText) => sha256(kindsText).slice(0, 16);

/** Downloads a file of a served bundle. */
export async function get(address) {
  let response;
  try {
    response = await fetch(address, { redirect: 'error', signal: AbortSignal.timeout(600000) });
  } catch (error) {
    const { code } = error.cause || {};
    throw new UserError(
      `${address}: no answer (${code || error.message}): is a web server running there, such as \`python3 -m http.server\`?`,
    );
  }
  if (!response.ok) throw new UserError(`${address}: status ${response.status}: is a bundle served there?`);
  return response;
}

/**
 * Reads the part of a bundle for this machine, and its list of files.
 * @param from a folder or an address
 * @throws UserError if the list is damaged, or belongs to another edition of the project
 */
export async function openKind(from) {
  const isFolder = !/^https?:/.test(from);
  const [place, fingerprint = ''] = isFolder ? [path.resolve(process.env.INIT_CWD || '.', from)] : from.split('#');
  const base = place.replace(/\/*$/, '/');
  const read = async (name) => {
    if (!isFolder) return (await get(base + name)).text();
    return fs.existsSync(base + name) ? fs.readFileSync(base + name, 'utf8') : '';
  };
  const list = await read('kinds.json');
  const found = fingerprintOf(list);
  if (fingerprint !== '' && found !== fingerprint)
    throw new UserError(`${place}: expected the bundle ${fingerprint}, found ${found}: ask for the address again`);
  let kinds = {};
  try {
    kinds = JSON.parse(list) || {};
  } catch {
    // It is not a bundle.
  }
  const name = kindIn(kinds, place);
  const folder = base + name;
  const again = isFolder ? 'copy the bundle again' : 'try again';
  const its = Object(kinds[name]);
  const anew = 'make the bundle again with this edition';
  if (typeof its.SHA256SUMS !== 'string') throw new UserError(`${folder}: is a bundle of another form: ${anew}`);
  const sums = await read(`${name}/SHA256SUMS`);
  if (sha256(sums) !== its.SHA256SUMS)
    throw new UserError(`${folder}: SHA256SUMS is ${sums ? 'damaged' : 'missing'}: ${again}`);
  const lines = sums.split('\n').filter(Boolean);
  const files = lines.map((line) => {
    // No name begins with a dot, so none leads out of the folder.
    const [, hash, file] = /^([0-9a-f]{64}) [ *]((?:\w+\/)?[\w@+-][\w@+.-]*)$/.exec(line) || [];
    if (!file) throw new UserError(`SHA256SUMS: expected a hash and a file, found ${line}`);
    return [file, hash];
  });
  for (const [file, hash] of Object.entries(lockHashes()))
    if (its[file] !== hash) throw new UserError(`${folder}: its ${file} is another one than this project's: ${anew}`);
  return { isFolder, folder, name, files, isTrusted: fingerprint !== '' };
}

/** Checks the hashes of files in a folder. */
export async function verify(folder, files, onFile) {
  for (const [i, [file, hash]] of files.entries()) {
    onFile(`${i + 1} of ${files.length}: ${file}`);
    const place = path.join(folder, file);
    if (!fs.existsSync(place)) throw new UserError(`${place}: is missing: copy the bundle again`);
    if ((await sha256Of(place)) !== hash) throw new UserError(`${place}: is damaged: copy the bundle again`);
  }
}

/** The address of a bundle's Node packages, for npm in the folder `aside`. */
export async function packagesIn(from, aside) {
  const kind = await openKind(from);
  // npm checks downloads itself.
  if (!kind.isFolder) return `${kind.folder}/npm/`;
  const files = kind.files.filter(([file]) => file.startsWith('npm/'));
  await verify(kind.folder, files, () => {});
  // A link, since the path may contain characters that npm takes for parts of an address.
  fs.symlinkSync(path.join(kind.folder, 'npm'), path.join(aside, 'bundle'), 'junction');
  return 'file:bundle/';
}

// Checks -------------------------------------------------------------------------------------------------------------

const MEMORY = 1e9; // a kernel takes 0.65 GB, JupyterLab 0.1 GB, and there is the browser
const AFTER_SET_UP = 0.3e9; // for runs and executed notebooks

/** What the checks need to know of this machine; tests pass another one. */
export const machine = {
  checkNode,
  findPython,
  findCompiler,
  freeBytes,
  windows,
  env: process.env,
  /** Bytes: all, and those available to a new program (unknown on a Mac). A container may have less than its machine. */
  memory() {
    const limit = process.constrainedMemory ? process.constrainedMemory() : 0; // 0: no limit
    const total = Math.min(os.totalmem(), limit || os.totalmem());
    if (process.platform === 'darwin') return { total };
    return { total, available: process.availableMemory ? process.availableMemory() : os.freemem() };
  },
  /** Why a folder cannot be written to; '' if it can. */
  whyNotWritable(folder) {
    try {
      fs.rmdirSync(fs.mkdtempSync(path.join(folder, '.doctor-')));
      return '';
    } catch (error) {
      return String(error.code);
    }
  },
  /** Whether .venv exists: then set-up needs no other Python, and almost no disk space. */
  isSetUp: () => fs.existsSync(path.join(root, '.venv', '.setup.json')),
};

const ok = (found) => ({ status: 'ok', found });

/** Runs a check of set-up: `describe` gives the text of its result, unless it warns or throws. */
function tryCheck(run, describe) {
  try {
    const found = run();
    return found.warning ? { status: 'note', found: found.warning } : ok(describe(found));
  } catch (error) {
    return { status: 'fault', found: error.message };
  }
}

/**
 * The checks by name, in the order in which they are printed. Each returns a status (ok, note or fault), what was found,
 * and what to do.
 */
export const CHECKS = {
  Node: ({ checkNode }) =>
    tryCheck(
      () => ({ warning: checkNode() }),
      () => process.versions.node,
    ),
  Python({ findPython, isSetUp }) {
    if (isSetUp()) return ok('that of .venv');
    return tryCheck(findPython, ({ version, executable }) => `${version} with venv (${executable})`);
  },
  compiler({ findCompiler, env, isSetUp, windows }) {
    const compiler = findCompiler();
    if (compiler) return ok(compiler);
    if (windows || isSetUp() || env.LIF_FC_MNIST_BUNDLE) return ok('none, and none is needed');
    const { cause, fix } = describeMissingCompiler();
    return { status: 'note', found: cause, fix: `${fix}; without one, the slower WebAssembly backend is used` };
  },
  disk({ freeBytes, whyNotWritable, isSetUp }) {
    const [clone, temporary] = spaceNeededBy(root);
    for (const place of isSetUp() ? [{ ...clone, needed: AFTER_SET_UP }] : [clone, temporary]) {
      const { folder, alternative } = place;
      const reason = whyNotWritable(folder);
      if (reason) return { status: 'fault', found: `${folder} cannot be written to (${reason})`, fix: alternative };
      const lack = findMissingSpace([place], freeBytes);
      if (lack) return { status: 'fault', ...lack };
    }
    const free = freeBytes(root);
    return ok(free === undefined ? 'can be written to' : `${gigabytes(free)} free`);
  },
  memory({ memory }) {
    const { total, available = total } = memory();
    const found = available === total ? gigabytes(total) : `${gigabytes(available)} of ${gigabytes(total)} free`;
    if (available >= MEMORY) return ok(found);
    const fix = 'close other programs, or use the browser edition';
    return { status: 'fault', found: `${found}, ${gigabytes(MEMORY)} needed`, fix };
  },
};

const LABEL = { ok: 'ok   ', note: 'note ', fault: 'FAULT' };

/** The line of a check. */
export const lineOf = (name, { status, found, fix }) =>
  `  ${LABEL[status]}  ${name}: ${found}${fix ? ` → ${fix}` : ''}`;

/** Runs the checks and prints a line for each. */
export function checkMachine() {
  console.log(`Checking ${root}:`);
  return Object.entries(CHECKS).map(([name, check]) => {
    const verdict = check(machine);
    console.log(lineOf(name, verdict));
    return { name, ...verdict };
  });
}

/** The line to send to a teacher, such as `ready · linux-x64 · node 22 · native · 0.4 s per epoch · edition 3f2a`. */
export function summary(state, checks, facts = []) {
  const faults = checks.filter(({ status }) => status === 'fault').map(({ name }) => name);
  const first = faults.length === 0 ? state : `not ready: ${faults.join(', ')}`;
  return [first, `${process.platform}-${process.arch}`, `node ${nodeMajor}`, ...facts].join(' · ');
}

/** Whether this Node cannot be used. */
export const isNodeUnsupported = () => CHECKS.Node(machine).status === 'fault';

/**
 * What the doctor can check without packages, or with a Node that cannot load them.
 * @param lack why packages have to be installed
 */
export function checkBeforeSetUp(lack) {
  const checks = checkMachine();
  const found = lack === 'new' ? 'still to do' : `still to do; ${lack}`;
  if (!isNodeUnsupported()) console.log(lineOf('set-up', { status: 'note', found, fix: '`npm run setup` does it' }));
  console.log(`\n${summary('ready for set-up', checks)}`);
  process.exitCode = 1;
}

/** Prints which Node and Python set-up would use. */
export function check() {
  const warning = checkNode();
  const python = findPython();
  for (const one of [warning, python.warning]) if (one) console.warn(`warning: ${one}`);
  console.log(`Node ${process.versions.node} (${process.execPath}), Python ${python.version} (${python.executable})`);
}
