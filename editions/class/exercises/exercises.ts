// `npm run exercises`: the learner's own copies of the chapters, and the report of a class.
import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CHAPTERS } from '../../../packages/system/chapters';
import { runInForeground } from '../../../packages/system/foreground';
import { command, describe, whole } from '../../../packages/system/program';
import { program, root } from '../../../packages/system/project';
import { copiesPath, makeCopies, resetCopy } from '../../shared/copies';
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

const absolute = (path: string) => resolve(process.env.INIT_CWD ?? '.', path);

function makeAll(language: string | undefined) {
  const folder = copiesPath(language);
  const { names, made } = makeCopies(language);
  if (made.length > 0) console.log(`Made in ${folder}/: ${made.join(', ')}.`);
  else console.log(`Your ${names.length} copies are in ${folder}/; nothing was changed.`);
  console.log(`\`npm run lab${language ? ` -- --language ${language}` : ''}\` opens them.`);
}

/** The chapter with this number. */
function chapterOf(number: string, option: string) {
  const chapter = CHAPTERS.find(({ file }) => file.startsWith(`${number.padStart(2, '0')}-`));
  if (chapter) return chapter;
  const numbers = CHAPTERS.map(({ file }) => file.slice(0, 2)).join(', ');
  throw new BadInput(`${option}: expected the number of a chapter, ${numbers}, found ${number}`);
}

function reset(number: string, language: string | undefined) {
  const { file } = chapterOf(number, '--reset');
  const kept = resetCopy(file, language);
  const folder = copiesPath(language);
  console.log(`${folder}/${file} is new.${kept ? ` Your former copy is ${folder}/${kept}.` : ''}`);
}

/** Proves stubs, checks and solutions. Resolves to the exit status. */
async function check() {
  const status = await runInForeground(...program('tools/test.ts', ['exercises/test']));
  if (status === 0) console.log('Stubs fail, solutions pass, and known mistakes are named.');
  return status;
}

function tables() {
  // Loaded here, since its compiler and jsdom take half a second, and most people only want their copies.
  const { writeTables } = require('./tables') as typeof import('./tables');
  writeTables();
  console.log('The tables of chapters and editions/class/exercises.md are as notebooks/chapters.json says.');
}

/** Resolves to the exit status. */
function reportOn(path: string, numbers: string[], { csv, cellTimeout = 20 }: { csv?: string; cellTimeout?: number }) {
  const folder = absolute(path);
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory())
    throw new BadInput(`--report: expected a folder of notebooks, found ${folder}`);
  const chapters = numbers.map((number) => chapterOf(number, '--report FOLDER').number);
  return report(folder, csv ? absolute(csv) : join(root, 'build', 'exercises', 'report.csv'), chapters, cellTimeout);
}

async function main() {
  const given = cli.parse().opts();
  const { language } = given;
  const tasks = ['reset', 'check', 'report', 'tables'].filter((name) => given[name] !== undefined);
  if (tasks.length > 1) cli.error(`--${tasks[0]} and --${tasks[1]} exclude each other`);
  if (language !== undefined && !isLanguage(language)) cli.error(noLanguage(language));
  const forReport = cli.options.find(
    (option) => option.description.startsWith('for --report') && given[option.attributeName()] !== undefined,
  );
  const stray = forReport?.long ?? cli.args[0];
  if (stray !== undefined && given.report === undefined) cli.error(`${stray}: expected --report FOLDER beside it`);
  // Learners' code can read what this user can read, so root is refused unless the machine holds nothing else.
  if (given.report !== undefined && process.getuid?.() === 0 && !given.trust) {
    cli.error(
      '--report: expected a user other than root, since a notebook is a program and could read everything here; ' +
        'run it as another user, or add --trust in a container that holds nothing else',
    );
  }
  try {
    if (given.reset !== undefined) reset(given.reset, language);
    else if (given.check) process.exitCode = await check();
    else if (given.tables) tables();
    else if (given.report !== undefined) process.exitCode = await reportOn(given.report, cli.args, given);
    else makeAll(language);
  } catch (error) {
    console.error(`exercises: ${error instanceof BadInput ? error.message : describe(error)}`);
    process.exitCode = error instanceof BadInput ? 2 : 1;
  }
}

if (require.main === module) main();
