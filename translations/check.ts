// node tools/start.mjs translations/check.ts [NAME…]: what a test checks, by hand. Exit status 1 for faults; what is
// stale or missing is listed.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ALL } from '../packages/exercises';
import { CHAPTERS } from '../packages/system/chapters';
import { command, runProgram } from '../packages/system/program';
import { filesUnder, root, UserError } from '../packages/system/project';
import { readPhrases, unsaid } from './phrases';
import { cellsOf, faults, stampNew, stampOf, type Twin, textOf, twinOf, twins } from './twins';

/** The English of a cell as it was when it was translated, from the history. */
function formerly(twin: Twin, id: string) {
  const wanted = twin.blocks.get(id)?.stamp;
  const now = twin.cells.find((cell) => cell.id === id);
  if (!wanted || !now) throw new UserError(`${twin.name}: expected a translated cell, found ${id}`);
  const topic = relative(root, twin.english);
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8', maxBuffer: 1e9, stdio: ['ignore', 'pipe', 'ignore'] });
  for (const line of git('log', '--format=%h', '--follow', '--name-only', '--', topic).split(/\n(?=[0-9a-f]{7,}\n)/)) {
    const [commit, path] = line.split(/\n+/);
    const text = path ? git('show', `${commit}:${path}`) : '';
    if (text === '') continue;
    const old = cellsOf(path, text).find((cell) => cell.id === id && stampOf(textOf(cell)) === wanted);
    if (old) return { old: textOf(old), now: textOf(now) };
  }
  throw new UserError(`${twin.name}: no commit has the English of ${id} that was translated (${wanted})`);
}

/** The messages of exercises that checks say in English, a line each. */
function unsaidMessages() {
  const { table } = readPhrases('zh', ['exercises-1', 'exercises-2']);
  return Object.entries(ALL).flatMap(([id, { mistakes }]) =>
    Object.entries(mistakes)
      .filter(([, { diagnosis }]) => !table.has(diagnosis))
      .map(([name]) => `exercises: ${id}: ${name}: not translated`),
  );
}

/** What drawings say in English, a line each. */
function unsaidWords() {
  const phrases = readPhrases('zh', ['drawings']);
  const folder = join(root, 'notebooks', 'images');
  const drawings = filesUnder(folder).filter((file) => file.endsWith('.svg'));
  return drawings.flatMap((file) =>
    unsaid(readFileSync(join(folder, file), 'utf8'), phrases).map((word) => `${file}: ${word}: not translated`),
  );
}

/** What notebooks/chapters.json says in English, a line each. */
function unsaidOfChapters() {
  const phrases = readPhrases('zh', ['chapters']);
  const texts = new Set(CHAPTERS.flatMap(({ part, title, question }) => [part, title, question]));
  return [...texts].filter((text) => !phrases.say(text)).map((text) => `chapters.json: ${text}: not translated`);
}

interface Options {
  stamp?: boolean;
  strict?: boolean;
  diff?: string;
}

async function check(names: string[], { stamp, strict, diff }: Options) {
  const chosen = names.length > 0 ? names.map((name) => twinOf(name)) : twins();
  if (stamp) {
    for (const twin of chosen) stampNew(twin);
    for (const [i, { name }] of chosen.entries()) chosen[i] = twinOf(name);
  }
  if (diff) {
    for (const twin of chosen) {
      const { old, now } = formerly(twin, diff);
      console.log(old === now ? 'unchanged' : `As it was translated:\n\n${old}\n\nNow:\n\n${now}`);
    }
    return;
  }
  const found = chosen.map(faults);
  const [wrong, stale, missing] = (['wrong', 'stale', 'missing'] as const).map((kind) =>
    found.flatMap((one) => one[kind]),
  );
  if (names.length === 0) missing.push(...unsaidOfChapters(), ...unsaidMessages(), ...unsaidWords());
  for (const line of [...wrong, ...stale, ...missing]) console.log(line);
  const blocks = chosen.reduce((sum, twin) => sum + twin.blocks.size, 0);
  console.log(`${blocks} blocks: ${wrong.length} faults, ${stale.length} stale, ${missing.length} not translated`);
  if (wrong.length > 0 || (strict && stale.length + missing.length > 0)) process.exitCode = 1;
}

async function main(args: string[]) {
  const program = command('node tools/start.mjs translations/check.ts', 'check')
    .argument('[names...]', 'chapters by their topics (lif-neuron) or pages (questions); all if none is named')
    .option('--stamp', 'fill in the stamps of new blocks, which say `?`')
    .option('--strict', 'fail on stale and missing blocks as well')
    .option('--diff <cell>', 'show the English of one cell as it was translated, and as it is now')
    .parse(args, { from: 'user' });
  await runProgram('check', () => check(program.args, program.opts<Options>()));
}

if (require.main === module) main(process.argv.slice(2));
