// `npm run exercises`: the learner's own copies of the chapters, the proof of the exercises, and what a class has done.
import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { runInForeground } from '../foreground.mjs';
import { chapterNames, makeCopies, outdatedCopies, readChapter, resetCopy } from '../notebooks/copies.mjs';
import { root, writeWhole } from '../setup/project.mjs';
import { teachersNotes } from './notes.mjs';
import { report } from './report.mjs';

const ABOUT = `npm run exercises                      makes your own copies of the chapters in notebooks/my/; nothing is overwritten
npm run exercises -- --reset 02        makes a new copy of chapter 2, and keeps the old one under a name with the time
npm run exercises -- --check           proves that stubs, checks and solutions are sound
npm run exercises -- --report FOLDER   executes notebooks that were handed in: learner × exercise
                     [--csv FILE]      where the table goes as CSV (build/exercises/report.csv)
npm run exercises -- --notes           writes the teacher's notes, workshop/exercises.md`;

/** Printed as one line, with exit status 2. */
class BadInput extends Error {}

const packageExercises = () => createRequire(import.meta.url)(join(root, 'dist', 'exercises', 'index.js')).ALL;

function options() {
  try {
    return parseArgs({
      options: {
        help: { type: 'boolean', short: 'h' },
        check: { type: 'boolean' },
        notes: { type: 'boolean' },
        reset: { type: 'string' },
        report: { type: 'string' },
        csv: { type: 'string' },
      },
    }).values;
  } catch (error) {
    throw new BadInput(`${error.message.split('. ')[0]}; see --help`);
  }
}

function makeAll() {
  const { names, made, outdated } = makeCopies();
  if (made.length > 0) console.log(`Made in notebooks/my/: ${made.join(', ')}.`);
  else console.log(`Your ${names.length} copies are in notebooks/my/; nothing was changed.`);
  for (const name of outdated) sayOutdated(name);
  console.log('`npm run lab` opens them.');
}

const sayOutdated = (name) =>
  console.log(
    `${name} has changed since your copy was made: \`npm run exercises -- --reset ${name.slice(0, 2)}\` makes a new one.`,
  );

function reset(number) {
  const names = chapterNames();
  const name = names.find((chapter) => chapter.startsWith(`${number.padStart(2, '0')}-`));
  if (name === undefined) {
    throw new BadInput(
      `--reset: expected the number of a chapter, ${names.map((chapter) => chapter.slice(0, 2)).join(', ')}, found ${number}`,
    );
  }
  const kept = resetCopy(name);
  console.log(`notebooks/my/${name} is new.${kept ? ` Your former copy is notebooks/my/${kept}.` : ''}`);
}

/** The tests prove the exercises. A copy on this machine that is older than its chapter is named as well. */
async function check() {
  const status = await runInForeground(process.execPath, [join(root, 'tools', 'test.mjs'), 'exercises/']);
  const outdated = outdatedCopies();
  for (const name of outdated) sayOutdated(name);
  return status !== 0 || outdated.length > 0 ? 1 : 0;
}

function folderOf(path) {
  const folder = resolve(process.env.INIT_CWD ?? '.', path);
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new BadInput(`--report: expected a folder of notebooks, found ${folder}`);
  }
  return folder;
}

try {
  const given = options();
  const chosen = ['check', 'notes', 'reset', 'report'].filter((name) => given[name] !== undefined);
  if (chosen.length > 1) throw new BadInput(`--${chosen[0]} and --${chosen[1]} exclude each other`);
  if (given.csv !== undefined && given.report === undefined)
    throw new BadInput('--csv: expected --report FOLDER beside it');
  if (given.help) console.log(ABOUT);
  else if (given.reset !== undefined) reset(given.reset);
  else if (given.check) process.exitCode = await check();
  else if (given.notes) {
    writeWhole(
      join(root, 'workshop', 'exercises.md'),
      teachersNotes(
        packageExercises(),
        chapterNames().map((name) => readChapter(name)),
      ),
    );
    console.log('workshop/exercises.md is written.');
  } else if (given.report !== undefined) {
    const csv = resolve(process.env.INIT_CWD ?? '.', given.csv ?? join(root, 'build', 'exercises', 'report.csv'));
    await report(folderOf(given.report), csv, packageExercises());
  } else makeAll();
} catch (error) {
  if (!(error instanceof BadInput)) throw error;
  console.error(`exercises: ${error.message}`);
  process.exitCode = 2;
}
