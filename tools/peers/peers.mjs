#!/usr/bin/env node
// What `npm run test:peers` does first: SpikingJelly, snnTorch, Norse and nir in their own Python, .venv-peers, in which
// the chapter in Python runs.
import { runProgram } from '../../packages/system/program.mjs';
import { installPeers } from './python.mjs';

async function main() {
  console.log(`peers: ready in ${await installPeers()}`);
}

await runProgram('peers', main, { interrupted: 'interrupted; run it again to install what is missing' });
