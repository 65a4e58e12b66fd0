// What the report of a class looks like: a table for the terminal, and one for spreadsheets.

const SIGN = { passed: '✔', todo: '○', failed: '!', 'not-reached': '?' };

/** The matrix learner × exercise, and under it what each exercise's letters and exclamation marks stand for. */
export function reportText(verdicts, exercises) {
  const seen = Object.keys(exercises).filter((id) => [...verdicts.values()].some((own) => own[id]));
  if (seen.length === 0) return 'No exercise was found.';
  const learners = [...verdicts.keys()].sort();
  const letters = new Map(seen.map((id) => [id, new Map()]));
  const signOf = (id, verdict) => {
    if (verdict === undefined) return '-';
    const isWrong = verdict.status === 'wrong';
    if (!isWrong && verdict.status !== 'failed') return SIGN[verdict.status];
    const own = letters.get(id);
    const name = verdict.name ?? 'another mistake';
    const before = [...own.values()].filter(({ letter }) => letter !== SIGN.failed).length;
    if (!own.has(name)) own.set(name, { letter: isWrong ? String.fromCharCode(97 + before) : SIGN.failed, count: 0 });
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
    const handedIn = learners.map((learner) => verdicts.get(learner)[id]).filter((verdict) => verdict !== undefined);
    const passed = handedIn.filter(({ status }) => status === 'passed').length;
    const missing = learners.length - handedIn.length;
    const mistakes = [...letters.get(id)]
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
  ].join('\n');
}

const quoted = (text) => (/[",\n\r]|^[=+@-]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/**
 * The same as CSV, a row per learner: `passed`, `todo`, the mistake's name, `wrong`, `not-reached`, nothing, or, for a cell
 * that fails, `cell-fails`, `never-ends` or `kernel-died`.
 */
export function reportCsv(verdicts, exercises) {
  const ids = Object.keys(exercises);
  const cell = (verdict) => {
    if (verdict === undefined) return '';
    return ['wrong', 'failed'].includes(verdict.status) ? (verdict.name ?? verdict.status) : verdict.status;
  };
  const rows = [...verdicts.keys()]
    .sort()
    .map((learner) => [learner, ...ids.map((id) => cell(verdicts.get(learner)[id]))]);
  return [['learner', ...ids], ...rows].map((row) => `${row.map(quoted).join(',')}\n`).join('');
}
