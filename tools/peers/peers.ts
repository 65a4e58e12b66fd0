// The Python with SpikingJelly, snnTorch, Norse and nir: that of .venv-peers, which `node tools/start.mjs
// tools/peers/peers.ts` installs (for `npm run test:peers` and the chapter in Python), or the one in PEERS_PYTHON.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { runProgram } from '../../packages/system/program';
import { pythonIn, root, UserError, writeJson } from '../../packages/system/project';
import { step } from '../../packages/system/run';
import { findMissingSpace, findPython, pythonEnv } from '../machine.mjs';
import { installPython, whyVenvOutdated } from '../setup/steps';

const OWN = 'let PEERS_PYTHON name a Python that has the packages';
const ENVIRONMENT = {
  folder: join(root, '.venv-peers'),
  lock: 'tools/peers/test/requirements.txt',
  offline: `connect this machine, or ${OWN}`,
};

/**
 * The Python that runs the peers.
 * @throws UserError unless it has their packages
 */
export function peersPython() {
  const own = process.env.PEERS_PYTHON;
  if (!own) {
    if (!whyVenvOutdated(ENVIRONMENT)) return pythonIn(ENVIRONMENT.folder);
    throw new UserError(
      'expected the packages of the peers, found none: `node tools/start.mjs tools/peers/peers.ts` installs them, or PEERS_PYTHON names a Python that has them',
    );
  }
  const imports = 'import ipykernel, nir, norse, safetensors, snntorch, spikingjelly, torch';
  const { status, stderr } = spawnSync(own, ['-c', imports], { encoding: 'utf8', env: pythonEnv(), timeout: 60_000 });
  if (status === 0) return own;
  const why = stderr?.trim().split('\n').at(-1) || 'it does not run';
  throw new UserError(
    `PEERS_PYTHON: expected a Python with the packages of tools/peers/test/requirements.in, found ${own}: ${why}`,
  );
}

/** Shown before the installation. PyPI's PyTorch for Linux does not start without CUDA's libraries. */
const SIZE =
  process.platform === 'linux'
    ? "; downloads 2.9 GB, which take minutes and 5 GB of disk, most of it CUDA's libraries (Ctrl-C stops it; PEERS_PYTHON may name a Python with a PyTorch for the CPU)"
    : '; downloads some hundred MB, which takes minutes';

/**
 * Installs the peers if they are missing, and writes the kernelspec of notebooks in Python.
 * @returns the Python with their packages
 */
export async function installPeers() {
  const reason = process.env.PEERS_PYTHON ? undefined : whyVenvOutdated(ENVIRONMENT);
  if (reason) {
    const needed = process.platform === 'linux' ? 5e9 : 1e9;
    const lack = reason === 'new' ? findMissingSpace([{ folder: root, needed, alternative: OWN }]) : undefined;
    if (lack) throw new UserError(`the disk is too full: ${lack.found}; ${lack.fix}`);
    const because = reason === 'new' ? '' : `: ${reason}`;
    await step('Peers', `PyTorch and three frameworks into .venv-peers, once${because}${SIZE}`, (onLine) =>
      installPython(findPython(), onLine, undefined, ENVIRONMENT),
    );
  }
  const python = peersPython();
  // An absolute path: Jupyter would replace "python" by its own.
  writeJson(join(ENVIRONMENT.folder, 'share', 'jupyter', 'kernels', 'python3', 'kernel.json'), {
    argv: [python, '-m', 'ipykernel_launcher', '-f', '{connection_file}'],
    display_name: 'Python 3',
    language: 'python',
  });
  return python;
}

async function main() {
  console.log(`peers: ready in ${await installPeers()}`);
}

if (require.main === module)
  runProgram('peers', main, { interrupted: 'interrupted; run it again to install what is missing' });
