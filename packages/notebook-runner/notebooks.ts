// Executes notebooks without a browser: runs run_notebooks.py with the Python of .venv, and passes on arguments and
// signals.
import { join } from 'node:path';
import { runInForeground } from '../system/foreground';
import { venvPython } from '../system/project';

const script = join(__dirname, 'run_notebooks.py');

/**
 * Executes the notebooks that the arguments name; `--help` lists the options. Sets the exit status of this process, 2 if
 * the Python is missing.
 */
export async function runNotebooks(args: string[]) {
  try {
    process.exitCode = await runInForeground(venvPython, ['-I', script, '--parent', String(process.pid), ...args]);
  } catch (error) {
    console.error(`notebooks: ${venvPython}: ${(error as Error).message}; run \`npm run setup\``);
    process.exitCode = 2;
  }
}

if (require.main === module) runNotebooks(process.argv.slice(2));
