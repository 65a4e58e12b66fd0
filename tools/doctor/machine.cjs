'use strict';
// What set-up and the notebooks need of the machine itself.
const { fault, faultOf, note, ok } = require('./verdict.cjs');

const GB = 1e9;
const gigabytes = (bytes) => `${(bytes / GB).toFixed(1)} GB`;

/** A kernel takes 0.65 GB, JupyterLab 0.1 GB, a browser 0.5 GB. */
const MEMORY = { needed: 1 * GB, comfortable: 2 * GB, total: 4 * GB };
const AFTER_SET_UP = 0.3 * GB; // for runs and executed notebooks

const LAB_PORT = 8888; // JupyterLab's own choice
const LAB_RETRIES = 50; // and so many more

// A clock that is years off makes every certificate invalid.
const CLOCK = { from: Date.UTC(2025, 0, 1), to: Date.UTC(2045, 0, 1) };

function node({ checkNode }) {
  try {
    const warning = checkNode();
    if (!warning) return ok(process.versions.node);
    const [what, mend] = warning.split('; trying it. ');
    return note(what, mend);
  } catch (error) {
    return faultOf(error.message);
  }
}

function settings({ BACKENDS, env }) {
  const wanted = env.LIF_FC_MNIST_BACKEND;
  if (!wanted) return ok('LIF_FC_MNIST_BACKEND is not set, so set-up chooses the backend');
  if (BACKENDS.includes(wanted)) return ok(`LIF_FC_MNIST_BACKEND=${wanted}`);
  return fault(
    `LIF_FC_MNIST_BACKEND=${wanted} names no backend`,
    'unset LIF_FC_MNIST_BACKEND, or set it to native, wasm or cpu',
  );
}

function python({ env, findPython, hasVenv }) {
  try {
    const { version, executable, warning } = findPython();
    if (!warning) return ok(`${version} with venv (${executable})`);
    const [what, mend] = warning.split('; trying it. ');
    return note(what, mend);
  } catch (error) {
    const lacking = faultOf(error.message);
    if (!hasVenv()) return lacking;
    const mend = env.PYTHON ? 'unset PYTHON before the next set-up' : `before the next set-up: ${lacking.mend}`;
    const cause = lacking.found.replace(/^.* is needed, /, '');
    return note(`${cause}; not needed any more, since .venv is complete`, mend);
  }
}

function compiler({ findCompiler, noCompiler, hasNative, env, windows }) {
  const wanted = env.LIF_FC_MNIST_BACKEND;
  const path = findCompiler();
  if (path) return ok(path);
  if (windows) return ok('not needed on Windows, where the native backend comes compiled');
  if (hasNative()) return ok('none, and none is needed any more: the native backend is installed');
  if (env.LIF_FC_MNIST_BUNDLE) return ok('none, and none is needed: the native backend in a bundle is compiled');
  if (wanted === 'wasm' || wanted === 'cpu') return ok(`none, and LIF_FC_MNIST_BACKEND=${wanted} needs none`);
  const { cause, mend } = noCompiler();
  if (wanted === 'native') return fault(cause, `${mend}, or leave LIF_FC_MNIST_BACKEND unset`);
  return note(cause, `${mend}; without one, the slower WebAssembly backend is used`);
}

function disk({ root, temporary, home, freeBytes, diskOf, hasPackages, ROOM }) {
  const isSetUp = hasPackages();
  const places = [[root, isSetUp ? AFTER_SET_UP : ROOM.clone, 'free some, or put the project on another disk']];
  if (!isSetUp) {
    places.push([temporary, ROOM.elsewhere, 'free some, or set TMPDIR (Windows: TEMP) to a folder on another disk']);
    places.push([home, ROOM.elsewhere, 'free some, or set npm_config_cache and PIP_CACHE_DIR to folders elsewhere']);
  }
  const disks = new Set();
  let found = '';
  for (const [folder, needed, mend] of places) {
    let free;
    try {
      const disk = diskOf(folder);
      if (disks.has(disk)) continue; // the first is the one that needs most
      disks.add(disk);
      free = freeBytes(folder);
    } catch (_) {
      continue; // the check of write access names it
    }
    if (free < needed) return fault(`${gigabytes(free)} free in ${folder}, ${gigabytes(needed)} needed`, mend);
    if (found === '' && free !== undefined) found = `${gigabytes(free)} free`;
  }
  return ok(found || 'this system does not say how much is free');
}

function memory({ memory }) {
  const { total, available } = memory();
  const all = available === undefined ? gigabytes(total) : `${gigabytes(available)} of ${gigabytes(total)} free`;
  const other = 'use the browser edition';
  if (available < MEMORY.needed) {
    return fault(`${all}, ${gigabytes(MEMORY.needed)} needed`, `close other programs, or ${other}`);
  }
  if (available === undefined ? total < MEMORY.total : available < MEMORY.comfortable) {
    return note(all, `close other programs while you work; if it gets slow, ${other}`);
  }
  return ok(all);
}

function cores({ cores }) {
  const count = cores();
  return count >= 2 ? ok(`${count}`) : note('1', 'nothing to do; training takes about twice as long as on two');
}

async function ports({ whyNotServed }) {
  const reason = await whyNotServed(0);
  if (reason) {
    const mend = 'a firewall or VPN may be in the way: allow Node and Python to use 127.0.0.1';
    return fault(`a program cannot be reached on 127.0.0.1 (${reason})`, mend);
  }
  if ((await whyNotServed(LAB_PORT)) === '') return ok(`127.0.0.1 answers, and port ${LAB_PORT} is free`);
  for (let port = LAB_PORT + 1; port < LAB_PORT + LAB_RETRIES; port++) {
    if ((await whyNotServed(port)) === '') {
      return note(
        `port ${LAB_PORT} is taken, by another Jupyter perhaps`,
        `JupyterLab will take ${port}; open the address that \`npm run lab\` prints`,
      );
    }
  }
  return fault(
    `ports ${LAB_PORT} to ${LAB_PORT + LAB_RETRIES - 1} are taken`,
    'end the other Jupyter servers, or use `npm run lab -- --port=9999`',
  );
}

function access({ root, temporary, home, whyNotWritable, hasPackages, env }) {
  const places = [
    [root, 'copy the project into a folder of your own, on a disk of this machine'],
    [temporary, 'set TMPDIR (Windows: TEMP) to a folder of your own'],
  ];
  if (!hasPackages() && !env.npm_config_cache) places.push([home, 'set HOME to a folder of your own']);
  for (const [folder, mend] of places) {
    const reason = whyNotWritable(folder);
    if (reason) return fault(`${folder} cannot be written to (${reason})`, mend);
  }
  return ok('the folder of the project can be written to');
}

function clock({ now }) {
  const time = now();
  const shown = `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  if (time >= CLOCK.from && time < CLOCK.to) return ok(shown);
  return fault(`${shown} cannot be right`, 'set date and time; with a wrong clock every secure connection fails');
}

/** The checks as [name, function]. The first is that of Node. */
const machineChecks = (system) =>
  [
    ['Node', node],
    ['settings', settings],
    ['Python', python],
    ['compiler', compiler],
    ['disk', disk],
    ['memory', memory],
    ['cores', cores],
    ['ports', ports],
    ['write access', access],
    ['clock', clock],
  ].map(([name, check]) => [name, () => check(system)]);

module.exports = { machineChecks };
