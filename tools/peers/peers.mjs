#!/usr/bin/env node
import { runProgram } from '../../packages/system/program.mjs';
import { findPython } from '../../packages/system/requirements.cjs';
import { step } from '../../packages/system/step.mjs';
// What `npm run test:peers` does first: SpikingJelly, snnTorch, Norse and nir in their own Python,
// .venv-peers.
import { installPython, venvLacks } from '../setup/steps.mjs';
import { ENVIRONMENT, peersPython } from './python.mjs';

/** What a person should know before it begins. PyPI's PyTorch for Linux does not start without CUDA's libraries. */
const SIZE =
  process.platform === 'linux'
    ? "; downloads 2.9 GB, which take 5 GB there, most of it CUDA's libraries (PEERS_PYTHON may name a Python with a PyTorch for the CPU)"
    : '';

async function main() {
  const reason = process.env.PEERS_PYTHON ? undefined : venvLacks(ENVIRONMENT);
  if (reason) {
    const because = reason === 'new' ? '' : `: ${reason}`;
    await step('Peers', `PyTorch and three frameworks into .venv-peers, once${because}${SIZE}`, (onLine) =>
      installPython(findPython(), onLine, undefined, ENVIRONMENT),
    );
  }
  console.log(`peers: takes some minutes on two cores, with ${peersPython()}`);
}

await runProgram('peers', main, { interrupted: 'interrupted; run it again to install what is missing' });
