// `npm run exercises -- --report FOLDER`: learner × exercise, from notebooks that were handed in. Only the exercises of
// each notebook are executed, with limits, one after the other, each with a runner, a kernel and a folder of its own:
// whatever a notebook does, it neither ends the report nor changes another learner's row.
import { accessSync, constants, mkdirSync, mkdtempSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ALL, GENERAL } from '../../../packages/exercises';
import { runInForeground } from '../../../packages/system/foreground';
import { onSignals } from '../../../packages/system/parent';
import { codeOf } from '../../../packages/system/processes';
import { nodeModules, printable, program, readText, remove, writeWhole } from '../../../packages/system/project';
import { partOf } from '../../shared/cells';
import { BadInput, handedIn, type Job, knownCells, notebooksBelow } from './handed-in';

/** What is known of one exercise of one learner. */
interface Verdict {
  /**
   * Right, which mistake, the answer's cell ended with an error, not attempted, or a cell before it ended the notebook.
   */
  status: 'passed' | 'wrong' | 'failed' | 'todo' | 'not-reached';
  /** of the mistake */
  name?: string;
}
/** By learner, and by exercise. */
type Verdicts = Map<string, Record<string, Verdict>>;

/** What the runner prints in a line, as far as it matters here; another program's line has no event. */
interface Told {
  event?: string;
  cell?: number;
  /** of a cell that may end in one */
  error?: string;
  /** how the notebook failed */
  kind?: string;
  reason?: string;
}

const say = (line: string) => console.log(printable(line));

/** How a job calls a cell of the executed notebook: by its number in the learner's. */
function placeIn({ numbers }: Job, cell: number | undefined) {
  if (cell === undefined) return '';
  return `, cell ${numbers[cell - 1]}`;
}

/**
 * What the checks of a notebook found, in their order. Its code could write into this file as well, or put anything in
 * its place, so nothing is waited for, and only names that the exercise knows are taken over.
 * @param path of lines as of `recordProgress`
 * @returns of each exercise the last
 */
function verdictsIn(path: string, { answers }: Job): Record<string, Verdict> {
  const verdicts: Record<string, Verdict> = {};
  for (const line of (readText(path) ?? '').split('\n')) {
    const { exercise, result } = parsed(line);
    if (typeof exercise !== 'string' || typeof result !== 'string' || !answers.includes(exercise)) continue;
    if (result === 'passed' || result === 'todo') verdicts[exercise] = { status: result };
    else if (result === 'wrong' || result === 'error') verdicts[exercise] = { status: 'wrong' };
    else if ([ALL[exercise as keyof typeof ALL].mistakes, GENERAL].some((known) => Object.hasOwn(known, result)))
      verdicts[exercise] = { status: 'wrong', name: result };
  }
  return verdicts;
}

/** @returns nothing of a line that holds no object */
function parsed(line: string): Record<string, unknown> {
  try {
    return JSON.parse(line) ?? {};
  } catch {
    return {};
  }
}

/**
 * Executes one notebook in its own folder. The runner prints an object per line (`--json`).
 * @param cellTimeout seconds
 * @returns the verdicts, and a line if it was given up before its end
 */
async function judge(job: Job, cellTimeout: number) {
  const work = mkdtempSync(join(tmpdir(), 'lif-fc-mnist-report-'));
  const [notebook, progress, results, jupyter] = ['handed-in.ipynb', 'progress.jsonl', 'results', 'jupyter'].map(
    (name) => join(work, name),
  );
  /** What the runner said last of its cells, of those with errors, and of the notebook. */
  let done = 0;
  const failed: number[] = [];
  let end: Told | undefined;
  const onLine = (line: string) => {
    const told: Told = parsed(line);
    const { event, cell = 0 } = told;
    if (event === 'running') say(`running ${job.path}${placeIn(job, told.cell)}`);
    else if (event === 'cell') {
      done = cell;
      if (told.error) failed.push(cell);
    } else if (event === 'passed' || event === 'failed') end = told;
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
    const verdicts = verdictsIn(progress, job);
    const idOf = (cell: number | undefined) => partOf(job.trimmed.cells[(cell ?? 0) - 1] ?? {});
    for (const { id, role } of failed.map(idOf))
      if (id !== undefined && role === 'answer') verdicts[id] ??= { status: 'failed', name: 'cell-fails' };
    const { cell, name, message } = mishapOf(end, done, cellTimeout);
    if (name === undefined) return { verdicts };
    const { id } = idOf(cell);
    if (id !== undefined) verdicts[id] ??= { status: 'failed', name };
    for (const answer of job.answers) verdicts[answer] ??= { status: 'not-reached' };
    return {
      verdicts,
      note: `${job.learner}: ${job.path}${placeIn(job, cell)}: ${message}; what follows was not reached`,
    };
  } finally {
    remove(work);
  }
}

