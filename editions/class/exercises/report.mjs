// `npm run exercises -- --report FOLDER`: learner × exercise, from notebooks that were handed in. Only the exercises of
// each notebook are executed, with limits (`execute.mjs`), one after the other: whatever a notebook does, it neither
// ends the report nor changes another learner's row.
import { mkdirSync } from 'node:fs';
import { dirname, sep } from 'node:path';
import { codeOf } from '../../../packages/system/processes.cjs';
import { writeWhole } from '../../../packages/system/project.mjs';
import { printable } from '../../../packages/system/requirements.cjs';
import { execute, say, verdictsOfJob } from './execute.mjs';
import { BadInput, handedIn, knownCells, notebooksBelow } from './handed-in.mjs';

/**
 * @typedef {import('./handed-in.mjs').Job} Job
 * @typedef {import('./execute.mjs').PackageExercises} PackageExercises
 */

/**
 * What is known of one exercise of one learner: right, which mistake, the answer's cell ended with an error, not
 * attempted, or a cell before it ended the notebook.
 * @typedef {{ status: 'passed' | 'wrong' | 'failed' | 'todo' | 'not-reached', name?: string }} Verdict
 * By learner, and by exercise.
 * @typedef {Map<string, Record<string, Verdict>>} Verdicts
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

const SIGN = { passed: '✔', todo: '○', failed: '!', 'not-reached': '?' };

/**
 * The matrix learner × exercise, and under it what each exercise's letters and exclamation marks stand for. A download
 * from a browser has all chapters: those that are stubs in every row are left out.
 * @param {Verdicts} verdicts
 * @param {Record<string, { chapter: number }>} exercises by id, in their order
 */
export function reportText(verdicts, exercises) {
  const found = Object.keys(exercises).filter((id) => [...verdicts.values()].some((own) => own[id]));
  if (found.length === 0) return 'No exercise was found.';
  const begun = new Set(
    found
      .filter((id) => [...verdicts.values()].some((own) => own[id] && own[id].status !== 'todo'))
      .map((id) => exercises[id].chapter),
  );
  const seen = begun.size === 0 ? found : found.filter((id) => begun.has(exercises[id].chapter));
  const rest = new Set(found.filter((id) => !seen.includes(id)).map((id) => exercises[id].chapter));
  const learners = [...verdicts.keys()].sort();
  /** @type {Record<string, Map<string, { letter: string, count: number }>>} by exercise and mistake */
  const letters = Object.fromEntries(seen.map((id) => [id, new Map()]));
  /** @type {(id: string, verdict: Verdict | undefined) => string} */
  const signOf = (id, verdict) => {
    if (verdict === undefined) return '-';
    const isWrong = verdict.status === 'wrong';
    if (verdict.status !== 'wrong' && verdict.status !== 'failed') return SIGN[verdict.status];
    const own = letters[id];
    const name = verdict.name ?? 'another mistake';
    const before = [...own.values()].filter(({ letter }) => letter !== SIGN.failed).length;
    const letter = isWrong ? String.fromCharCode(97 + before) : SIGN.failed;
    const mistake = own.get(name) ?? { letter, count: 0 };
    own.set(name, { ...mistake, count: mistake.count + 1 });
    return mistake.letter;
  };
  const wide = Math.max(...learners.map((name) => name.length), 7);
  const number = (/** @type {number} */ i) => String(i + 1).padStart(3);
  const rows = learners.map((learner) => {
    const own = verdicts.get(learner) ?? {};
    return `${printable(learner).padEnd(wide)}${seen.map((id) => signOf(id, own[id]).padStart(3)).join('')}`;
  });
  const legend = seen.map((id, i) => {
    const handedIn = learners.map((learner) => verdicts.get(learner)?.[id]).filter((verdict) => verdict !== undefined);
    const passed = handedIn.filter(({ status }) => status === 'passed').length;
    const missing = learners.length - handedIn.length;
    const mistakes = [...letters[id]]
      .sort((a, b) => b[1].count - a[1].count)
      .map(([name, { letter, count }]) => `${letter} ${name} (${count})`);
    return [
      `${number(i)} ${id}: ${passed} of ${handedIn.length} right`,
      ...(missing > 0 ? [`, ${missing} missing`] : []),
      ...(mistakes.length > 0 ? [`; ${mistakes.join(', ')}`] : []),
    ].join('');
  });
  return [
    `${'learner'.padEnd(wide)}${seen.map((_, i) => number(i)).join('')}`,
    ...rows,
    '',
    '✔ right, ○ not attempted, ! the cell fails, ? not reached, - missing, letters: mistakes',
    ...legend,
    ...(rest.size > 0 ? [`Not in the table, since no answer was changed: chapter ${[...rest].join(', ')}`] : []),
  ].join('\n');
}

/**
 * A field of a CSV. What a spreadsheet would take for a formula begins with an apostrophe, as it is typed there.
 * @param {string} text
 */
function field(text) {
  const safe = /^[=+@-]/.test(text) ? `'${text}` : text;
  return /[",]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/**
 * The same as CSV, a row per learner: `passed`, `todo`, the mistake's name, `wrong`, `not-reached`, nothing, or, for a
 * cell that fails, `cell-fails`, `never-ends` or `kernel-died`.
 * @param {Verdicts} verdicts
 * @param {Record<string, unknown>} exercises by id, in their order
 */
export function reportCsv(verdicts, exercises) {
  const ids = Object.keys(exercises);
  const cell = (/** @type {Verdict | undefined} */ verdict) => {
    if (verdict === undefined) return '';
    return ['wrong', 'failed'].includes(verdict.status) ? (verdict.name ?? verdict.status) : verdict.status;
  };
  const rows = [...verdicts.keys()]
    .sort()
    .map((learner) => [printable(learner), ...ids.map((id) => cell(verdicts.get(learner)?.[id]))]);
  return [['learner', ...ids], ...rows].map((row) => `${row.map(field).join(',')}\n`).join('');
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
  try {
    mkdirSync(dirname(csv), { recursive: true }); // better before the work than after it
  } catch (error) {
    throw new BadInput(`${csv} cannot be written (${codeOf(error)}); name another file with --csv FILE`);
  }
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
