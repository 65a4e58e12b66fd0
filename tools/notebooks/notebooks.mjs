// Executes notebooks headless: `npm run notebooks -- FILE…`, `npm run tutorial` (--all). The work is done by
// run_notebooks.py with the Python of .venv; this finds it, passes arguments on and signals through.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { venvPython } from '../setup/project.mjs';

const here = dirname(fileURLToPath(import.meta.url));
if (!existsSync(venvPython)) {
  console.error(`no Python at ${venvPython}; run \`npm run setup\``);
  process.exit(2);
}

const runner = spawn(
  venvPython,
  ['-I', '-B', join(here, 'run_notebooks.py'), '--parent', String(process.pid), ...process.argv.slice(2)],
  { stdio: 'inherit' },
);
// A terminal sends Ctrl-C to all of the group, `kill` to this process alone: so it is always passed on.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => runner.kill(signal));
runner.on('error', (error) => {
  console.error(`${venvPython}: ${error.message}; run \`npm run setup\``);
  process.exit(2);
});
runner.on('exit', (status, signal) => process.exit(status ?? 128 + constants.signals[signal]));
