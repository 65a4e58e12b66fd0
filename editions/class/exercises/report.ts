// `npm run exercises -- --report FOLDER`: a table learner × exercise, from notebooks that were handed in. Only the
// exercises of each notebook are executed, with limits, one notebook after another, each with its own runner, kernel and
// folder: a notebook can neither end the report nor change another learner's row.
import { appendFileSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ALL, GENERAL } from '../../../packages/exercises';
import { runInForeground } from '../../../packages/system/foreground';
import { onSignals } from '../../../packages/system/parent';
import { codeOf } from '../../../packages/system/processes';
import { nodeModules, printable, program, readText, remove, writeWhole } from '../../../packages/system/project';
import { partOf } from '../../shared/cells';
import { BadInput, handedIn, type Job, knownCells, notebooksBelow } from './handed-in';

/**
 * The result of an exercise: passed, todo (not attempted), not-reached (an earlier cell ended the notebook), the name of
 * a mistake, wrong (an unknown mistake), or one of FAILURES.
 */
type Verdict = string;
/** By exercise. */
type Verdicts = Record<string, Verdict>;

/** How the cell of an answer can end without a check. */
const FAILURES = ['cell-fails', 'never-ends', 'kernel-died'];
const SIGN: Record<string, string> = { passed: '✔', todo: '○', 'not-reached': '?' };
const isMistake = (verdict: Verdict) => !(verdict in SIGN) && !FAILURES.includes(verdict);

/** An object that the notebook runner prints; another program's line has no `event`. */
interface RunnerEvent {
  event?: string;
  cell?: number;
  /** of a cell with the tag raises-exception */
  error?: string;
  /** how the notebook failed */
  kind?: string;
  reason?: string;
}

const say = (line: string) => console.log(printable(line));

/** Names a cell of the executed notebook by its number in the learner's. */
const placeIn = ({ numbers }: Job, cell: number | undefined) => (cell ? `, cell ${numbers[cell - 1]}` : '');

/** The object in a line; empty if there is none. */
function parsed(line: string): Record<string, unknown> {
  try {
    return JSON.parse(line) ?? {};
  } catch {
    return {};
  }
}

/**
 * The last result of each check of a notebook. Its code can write into this file as well, or put anything in its place,
 * so only names that the exercise knows are accepted.
 * @param path of lines as of `recordProgress`
 */
function checksIn(path: string, { answers }: Job): Verdicts {
  const verdicts: Verdicts = {};
  for (const line of (readText(path) ?? '').split('\n')) {
    const { exercise, result } = parsed(line);
    if (typeof exercise !== 'string' || typeof result !== 'string' || !answers.includes(exercise)) continue;
    const { mistakes } = ALL[exercise as keyof typeof ALL];
    const isKnown = [mistakes, GENERAL].some((names) => Object.hasOwn(names, result));
    if (isKnown || ['passed', 'todo', 'wrong'].includes(result)) verdicts[exercise] = result;
    else if (result === 'error') verdicts[exercise] = 'wrong';
  }
  return verdicts;
}

/**
 * Why a notebook ended early, and in which cell; undefined if it did not.
 * @param end the last event; undefined if the runner itself was ended
 * @param done how many cells had ended
 * @param cellTimeout seconds
 */
function failureOf(end: RunnerEvent | undefined, done: number, cellTimeout: number) {
  if (end === undefined)
    return { cell: done + 1, name: 'kernel-died', message: 'its code ended the program that executes it' };
  const { event, cell, kind = '', reason = '' } = end;
  if (event === 'passed') return undefined;
  if (kind === 'timeout')
    return { cell, name: 'never-ends', message: `it does not end (stopped after ${cellTimeout} s, --cell-timeout)` };
  return { cell, name: kind === 'kernel-died' ? kind : 'cell-fails', message: reason };
}

/**
 * Executes one notebook in its own folder.
 * @param cellTimeout seconds
 * @returns the verdicts, and a line if it ended early
 */
