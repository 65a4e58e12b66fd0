// Executes notebooks without a browser: `npm run notebooks -- FILE…`, `npm run tutorial` (--all). run_notebooks.py does
// the work with the Python of .venv. This program finds that Python, and passes arguments and signals on.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runInForeground } from '../system/foreground.mjs';
import { venvPython } from '../system/project.mjs';

const script = join(dirname(fileURLToPath(import.meta.url)), 'run_notebooks.py');
if (!existsSync(venvPython)) {
  console.error(`notebooks: no Python at ${venvPython}; run \`npm run setup\``);
  process.exit(2);
}
try {
  const args = ['-I', '-B', script, '--parent', String(process.pid), ...process.argv.slice(2)];
  process.exitCode = await runInForeground(venvPython, args);
} catch (error) {
  console.error(`notebooks: ${venvPython}: ${/** @type {Error} */ (error).message}; run \`npm run setup\``);
  process.exitCode = 2;
}
