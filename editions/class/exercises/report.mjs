// `npm run exercises -- --report FOLDER`: learner × exercise, from notebooks that were handed in. Only the exercises of
// each notebook are executed, with limits, one after the other, each with a runner, a kernel and a folder of its own:
// whatever a notebook does, it neither ends the report nor changes another learner's row.
import { accessSync, constants, mkdirSync, mkdtempSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runInForeground } from '../../../packages/system/foreground.mjs';
import { onSignals } from '../../../packages/system/parent.mjs';
import { codeOf } from '../../../packages/system/processes.cjs';
import { nodeModules, readText, remove, root, writeWhole } from '../../../packages/system/project.mjs';
import { printable } from '../../../packages/system/requirements.cjs';
import { partOf } from '../../shared/cells.mjs';
import { BadInput, handedIn, knownCells, notebooksBelow } from './handed-in.mjs';

/**
 * @typedef {import('./handed-in.mjs').Job} Job
 * @typedef {Pick<typeof import('../../../packages/exercises/index.js'), 'ALL' | 'GENERAL'>} PackageExercises
 */

/**
 * What is known of one exercise of one learner: right, which mistake, the answer's cell ended with an error, not
 * attempted, or a cell before it ended the notebook.
 * @typedef {{ status: 'passed' | 'wrong' | 'failed' | 'todo' | 'not-reached', name?: string }} Verdict
 * By learner, and by exercise.
 * @typedef {Map<string, Record<string, Verdict>>} Verdicts
 */

/**
 * What came of executing a notebook: how many of its cells have ended, the errors of those that may end in one, by the
 * cell's number, how the notebook ended, unless its runner was ended before, and what its checks found.
 * @typedef {object} Executed
 * @property {number} done
 * @property {Map<number, string>} errors
 * @property {{ event: 'passed' | 'failed', cell?: number, kind?: string, reason?: string } | undefined} ended
 * @property {Record<string, Verdict>} verdicts
 */

/** @param {string} line */
const say = (line) => console.log(printable(line));

/**
 * How a job calls a cell of the executed notebook: by its number in the learner's.
 * @param {Job} job
 * @param {number | undefined} cell
 */
function placeIn({ numbers }, cell) {
  if (cell === undefined) return '';
  return `, cell ${numbers[cell - 1]}`;
}

/**
 * What the checks of a notebook found, in their order. Its code could write into this file as well, or put anything in
 * its place, so nothing is waited for, and only names that the exercise knows are taken over.
 * @param {string} path of lines as of `recordProgress`
 * @param {Job} job
 * @param {PackageExercises} exercises
 * @returns {Record<string, Verdict>} of each exercise the last
 */
function verdictsIn(path, { answers }, { ALL, GENERAL }) {
  /** @type {Record<string, Verdict>} */
  const verdicts = {};
  for (const line of (readText(path) ?? '').split('\n')) {
    const { exercise, result } = parsed(line);
    if (typeof result !== 'string' || !answers.includes(exercise)) continue;
    if (result === 'passed' || result === 'todo') verdicts[exercise] = { status: result };
    else if (result === 'wrong' || result === 'error') verdicts[exercise] = { status: 'wrong' };
    else if (
      [ALL[/** @type {keyof typeof ALL} */ (exercise)].mistakes, GENERAL].some((known) => Object.hasOwn(known, result))
    )
      verdicts[exercise] = { status: 'wrong', name: result };
  }
  return verdicts;
}

/**
 * @param {string} line
 * @returns {Record<string, any>} nothing of a line that holds no object
 */
function parsed(line) {
  try {
    return JSON.parse(line) ?? {};
  } catch {
    return {};
  }
}

/**
 * Executes one notebook in its own folder. The runner prints an object per line (`--json`).
 * @param {Job} job
 * @param {PackageExercises} exercises
 * @param {number} cellTimeout seconds
 * @returns {Promise<Executed>}
 */
async function execute(job, exercises, cellTimeout) {
  const work = mkdtempSync(join(tmpdir(), 'lif-fc-mnist-report-'));
  const [notebook, progress, results, jupyter] = ['handed-in.ipynb', 'progress.jsonl', 'results', 'jupyter'].map(
    (name) => join(work, name),
  );
  try {
    mkdirSync(jupyter);
    symlinkSync(nodeModules, join(work, 'node_modules'), 'junction'); // the kernel finds the package from where it starts
    writeFileSync(notebook, JSON.stringify(job.trimmed));
    writeFileSync(progress, '');
    const run = /** @type {Executed} */ ({ done: 0, errors: new Map(), ended: undefined, verdicts: {} });
    /** @param {string} line */
    const onLine = (line) => {
      const { event, cell, error, kind, reason } = parsed(line);
      if (event === 'running') say(`running ${job.path}${placeIn(job, cell)}`);
      else if (event === 'cell') {
        run.done = cell;
        if (error) run.errors.set(cell, error);
      } else if (event === 'passed' || event === 'failed') run.ended = { event, cell, kind, reason };
      else if (event === undefined && line !== '') run.ended ??= { event: 'failed', kind: 'error', reason: line };
    };
    const runner = join(root, 'packages', 'notebook-runner', 'notebooks.mjs');
    const limits = ['--json', '--cell-timeout', `${cellTimeout}`, '--heartbeat', '10', '--out', results];
    // The clone may belong to another user: the runner's own files go where the notebook is.
    const own = { INIT_CWD: work, LIF_FC_MNIST_SCRATCH: jupyter, LIF_FC_MNIST_PROGRESS: progress };
    const env = { ...process.env, ...own };
    await runInForeground(process.execPath, [runner, ...limits, notebook], { env, onLine });
    return { ...run, verdicts: verdictsIn(progress, job, exercises) };
  } finally {
    remove(work);
  }
}

