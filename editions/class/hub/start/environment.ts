// The hub's own packages: JupyterHub and JupyterLab in .venv-hub, the proxy in editions/class/hub/node_modules. Both
// are pinned by hash, and neither belongs to the tutorial: who has no room to serve installs none of it.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { hashOf, pythonIn, readJson, remove, root, UserError, writeJson } from '../../../../packages/system/project';
import { run, step } from '../../../../packages/system/run';
import { findPython, npmCommand } from '../../../../tools/machine.mjs';
import { runTwice, succeeded } from '../../../../tools/packages.mjs';
import { installPython, venvLacks } from '../../../../tools/setup/steps';

export const hubFolder = join(root, 'editions', 'class', 'hub');
/**
 * Without dependencies: the lock is complete except rfc3987-syntax, which costs each server half a second at its start
 * and is used only to check the form of addresses in schemas. Compiled, since learners cannot write there.
 */
const python = {
  folder: join(root, '.venv-hub'),
  lock: 'editions/class/hub/requirements.txt',
  options: ['--no-deps', '--compile'],
};
export const hubPython = pythonIn(python.folder);
const proxyFolder = join(hubFolder, 'node_modules');
export const proxy = join(proxyFolder, 'configurable-http-proxy', 'bin', 'configurable-http-proxy');

const proxyStamp = join(proxyFolder, '.setup.json');
const proxyState = () => hashOf(['editions/class/hub/package-lock.json']);

/** The account "nobody": a stranger to this machine, as the learners are. */
const STRANGER = 65534;

async function installProxy(onLine: (line: string) => void) {
  remove(proxyStamp);
  const [command, first] = npmCommand();
  const args = [...first, 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=http'];
  const env = { ...process.env, NODE_OPTIONS: '' };
  succeeded(await runTwice(run, command, args, { cwd: hubFolder, env, onLine }), 'npm ci in editions/class/hub');
  writeJson(proxyStamp, proxyState());
}

/** Installs what is missing. Throws UserError. */
export async function setUpHub() {
  const umask = process.umask(0o022); // learners read and run what is installed here
  try {
    if (venvLacks(python)) {
      await step('Hub', 'JupyterHub and JupyterLab in .venv-hub', (onLine) =>
        installPython(findPython(), onLine, undefined, python),
      );
    }
    if (readJson(proxyStamp) !== proxyState() || !existsSync(proxy))
      await step('Proxy', 'npm ci in editions/class/hub', installProxy);
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
    join(root, 'dist', 'packages', 'typescript-kernel', 'tslab', 'preload.js'),
    hubPython,
  ];
  const test = 'for (const path of process.argv.slice(1)) require("node:fs").accessSync(path)';
  const as = { uid: STRANGER, gid: STRANGER, cwd: '/', encoding: 'utf8' as const };
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
