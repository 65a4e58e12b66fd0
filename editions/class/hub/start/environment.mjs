// The hub's own packages: JupyterHub and JupyterLab in .venv-hub, the proxy in editions/class/hub/node_modules. Both
// are pinned by hash, and neither belongs to the tutorial: who has no room to serve installs none of it.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { hashOf, readJson, remove, root, UserError, writeJson } from '../../../../packages/system/project.mjs';
import { findPython, pythonEnv } from '../../../../packages/system/requirements.cjs';
import { npmCommand, run, runTwice, succeeded } from '../../../../packages/system/run.mjs';
import { step } from '../../../../packages/system/step.mjs';

export const hubFolder = join(root, 'editions', 'class', 'hub');
const venv = join(root, '.venv-hub');
export const hubPython = join(venv, 'bin', 'python');
const proxyFolder = join(hubFolder, 'node_modules');
export const proxy = join(proxyFolder, 'configurable-http-proxy', 'bin', 'configurable-http-proxy');

const python = {
  stamp: join(venv, '.setup.json'),
  state: () => ({ inputs: hashOf(['editions/class/hub/requirements.txt']), path: venv }),
  result: hubPython,
};
const node = {
  stamp: join(proxyFolder, '.setup.json'),
  state: () => ({ inputs: hashOf(['editions/class/hub/package-lock.json']) }),
  result: proxy,
};

/** @param {typeof python | typeof node} step */
const isDone = ({ stamp, state, result }) =>
  JSON.stringify(readJson(stamp)) === JSON.stringify(state()) && existsSync(result);

/** The account "nobody": a stranger to this machine, as the learners are. */
const STRANGER = 65534;

/** @param {(line: string) => void} onLine */
async function installPython(onLine) {
  remove(python.stamp);
  const found = findPython();
  const env = pythonEnv();
  succeeded(await run(found.executable, ['-m', 'venv', '--clear', venv], { env, onLine }), 'python -m venv .venv-hub');
  // Without dependencies: the lock is complete except rfc3987-syntax, which costs each server half a second at its
  // start and is used only to check the form of addresses in schemas. Compiled, since learners cannot write there.
  const pip = ['-m', 'pip', 'install', '--no-deps', '--require-hashes', '--progress-bar', 'off'];
  const file = join(hubFolder, 'requirements.txt');
  succeeded(
    await runTwice(hubPython, [...pip, '-r', file], { env, onLine }),
    'pip install -r editions/class/hub/requirements.txt',
  );
  writeJson(python.stamp, python.state());
}

/** @param {(line: string) => void} onLine */
async function installProxy(onLine) {
  remove(node.stamp);
  const [command, first] = npmCommand();
  const args = [...first, 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=http'];
  const env = { ...process.env, NODE_OPTIONS: '' };
  succeeded(await runTwice(command, args, { cwd: hubFolder, env, onLine }), 'npm ci in editions/class/hub');
  writeJson(node.stamp, node.state());
}

/** Installs what is missing. Throws UserError. */
export async function setUpHub() {
  const umask = process.umask(0o022); // learners read and run what is installed here
  try {
    if (!isDone(python)) await step('Hub', 'JupyterHub and JupyterLab in .venv-hub', installPython);
    if (!isDone(node)) await step('Proxy', 'npm ci in editions/class/hub', installProxy);
  } finally {
    process.umask(umask);
  }
}

/** Throws UserError if the accounts of learners cannot read what their notebooks need. */
export function checkReadable() {
  const needed = [
    join(root, 'editions', 'shared', 'server', 'jupyter_server_config.py'),
    join(root, 'node_modules', 'tslab', 'package.json'),
    join(root, 'dist', 'hosts', 'node', 'index.js'),
    join(root, '.venv', 'share', 'jupyter', 'kernels', 'tslab', 'kernel.json'),
    join(root, 'packages', 'typescript-kernel', 'tslab', 'preload.cjs'),
    hubPython,
  ];
  const test = 'for (const path of process.argv.slice(1)) require("node:fs").accessSync(path)';
  const as = { uid: STRANGER, gid: STRANGER, cwd: '/', encoding: /** @type {const} */ ('utf8') };
  const { error, status, stderr } = spawnSync(process.execPath, ['-e', test, ...needed], as);
  if (error) throw new UserError(`learners cannot run ${process.execPath}: install Node for all users`);
  if (status === 0) return;
  const [, why, path] = /(E[A-Z]+): .*'(.*)'/.exec(stderr) ?? ['', stderr, 'the clone'];
  throw new UserError(
    path === hubPython
      ? `learners cannot run ${path} (${why}): remove .venv-hub, and name a Python of the system (PYTHON=/usr/bin/python3)`
      : `learners cannot read ${path} (${why}): put the clone where all users may read, for example in /opt, ` +
          'and run `chmod -R o+rX` on it',
  );
}
