// node tools/start.mjs translations/check.ts [NAME…]: checks translations. Lists stale and missing blocks; exits with
// status 1 for faults alone, or with --strict for those, too.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ALL } from '../packages/exercises';
import { CHAPTERS } from '../packages/system/chapters';
import { command, runProgram } from '../packages/system/program';
import { filesUnder, root, UserError } from '../packages/system/project';
import {
  cellsOf,
  checkTranslation,
  fillStamps,
  findTranslation,
  listTranslations,
  stampOf,
  type Translation,
  textOf,
} from './blocks';
import { readPhrases, untranslatedTexts } from './phrases';

/** The English of a cell when it was translated, from the Git history, and today's. */
function findFormerEnglish(translation: Translation, id: string) {
  const wanted = translation.blocks.get(id)?.stamp;
  const now = translation.cells.find((cell) => cell.id === id);
  if (!wanted || !now) throw new UserError(`${translation.name}: expected a translated cell, found ${id}`);
  const topic = relative(root, translation.english);
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8', maxBuffer: 1e9, stdio: ['ignore', 'pipe', 'ignore'] });
  for (const line of git('log', '--format=%h', '--follow', '--name-only', '--', topic).split(/\n(?=[0-9a-f]{7,}\n)/)) {
    const [commit, path] = line.split(/\n+/);
    const text = path ? git('show', `${commit}:${path}`) : '';
    if (text === '') continue;
    const old = cellsOf(path, text).find((cell) => cell.id === id && stampOf(textOf(cell)) === wanted);
    if (old) return { old: textOf(old), now: textOf(now) };
  }
  throw new UserError(`${translation.name}: no commit has the English of ${id} that was translated (${wanted})`);
}

/** Diagnoses of exercises without a translation, one line each. */
function untranslatedMessages() {
  const { table } = readPhrases('zh', ['exercises-1', 'exercises-2']);
  return Object.entries(ALL).flatMap(([id, { mistakes }]) =>
    Object.entries(mistakes)
      .filter(([, { diagnosis }]) => !table.has(diagnosis))
      .map(([name]) => `exercises: ${id}: ${name}: not translated`),
  );
}

/** Texts of drawings without a translation, one line each. */
function untranslatedDrawings() {
  const phrases = readPhrases('zh', ['drawings']);
  const folder = join(root, 'notebooks', 'images');
  const drawings = filesUnder(folder).filter((file) => file.endsWith('.svg'));
  return drawings.flatMap((file) =>
    untranslatedTexts(readFileSync(join(folder, file), 'utf8'), phrases).map(
      (word) => `${file}: ${word}: not translated`,
    ),
  );
}

/** Texts of notebooks/chapters.json without a translation, one line each. */
function untranslatedChapters() {
  const phrases = readPhrases('zh', ['chapters']);
  const texts = new Set(CHAPTERS.flatMap(({ part, title, question }) => [part, title, question]));
  return [...texts].filter((text) => !phrases.translate(text)).map((text) => `chapters.json: ${text}: not translated`);
}

interface Options {
  stamp?: boolean;
  strict?: boolean;
  diff?: string;
}

async function check(names: string[], { stamp, strict, diff }: Options) {
  const chosen = names.length > 0 ? names.map((name) => findTranslation(name)) : listTranslations();
  if (stamp) {
    for (const translation of chosen) fillStamps(translation);
    for (const [i, { name }] of chosen.entries()) chosen[i] = findTranslation(name);
  }
  if (diff) {
    for (const translation of chosen) {
      const { old, now } = findFormerEnglish(translation, diff);
      console.log(old === now ? 'unchanged' : `As it was translated:\n\n${old}\n\nNow:\n\n${now}`);
    }
    return;
  }
  const found = chosen.map(checkTranslation);
  const [wrong, stale, missing] = (['wrong', 'stale', 'missing'] as const).map((kind) =>
    found.flatMap((one) => one[kind]),
  );
  if (names.length === 0) missing.push(...untranslatedChapters(), ...untranslatedMessages(), ...untranslatedDrawings());
  for (const line of [...wrong, ...stale, ...missing]) console.log(line);
  const blocks = chosen.reduce((sum, translation) => sum + translation.blocks.size, 0);
  console.log(`${blocks} blocks: ${wrong.length} faults, ${stale.length} stale, ${missing.length} not translated`);
  if (wrong.length > 0 || (strict && stale.length + missing.length > 0)) process.exitCode = 1;
}

async function main(args: string[]) {
  const program = command('node tools/start.mjs translations/check.ts', 'check')
    .argument('[names...]', 'chapters by their topics (lif-neuron) or pages (questions); all if none is named')
    .option('--stamp', 'fill in the stamps of new blocks, marked `?`')
    .option('--strict', 'fail on stale and missing blocks as well')
    .option('--diff <cell>', 'show the English of one cell as it was translated, and as it is now')
    .parse(args, { from: 'user' });
  await runProgram('check', () => check(program.args, program.opts<Options>()));
}

if (require.main === module) main(process.argv.slice(2));
