#!/usr/bin/env node
// What `npm run test:peers` does first: SpikingJelly, snnTorch, Norse and nir in a Python of their own, .venv-peers.
import { join } from 'node:path';
import { installPython, venvLacks } from '../setup/steps.mjs';
import { runProgram } from '../system/program.mjs';
import { root } from '../system/project.mjs';
import { findPython } from '../system/requirements.cjs';
import { step } from '../system/step.mjs';

const ENVIRONMENT = { folder: join(root, '.venv-peers'), lock: 'test/peers/requirements.txt' };

async function main() {
  const reason = venvLacks(ENVIRONMENT);
  if (!reason) return;
  const because = reason === 'new' ? '' : `: ${reason}`;
  await step('Peers', `PyTorch and three frameworks into .venv-peers, once${because}`, (onLine) =>
    installPython(findPython(), onLine, undefined, ENVIRONMENT),
  );
}

await runProgram('test:peers', main);
