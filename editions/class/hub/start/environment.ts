// The hub's own packages: JupyterHub and JupyterLab in .venv-hub, the proxy in editions/class/hub/node_modules. Both are
// pinned by hash, and only `npm run hub` installs them.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { hashOf, pythonIn, readJson, remove, root, UserError, writeJson } from '../../../../packages/system/project';
import { run, step } from '../../../../packages/system/run';
import { findPython, npmCommand } from '../../../../tools/machine.mjs';
import { assertSucceeded, runWithRetry } from '../../../../tools/packages.mjs';
import { installPython, whyVenvOutdated } from '../../../../tools/setup/steps';

export const hubFolder = join(root, 'editions', 'class', 'hub');
/**
 * --no-deps leaves out rfc3987-syntax, which only checks addresses in schemas and slows each server's start by half a
 * second; all others are in the lock. --compile, since learners cannot write there.
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

/** The account "nobody", which may read no more than the learners may. */
const NOBODY = 65534;

async function installProxy(onLine: (line: string) => void) {
  remove(proxyStamp);
  const [command, first] = npmCommand();
  const args = [...first, 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=http'];
  const env = { ...process.env, NODE_OPTIONS: '' };
  assertSucceeded(
    await runWithRetry(run, command, args, { cwd: hubFolder, env, onLine }),
    'npm ci in editions/class/hub',
  );
  writeJson(proxyStamp, proxyState());
}

/** Installs what is missing. Throws UserError. */
export async function setUpHub() {
  const umask = process.umask(0o022); // so that learners can read it
  try {
    if (whyVenvOutdated(python)) {
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

/** Throws UserError if learners' accounts cannot read the files that their notebooks need. */
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
  const as = { uid: NOBODY, gid: NOBODY, cwd: '/', encoding: 'utf8' as const };
  const { error, status, stderr } = spawnSync(process.execPath, ['-e', test, ...needed], as);
  if (error) throw new UserError(`learners cannot run ${process.execPath}: install Node for all users`);
  if (status === 0) return;
  const [, reason = stderr, path = 'the clone'] = /(E[A-Z]+): .*'(.*)'/.exec(stderr) ?? [];
  const python = 'remove .venv-hub, and name a Python of the system (PYTHON=/usr/bin/python3)';
  const clone = 'put the clone where all users may read, for example in /opt, and run `chmod -R o+rX` on it';
  throw new UserError(`learners cannot read ${path} (${reason}): ${path === hubPython ? python : clone}`);
}