/**
 * Why a notebook was given up, and in which cell; nothing if it was not.
 * @param end what its runner said of that; undefined if the runner itself was ended
 * @param done how many cells had ended
 * @param cellTimeout seconds
 */
function mishapOf(end: Told | undefined, done: number, cellTimeout: number) {
  if (end === undefined)
    return { cell: done + 1, name: 'kernel-died', message: 'its code ended the program that executes it' };
  const { event, cell, kind, reason = '' } = end;
  if (event === 'passed') return {};
  if (kind === 'timeout')
    return { cell, name: 'never-ends', message: `it does not end (stopped after ${cellTimeout} s, --cell-timeout)` };
  return { cell, name: kind === 'kernel-died' ? kind : 'cell-fails', message: reason };
}

/** A learner's best result counts, so an unsolved copy next to a solved one does no harm. */
const RANK = ['passed', 'wrong', 'failed', 'todo', 'not-reached'];

/** Of two sets of verdicts the better of each exercise, into the first. */
function mergeVerdicts(into: Record<string, Verdict>, more: Record<string, Verdict>) {
  for (const [id, verdict] of Object.entries(more)) {
    if (into[id] === undefined || RANK.indexOf(verdict.status) < RANK.indexOf(into[id].status)) into[id] = verdict;
  }
}

