// `npm run tutorial`: executes all notebooks, builds the book and the browser edition from them, and prints what to do
// next. Arguments, such as --check, go to the notebook runner. If a notebook fails, the others still run, but nothing is
// built.
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runInForeground } from '../packages/system/foreground';
import { program, root } from '../packages/system/project';

const started = performance.now();

/** Starts one of our programs, and resolves to its exit status. */
const run = (file: string, args: string[] = []) => runInForeground(...program(file, args));

/** Exits with the status of a failed step, and prints what the failure means. */
function exitOnFailure(status: number, onFailure?: string) {
  if (status === 0) return;
  if (status === 1 && onFailure) console.error(onFailure);
  process.exit(status);
}

function took() {
  const seconds = Math.round((performance.now() - started) / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

async function main(args: string[]) {
  if (args.includes('--help') || args.includes('-h')) {
    console.log(`npm run tutorial             executes all chapters, then makes the book and the browser edition of them
npm run tutorial -- --check  compares the outputs with the committed ones
Options go to the notebook runner; \`npm run notebooks -- --help\` lists them.`);
    return;
  }
  // A chapter does not use two cores fully, and takes up to 2 GB.
  const atATime = Math.max(1, Math.min(2, availableParallelism(), Math.floor(totalmem() / 3e9)));
  exitOnFailure(
    await run('tools/checks/notebooks.ts', ['--all', '--at-a-time', `${atATime}`, ...args]),
    'tutorial: no book was built, because a notebook failed. The line FAILED above names the cell.',
  );
  // Each uses one core.
  const statuses = await Promise.all([run('editions/book/make/book.ts'), run('editions/browser/make/lite.ts')]);
  exitOnFailure(Math.max(...statuses));
  const book = pathToFileURL(join(root, 'build', 'book', 'index.html')).href;
  console.log(`
The tutorial is ready after ${took()}. What next:
  read it          ${book}
  work through it  npm run lab   (JupyterLab opens in your browser)
  in a browser tab npm run lite -- --serve   (the chapters run in it; the book leads to them)
The executed notebooks are in build/notebooks/.`);
}

if (require.main === module) main(process.argv.slice(2));
