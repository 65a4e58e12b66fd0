// Executes notebooks without a browser. run_notebooks.py does the work with the Python of .venv; this finds that
// Python, and passes arguments and signals on.
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { runInForeground } from '../system/foreground.mjs';
import { venvPython } from '../system/project.mjs';

const script = join(dirname(fileURLToPath(import.meta.url)), 'run_notebooks.py');

/**
 * Executes the notebooks that the arguments name; `--help` lists the options. Sets the exit status of this process: 2
 * if its Python is missing.
 * @param {string[]} args
 */
export async function runNotebooks(args) {
  try {
    process.exitCode = await runInForeground(venvPython, ['-I', script, '--parent', String(process.pid), ...args]);
  } catch (error) {
    console.error(`notebooks: ${venvPython}: ${/** @type {Error} */ (error).message}; run \`npm run setup\``);
    process.exitCode = 2;
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href)
  await runNotebooks(process.argv.slice(2));
