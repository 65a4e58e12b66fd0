// `npm run exercises -- --report FOLDER`: learner × exercise, from notebooks that were handed in. Only the exercises of
// each notebook are executed, with limits (`execute.mjs`), one after the other: whatever a notebook does, it neither
// ends the report nor changes another learner's row.
import { accessSync, constants, mkdirSync, statSync } from 'node:fs';
import { dirname, sep } from 'node:path';
import { codeOf } from '../../../packages/system/processes.cjs';
import { writeWhole } from '../../../packages/system/project.mjs';
import { execute, say, verdictsOfJob } from './execute.mjs';
import { BadInput, handedIn, knownCells, notebooksBelow } from './handed-in.mjs';
import { reportCsv, reportText } from './table.mjs';

/**
 * @typedef {import('./handed-in.mjs').Job} Job
 * @typedef {import('./table.mjs').Verdict} Verdict
 * @typedef {import('./table.mjs').Verdicts} Verdicts
 * @typedef {import('./execute.mjs').PackageExercises} PackageExercises
 */

/** A learner's best result counts, so an unsolved copy next to a solved one does no harm. */
const RANK = ['passed', 'wrong', 'failed', 'todo', 'not-reached'];

/**
 * Of two sets of verdicts the better of each exercise, into the first.
 * @param {Record<string, Verdict>} into
 * @param {Record<string, Verdict>} more
 */
export function mergeVerdicts(into, more) {
  for (const [id, verdict] of Object.entries(more)) {
    if (into[id] === undefined || RANK.indexOf(verdict.status) < RANK.indexOf(into[id].status)) into[id] = verdict;
  }
}

/**
 * What is worth a line although nothing was left out.
 * @param {Job[]} used
 */
function notesOn(used) {
  const notes = used
    .filter(({ lacksSetup }) => lacksSetup)
    .map(({ path }) => `${path}: its cell exercises-setup is missing, so the chapter's own is used`);
  const copies = new Map();
  for (const { learner, chapters, isUntouched } of used) {
    for (const chapter of isUntouched ? [] : chapters) {
      const key = `${chapter} ${learner}`;
      copies.set(key, { learner, chapter, count: (copies.get(key)?.count ?? 0) + 1 });
    }
  }
  for (const { learner, chapter, count } of copies.values()) {
    if (count > 1) notes.push(`${learner}: ${count} copies of chapter ${chapter}, merged`);
  }
  for (const learner of new Set(used.map((one) => one.learner))) {
    const own = [...new Set(used.filter((one) => one.learner === learner).map(({ file }) => file.split(sep)[0]))];
    if (own.length > 1 && own.some((file) => /\.zip$/i.test(file))) {
      notes.push(`${learner}: ${own.join(' and ')} are one row; if they are of two learners, rename one`);
    }
  }
  const nameless = [...new Set(used.filter(({ isNameless }) => isNameless).map(({ file }) => file))];
  if (nameless.length > 0) {
    const rows = nameless.length === 1 ? 'it has a row of its own' : 'each has a row of its own';
    notes.push(
      `Without a learner's name: ${nameless.join(', ')}; ${rows}. Use a subfolder per learner, NAME.zip or NAME_02-lif-neuron.ipynb`,
    );
  }
  return notes;
}

/**
 * What is used of a folder, and what is not. Throws BadInput if nothing is.
 * @param {string} folder
 * @param {import('./handed-in.mjs').Exercises} exercises
 * @param {number[]} chapters
 */
function collect(folder, exercises, chapters) {
  const { paths, problems } = notebooksBelow(folder);
  const known = knownCells();
  const all = paths.flatMap((path) => handedIn(path, folder, exercises, known));
  const found = all.filter(
    (hand) => chapters.length === 0 || hand.why !== undefined || hand.chapters.some((one) => chapters.includes(one)),
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
 * Executes the notebooks below a folder, one after the other, and prints a line about each.
 * @param {string} folder
 * @param {PackageExercises} exercises
 * @param {{ chapters: number[], cellTimeout: number }} options chapters to look at, all if empty; seconds per cell
 * @returns {Promise<{ status: number, verdicts: Verdicts, problems: string[], notes: string[] }>} 0, or the exit status
 * if
 * a signal ended it; what was left out, and what else is worth a line
 */
export async function judgeFolder(folder, exercises, { chapters, cellTimeout }) {
  const { found, problems } = collect(folder, exercises.ALL, chapters);
  const used = found.filter((hand) => hand.why === undefined);
  /** @type {Verdicts} */
  const verdicts = new Map(found.map(({ learner }) => [learner, {}]));
  /** @type {(learner: string, own: Record<string, Verdict>) => void} */
  const add = (learner, own) => mergeVerdicts(verdicts.get(learner) ?? {}, own);
  const notes = notesOn(used);
  const jobs = used.filter(({ isUntouched }) => !isUntouched);
  for (const { learner, answers } of used.filter(({ isUntouched }) => isUntouched)) {
    add(learner, Object.fromEntries(answers.map((id) => [id, { status: 'todo' }])));
  }
  const untouched = used.length - jobs.length;
  if (untouched > 0) say(`not executed, since no answer was changed: ${untouched} of ${used.length}`);
  if (jobs.length === 0) return { status: 0, verdicts, problems, notes };
  // A signal to this program ends the report. One that a notebook sends to its runner does not.
  const signals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);
  let isStopped = false;
  const stop = () => {
    isStopped = true;
  };
  for (const signal of signals) process.on(signal, stop);
  try {
    for (const [i, job] of jobs.entries()) {
      const executed = await execute(job, exercises, cellTimeout);
      if (isStopped) return { status: executed.status || 130, verdicts, problems, notes };
      const { verdicts: own, note } = verdictsOfJob(job, executed, cellTimeout);
      add(job.learner, own);
      if (note) notes.push(note);
      say(`executed ${job.path} (${i + 1} of ${jobs.length})`);
    }
    return { status: 0, verdicts, problems, notes };
  } finally {
    for (const signal of signals) process.off(signal, stop);
  }
}

/**
 * Throws BadInput if a file cannot be written: better before the work than after it.
 * @param {string} csv
 */
function mustBeWritable(csv) {
  let isFolder;
  try {
    mkdirSync(dirname(csv), { recursive: true });
    accessSync(dirname(csv), constants.W_OK);
    isFolder = statSync(csv, { throwIfNoEntry: false })?.isDirectory();
  } catch (error) {
    throw new BadInput(`${csv} cannot be written (${codeOf(error)}); name another file with --csv FILE`);
  }
  if (isFolder) throw new BadInput(`--csv: expected the name of a file, found the folder ${csv}`);
}

/**
 * Judges a folder, prints the table and writes the CSV.
 * @param {string} folder
 * @param {string} csv
 * @param {PackageExercises} exercises
 * @param {{ chapters: number[], cellTimeout: number }} options as of `judgeFolder`
 * @returns {Promise<number>} the exit status
 */
export async function report(folder, csv, exercises, options) {
  const { chapters } = options;
  mustBeWritable(csv);
  const { status, verdicts, problems, notes } = await judgeFolder(folder, exercises, options);
  if (status !== 0) return status; // it was stopped, and the table of before stays
  const shown = Object.fromEntries(
    Object.entries(exercises.ALL).filter(([, { chapter }]) => chapters.length === 0 || chapters.includes(chapter)),
  );
  console.log(`\n${reportText(verdicts, shown)}`);
  for (const note of notes) say(note);
  for (const problem of problems) say(`Left out: ${problem}`);
  writeWhole(csv, reportCsv(verdicts, shown));
  console.log(`As CSV: ${csv}`);
  return 0;
}