/**
 * Why a notebook was given up, and in which cell; undefined if it was not.
 * @param {Executed} executed
 * @param {number} cellTimeout seconds
 */
function mishapOf({ ended, done }, cellTimeout) {
  if (ended?.event === 'passed') return undefined;
  if (ended === undefined) {
    return { cell: done + 1, name: 'kernel-died', message: 'its code ended the program that executes it' };
  }
  const { cell, kind, reason = '' } = ended;
  if (kind === 'timeout')
    return { cell, name: 'never-ends', message: `it does not end (stopped after ${cellTimeout} s, --cell-timeout)` };
  return { cell, name: kind === 'kernel-died' ? kind : 'cell-fails', message: reason };
}

/**
 * The verdicts of one executed notebook, and a line if it was given up before its end.
 * @param {Job} job
 * @param {Executed} executed
 * @param {number} cellTimeout seconds
 */
function verdictsOfJob(job, executed, cellTimeout) {
  const { verdicts, errors } = executed;
  /** @param {number} cell */
  const partOfCell = (cell) => partOf(job.trimmed.cells[cell - 1] ?? {});
  for (const cell of errors.keys()) {
    const { id, role } = partOfCell(cell);
    if (id !== undefined && role === 'answer') verdicts[id] ??= { status: 'failed', name: 'cell-fails' };
  }
  const mishap = mishapOf(executed, cellTimeout);
  if (mishap === undefined) return { verdicts };
  const { cell, name, message } = mishap;
  const id = cell === undefined ? undefined : partOfCell(cell).id;
  if (id !== undefined) verdicts[id] ??= { status: 'failed', name };
  for (const answer of job.answers) verdicts[answer] ??= { status: 'not-reached' };
  return {
    verdicts,
    note: `${job.learner}: ${job.path}${placeIn(job, cell)}: ${message}; what follows was not reached`,
  };
}

/** A learner's best result counts, so an unsolved copy next to a solved one does no harm. */
const RANK = ['passed', 'wrong', 'failed', 'todo', 'not-reached'];

/**
 * Of two sets of verdicts the better of each exercise, into the first.
 * @param {Record<string, Verdict>} into
 * @param {Record<string, Verdict>} more
 */
function mergeVerdicts(into, more) {
  for (const [id, verdict] of Object.entries(more)) {
    if (into[id] === undefined || RANK.indexOf(verdict.status) < RANK.indexOf(into[id].status)) into[id] = verdict;
  }
}

/**
 * What is worth a line although nothing was left out.
 * @param {Job[]} used
 */
function notesOn(used) {
  const notes = [];
  /** @type {Map<string, string[]>} */
  const copies = new Map();
  for (const { learner, chapters, file, isUntouched } of used) {
    for (const chapter of isUntouched ? [] : chapters) {
      const key = `${learner}: chapter ${chapter}`;
      copies.set(key, [...(copies.get(key) ?? []), file]);
    }
  }
  for (const [key, files] of copies) {
    if (files.length > 1)
      notes.push(`${key} is one row of ${files.join(' and ')}; if they are of two learners, rename one`);
  }
  const nameless = [...new Set(used.filter(({ isNameless }) => isNameless).map(({ file }) => file))];
  if (nameless.length > 0) {
    notes.push(
      `Without a learner's name: ${nameless.join(', ')}; use a subfolder per learner, NAME.zip or NAME_02-lif-neuron.ipynb`,
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
    throw new BadInput([`--report: expected notebooks (.ipynb) below ${folder}, found none`, ...problems].join('; '));
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
async function judgeFolder(folder, exercises, { chapters, cellTimeout }) {
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
  let status = 0;
  onSignals((signalled) => {
    status = signalled;
  });
  for (const [i, job] of jobs.entries()) {
    const executed = await execute(job, exercises, cellTimeout);
    if (status !== 0) break;
    const { verdicts: own, note } = verdictsOfJob(job, executed, cellTimeout);
    add(job.learner, own);
    if (note) notes.push(note);
    say(`executed ${job.path} (${i + 1} of ${jobs.length})`);
  }
  return { status, verdicts, problems, notes };
}

const SIGN = { passed: '✔', todo: '○', failed: '!', 'not-reached': '?' };

/**
 * The matrix learner × exercise, and under it what each exercise's letters and exclamation marks stand for. A download
 * from a browser has all chapters: those that are stubs in every row are left out.
 * @param {Verdicts} verdicts
 * @param {Record<string, { chapter: number }>} exercises by id, in their order
 */
function reportText(verdicts, exercises) {
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
function reportCsv(verdicts, exercises) {
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
    // Better before the work than after it.
    mkdirSync(dirname(csv), { recursive: true });
    accessSync(dirname(csv), constants.W_OK);
    if (statSync(csv, { throwIfNoEntry: false })?.isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' });
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
