// `npm run exercises`: the learner's own copies of the chapters, and what a class has done.
import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CHAPTERS } from '../../../packages/system/chapters';
import { runInForeground } from '../../../packages/system/foreground';
import { command, describe, whole } from '../../../packages/system/program';
import { program, root } from '../../../packages/system/project';
import { copiesIn, makeCopies, resetCopy } from '../../shared/copies';
import { isLanguage, noLanguage } from '../../shared/translated';
import { BadInput } from './handed-in';
import { report } from './report';

const cli = command('npm run exercises --', 'exercises')
  .description('Makes your own copies of the chapters in notebooks/my/; nothing is overwritten.')
  .argument('[chapter...]', 'for --report: only these, such as 02')
  .option('--reset <chapter>', 'make a new copy of a chapter, and keep the old one under a name with the time')
  .option('--language <language>', 'copies in another language, such as zh, in a folder of its own in notebooks/my/')
  .option(
    '--check',
    'prove that stubs fail, solutions pass and known mistakes are named: the same as npm test -- exercises/test',
  )
  .option('--report <folder>', 'execute notebooks that were handed in: learner × exercise')
  .option('--csv <file>', 'for --report: where the table goes as CSV, instead of build/exercises/report.csv')
  .option('--cell-timeout <seconds>', 'for --report: seconds per cell, 20; more for a slow machine', whole(1, 86_400))
  .option('--trust', 'for --report: also as root; their code may then read and change everything here')
  .option('--tables', "write what notebooks/chapters.json says into texts, and the teacher's notes");

/** It loads a compiler and jsdom, which are half a second: most people want their copies. */
const writer = () => require('./tables') as typeof import('./tables');

const folderFor = (language: string | undefined) => (language ? `notebooks/my/${language}` : 'notebooks/my');

function makeAll(language: string | undefined) {
  const folder = folderFor(language);
  const { names, made } = makeCopies(undefined, copiesIn(language), language);
  if (made.length > 0) console.log(`Made in ${folder}/: ${made.join(', ')}.`);
  else console.log(`Your ${names.length} copies are in ${folder}/; nothing was changed.`);
  console.log(`\`npm run lab${language ? ` -- --language ${language}` : ''}\` opens them.`);
}

/** The chapter that is named by its number. */
function chapterOf(number: string, option: string) {
  const chapter = CHAPTERS.find(({ file }) => file.startsWith(`${number.padStart(2, '0')}-`));
  if (chapter) return chapter;
  const numbers = CHAPTERS.map(({ file }) => file.slice(0, 2)).join(', ');
  throw new BadInput(`${option}: expected the number of a chapter, ${numbers}, found ${number}`);
}

function reset(number: string, language: string | undefined) {
  const { file: name } = chapterOf(number, '--reset');
  const kept = resetCopy(name, undefined, copiesIn(language), undefined, language);
  const folder = folderFor(language);
  console.log(`${folder}/${name} is new.${kept ? ` Your former copy is ${folder}/${kept}.` : ''}`);
}

function folderOf(path: string) {
  const folder = resolve(process.env.INIT_CWD ?? '.', path);
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new BadInput(`--report: expected a folder of notebooks, found ${folder}`);
  }
  return folder;
}

async function main() {
  const given = cli.parse().opts();
  const chapters = cli.args;
  const chosen = ['reset', 'check', 'report', 'tables'].filter((name) => given[name] !== undefined);
  if (chosen.length > 1) cli.error(`--${chosen[0]} and --${chosen[1]} exclude each other`);
  const ofReport = cli.options.find(
    (option) => option.description.startsWith('for --report') && given[option.attributeName()] !== undefined,
  );
  const stray = ofReport?.long ?? chapters[0];
  const { language } = given;
  if (language !== undefined && !isLanguage(language)) cli.error(noLanguage(language));
  if (stray !== undefined && given.report === undefined) cli.error(`${stray}: expected --report FOLDER beside it`);
  // Learners' code reads what its reader may read, so root is refused unless nothing else is there.
  if (given.report !== undefined && process.getuid?.() === 0 && !given.trust) {
    cli.error(
      '--report: expected a user other than root, since a notebook is a program and could read everything here; ' +
        'run it as another user, or add --trust in a container that holds nothing else',
    );
  }
  try {
    if (given.reset !== undefined) reset(given.reset, language);
    else if (given.check) {
      process.exitCode = await runInForeground(...program('tools/test.ts', ['exercises/test']));
      if (process.exitCode === 0) console.log('Stubs fail, solutions pass, and known mistakes are named.');
    } else if (given.tables) {
      writer().writeTables();
      console.log('The tables of chapters and editions/class/exercises.md are as notebooks/chapters.json says.');
    } else if (given.report !== undefined) {
      const csv = resolve(process.env.INIT_CWD ?? '.', given.csv ?? join(root, 'build', 'exercises', 'report.csv'));
      const numbers = chapters.map((number) => chapterOf(number, '--report FOLDER').number);
      const folder = folderOf(given.report);
      process.exitCode = await report(folder, csv, numbers, given.cellTimeout ?? 20);
    } else makeAll(language);
  } catch (error) {
    console.error(`exercises: ${error instanceof BadInput ? error.message : describe(error)}`);
    process.exitCode = error instanceof BadInput ? 2 : 1;
  }
}

if (require.main === module) main();
