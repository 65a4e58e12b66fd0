// `npm run notebooks -- FILE…`, `npm run tutorial` (--all): executes notebooks headless. With --check it first looks at
// the numbers in the text: a chapter that says what no cell prints is not worth the minutes that it takes to execute.
import { join, resolve } from 'node:path';
import { runNotebooks } from '../../packages/notebook-runner/notebooks';
import { root } from '../../packages/system/project';
import { CHECKED, checkNumbers } from './numbers';

async function main(args: string[]) {
  if (args.includes('--check')) {
    // All pages go with --all.
    const named = args.map((file) => resolve(process.env.INIT_CWD ?? '', file));
    const wrong = checkNumbers(CHECKED.filter((file) => args.includes('--all') || named.includes(join(root, file))));
    if (wrong.length > 0) {
      for (const line of wrong) console.error(line);
      console.error(
        'notebooks: nothing was executed; editions/README.md, "Numbers in text", says how a number is shown or marked',
      );
      process.exit(1);
    }
  }
  await runNotebooks(args);
}

if (require.main === module) main(process.argv.slice(2));
