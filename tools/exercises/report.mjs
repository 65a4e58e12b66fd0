// `npm run exercises -- --report FOLDER`: learner × exercise, from notebooks that were handed in. Only the exercises of each
// notebook are executed, in a kernel of its own and with limits, so that one bad notebook never stops the rest.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, sep } from 'node:path';
import { runInForeground } from '../foreground.mjs';
import { readJson, remove, root, writeWhole } from '../setup/project.mjs';
import { sectionOf, textOf, verdictsOf } from './cells.mjs';

const CELL_SECONDS = 20;
const NUMBERED = /^(.*?)[ _.-]*\d\d-[a-z-]+(?:[ _.(-].*)?\.ipynb$/i;

/** Who handed a notebook in: the folder that it lies in, or else what its name has besides the chapter's. */
export function learnerOf(path, folder) {
  const parts = path.split(sep);
  if (parts.length > 1) return parts[0];
  const [, name] = NUMBERED.exec(parts[0]) ?? [undefined, basename(parts[0], '.ipynb')];
  return name || basename(folder);
}

/**
 * What is executed of a notebook: its exercises, without figures and long runs. A cell that fails does not end it. Only what
 * is needed is taken over, since a file that was handed in may hold anything.
 */
export function executable(notebook) {
  const cells = sectionOf(notebook)
    .filter(({ cell_type, metadata }) => cell_type === 'code' && !['picture', 'run'].includes(metadata?.exercise?.role))
    .map((cell, i) => ({
      cell_type: 'code',
      execution_count: null,
      id: `cell-${i + 1}`,
      metadata: { exercise: cell.metadata?.exercise ?? {}, tags: ['raises-exception'] },
      outputs: [],
      source: String(textOf(cell)),
    }));
  const kernelspec = { display_name: 'TypeScript (tslab)', language: 'typescript', name: 'tslab' };
  return { cells, metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 };
}

/** All notebooks below a folder, but not those that Jupyter keeps for itself. */
const notebooksBelow = (folder) =>
  readdirSync(folder, { recursive: true })
    .map(String)
    .filter((path) => path.endsWith('.ipynb') && !path.includes('.ipynb_checkpoints'))
    .sort();

/** A notebook that was handed in, or why it cannot be read. */
function handedIn(path, folder) {
  const learner = learnerOf(path, folder);
  try {
    const notebook = JSON.parse(readFileSync(join(folder, path), 'utf8'));
    if (!Array.isArray(notebook.cells)) throw new Error('no cells');
    const trimmed = executable(notebook);
    return trimmed.cells.length === 0 ? { path, learner, why: 'it holds no exercises' } : { path, learner, trimmed };
  } catch {
    return { path, learner, why: 'it is no notebook' };
  }
}

/**
 * Executes the notebooks below a folder.
 * @returns {Promise<{ verdicts: Map<string, Record<string, object>>, problems: string[] }>} verdicts by learner
 */
export async function judgeFolder(folder) {
  const found = notebooksBelow(folder).map((path) => handedIn(path, folder));
  const problems = found.flatMap(({ path, why }) => (why ? [`${path}: ${why}`] : []));
  const work = join(root, 'build', 'exercises', `report-${process.pid}`);
  const results = join(work, 'results');
  const verdicts = new Map(found.map(({ learner }) => [learner, {}]));
  try {
    mkdirSync(work, { recursive: true });
    // The runner takes all of them in one go. A number as the name: what a learner calls a file may be anything.
    const jobs = found.filter(({ trimmed }) => trimmed);
    const files = jobs.map(({ trimmed }, i) => {
      const file = join(work, `${String(i + 1).padStart(4, '0')}.ipynb`);
      writeFileSync(file, JSON.stringify(trimmed));
      return file;
    });
    for (const [i, { path }] of jobs.entries()) console.log(`${basename(files[i])}: ${path}`);
    if (files.length > 0) {
      const runner = join(root, 'tools', 'notebooks', 'notebooks.mjs');
      const limits = ['--cell-timeout', String(CELL_SECONDS), '--heartbeat', '10', '--out', results];
      await runInForeground(process.execPath, [runner, ...limits, ...files]);
    }
    for (const [i, { path, learner }] of jobs.entries()) {
      const name = basename(files[i]);
      const executed = readJson(join(results, 'build', 'exercises', basename(work), name));
      if (executed === undefined) problems.push(`${path}: it could not be executed`);
      else Object.assign(verdicts.get(learner), verdictsOf(executed));
    }
  } finally {
    remove(work);
  }
  return { verdicts, problems };
}

const SIGN = { passed: '✔', todo: '○', failed: '!' };

/** The matrix learner × exercise, and under it what each exercise's letters stand for. */
export function reportText(verdicts, exercises) {
  const seen = Object.keys(exercises).filter((id) => [...verdicts.values()].some((own) => own[id]));
  if (seen.length === 0) return 'No exercise was found.';
  const learners = [...verdicts.keys()].sort();
  const letters = new Map(seen.map((id) => [id, new Map()]));
  const signOf = (id, verdict) => {
    if (verdict === undefined) return '-';
    if (verdict.status !== 'wrong') return SIGN[verdict.status];
    const own = letters.get(id);
    const name = verdict.name ?? 'another mistake';
    if (!own.has(name)) own.set(name, { letter: String.fromCharCode(97 + own.size), count: 0 });
    own.get(name).count++;
    return own.get(name).letter;
  };
  const wide = Math.max(...learners.map((name) => name.length), 7);
  const number = (i) => String(i + 1).padStart(3);
  const rows = learners.map((learner) => {
    const own = verdicts.get(learner);
    return `${learner.padEnd(wide)}${seen.map((id) => signOf(id, own[id]).padStart(3)).join('')}`;
  });
  const legend = seen.map((id, i) => {
    const passed = learners.filter((learner) => verdicts.get(learner)[id]?.status === 'passed').length;
    const mistakes = [...letters.get(id)]
      .sort((a, b) => b[1].count - a[1].count)
      .map(([name, { letter, count }]) => `${letter} ${name} (${count})`);
    return `${number(i)} ${id}: ${passed} of ${learners.length} right${mistakes.length > 0 ? `; ${mistakes.join(', ')}` : ''}`;
  });
  return [
    `${'learner'.padEnd(wide)}${seen.map((_, i) => number(i)).join('')}`,
    ...rows,
    '',
    '✔ right, ○ not attempted, ! the cell fails, - not in the notebook, letters: mistakes',
    ...legend,
  ].join('\n');
}

const quoted = (text) => (/[",\n\r]|^[=+@-]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** The same as CSV, a row per learner: `passed`, `todo`, `failed`, the mistake's name, `wrong`, or nothing. */
export function reportCsv(verdicts, exercises) {
  const ids = Object.keys(exercises);
  const cell = (verdict) =>
    verdict === undefined ? '' : verdict.status === 'wrong' ? (verdict.name ?? 'wrong') : verdict.status;
  const rows = [...verdicts.keys()]
    .sort()
    .map((learner) => [learner, ...ids.map((id) => cell(verdicts.get(learner)[id]))]);
  return [['learner', ...ids], ...rows].map((row) => `${row.map(quoted).join(',')}\n`).join('');
}

/** Judges a folder, prints the table and writes the CSV. */
export async function report(folder, csv, exercises) {
  const { verdicts, problems } = await judgeFolder(folder);
  console.log(`\n${reportText(verdicts, exercises)}`);
  for (const problem of problems) console.log(`Left out: ${problem}`);
  writeWhole(csv, reportCsv(verdicts, exercises));
  console.log(`As CSV: ${csv}`);
}
