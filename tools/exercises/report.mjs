// `npm run exercises -- --report FOLDER`: learner × exercise, from notebooks that were handed in. Only the exercises of each
// notebook are executed, in a kernel of its own and with limits, so that one bad notebook never stops the rest.
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { runInForeground } from '../system/foreground.mjs';
import { nodeModules, readJson, remove, root, writeWhole } from '../system/project.mjs';
import { partOf, verdictsOf } from './cells.mjs';
import { BadInput, handedIn, knownCells, notebooksBelow } from './handed-in.mjs';
import { reportCsv, reportText } from './table.mjs';

/** A learner's best result counts, since a copy that was kept beside the solved one takes nothing away. */
const RANK = ['passed', 'wrong', 'failed', 'todo', 'not-reached'];

/** Of two sets of verdicts the better of each exercise, into the first. */
export function mergeVerdicts(into, more) {
  for (const [id, verdict] of Object.entries(more)) {
    if (into[id] === undefined || RANK.indexOf(verdict.status) < RANK.indexOf(into[id].status)) into[id] = verdict;
  }
}

// Without what could move the cursor: a learner may call a file anything.
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const printable = (text) => text.replace(/[\x00-\x1f\x7f-\x9f]/g, '\ufffd');
const say = (line) => console.log(printable(line));

