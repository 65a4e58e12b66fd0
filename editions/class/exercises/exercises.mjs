// `npm run exercises`: the learner's own copies of the chapters, the proof of the exercises, and what a class has done.
import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { runInForeground } from '../../../packages/system/foreground.mjs';
import { chapterNames, root, writeWhole } from '../../../packages/system/project.mjs';
import { makeCopies, outdatedCopies, readChapter, resetCopy } from './copies.mjs';
import { BadInput } from './handed-in.mjs';
import { teachersNotes } from './notes.mjs';
import { report } from './report.mjs';

const ABOUT = `npm run exercises                      makes your own copies of the chapters in notebooks/my/; nothing is overwritten
npm run exercises -- --reset 02        makes a new copy of chapter 2, and keeps the old one under a name with the time
npm run exercises -- --check           proves that stubs, checks and solutions are sound
npm run exercises -- --report FOLDER [02 …]
                                       executes notebooks that were handed in (of these chapters): learner × exercise
                     [--csv FILE]      where the table goes as CSV (build/exercises/report.csv)
                     [--cell-timeout S] seconds per cell (20); more for a slow machine
                     [--trust]         also as root: their code may then read and change everything here
npm run exercises -- --notes           writes the teacher's notes, editions/class/exercises.md`;

/** @returns {typeof import('../../../packages/exercises/index.js')} */
const packageExercises = () => createRequire(import.meta.url)(join(root, 'dist', 'packages', 'exercises', 'index.js'));

function options() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        help: { type: 'boolean', short: 'h' },
        check: { type: 'boolean' },
        notes: { type: 'boolean' },
        reset: { type: 'string' },
        report: { type: 'string' },
        csv: { type: 'string' },
        'cell-timeout': { type: 'string' },
        trust: { type: 'boolean' },
      },
    });
    return { given: values, chapters: positionals };
  } catch (error) {
    throw new BadInput(`${/** @type {Error} */ (error).message.split('. ')[0]}; see --help`);
  }
}

/**
 * Runs work that writes copies, and says in one line why it cannot.
 * @template T
 * @param {() => T} work
 */
function writing(work) {
  try {
    return work();
  } catch (error) {
    const { code, syscall } = /** @type {NodeJS.ErrnoException} */ (error);
    if (syscall === undefined) throw error;
    throw new BadInput(
      `notebooks/my cannot be written to (${code}); give yourself the right to, or work in a clone of your own`,
    );
  }
}

function makeAll() {
  const { names, made, outdated } = writing(() => makeCopies());
  if (made.length > 0) console.log(`Made in notebooks/my/: ${made.join(', ')}.`);
  else console.log(`Your ${names.length} copies are in notebooks/my/; nothing was changed.`);
  for (const name of outdated) sayOutdated(name);
  console.log('`npm run lab` opens them.');
}

const sayOutdated = (/** @type {string} */ name) =>
  console.log(
    `${name} has changed since your copy was made: \`npm run exercises -- --reset ${name.slice(0, 2)}\` makes a new one.`,
  );

/**
 * The file of a chapter that is named by its number.
 * @param {string} number
 * @param {string} option
 */
function chapterOf(number, option) {
  const names = chapterNames();
  const name = names.find((chapter) => chapter.startsWith(`${number.padStart(2, '0')}-`));
  if (name !== undefined) return name;
  const numbers = names.map((chapter) => chapter.slice(0, 2)).join(', ');
  throw new BadInput(`${option}: expected the number of a chapter, ${numbers}, found ${number}`);
}

function reset(/** @type {string} */ number) {
  const name = chapterOf(number, '--reset');
  const kept = writing(() => resetCopy(name));
  console.log(`notebooks/my/${name} is new.${kept ? ` Your former copy is notebooks/my/${kept}.` : ''}`);
}

/** The tests prove the exercises. A copy on this machine that is older than its chapter is named as well. */
async function check() {
  const status = await runInForeground(process.execPath, [join(root, 'tools', 'test.mjs'), 'exercises/']);
  const outdated = outdatedCopies();
  for (const name of outdated) sayOutdated(name);
  return status !== 0 || outdated.length > 0 ? 1 : 0;
}

function folderOf(/** @type {string} */ path) {
  const folder = resolve(process.env.INIT_CWD ?? '.', path);
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new BadInput(`--report: expected a folder of notebooks, found ${folder}`);
  }
  return folder;
}

/**
 * Learners' code reads what its reader may read, so root is refused unless nothing else is there.
 * @param {boolean | undefined} isTrusted
 */
function refuseRoot(isTrusted) {
  if (process.getuid?.() !== 0 || isTrusted) return;
  throw new BadInput(
    '--report: expected a user other than root, since a notebook is a program and could read everything here; ' +
      'run it as another user, or add --trust in a container that holds nothing else',
  );
}

try {
  const { given, chapters } = options();
  const chosen = /** @type {const} */ (['check', 'notes', 'reset', 'report']).filter(
    (name) => given[name] !== undefined,
  );
  if (chosen.length > 1) throw new BadInput(`--${chosen[0]} and --${chosen[1]} exclude each other`);
  for (const option of /** @type {const} */ (['csv', 'cell-timeout', 'trust'])) {
    if (given[option] !== undefined && given.report === undefined)
      throw new BadInput(`--${option}: expected --report FOLDER beside it`);
  }
  if (chapters.length > 0 && given.report === undefined)
    throw new BadInput(`expected options only, found ${chapters[0]}; see --help`);
  if (given.help) console.log(ABOUT);
  else if (given.reset !== undefined) reset(given.reset);
  else if (given.check) process.exitCode = await check();
  else if (given.notes) {
    const { ALL, GENERAL } = packageExercises();
    writeWhole(
      join(root, 'editions', 'class', 'exercises.md'),
      teachersNotes(
        ALL,
        chapterNames().map((name) => readChapter(name)),
        GENERAL,
      ),
    );
    console.log('editions/class/exercises.md is written.');
  } else if (given.report !== undefined) {
    const csv = resolve(process.env.INIT_CWD ?? '.', given.csv ?? join(root, 'build', 'exercises', 'report.csv'));
    const numbers = chapters.map((number) => Number(chapterOf(number, '--report FOLDER').slice(0, 2)));
    const folder = folderOf(given.report);
    const cellTimeout = Number(given['cell-timeout'] ?? 20);
    if (!Number.isInteger(cellTimeout) || cellTimeout < 1)
      throw new BadInput(`--cell-timeout: expected whole seconds, 1 or more, found ${given['cell-timeout']}`);
    refuseRoot(given.trust);
    process.exitCode = await report(folder, csv, packageExercises(), { chapters: numbers, cellTimeout });
  } else makeAll();
} catch (error) {
  if (!(error instanceof BadInput)) throw error;
  console.error(`exercises: ${error.message}`);
  process.exitCode = 2;
}
