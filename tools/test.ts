// `npm test`: see ABOUT below.
import { mkdirSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, sep } from 'node:path';
import { runInForeground } from '../packages/system/foreground';
import { filesUnder, program, root } from '../packages/system/project';
import { run } from '../packages/system/run';
import { npmCommand } from './machine.mjs';

/** Tests that need the book, the browser edition or Snakemake, which `.ci/run` or their own commands make first. */
const NEED_MORE = [
  'editions/book/test/browser/',
  'editions/lab/test/',
  'editions/browser/test/browser/',
  'editions/browser/test/kernel/',
  'editions/map/test/workflow/',
];
/** The folders with tests. */
const FOLDERS = ['test', 'packages', 'hosts', 'editions', 'tools', 'translations'];
const ENDING = '.test.ts';
/** The list of the files that were run. */
const LIST = 'build/test-files.txt';

const ABOUT = `npm test               lint, type check, and all tests but those that need the book, the browser edition or Snakemake, and the night's
npm test -- NAME…      only the test files whose path contains one of the names, such as snn/neuron or packages/formats, without
                       lint and type check. Of files that \`npm test\` leaves out, those whose name fits no other: book/test/browser/map
npm test -- --all      lint, type check, and all tests but the night's, as \`.ci/run\` does once it has made what they need
npm test -- --night    the night's, *.night.test.ts, as \`.ci/run --night\` does
The files that were run are then in ${LIST}.`;

const env: NodeJS.ProcessEnv = {
  // More files run than there are cores, and threads of TensorFlow wait busily for those that are not running.
  TF_NUM_INTRAOP_THREADS: '1',
  ...process.env,
  TF_CPP_MIN_LOG_LEVEL: '3',
};
// Options for another process, and the variable that makes node:test print for a parent process.
delete env.NODE_OPTIONS;
delete env.NODE_TEST_CONTEXT;

function fail(message: string): never {
  console.error(`test: ${message}`);
  process.exit(2);
}

/** Names of all test files: paths from the root, without their ending and with forward slashes. */
const testNames = () =>
  FOLDERS.flatMap((folder) => filesUnder(join(root, folder)).map((name) => join(folder, name)))
    .filter((name) => name.endsWith(ENDING))
    .map((name) => name.slice(0, -ENDING.length).split(sep).join('/'))
    .sort();

const needsMore = (name: string) => NEED_MORE.some((folder) => name.startsWith(folder));
const isNight = (name: string) => name.endsWith('.night');

/** The largest files first: they usually take longest, and none should run alone at the end. */
function largestFirst(names: string[]) {
  const sizes = new Map(names.map((name) => [name, statSync(join(root, `${name}${ENDING}`)).size]));
  return names.sort((a, b) => Number(sizes.get(b)) - Number(sizes.get(a)));
}

/**
 * Mixes one file with browsers, which mostly wait, and three others, which compute: together they keep the cores busy
 * without starving pages, and no long file runs alone at the end.
 */
function mixed(names: string[]) {
  const pages = names.filter(needsMore);
  const others = names.filter((name) => !needsMore(name));
  const together = pages.flatMap((page, i) => [page, ...others.slice(3 * i, 3 * i + 3)]);
  return [...together, ...others.slice(3 * pages.length)];
}

/** The test files that the arguments select. */
function chosen(args: string[]) {
  const every = testNames();
  const night = every.filter(isNight);
  const pages = every.filter((name) => needsMore(name) && !isNight(name));
  const others = every.filter((name) => !needsMore(name) && !isNight(name));
  if (args.length === 0) return others;
  if (args.length === 1 && args[0] === '--all') return [...others, ...pages];
  if (args.length === 1 && args[0] === '--night') return night;
  const option = args.find((name) => name.startsWith('-'));
  if (option) fail(`expected --all, --night or NAME…, parts of the paths of test files, found ${args.join(' ')}`);
  const found = args.flatMap((name) => {
    const fit = [others, pages, night].map((files) => files.filter((file) => `${file}${ENDING}`.includes(name)));
    const files = fit.find(({ length }) => length > 0);
    return files ?? fail(`no test file's path contains ${name}; there are ${every.join(', ')}`);
  });
  return [...new Set(found)];
}

/** Runs scripts of package.json in parallel. Prints the output of the first that fails. */
async function check(...names: string[]) {
  const [program, first] = npmCommand();
  const done = await Promise.all(
    names.map(async (name) => ({ name, ...(await run(program, [...first, 'run', '-s', name], { cwd: root })) })),
  );
  for (const { name, code, lines } of done) {
    if (code !== 0) {
      console.error(lines.slice(0, 40).join('\n'));
      if (lines.length > 40) console.error(`… and ${lines.length - 40} more lines`);
      console.error(`✖ ${name} failed: see above. \`npm run ${name}\` runs it alone.`);
      process.exit(1);
    }
    console.log(`✔ ${name}`);
  }
}

async function main(args: string[]) {
  if (args.includes('--help') || args.includes('-h')) {
    console.log(ABOUT);
    return 0;
  }
  const isWhole = args.length === 0 || args[0] === '--all';
  const files = mixed(largestFirst(chosen(args)));
  if (args.length === 0) console.log('test: takes about six minutes on two cores; `npm test -- NAME…` runs a part');
  if (files.some((name) => name.startsWith('tools/peers/test/'))) {
    const status = await runInForeground(...program('tools/peers/peers.ts'), { env });
    if (status !== 0) return status;
  }
  if (isWhole) await check('lint', 'typecheck');

  mkdirSync(join(root, 'build'), { recursive: true });
  // Browsers use all cores. Many other tests wait for programs that they start: two more files than cores keep cores busy.
  const cores = availableParallelism();
  const concurrency = files.every((name) => needsMore(name) || isNight(name))
    ? Math.min(2, cores)
    : Math.min(4, cores + 2);
  // Minutes until a file that hangs fails. Most take a minute or two, those with pages up to ten beside others, and those
  // of the night up to an hour.
  const limit = files.some(isNight) ? 120 : files.some(needsMore) ? 30 : 20;
  return runInForeground(
    process.execPath,
    [
      // Not by tools/start.mjs: node:test starts each file with the options of this process.
      ...['--require', './tools/sources.cjs', './test/support/in-order.ts'],
      ...[`${concurrency}`, `${60_000 * limit}`, 'build/test.log', LIST],
      ...files.map((name) => `${name}${ENDING}`),
    ],
    { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'] },
  );
}

if (require.main === module)
  main(process.argv.slice(2)).then((status) => {
    process.exitCode = status;
  });
