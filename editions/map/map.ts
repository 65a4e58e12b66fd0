// npm run map: many runs, by Snakemake. `--help` lists the options; all others are Snakemake's own.
import { createWriteStream, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, delimiter, dirname, extname, join, relative, resolve } from 'node:path';
import { waitForLock } from '../../packages/system/lock';
import { command, runProgram } from '../../packages/system/program';
import { printable, pythonIn, readText, root, UserError, writeWhole } from '../../packages/system/project';
import { run, step } from '../../packages/system/run';
import { findPython, pythonEnv } from '../../tools/machine.mjs';
import { installPython, whyVenvOutdated } from '../../tools/setup/steps';
import { COMPARISONS, compare } from './compare';
import { allRuns, choose, type Grid, PUBLISHED, readMapFile } from './grids';
import { BadMap, orBadMap, type Run } from './plan';
import { count, duration, showProgress } from './progress';
import { doneRow, formatTable, parseTable, type Row, rowFile, TABLE, wholeGrids } from './table';
import { verify } from './verify';

/** Snakemake's own Python, installed on the first `npm run map`. */
const ENVIRONMENT = { folder: join(root, '.venv-map'), lock: 'editions/map/requirements.txt' };

/** Where the command was typed. */
const TYPED_IN = process.env.INIT_CWD ?? '.';

/** A path as a person would type it. */
const here = (path: string) => printable(relative(TYPED_IN, path) || '.');

interface Options {
  config?: string;
  grid?: string[];
  directory?: string;
  update?: true;
  verify?: string;
  compare?: string | true;
}

/** Reads the command line: the options of this program, and the words that are Snakemake's. */
function read(args: string[]) {
  const program = command('npm run map --', 'map')
    .description('Computes the runs of grids and makes the table of them. All other options go on to Snakemake.')
    .option('--config <FILE>', 'grids of your own, in the form of editions/map/grids.yaml')
    .option(
      '--grid <NAME>',
      'only this grid of the file; may be given several times',
      (name, names: string[] | undefined = []) => [...names, name],
    )
    .option('--directory <DIR>', 'folder of the runs and the tables (default: build/map)')
    .option('--update', 'compute the runs that editions/map/map.csv lacks, and write its table, which is committed')
    .option(
      '--verify <N>',
      'compute N rows of the table again (or all, or the row with this id) and compare every byte',
    )
    .option('--compare [NAME]', 'compute this comparison of the file, or all, from the rows of its table')
    .allowUnknownOption()
    .allowExcessArguments();

  const options = program.parse(args, { from: 'user' }).opts<Options>();
  return { options, others: program.args };
}

/** The value of one of Snakemake's options, if it was given. */
function optionOf(others: string[], ...names: string[]) {
  const at = others.findIndex((word) => names.includes(word.split('=')[0]));
  if (at === -1) return undefined;
  return others[at].includes('=') ? others[at].slice(others[at].indexOf('=') + 1) : (others[at + 1] ?? '');
}

/** Snakemake's options for a map in the folder: the profile is that of the executor, unless another is named. */
function snakemakeArguments(folder: string, plan: string, others: string[]) {
  const profiles = join(root, 'editions', 'map', 'profiles');
  const profile = join(profiles, optionOf(others, '--executor', '-e') ?? 'default');
  const chosen = optionOf(others, '--workflow-profile') !== undefined;
  return [
    ...['--snakefile', join(root, 'editions', 'map', 'Snakefile')],
    ...['--directory', folder],
    ...['--configfile', plan],
    // The lock of this program is there as long as Snakemake runs, and is broken when its owner was killed.
    '--nolock',
    ...(chosen ? [] : ['--workflow-profile', existsSync(profile) ? profile : join(profiles, 'default')]),
    ...others,
  ];
}

/** Installs Snakemake where it is missing. */
async function setUp() {
  const reason = whyVenvOutdated(ENVIRONMENT);
  if (!reason) return;
  const python = findPython();
  const because = reason === 'new' ? '' : `: ${reason}`;
  await step('Snakemake', `into .venv-map, once${because}`, (onLine) =>
    installPython(python, onLine, undefined, ENVIRONMENT),
  );
}

