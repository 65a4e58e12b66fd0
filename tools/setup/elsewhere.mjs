#!/usr/bin/env node
import { lock, unlock } from '../../packages/system/lock.mjs';
// The command `lif_fc_mnist_notebooks`: the headless runner where this package is installed in another project.
//   npx lif_fc_mnist_notebooks [options] FILE…     (--help lists the options)
// The first call makes what the runner needs besides: a Python environment with Jupyter, inside the package's own
// folder.
import { runProgram } from '../../packages/system/program.mjs';
import { isClone } from '../../packages/system/project.mjs';
import { checkNode, findPython } from '../../packages/system/requirements.cjs';
import { step } from '../../packages/system/step.mjs';
import { installPython, kernelDone, venvLacks, writeKernel } from './steps.mjs';

/** Makes .venv and the kernel if they are missing. */
async function prepare() {
  const warning = checkNode();
  if (warning) console.error(`warning: ${warning}`);
  if (!venvLacks() && kernelDone()) return;
  await lock((pid) => console.error(`Another call (process ${pid}) is preparing the runner; waiting for it.`));
  try {
    if (venvLacks()) {
      const python = findPython();
      const doing = `Jupyter for Python ${python.version}, once`;
      await step('Python packages', doing, (onLine) => installPython(python, onLine));
    }
    if (!kernelDone()) writeKernel();
  } finally {
    unlock();
  }
}

if (isClone) {
  console.error('lif_fc_mnist_notebooks: this is a clone of the project; use `npm run notebooks -- FILE…`');
  process.exit(2);
}
const release = await runProgram('lif_fc_mnist_notebooks', prepare, { tidy: unlock, status: 2 });
release();
const { runNotebooks } = await import('../../packages/notebook-runner/notebooks.mjs');
await runNotebooks(process.argv.slice(2));
