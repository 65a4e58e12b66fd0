// `npm run doctor`: is this machine ready for a workshop? One line per check (ok, or the cause and what to do), and one
// line at the end to paste. Before set-up it checks what set-up needs, afterwards what was set up as well. The checks
// of the machine are in tools/machine.mjs: without packages, or with a Node that cannot read them, tools/start.mjs
// makes them by itself.
//   --collect FOLDER  lists what is in the files of a folder: what the doctor has printed for learners
import * as fs from 'node:fs';
import * as path from 'node:path';
import { command } from '../../../packages/system/program';
import { printable } from '../../../packages/system/project';
import { checkMachine, lineOf, summary, type Verdict } from '../../../tools/machine.mjs';
import { edition, setUp, trial } from './trial';

const cli = command('npm run doctor --', 'doctor')
  .description(
    `Is this machine ready for a workshop? Prints one line per check:
  ok     all is well
  note   it works, but something could be better, or set-up will do it
  FAULT  what is wrong, and what to do
and at the end one line to paste, which begins with "ready", "ready for set-up" or "not ready".
Exit status 0 if it is ready, 1 if there is a fault or set-up is still to do.`,
  )
  .option(
    '--collect <folder>',
    'check nothing, but print the last line of each file in a folder: what the doctor printed for a learner, `npm run -s doctor > NAME.txt`, or that line alone',
  );

/** The line to paste, as `summary` makes it, wherever in a text it stands. */
const PASTED =
  /(?:(ready)|ready for set-up|not ready: .+?) · \S+ · node \d[^\r\n]*?(?: · edition ([0-9a-f]{4})|(?=[\r\n]|$))/g;

/**
 * The last line to paste in a file; undefined without one. Windows PowerShell writes UTF-16 where other shells write
 * UTF-8.
 */
function pastedIn(file: string) {
  let bytes: Buffer;
  try {
    bytes = fs.readFileSync(file);
  } catch {
    return undefined; // a folder, a link that leads nowhere, a file of somebody else's
  }
  const text = bytes.toString(bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf16le' : 'utf8');
  return Array.from(text.matchAll(PASTED)).pop();
}

/** A line for each file of a folder, and a last one that counts them. What begins with a point is of a system. */
function collect(folder: string) {
  const files = fs.readdirSync(folder).filter((file) => !file.startsWith('.'));
  const editions = new Set<string>();
  let ready = 0;
  const lines = files.sort().map((file) => {
    const found = pastedIn(path.join(folder, file));
    if (!found) return `${file}: no line of the doctor`;
    if (found[1]) ready++;
    if (found[2]) editions.add(found[2]);
    return `${file.replace(/\.\w+$/, '')}: ${found[0]}`;
  });
  const named = [...editions].sort().join(', ') || 'none';
  return [...lines, '', `${ready} of ${files.length} are ready; editions: ${named}`];
}

/** @returns the exit status */
function printCollected(folder: string) {
  try {
    const lines = collect(path.resolve(process.env.INIT_CWD ?? '.', folder));
    console.log(lines.map(printable).join('\n')); // names and lines come from learners
    return 0;
  } catch (error) {
    console.error(`doctor: --collect: expected a folder (${(error as Error).message})`);
    return 2;
  }
}

/**
 * Checks the machine, and where that is well what was set up.
 * @returns the exit status
 */
async function examine() {
  const checks = checkMachine();
  const facts: string[] = [];
  const note = (name: string, verdict: Verdict) => {
    checks.push({ name, ...verdict });
    console.log(lineOf(name, verdict));
  };
  const before = setUp();
  note('set-up', before);
  const isSetUp = before.status === 'ok';
  // It is tried in the project's folder.
  if (isSetUp && !checks.some(({ name, status }) => name === 'disk' && status === 'fault')) {
    const { verdict, found } = await trial();
    note('trial', verdict);
    if (found) facts.push(found.backend, `${found.secondsPerEpoch.toFixed(1)} s per epoch`);
  }
  facts.push(`edition ${edition()}`);
  console.log(`\n${summary(isSetUp ? 'ready' : 'ready for set-up', checks, facts)}`);
  return isSetUp && checks.every(({ status }) => status !== 'fault') ? 0 : 1;
}

/** @returns the exit status */
async function main() {
  const { collect: folder } = cli.parse().opts();
  return folder === undefined ? examine() : printCollected(folder);
}

if (require.main === module) {
  main().then((status) => {
    process.exitCode = status;
  });
}