/** What is worth a line although nothing was left out. */
function notesOn(used: Job[]) {
  const notes = [];
  const copies = new Map<string, string[]>();
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

/** What is used of a folder, and what is not. Throws BadInput if nothing is. */
function collect(folder: string, chapters: number[]) {
  const { paths, problems } = notebooksBelow(folder);
  const known = knownCells();
  const all = paths.flatMap((path) => handedIn(path, folder, known));
  const found = all.filter(
    (hand) => chapters.length === 0 || hand.why !== undefined || hand.chapters.some((one) => chapters.includes(one)),
  );
  problems.push(...found.flatMap(({ path, why }) => (why ? [`${path}: ${why}`] : [])));
  if (found.length === 0) {
    const what = chapters.length > 0 ? `notebooks of chapter ${chapters.join(', ')}` : 'notebooks (.ipynb)';
    throw new BadInput([`--report: expected ${what} below ${folder}, found none`, ...problems].join('; '));
  }
  return { found, problems };
}

const SIGN = { passed: '✔', todo: '○', failed: '!', 'not-reached': '?' };

/**
 * What the rows of one exercise are: a sign for each learner, and a line that says what the letters stand for.
 * @param verdicts of the learners, in the order of their rows
 */
function columnOf(verdicts: (Verdict | undefined)[]) {
  const mistakes = new Map<string, { letter: string; count: number }>();
  let letters = 0;
  const signs = verdicts.map((verdict) => {
    if (verdict === undefined) return '-';
    const { status, name = 'another mistake' } = verdict;
    if (status !== 'wrong' && status !== 'failed') return SIGN[status];
    let mistake = mistakes.get(name);
    if (mistake === undefined) {
      mistake = { letter: status === 'failed' ? SIGN.failed : String.fromCharCode(97 + letters++), count: 0 };
      mistakes.set(name, mistake);
    }
    mistake.count++;
    return mistake.letter;
  });
  const missing = signs.filter((sign) => sign === '-').length;
  const passed = signs.filter((sign) => sign === SIGN.passed).length;
  const named = [...mistakes].sort((a, b) => b[1].count - a[1].count);
  const list = named.map(([name, { letter, count }]) => `${letter} ${name} (${count})`).join(', ');
  const all = `${passed} of ${signs.length - missing} right${missing > 0 ? `, ${missing} missing` : ''}`;
  return { signs, legend: list === '' ? all : `${all}; ${list}` };
}

/**
 * The matrix learner × exercise, and under it what each exercise's letters and exclamation marks stand for. A download
 * from a browser has all chapters: those that are stubs in every row are left out.
 * @param exercises by id, in their order
 */
function reportText(verdicts: Verdicts, exercises: Record<string, { chapter: number }>) {
  const learners = [...verdicts.keys()].sort();
  const verdictsOf = (id: string) => learners.map((learner) => verdicts.get(learner)?.[id]);
  const found = Object.keys(exercises).filter((id) => verdictsOf(id).some(Boolean));
  if (found.length === 0) return 'No exercise was found.';
  const isBegun = (id: string) => verdictsOf(id).some((verdict) => verdict && verdict.status !== 'todo');
  const chaptersOf = (ids: string[]) => [...new Set(ids.map((id) => exercises[id].chapter))];
  const begun = chaptersOf(found.filter(isBegun));
  const seen = begun.length === 0 ? found : found.filter((id) => begun.includes(exercises[id].chapter));
  const rest = chaptersOf(found.filter((id) => !seen.includes(id)));
  const columns = seen.map((id) => columnOf(verdictsOf(id)));
  const wide = Math.max(...learners.map((name) => name.length), 7);
  const number = (i: number) => String(i + 1).padStart(3);
  const rows = learners.map(
    (learner, row) => printable(learner).padEnd(wide) + columns.map(({ signs }) => signs[row].padStart(3)).join(''),
  );
  return [
    `${'learner'.padEnd(wide)}${seen.map((_, i) => number(i)).join('')}`,
    ...rows,
    '',
    '✔ right, ○ not attempted, ! the cell fails, ? not reached, - missing, letters: mistakes',
    ...columns.map(({ legend }, i) => `${number(i)} ${seen[i]}: ${legend}`),
    ...(rest.length > 0 ? [`Not in the table, since no answer was changed: chapter ${rest.join(', ')}`] : []),
  ].join('\n');
}

/** A field of a CSV. What a spreadsheet would take for a formula begins with an apostrophe, as it is typed there. */
function field(text: string) {
  const safe = /^[=+@-]/.test(text) ? `'${text}` : text;
  return /[",]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/**
 * The same as CSV, a row per learner: `passed`, `todo`, the mistake's name, `wrong`, `not-reached`, nothing, or, for a
 * cell that fails, `cell-fails`, `never-ends` or `kernel-died`.
 * @param exercises by id, in their order
 */
function reportCsv(verdicts: Verdicts, exercises: Record<string, unknown>) {
  const ids = Object.keys(exercises);
  const cell = (verdict: Verdict | undefined) => {
    if (verdict === undefined) return '';
    return ['wrong', 'failed'].includes(verdict.status) ? (verdict.name ?? verdict.status) : verdict.status;
  };
  const rows = [...verdicts.keys()]
    .sort()
    .map((learner) => [printable(learner), ...ids.map((id) => cell(verdicts.get(learner)?.[id]))]);
  return [['learner', ...ids], ...rows].map((row) => `${row.map(field).join(',')}\n`).join('');
}

/** Throws BadInput if the table cannot be written there: better before the work than after it. */
function checkWritable(csv: string) {
  try {
    mkdirSync(dirname(csv), { recursive: true });
    accessSync(dirname(csv), constants.W_OK);
    if (statSync(csv, { throwIfNoEntry: false })?.isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' });
  } catch (error) {
    throw new BadInput(`${csv} cannot be written (${codeOf(error)}); name another file with --csv FILE`);
  }
}

/**
 * Executes the notebooks below a folder, one after the other, prints a line about each and the table, and writes the
 * CSV.
 * @param chapters to look at; all if empty
 * @param cellTimeout seconds
 * @returns the exit status
 */
export async function report(folder: string, csv: string, chapters: number[], cellTimeout: number) {
  checkWritable(csv);
  const { found, problems } = collect(folder, chapters);
  const used = found.filter((hand) => hand.why === undefined);
  const verdicts: Verdicts = new Map(found.map(({ learner }) => [learner, {}]));
  const add = (learner: string, own: Record<string, Verdict>) => mergeVerdicts(verdicts.get(learner) ?? {}, own);
  const notes = notesOn(used);
  const jobs = used.filter(({ isUntouched }) => !isUntouched);
  for (const { learner, answers } of used.filter(({ isUntouched }) => isUntouched)) {
    add(learner, Object.fromEntries(answers.map((id) => [id, { status: 'todo' }])));
  }
  const untouched = used.length - jobs.length;
  if (untouched > 0) say(`not executed, since no answer was changed: ${untouched} of ${used.length}`);
  // A signal to this program ends the report. One that a notebook sends to its runner does not.
  let status = 0;
  const unhandle = onSignals((signalled) => {
    status = signalled;
  });
  for (const [i, job] of jobs.entries()) {
    const { verdicts: own, note } = await judge(job, cellTimeout);
    if (status !== 0) return status; // the table of before stays
    add(job.learner, own);
    if (note) notes.push(note);
    say(`executed ${job.path} (${i + 1} of ${jobs.length})`);
  }
  unhandle();
  const shown = Object.fromEntries(
    Object.entries(ALL).filter(([, { chapter }]) => chapters.length === 0 || chapters.includes(chapter)),
  );
  console.log(`\n${reportText(verdicts, shown)}`);
  for (const note of notes) say(note);
  for (const problem of problems) say(`Left out: ${problem}`);
  writeWhole(csv, reportCsv(verdicts, shown));
  console.log(`As CSV: ${csv}`);
  return 0;
}
