'use strict';
// What the checks ask of the machine. They get this object handed in, so a test can hand in another machine.
const { spawnSync } = require('child_process');
const fs = require('fs');
const net = require('net');
const os = require('os');
const path = require('path');
const requirements = require('../system/requirements.cjs');

const root = path.resolve(__dirname, '..', '..');
const kind = `${process.platform}-${process.arch}`;

/** Bytes that are free for this user where `folder` is; undefined if the system does not tell. */
function freeBytes(folder) {
  if (fs.statfsSync) {
    const { bavail, bsize } = fs.statfsSync(folder);
    return bavail * bsize;
  }
  const { stdout } = spawnSync('df', ['-Pk', folder], { encoding: 'utf8' });
  const fields = (stdout || '').trim().split('\n').pop().split(/\s+/);
  return fields.length >= 6 ? Number(fields[fields.length - 3]) * 1024 : undefined;
}

/** Which disk a folder is on. */
const diskOf = (folder) => fs.statSync(folder).dev;

const numberIn = (file) => {
  try {
    return Number(fs.readFileSync(file, 'utf8'));
  } catch (_) {
    return Number.NaN;
  }
};

/** Bytes of memory: all, and those that a new program could have (undefined where the system does not tell). */
function memory() {
  let total = os.totalmem();
  let available;
  if (process.platform === 'linux') {
    const found = /^MemAvailable:\s+(\d+) kB/m.exec(fs.readFileSync('/proc/meminfo', 'utf8'));
    available = found ? Number(found[1]) * 1024 : os.freemem();
    // A container may have less than its machine.
    const limit = numberIn('/sys/fs/cgroup/memory.max');
    if (limit < total) {
      total = limit;
      available = Math.min(available, limit - numberIn('/sys/fs/cgroup/memory.current'));
    }
  } else if (process.platform === 'win32') {
    available = os.freemem();
  }
  return { total, available };
}

/** Why a folder cannot be written to; '' if it can. */
function whyNotWritable(folder) {
  try {
    fs.rmdirSync(fs.mkdtempSync(path.join(folder, '.doctor-')));
    return '';
  } catch (error) {
    return error.code || error.message;
  }
}

/** Why a program cannot listen on this port of 127.0.0.1 and be reached there; '' if it can. 0 stands for a free port. */
function whyNotServed(port) {
  return new Promise((done) => {
    const server = net.createServer((socket) => socket.end('here'));
    const end = (reason) => server.close(() => done(reason));
    server.on('error', (error) => done(error.code || error.message));
    server.listen(port, '127.0.0.1', () => {
      const client = net.connect(server.address().port, '127.0.0.1');
      client.setTimeout(5000, () => client.destroy(new Error('no answer')));
      client.on('error', (error) => end(error.code || error.message));
      client.on('data', () => {
        client.destroy();
        end('');
      });
    });
  });
}

/** Whether set-up has installed all packages, Node's and Python's. What is in them, set-up's own check looks at. */
const hasPackages = () => fs.existsSync(path.join(root, 'node_modules', '.setup', 'packages.json')) && hasVenv();

/** Whether set-up has made .venv, after which it needs no other Python. */
const hasVenv = () => fs.existsSync(path.join(root, '.venv', '.setup.json'));

/** Whether set-up has installed the native backend. */
function hasNative() {
  try {
    const stamp = fs.readFileSync(path.join(root, 'node_modules', '.setup', 'native.json'), 'utf8');
    return JSON.parse(stamp).outcome !== 'none';
  } catch (_) {
    return false;
  }
}

module.exports = Object.assign(
  {
    root,
    kind,
    env: process.env,
    now: () => Date.now(),
    cores: () => os.cpus().length,
    temporary: os.tmpdir(),
    home: os.homedir(),
    freeBytes,
    diskOf,
    memory,
    whyNotWritable,
    whyNotServed,
    hasPackages,
    hasVenv,
    hasNative,
  },
  requirements,
);
