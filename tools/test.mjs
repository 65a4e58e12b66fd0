#!/usr/bin/env node
// `npm test`: sets up what is missing, then lint, type check and all tests except those of folders with their own
// command.
//   npm test -- NAME…        only the test files whose path contains one of the names, such as snn/neuron, packages/formats or
//                            book/test/browser/map, without lint and type check
//   --folder FOLDER          the test files of that folder (`npm run test:browser`); may be there several times
//   --with FOLDER            those of that folder and all that `npm test` runs; may be there several times
//   --without PLACE          without those of that folder, or that file; may be there several times
import { mkdirSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { delimiter, join, sep } from 'node:path';
import { runInForeground } from '../packages/system/foreground.mjs';
import { filesUnder, readJson, root } from '../packages/system/project.mjs';
import { windows } from '../packages/system/requirements.cjs';
import { run } from '../packages/system/run.mjs';

/**
 * Their tests need the book, the browser edition, Snakemake or other frameworks, which their commands make first, or
 * which come with the first map. Those of JupyterLab, which leads to the book, take a browser a minute.
 */
const OWN_COMMAND = [
  ...[
    'editions/book/test/browser',
    'editions/lab/test',
    'editions/browser/test/browser',
    'editions/browser/test/kernel',
  ],
  ...['editions/map/test/workflow', 'tools/peers/test'],
];
/** Where tests are: each next to what it tests. */
const FOLDERS = ['test', 'packages', 'hosts', 'editions', 'tools', 'translations'];
const ENDING = '.test.ts';
/** How long each file took when it last ran, in milliseconds, by its name. */
const DURATIONS = 'build/test-durations.json';

/** @type {NodeJS.ProcessEnv} */
const env = {
  // Threads of TensorFlow's that wait for one that is not running wait busily, and more files run than there are cores.
  TF_NUM_INTRAOP_THREADS: '1',
  ...process.env,
  TF_CPP_MIN_LOG_LEVEL: '3',
};
// Options meant for another node, and the mark that makes node:test print for a parent instead of for people.
delete env.NODE_OPTIONS;
delete env.NODE_TEST_CONTEXT;

/** @returns {never} */
function fail(/** @type {string} */ message) {
  console.error(`test: ${message}`);
  process.exit(2);
}

/** Names of all test files: paths from the root, without their ending and with forward slashes. */
const testNames = () =>
  FOLDERS.flatMap((folder) => filesUnder(join(root, folder)).map((name) => join(folder, name)))
    .filter((name) => name.endsWith(ENDING))
    .map((name) => name.slice(0, -ENDING.length).split(sep).join('/'))
    .sort();

const isIn = (/** @type {string} */ own) => (/** @type {string} */ name) => name.startsWith(`${own}/`);
const hasOwnCommand = (/** @type {string} */ name) => OWN_COMMAND.some((own) => isIn(own)(name));

/**
 * The files that take longest, first: none of them may be left to end alone. A file that has not run here yet may be
 * one of them, the more so the larger it is.
 * @param {string[]} names
 */
function slowestFirst(names) {
  /** @type {Record<string, number>} */
  const durations = readJson(join(root, DURATIONS)) ?? {};
  const places = names.map((name) => {
    const { size } = statSync(join(root, `${name}${ENDING}`));
    return { name, size, took: durations[`${name}${ENDING}`] ?? Number.MAX_VALUE };
  });
  return places.sort((a, b) => b.took - a.took || b.size - a.size).map(({ name }) => name);
}

/**
 * Browsers' files wait much, and others compute: one of the former goes with three of the latter, which take about as
 * long together, so that cores are neither idle nor too few for a page, and no long file is left to end alone.
 * @param {string[]} names
 */
function mixed(names) {
  const pages = names.filter(hasOwnCommand);
  const others = names.filter((name) => !hasOwnCommand(name));
  const together = pages.flatMap((page, i) => [page, ...others.slice(3 * i, 3 * i + 3)]);
  return [...together, ...others.slice(3 * pages.length)];
}

/** The test files that the arguments ask for. */
function chosen(/** @type {string[]} */ args) {
  const after = (/** @type {string} */ option) => args.filter((_, i) => args[i - 1] === option);
  const options = ['--folder', '--with', '--without'];
  const last = options.find((option) => option === args.at(-1));
  if (last) fail(`${last}: expected a folder with tests, found none`);
  const [folders, more, less] = options.map(after);
  const names = args.filter((name, i) => !options.includes(name) && !options.includes(args[i - 1]));
  const option = names.find((name) => name.startsWith('-'));
  if (option) fail(`unknown option ${option}; expected NAME…, parts of the path of a test file such as snn/neuron`);
  const every = testNames();
  // A name such as test/browser/map reaches into a folder with its own command; editions/book does not.
  const reaches = (/** @type {string} */ own, /** @type {string} */ name) =>
    name.includes('/') && every.some((file) => isIn(own)(file) && file.indexOf(name) + name.length > own.length + 1);
  const left = OWN_COMMAND.filter((own) => !more.includes(own) && !names.some((name) => reaches(own, name)));
  const isWanted = (/** @type {string} */ name) =>
    folders.length > 0 ? folders.some((folder) => isIn(folder)(name)) : !left.some((own) => isIn(own)(name));
  const isAt = (/** @type {string} */ place) => (/** @type {string} */ name) => name === place || isIn(place)(name);
  const nowhere = less.find((place) => !every.some(isAt(place)));
  if (nowhere !== undefined)
    fail(`--without: expected a folder with tests or a test file without its ending, found ${nowhere}`);
  const all = every.filter((name) => isWanted(name) && !less.some((place) => isAt(place)(name)));
  const empty = [...folders, ...more].find((folder) => !all.some(isIn(folder))) ?? (all.length === 0 ? '' : undefined);
  if (empty !== undefined) fail(`expected test files in ${empty || 'the project'}, found none`);
  const unknown = names.find((name) => !all.some((file) => file.includes(name)));
  if (unknown !== undefined) fail(`no test file's path contains ${unknown}; there are ${all.join(', ')}`);
  const asked = names.length === 0 ? all : all.filter((file) => names.some((name) => file.includes(name)));
  return { files: mixed(slowestFirst(asked)), isWhole: folders.length + names.length === 0 };
}

/**
 * Runs checks, scripts of package.json, in parallel, and so the parts of each, such as the two halves of the type
 * check. Each is silent when it passes; the first that fails says why.
 */
async function check(/** @type {string[]} */ ...names) {
  // As npm calls them, without the half second that each npm takes to start.
  const [shell, ...first] = windows ? ['cmd', '/d', '/s', '/c'] : ['sh', '-c'];
  const withPackages = { ...process.env, PATH: join(root, 'node_modules', '.bin') + delimiter + process.env.PATH };
  /** @type {{ scripts: Record<string, string> }} */
  const { scripts } = readJson(join(root, 'package.json'));
  const runPart = (/** @type {string} */ part) => run(shell, [...first, part], { cwd: root, env: withPackages });
  const done = await Promise.all(
    names.map(async (name) => {
      const begin = performance.now();
      const parts = await Promise.all(scripts[name].split(' && ').map(runPart));
      const { code, lines } = parts.find((part) => part.code !== 0) ?? parts[0];
      return { name, code, lines, seconds: (performance.now() - begin) / 1000 };
    }),
  );
  for (const { name, code, lines, seconds } of done) {
    if (code !== 0) {
      console.error(lines.slice(0, 40).join('\n'));
      if (lines.length > 40) console.error(`… and ${lines.length - 40} more lines`);
      console.error(`✖ ${name} failed: see above. \`npm run ${name}\` runs it alone.`);
      process.exit(1);
    }
    console.log(`✔ ${name} (${seconds.toFixed(1)} s)`);
  }
}

const ABOUT = `npm test                      lint, type check, and all tests but those of folders with a command of their own
npm test -- NAME…             only the test files whose path contains one of the names, such as snn/neuron or packages/formats,
                              without lint and type check
npm test -- --folder FOLDER   the test files in FOLDER, such as editions/book/test/browser; may be there several times
npm test -- --with FOLDER     those of FOLDER and all that \`npm test\` runs; may be there several times
npm test -- --without PLACE   without those of a folder, or without one file; may be there several times`;
if (process.argv.some((option) => option === '--help' || option === '-h')) {
  console.log(ABOUT);
  process.exit(0);
}
const { files, isWhole } = chosen(process.argv.slice(2));
if (isWhole) console.log('test: takes about ten minutes on two cores; `npm test -- NAME…` runs a part');
/**
 * Runs a program of tools/, and ends with its exit status if that is not 0.
 * @param {string[]} script
 * @param {string[]} options
 */
async function prepare(script, ...options) {
  const status = await runInForeground(process.execPath, [join(root, 'tools', ...script), ...options], { env });
  if (status !== 0) process.exit(status);
}
await prepare(['setup', 'setup.mjs'], '--quiet');
if (files.some((name) => name.startsWith('tools/peers/test/'))) await prepare(['peers', 'peers.mjs']);
if (isWhole) {
  await check('lint', 'typecheck');
}

mkdirSync(join(root, 'build'), { recursive: true });
// Browsers have work for all cores. Of other tests, many wait for programs that they start: with two more files than
// cores fewer cores are idle.
const inBrowser = files.some(hasOwnCommand);
const cores = availableParallelism();
const concurrency = files.every(hasOwnCommand) ? Math.min(2, cores) : Math.min(4, cores + 2);
// A file takes a minute or two, the chapters in a browser train for many. One that hangs has to fail rather than hold
// up the others.
const limit = inBrowser ? 30 : 20;
process.exitCode = await runInForeground(
  process.execPath,
  [
    // tsx for `require` alone starts each file an eighth of a second earlier than with its loader of ES modules, which
    // no test needs.
    ...['--require', './test/support/sources.cjs', './test/support/in-order.mjs'],
    ...[`${concurrency}`, `${60_000 * limit}`, 'build/test.log', DURATIONS],
    ...files.map((name) => `${name}${ENDING}`),
  ],
  { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'] },
);
