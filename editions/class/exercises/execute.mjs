// Executes one notebook that was handed in, and finds what its checks said. It has its own runner, kernel and folder,
// and could have put anything there.
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInForeground } from '../../../packages/system/foreground.mjs';
import { nodeModules, readText, remove, root } from '../../../packages/system/project.mjs';
import { printable } from '../../../packages/system/requirements.cjs';
import { partOf } from '../../shared/cells.mjs';

/**
 * @typedef {import('./handed-in.mjs').Job} Job
 * @typedef {import('./report.mjs').Verdict} Verdict
 * @typedef {Pick<typeof import('../../../packages/exercises/index.js'), 'ALL' | 'GENERAL'>} PackageExercises
 *
 * What came of executing a notebook: how many of its cells have ended, the errors of those that may end in one, by the
 * cell's number, how the notebook ended, unless its runner was ended before, and what its checks found.
 * @typedef {object} Executed
 * @property {number} done
 * @property {Map<number, string>} errors
 * @property {{ event: 'passed' | 'failed', cell?: number, kind?: string, reason?: string } | undefined} ended
 * @property {Record<string, Verdict>} verdicts
 */

/** @param {string} line */
export const say = (line) => console.log(printable(line));

/**
 * How a job calls a cell of the executed notebook: by its number in the learner's.
 * @param {Job} job
 * @param {number | undefined} cell
 */
function placeIn({ numbers }, cell) {
  if (cell === undefined) return '';
  const number = numbers[cell - 1];
  return number === undefined ? ', the set-up cell' : `, cell ${number}`;
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
 * @returns {Promise<Executed & { status: number }>} with the runner's status
 */
export async function execute(job, exercises, cellTimeout) {
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
    const status = await runInForeground(process.execPath, [runner, ...limits, notebook], { env, onLine });
    return { ...run, status, verdicts: verdictsIn(progress, job, exercises) };
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
export function verdictsOfJob(job, executed, cellTimeout) {
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