/** What Snakemake needs to know of the runs. Written only if it is new. */
function writePlan(folder: string, runs: Run[]) {
  const file = join(folder, 'plan.json');
  const minutes = (seconds: number) => 5 + Math.ceil(seconds / 10); // a cluster's node may be slow
  const plan = Object.fromEntries(runs.map(({ id, run, seconds }) => [id, { run, minutes: minutes(seconds) }]));
  const text = `${JSON.stringify({ runs: plan }, null, 1)}\n`;
  if (readText(file) !== text) writeWhole(file, text);
  return file;
}

/** The rows of a table. */
const rowsIn = (table: string) => orBadMap(() => parseTable(readFileSync(table, 'utf8'), here(table)));

/** The rows of the committed table by id. */
const publishedRows = () => new Map(rowsIn(TABLE).map(({ grid, ...row }) => [row.id, row]));

/** Lets Snakemake compute the runs. Resolves to its exit status and its last lines. */
async function snakemake(folder: string, runs: Run[], others: string[]) {
  await setUp();
  const isTrial = others.some((word) => ['--dry-run', '--dryrun', '-n'].includes(word));
  const file = join(folder, 'snakemake.log');
  const log = createWriteStream(file).on('error', ({ message }) =>
    console.error(`map: ${file}: cannot be written (${message}); the runs go on without it`),
  );
  const total = runs.reduce((sum, { seconds }) => sum + seconds, 0);
  const look = () => {
    const rows = join(folder, 'runs'); // Snakemake removes it when the runs in it failed
    const there = new Set(existsSync(rows) ? readdirSync(rows) : []);
    const done = runs.filter(({ id }) => there.has(basename(rowFile(folder, id))));
    return { done: done.length, share: done.reduce((sum, { seconds }) => sum + seconds, 0) / total };
  };
  const stop = isTrial ? () => {} : showProgress('runs', runs.length, total / availableParallelism(), look);
  const env = pythonEnv();
  const path = `${dirname(process.execPath)}${delimiter}${process.env.PATH}`;
  try {
    return await run(
      join(dirname(pythonIn(ENVIRONMENT.folder)), 'snakemake'),
      snakemakeArguments(folder, writePlan(folder, runs), others),
      {
        cwd: folder,
        env: { ...env, PATH: path },
        minutes: Number.POSITIVE_INFINITY,
        // On Ctrl-C Snakemake cancels its jobs, those on a cluster, too.
        ending: { signal: 'SIGINT', seconds: 60 },
        onLine: (line) => {
          log.write(`${line}\n`);
          if (isTrial) console.log(line);
        },
      },
    );
  } finally {
    stop();
    await new Promise((done) => log.end(done));
  }
}

/** Whether a word asks Snakemake for runs that may be there already: a target, or an option that forces them. */
const asksAgain = (word: string) => /^(runs\/|--force|-[fFR]$)/.test(word);

/** The last line of a run's log, which says why it failed. */
function lastWords(folder: string, id: string) {
  const file = join(folder, 'logs', `${id}.log`);
  const lines = (readText(file) ?? '').trim().split('\n');
  return `${here(file)}: ${lines.at(-1) || 'nothing is written there'}`;
}

/** What Snakemake says of options that it does not know, and the like. */
const complaint = (folder: string, lines: string[]) =>
  lines.find((line) => /^snakemake: error: /.test(line))?.replace(/^snakemake: error: /, 'Snakemake says: ') ??
  `Snakemake failed: ${lines.at(-1)}; ${here(join(folder, 'snakemake.log'))} has the rest`;

/**
 * Computes what is missing of the wanted grids, then makes the table of all grids of the file that are whole.
 * @param grids of the file
 * @param others options of Snakemake
 * @param known rows of runs that are not to be computed again
 */