async function judge(job: Job, cellTimeout: number): Promise<{ verdicts: Verdicts; note?: string }> {
  const work = mkdtempSync(join(tmpdir(), 'lif-fc-mnist-report-'));
  const [notebook, progress, results, jupyter] = ['handed-in.ipynb', 'progress.jsonl', 'results', 'jupyter'].map(
    (name) => join(work, name),
  );
  const idOf = (cell = 0) => partOf(job.trimmed.cells[cell - 1] ?? {}).id ?? '';
  let done = 0;
  const failed: number[] = [];
  let end: RunnerEvent | undefined;
  const onLine = (line: string) => {
    const found: RunnerEvent = parsed(line);
    const { event, cell = 0 } = found;
    if (event === 'running') say(`running ${job.path}${placeIn(job, found.cell)}`);
    else if (event === 'cell') {
      done = cell;
      if (found.error && partOf(job.trimmed.cells[cell - 1]).role === 'answer') failed.push(cell);
    } else if (event === 'passed' || event === 'failed') end = found;
    else if (event === undefined && line !== '') end ??= { event: 'failed', reason: line };
  };
  try {
    mkdirSync(jupyter);
    symlinkSync(nodeModules, join(work, 'node_modules'), 'junction'); // the kernel finds the package from where it starts
    writeFileSync(notebook, JSON.stringify(job.trimmed));
    writeFileSync(progress, '');
    const limits = ['--json', '--cell-timeout', `${cellTimeout}`, '--heartbeat', '10', '--out', results];
    const [node, runner] = program('packages/notebook-runner/notebooks.ts', [...limits, notebook]);
    // The clone may belong to another user: the runner's own files go where the notebook is.
    const own = { INIT_CWD: work, LIF_FC_MNIST_SCRATCH: jupyter, LIF_FC_MNIST_PROGRESS: progress };
    await runInForeground(node, runner, { env: { ...process.env, ...own }, onLine });
    const verdicts = checksIn(progress, job);
    for (const id of failed.map(idOf)) if (id) verdicts[id] ??= 'cell-fails';
    const failure = failureOf(end, done, cellTimeout);
    if (!failure) return { verdicts };
    const id = idOf(failure.cell);
    if (id) verdicts[id] ??= failure.name;
    for (const answer of job.answers) verdicts[answer] ??= 'not-reached';
    const where = `${job.learner}: ${job.path}${placeIn(job, failure.cell)}`;
    return { verdicts, note: `${where}: ${failure.message}; what follows was not reached` };
  } finally {
    remove(work);
  }
}

/** A learner's best result counts, so an unsolved copy beside a solved one does no harm. */
const rankOf = (verdict: Verdict) =>
  ['passed', 'mistake', 'failure', 'todo', 'not-reached'].indexOf(
    isMistake(verdict) ? 'mistake' : FAILURES.includes(verdict) ? 'failure' : verdict,
  );

/** Merges verdicts into a learner's, keeping the better one of each exercise. */
function mergeInto(all: Verdicts, more: Verdicts) {
  for (const [id, verdict] of Object.entries(more))
    if (all[id] === undefined || rankOf(verdict) < rankOf(all[id])) all[id] = verdict;
}

/** Lines about notebooks that were used but may be in the wrong row. */
function notesOn(jobs: Job[]) {
  const notes = [];
  const copies = new Map<string, string[]>();
  for (const { learner, chapters, file } of jobs.filter(({ isUntouched }) => !isUntouched)) {
    for (const chapter of chapters) {
      const row = `${learner}: chapter ${chapter}`;
      copies.set(row, [...(copies.get(row) ?? []), file]);
    }
  }
  for (const [row, files] of copies)
    if (files.length > 1)
      notes.push(`${row} is one row of ${files.join(' and ')}; if they are of two learners, rename one`);
  const nameless = [...new Set(jobs.filter(({ isNameless }) => isNameless).map(({ file }) => file))];
  if (nameless.length > 0) {
    const how = 'use a subfolder per learner, NAME.zip or NAME_02-lif-neuron.ipynb';
    notes.push(`Without a learner's name: ${nameless.join(', ')}; ${how}`);
  }
  return notes;
}

/** The notebooks of a folder that are used, everyone who handed in, and lines on what is left out. */
function collect(folder: string, chapters: number[]) {
  const { paths, problems } = notebooksBelow(folder);
  const known = knownCells();
  const all = paths.flatMap((path) => handedIn(path, folder, known));
  const found = all.filter(
    (one) => chapters.length === 0 || one.problem !== undefined || one.chapters.some((own) => chapters.includes(own)),
  );
  problems.push(...found.flatMap(({ path, problem }) => (problem ? [`${path}: ${problem}`] : [])));
  if (found.length === 0) {
    const what = chapters.length > 0 ? `notebooks of chapter ${chapters.join(', ')}` : 'notebooks (.ipynb)';
    throw new BadInput([`--report: expected ${what} below ${folder}, found none`, ...problems].join('; '));
  }
  const learners = found.map(({ learner }) => learner);
  return { jobs: found.filter((one) => one.problem === undefined), learners, problems };
}

/**
 * The column of one exercise: a sign for each learner, and what the letters among them stand for.
 * @param verdicts in the order of the rows
 */
function columnOf(verdicts: (Verdict | undefined)[]) {
  const counts = new Map<Verdict, number>();
  for (const verdict of verdicts) if (verdict) counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  const mistakes = [...counts.keys()].filter(isMistake);
  const signOf = (verdict: Verdict) =>
    isMistake(verdict) ? String.fromCharCode(97 + mistakes.indexOf(verdict)) : (SIGN[verdict] ?? '!');
  const legend = [...counts]
    .filter(([verdict]) => !(verdict in SIGN))
    .sort(([, a], [, b]) => b - a)
    .map(([verdict, count]) => `${signOf(verdict)} ${verdict === 'wrong' ? 'another mistake' : verdict} (${count})`);
  const missing = verdicts.filter((verdict) => verdict === undefined).length;
  const right = `${counts.get('passed') ?? 0} of ${verdicts.length - missing} right`;
  const all = `${right}${missing > 0 ? `, ${missing} missing` : ''}`;
  return {
    signs: verdicts.map((verdict) => (verdict ? signOf(verdict) : '-')),
    legend: [all, ...(legend.length > 0 ? [legend.join(', ')] : [])].join('; '),
  };
}

