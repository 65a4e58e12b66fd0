// What the report of a class looks like: a table for the terminal, and one for spreadsheets. A learner may call a file
// anything.
import { printable } from '../../../packages/system/requirements.cjs';

/**
 * What is known of one exercise of one learner: right, which mistake, the answer's cell ended with an error, not
 * attempted, or a cell before it ended the notebook.
 * @typedef {{ status: 'passed' | 'wrong' | 'failed' | 'todo' | 'not-reached', name?: string }} Verdict
 * By learner, and by exercise.
 * @typedef {Map<string, Record<string, Verdict>>} Verdicts
 */

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
