// Executes notebooks without a browser: `npm run notebooks -- FILE…`, `npm run tutorial` (--all). run_notebooks.py does
// the work with the Python of .venv. This program finds that Python, and passes arguments and signals on. With --check it first
// looks at the numbers in the text: a chapter that says what no cell prints is not worth the minutes that it takes to execute.
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runInForeground } from '../system/foreground.mjs';
import { isClone, root, venvPython } from '../system/project.mjs';

const script = join(dirname(fileURLToPath(import.meta.url)), 'run_notebooks.py');

/** What is wrong with the numbers in the text of the notebooks that are named; all pages go with --all. */
async function wrongNumbers(/** @type {string[]} */ args) {
  if (!isClone || !args.includes('--check')) return [];
  const { CHECKED, checkNumbers } = await import('./numbers.mjs');
  const named = args.map((file) => resolve(process.env.INIT_CWD ?? '', file));
  return checkNumbers(CHECKED.filter((file) => args.includes('--all') || named.includes(join(root, file))));
}

const wrong = await wrongNumbers(process.argv.slice(2));
if (wrong.length > 0) {
  for (const line of wrong) console.error(line);
  console.error(
    'notebooks: nothing was executed; CONTRIBUTING.md, "Numbers in text", says how a number is shown or marked',
  );
  process.exit(1);
}
if (!existsSync(venvPython)) {
  console.error(`notebooks: no Python at ${venvPython}; run \`npm run setup\``);
  process.exit(2);
}
try {
  const args = ['-I', script, '--parent', String(process.pid), ...process.argv.slice(2)];
  process.exitCode = await runInForeground(venvPython, args);
} catch (error) {
  console.error(`notebooks: ${venvPython}: ${/** @type {Error} */ (error).message}; run \`npm run setup\``);
  process.exitCode = 2;
}