/** How a file is called while it is executed, and how the runner's lines name it. */
const nameOf = (i) => `handed-in-${String(i + 1).padStart(4, '0')}.ipynb`;
const OK = /^ok .*?handed-in-(\d+)\.ipynb: /;
const FAILED = /^FAILED .*?handed-in-(\d+)\.ipynb(?:, cell (\d+) \([^)]*\))?: (.*) {2}\([^(]*, result in .*\)$/;
const RUNNING = /^running .*?handed-in-(\d+)\.ipynb(?:, cell (\d+))?/;

/** How a job calls a cell of the executed notebook: by its number in the learner's. */
function placeIn({ numbers }, cell) {
  if (cell === undefined) return '';
  const number = numbers[Number(cell) - 1];
  return number === undefined ? ', the set-up cell' : `, cell ${number}`;
}

/**
 * Executes notebooks, one after the other, and prints a line about each.
 * @returns {Promise<{ status: number, failures: Map<object, { cell?: number, reason: string }>, executed: (job: object) => object }>}
 * the runner's status; where and why a notebook was given up
 */
async function execute(jobs, work, cellTimeout) {
  const results = join(work, 'results');
  for (const [i, { trimmed }] of jobs.entries()) writeFileSync(join(work, nameOf(i)), JSON.stringify(trimmed));
  const failures = new Map();
  const jobOf = ([, number]) => jobs[Number(number) - 1];
  const onLine = (line) => {
    const [ok, failed, running] = [OK, FAILED, RUNNING].map((pattern) => pattern.exec(line));
    if (running) say(`running ${jobOf(running).path}${placeIn(jobOf(running), running[2])}`);
    else if (ok || failed) {
      const job = jobOf(ok ?? failed);
      if (failed) failures.set(job, { cell: failed[2] && Number(failed[2]), reason: failed[3] });
      say(`executed ${job.path} (${jobs.indexOf(job) + 1} of ${jobs.length})`);
    } else if (line !== '' && !/^\d+ of \d+ notebooks passed/.test(line)) console.error(printable(line));
  };
  const runner = join(root, 'tools', 'notebooks', 'notebooks.mjs');
  const limits = ['--cell-timeout', String(cellTimeout), '--heartbeat', '10', '--out', results];
  const files = jobs.map((_, i) => join(work, nameOf(i)));
  // The clone may be somebody else's: the runner's own files go where the notebooks are.
  const env = { ...process.env, INIT_CWD: work, LIF_FC_MNIST_SCRATCH: join(work, 'jupyter') };
  const status = await runInForeground(process.execPath, [runner, ...limits, ...files], { env, onLine });
  const written = existsSync(results) ? readdirSync(results, { recursive: true }).map(String) : [];
  const executed = (job) => {
    const path = written.find((file) => basename(file) === nameOf(jobs.indexOf(job)));
    return path === undefined ? undefined : readJson(join(results, path));
  };
  return { status, failures, executed };
}

/** What a cell that ended its notebook is called, and said to be. */
function mishapOf(reason, cellTimeout) {
  if (reason.startsWith('still running'))
    return { name: 'never-ends', message: `it does not end (stopped after ${cellTimeout} s, --cell-timeout)` };
  return { name: reason.includes('the kernel died') ? 'kernel-died' : 'cell-fails', message: reason };
}

/** The verdicts of one executed notebook, and a line if it was given up before its end. */
function verdictsOfJob(job, executed, failure, cellTimeout) {
  const verdicts = executed === undefined ? {} : verdictsOf(executed);
  for (const id of Object.keys(verdicts)) if (!job.answers.includes(id)) delete verdicts[id];
  if (executed !== undefined && failure === undefined) return { verdicts };
  const { cell, reason = 'it could not be executed' } = failure ?? {};
  const mishap = mishapOf(reason, cellTimeout);
  const { id } = cell === undefined ? {} : partOf(job.trimmed.cells[cell - 1]);
  if (id !== undefined) verdicts[id] ??= { status: 'failed', ...mishap };
  for (const answer of job.answers)
    verdicts[answer] ??= { status: 'not-reached', message: 'a cell before it ended the notebook' };
  return {
    verdicts,
    note: `${job.learner}: ${job.path}${placeIn(job, cell)}: ${mishap.message}; what follows was not reached`,
  };
}

/** What is worth a line although nothing was left out. */
function notesOn(used) {
  const notes = used
    .filter(({ lacksSetup }) => lacksSetup)
    .map(({ path }) => `${path}: its cell exercises-setup is missing, so the chapter's own is used`);
  const copies = new Map();
  for (const { learner, chapters } of used) {
    for (const chapter of chapters) {
      const key = `${chapter} ${learner}`;
      copies.set(key, { learner, chapter, count: (copies.get(key)?.count ?? 0) + 1 });
    }
  }
  for (const { learner, chapter, count } of copies.values()) {
    if (count > 1) notes.push(`${learner}: ${count} copies of chapter ${chapter}, merged`);
  }
  const nameless = used.filter(({ isNameless }) => isNameless).map(({ path }) => path);
  if (nameless.length > 0) {
    const rows = nameless.length === 1 ? 'it has a row of its own' : 'each has a row of its own';
    notes.push(
      `Without a learner's name: ${nameless.join(', ')}; ${rows}. Use a subfolder per learner, or NAME_02-lif-neuron.ipynb`,
    );
  }
  return notes;
}

/** What is used of a folder, and what is not. Throws BadInput if there is nothing. */
function collect(folder, exercises, chapters) {
  const { paths, problems } = notebooksBelow(folder);
  const known = knownCells();
  const all = paths.map((path) => handedIn(path, folder, exercises, known));
  const found = all.filter(
    (hand) => chapters.length === 0 || hand.why || hand.chapters.some((one) => chapters.includes(one)),
  );
  problems.push(...found.flatMap(({ path, why }) => (why ? [`${path}: ${why}`] : [])));
  if (found.length === 0) {
    const of = chapters.length > 0 ? ` of chapter ${chapters.join(', ')}` : '';
    const unread = problems.length > 0 ? ` (${problems.join('; ')})` : '';
    throw new BadInput(`--report: expected notebooks (.ipynb)${of} below ${folder}, found none${unread}`);
  }
  return { found, problems };
}

/**
 * Executes the notebooks below a folder.
 * @param {{ chapters: number[], cellTimeout: number }} options chapters to look at, all if there are none; seconds per cell
 * @returns {Promise<{ status: number, verdicts: Map<string, Record<string, object>>, problems: string[], notes: string[] }>}
 * the runner's status, above 1 if it was ended; verdicts by learner; what was left out, and what else is worth a line
 */
export async function judgeFolder(folder, exercises, { chapters, cellTimeout }) {
  const { found, problems } = collect(folder, exercises, chapters);
  const used = found.filter(({ why }) => !why);
  const verdicts = new Map(found.map(({ learner }) => [learner, {}]));
  const notes = notesOn(used);
  const jobs = used.filter(({ isUntouched }) => !isUntouched);
  for (const { learner, answers } of used.filter(({ isUntouched }) => isUntouched)) {
    const todo = { status: 'todo', message: 'Not attempted yet.' };
    mergeVerdicts(verdicts.get(learner), Object.fromEntries(answers.map((id) => [id, todo])));
  }
  const untouched = used.length - jobs.length;
  if (untouched > 0) say(`not executed, since no answer was changed: ${untouched} of ${used.length}`);
  if (jobs.length === 0) return { status: 0, verdicts, problems, notes };
  const work = mkdtempSync(join(tmpdir(), 'lif-fc-mnist-report-'));
  try {
    mkdirSync(join(work, 'jupyter'));
    symlinkSync(nodeModules, join(work, 'node_modules'), 'junction'); // the kernel finds the package from where it starts
    const { status, failures, executed } = await execute(jobs, work, cellTimeout);
    for (const job of jobs) {
      const { verdicts: own, note } = verdictsOfJob(job, executed(job), failures.get(job), cellTimeout);
      mergeVerdicts(verdicts.get(job.learner), own);
      if (note) notes.push(note);
    }
    return { status, verdicts, problems, notes };
  } finally {
    remove(work);
  }
}

/** Throws BadInput if a file cannot be written: better before the work than after it. */
function mustBeWritable(csv) {
  let isFolder;
  try {
    mkdirSync(dirname(csv), { recursive: true });
    accessSync(dirname(csv), constants.W_OK);
    isFolder = statSync(csv, { throwIfNoEntry: false })?.isDirectory();
  } catch (error) {
    throw new BadInput(`${csv} cannot be written (${error.code}); name another file with --csv FILE`);
  }
  if (isFolder) throw new BadInput(`--csv: expected the name of a file, found the folder ${csv}`);
}

/**
 * Judges a folder, prints the table and writes the CSV.
 * @param {{ chapters: number[], cellTimeout: number }} options as of `judgeFolder`
 * @returns {Promise<number>} the exit status
 */
export async function report(folder, csv, exercises, options) {
  const { chapters } = options;
  mustBeWritable(csv);
  const { status, verdicts, problems, notes } = await judgeFolder(folder, exercises, options);
  if (status > 1) return status; // the runner has said why
  const shown = Object.fromEntries(
    Object.entries(exercises).filter(([, { chapter }]) => chapters.length === 0 || chapters.includes(chapter)),
  );
  console.log(`\n${reportText(verdicts, shown)}`);
  for (const note of notes) say(note);
  for (const problem of problems) say(`Left out: ${problem}`);
  writeWhole(csv, reportCsv(verdicts, shown));
  console.log(`As CSV: ${csv}`);
  return 0;
}
