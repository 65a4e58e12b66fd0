// `npm run exercises -- --report FOLDER`: learner × exercise, from notebooks that were handed in. Only the exercises of
// each notebook are executed, with limits, one after the other, each with a runner, a kernel and a folder of its own:
// whatever a notebook does, it neither ends the report nor changes another learner's row.
import { accessSync, constants, mkdirSync, mkdtempSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runInForeground } from '../../../packages/system/foreground';
import { onSignals } from '../../../packages/system/parent';
import { codeOf } from '../../../packages/system/processes';
import { nodeModules, printable, program, readText, remove, writeWhole } from '../../../packages/system/project';
import { partOf } from '../../shared/cells';
import { BadInput, type Exercises, handedIn, type Job, knownCells, notebooksBelow } from './handed-in';

type PackageExercises = Pick<typeof import('../../../packages/exercises'), 'ALL' | 'GENERAL'>;

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

/** How a notebook ended. */
interface End {
  event: 'passed' | 'failed';
  cell?: number;
  kind?: string;
  reason?: string;
}
/** What the runner prints in a line; another program's line has no event. */
type Told =
  | End
  | { event: 'running'; cell?: number }
  | { event: 'cell'; cell: number; error?: string }
  | { event?: undefined };

/** What came of executing a notebook. */
interface Executed {
  /** how many of its cells have ended */
  done: number;
  /** of the cells that may end in one, by the cell's number */
  errors: Map<number, string>;
  /** undefined if its runner was ended before */
  ended: End | undefined;
  /** what its checks found */
  verdicts: Record<string, Verdict>;
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
function verdictsIn(path: string, { answers }: Job, { ALL, GENERAL }: PackageExercises): Record<string, Verdict> {
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
 */
async function execute(job: Job, exercises: PackageExercises, cellTimeout: number): Promise<Executed> {
  const work = mkdtempSync(join(tmpdir(), 'lif-fc-mnist-report-'));
  const [notebook, progress, results, jupyter] = ['handed-in.ipynb', 'progress.jsonl', 'results', 'jupyter'].map(
    (name) => join(work, name),
  );
  try {
    mkdirSync(jupyter);
    symlinkSync(nodeModules, join(work, 'node_modules'), 'junction'); // the kernel finds the package from where it starts
    writeFileSync(notebook, JSON.stringify(job.trimmed));
    writeFileSync(progress, '');
    const run: Executed = { done: 0, errors: new Map(), ended: undefined, verdicts: {} };
    const onLine = (line: string) => {
      const told = parsed(line) as Told;
      if (told.event === 'running') say(`running ${job.path}${placeIn(job, told.cell)}`);
      else if (told.event === 'cell') {
        run.done = told.cell;
        if (told.error) run.errors.set(told.cell, told.error);
      } else if (told.event === 'passed' || told.event === 'failed') run.ended = told;
      else if (told.event === undefined && line !== '') run.ended ??= { event: 'failed', kind: 'error', reason: line };
    };
    const limits = ['--json', '--cell-timeout', `${cellTimeout}`, '--heartbeat', '10', '--out', results];
    const [node, runner] = program('packages/notebook-runner/notebooks.ts', [...limits, notebook]);
    // The clone may belong to another user: the runner's own files go where the notebook is.
    const own = { INIT_CWD: work, LIF_FC_MNIST_SCRATCH: jupyter, LIF_FC_MNIST_PROGRESS: progress };
    const env = { ...process.env, ...own };
    await runInForeground(node, runner, { env, onLine });
    return { ...run, verdicts: verdictsIn(progress, job, exercises) };
  } finally {
    remove(work);
  }
}

/**
 * Why a notebook was given up, and in which cell; undefined if it was not.
 * @param cellTimeout seconds
 */
function mishapOf({ ended, done }: Executed, cellTimeout: number) {
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
 * @param cellTimeout seconds
 */
function verdictsOfJob(job: Job, executed: Executed, cellTimeout: number) {
  const { verdicts, errors } = executed;
  const partOfCell = (cell: number) => partOf(job.trimmed.cells[cell - 1] ?? {});
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
function collect(folder: string, exercises: Exercises, chapters: number[]) {
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

interface Options {
  /** to look at; all if empty */
  chapters: number[];
  /** seconds */
  cellTimeout: number;
}

interface Judged {
  /** 0, or the exit status if a signal ended it */
  status: number;
  verdicts: Verdicts;
  /** what was left out */
  problems: string[];
  /** what else is worth a line */
  notes: string[];
}

/** Executes the notebooks below a folder, one after the other, and prints a line about each. */
async function judgeFolder(
  folder: string,
  exercises: PackageExercises,
  { chapters, cellTimeout }: Options,
): Promise<Judged> {
  const { found, problems } = collect(folder, exercises.ALL, chapters);
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
 * @param exercises by id, in their order
 */
function reportText(verdicts: Verdicts, exercises: Record<string, { chapter: number }>) {
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
  /** by exercise and mistake */
  const letters: Record<string, Map<string, { letter: string; count: number }>> = Object.fromEntries(
    seen.map((id) => [id, new Map()]),
  );
  const signOf = (id: string, verdict: Verdict | undefined) => {
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
  const number = (i: number) => String(i + 1).padStart(3);
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

/**
 * Judges a folder, prints the table and writes the CSV.
 * @returns the exit status
 */
export async function report(folder: string, csv: string, exercises: PackageExercises, options: Options) {
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