/**
 * The table learner × exercise, with a legend of each exercise's letters below it. A download from a browser contains
 * all chapters: those that nobody began are left out.
 * @param exercises by id, in their order
 */
function tableOf(learners: Map<string, Verdicts>, exercises: Record<string, { chapter: number }>) {
  const names = [...learners.keys()].sort();
  const verdictsOf = (id: string) => names.map((name) => learners.get(name)?.[id]);
  const found = Object.keys(exercises).filter((id) => verdictsOf(id).some(Boolean));
  if (found.length === 0) return 'No exercise was found.';
  const chaptersOf = (ids: string[]) => [...new Set(ids.map((id) => exercises[id].chapter))];
  const begun = chaptersOf(found.filter((id) => verdictsOf(id).some((verdict) => verdict && verdict !== 'todo')));
  const shown = begun.length === 0 ? found : found.filter((id) => begun.includes(exercises[id].chapter));
  const rest = chaptersOf(found.filter((id) => !shown.includes(id)));
  const columns = shown.map((id) => columnOf(verdictsOf(id)));
  const width = Math.max(...names.map((name) => name.length), 7);
  const number = (i: number) => String(i + 1).padStart(3);
  return [
    `${'learner'.padEnd(width)}${shown.map((_, i) => number(i)).join('')}`,
    ...names.map(
      (name, row) => printable(name).padEnd(width) + columns.map(({ signs }) => signs[row].padStart(3)).join(''),
    ),
    '',
    '✔ right, ○ not attempted, ! the cell fails, ? not reached, - missing, letters: mistakes',
    ...columns.map(({ legend }, i) => `${number(i)} ${shown[i]}: ${legend}`),
    ...(rest.length > 0 ? [`Not in the table, since no answer was changed: chapter ${rest.join(', ')}`] : []),
  ].join('\n');
}

/** A field of a CSV. An apostrophe keeps spreadsheets from taking it for a formula. */
function field(text: string) {
  const safe = /^[=+@-]/.test(text) ? `'${text}` : text;
  return /[",]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/**
 * The verdicts as CSV, a row per learner.
 * @param ids of the exercises, in their order
 */
function csvOf(learners: Map<string, Verdicts>, ids: string[]) {
  const names = [...learners.keys()].sort();
  const rows = names.map((name) => [printable(name), ...ids.map((id) => learners.get(name)?.[id] ?? '')]);
  return [['learner', ...ids], ...rows].map((row) => `${row.map(field).join(',')}\n`).join('');
}

/** Throws BadInput if the table cannot be written: better before the work than after it. */
function checkWritable(csv: string) {
  try {
    mkdirSync(dirname(csv), { recursive: true });
    appendFileSync(csv, '');
  } catch (error) {
    throw new BadInput(`${csv} cannot be written (${codeOf(error)}); name another file with --csv FILE`);
  }
}

/**
 * Executes the notebooks below a folder, prints a line about each and the table, and writes the CSV.
 * @param chapters to look at; all if empty
 * @param cellTimeout seconds
 * @returns the exit status
 */
export async function report(folder: string, csv: string, chapters: number[], cellTimeout: number) {
  const { jobs, learners: names, problems } = collect(folder, chapters);
  checkWritable(csv);
  const learners = new Map(names.map((name): [string, Verdicts] => [name, {}]));
  const add = (name: string, verdicts: Verdicts) => mergeInto(learners.get(name) ?? {}, verdicts);
  const notes = notesOn(jobs);
  const [untouched, changed] = [true, false].map((which) => jobs.filter(({ isUntouched }) => isUntouched === which));
  for (const { learner, answers } of untouched) add(learner, Object.fromEntries(answers.map((id) => [id, 'todo'])));
  if (untouched.length > 0) say(`not executed, since no answer was changed: ${untouched.length} of ${jobs.length}`);
  // A signal to this program ends the report; one that a notebook sends to its runner does not.
  let status = 0;
  const ignoreSignals = onSignals((signalled) => {
    status = signalled;
  });
  for (const [i, job] of changed.entries()) {
    const { verdicts, note } = await judge(job, cellTimeout);
    if (status !== 0) return status; // the former table stays
    add(job.learner, verdicts);
    if (note) notes.push(note);
    say(`executed ${job.path} (${i + 1} of ${changed.length})`);
  }
  ignoreSignals();
  const exercises = Object.fromEntries(
    Object.entries(ALL).filter(([, { chapter }]) => chapters.length === 0 || chapters.includes(chapter)),
  );
  console.log(`\n${tableOf(learners, exercises)}`);
  for (const note of notes) say(note);
  for (const problem of problems) say(`Left out: ${problem}`);
  writeWhole(csv, csvOf(learners, Object.keys(exercises)));
  console.log(`As CSV: ${csv}`);
  return 0;
}