async function compute(
  folder: string,
  grids: Grid[],
  wanted: Grid[],
  table: string,
  others: string[],
  known: Map<string, Row>,
): Promise<{ status: number; isWhole: boolean }> {
  const start = performance.now();
  mkdirSync(folder, { recursive: true });
  await waitForLock(join(folder, 'map.lock'), 'map', (pid) => {
    throw new UserError(
      `expected no other map in ${here(folder)}, found one (process ${pid}); wait for it, or stop it`,
    );
  });
  const runs = allRuns(wanted);
  const damaged = (file: string) => console.log(`${here(file)} is damaged; its run is done again.`);
  const rowOf = (one: Run) => doneRow(folder, one, damaged) ?? known.get(one.id);
  const missing = runs.filter((one) => rowOf(one) === undefined);
  const cores = availableParallelism();
  const about = duration(missing.reduce((sum, { seconds }) => sum + seconds, 0) / cores);
  if (missing.length > 0) {
    const there = runs.length - missing.length;
    console.log(
      `${count(missing.length, 'run')} to do (about ${about} on ${count(cores, 'core')}), ${there} done already. Ctrl-C stops; the same command continues.`,
    );
  }
  const { code, lines } =
    missing.length > 0 || others.length > 0
      ? await snakemake(folder, others.some(asksAgain) ? runs : missing, others)
      : { code: 0, lines: [] };

  const rows = new Map(allRuns(grids).map((one) => [one.id, rowOf(one)]));
  const left = runs.filter(({ id }) => !rows.get(id));
  if (code !== 0 && !lines.some((line) => /^Error in rule /.test(line))) throw new UserError(complaint(folder, lines));
  if (code === 0 && left.length > 0) return { status: 0, isWhole: false }; // a dry run, or one target of several
  const whole = wholeGrids(grids, ({ id }) => rows.get(id));
  if (whole.rows.length > 0) writeWhole(table, formatTable(whole.rows));
  const took = duration((performance.now() - start) / 1000);
  if (left.length > 0) {
    console.error(`map: ${left.length} of ${runs.length} runs failed; the first: ${lastWords(folder, left[0].id)}`);
    return { status: 1, isWhole: false };
  }
  console.log(`${count(runs.length, 'run')} done, ${missing.length} of them now, in ${took}.`);
  console.log(`The table: ${here(table)} (${count(whole.rows.length, 'row')}: ${whole.names.join(', ')})`);
  return { status: 0, isWhole: whole.names.length === grids.length };
}

async function work({ options, others }: ReturnType<typeof read>) {
  const { config, grid: names = [], update, verify: which, compare: compared } = options;
  // Rows of all grids, each in a file with the id of its settings: a run that two grids share is there once.
  const folder = resolve(TYPED_IN, options.directory ?? join(root, 'build', 'map'));
  const file = config === undefined ? PUBLISHED : resolve(TYPED_IN, config);
  const own = config === undefined ? undefined : join(folder, `${basename(file, extname(file))}.csv`);
  if (update && own) throw new BadMap('--update: expected the published grids, found --config; leave one of both out');
  const { grids, comparisons } = readMapFile(file);
  const wanted = choose(grids, names);
  if (which !== undefined) {
    if (others.length > 0) throw new BadMap(`${others[0]}: expected no option of Snakemake beside --verify`);
    process.exitCode = (await verify(own ?? TABLE, grids, names, which)) ? 0 : 1;
    return;
  }
  if (compared !== undefined) {
    if (others.length > 0) throw new BadMap(`${others[0]}: expected no option of Snakemake beside --compare`);
    const results = own ? own.replace(/csv$/, 'comparisons.json') : COMPARISONS;
    await compare(results, compared === true ? [] : [compared], comparisons, grids, rowsIn(own ?? TABLE), folder);
    console.log(`The comparisons: ${here(results)}`);
    return;
  }
  const table = own ?? join(folder, 'map.csv');
  const { status, isWhole } = await compute(folder, grids, wanted, table, others, update ? publishedRows() : new Map());
  process.exitCode = status;
  if (!update || status !== 0) return;
  if (!isWhole) throw new UserError('--update: expected every grid to be whole; run it without --grid');
  if (readFileSync(table, 'utf8') === readFileSync(TABLE, 'utf8')) {
    console.log(`${here(TABLE)} has these rows already.`);
    return;
  }
  writeWhole(TABLE, readFileSync(table));
  console.log(`Copied to ${here(TABLE)}; \`npm run book\` makes its page, build/book/map.html.`);
}

async function main(args: string[]) {
  const asked = read(args);
  await runProgram('map', () => work(asked), {
    interrupted: 'stopped; the same command continues with what is missing',
  });
  process.exit();
}

if (require.main === module) main(process.argv.slice(2));
