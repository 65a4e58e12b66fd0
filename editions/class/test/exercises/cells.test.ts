/**
 * Exercises in a chapter's cells, what a learner's copy makes of them, and what is read out of an executed notebook.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { temporaryFolder } from '../../../../test/support/data';
import type { Cell, Notebook } from '../../../shared/cells.mjs';

const textOf = ({ source }: Cell) => [source].flat().join('');

const HINT =
  '<details><summary>Hint 1</summary>\n\nx\n\n</details>\n<details><summary>Hint 2</summary>\n\ny\n\n</details>\n';
const SOLVED = `const answer = (): number => {
  // BEGIN SOLUTION
  return 42;
  // END SOLUTION
};
check('some-id', answer);`;

const stream = (text: string, name = 'stdout') => ({ output_type: 'stream', name, text });

/** A chapter with one exercise; parts of it may be other ones. */
function chapter({
  task = `### Title\n*About 4 minutes.* Do it.\n${HINT}`,
  answer = SOLVED,
  output = '✔ some-id: Right.\n',
  minutes = 4,
} = {}): Notebook {
  const exercise = (role: string, more = {}) => ({ exercise: { id: 'some-id', role, ...more } });
  const code = { cell_type: 'code', outputs: [] };
  return {
    metadata: {},
    nbformat: 4,
    cells: [
      { ...code, id: 'setup', metadata: { exercise: { role: 'setup' } }, source: 'import 1;' },
      { cell_type: 'markdown', id: 'task', metadata: exercise('task', { minutes }), source: task },
      {
        ...code,
        id: 'answer',
        metadata: { ...exercise('answer'), tags: ['hide-input'], jupyter: { source_hidden: true } },
        source: answer,
        outputs: [stream(output)],
      },
      {
        ...code,
        id: 'picture',
        metadata: exercise('picture'),
        source: "if (solved('some-id')) show();",
        outputs: [
          { output_type: 'display_data', data: { 'image/png': 'AAAA', 'text/plain': 'A [curve] that\nfalls.' } },
        ],
      },
      { ...code, id: 'progress', metadata: { exercise: { role: 'progress' } }, source: 'progress(1);' },
    ],
  };
}

let cells: typeof import('../../../shared/cells.mjs');
before(async () => {
  cells = await import('../../../shared/cells.mjs');
});

describe("A learner's copy", () => {
  test('shows the picture to reach above the stub, with its sentence', () => {
    const ids = cells.learnersCells(chapter().cells).map(({ id }) => id);
    assert.deepEqual(ids, ['setup', 'task', 'some-id-goal', 'answer', 'picture', 'progress']);
    const goal = cells.learnersCells(chapter().cells)[2];
    assert.match(textOf(goal), /!\[A curve that falls\.\]\(attachment:goal\.png\)$/);
    assert.deepEqual(goal.attachments, { 'goal.png': { 'image/png': 'AAAA' } });
  });
});

describe('A chapter is refused', () => {
  const problems = (parts: Parameters<typeof chapter>[0], own = { 'some-id': { minutes: 4 } }) =>
    cells.problemsOf(chapter(parts), own);

  for (const [what, parts, says] of [
    [
      'a solution left outside of its marks',
      { answer: SOLVED.replace('  // END SOLUTION\n', '') },
      /expected one BEGIN SOLUTION/,
    ],
    ['a hint missing', { task: HINT.slice(0, HINT.indexOf('<details>', 5)) }, /expected two or three hints, found 1/],
    ['other minutes', { minutes: 5 }, /expected 4 minutes/],
    ['a check that is missing', { answer: SOLVED.replace(/check.*/, '') }, /expected check\('some-id'/],
    ['a solution that is not right', { output: '✘ some-id (no-leak): Why?\n' }, /expected "✔ some-id: Right\."/],
  ] as const) {
    test(`for ${what}`, () => assert.match(problems(parts).join('\n'), says));
  }

  test('for a mark that is missing', () => {
    const optional = { 'some-id': { minutes: 4, optional: true as const } };
    assert.deepEqual(problems({}, optional), ['some-id: the task does not say "Optional, about 4 minutes."']);
    assert.deepEqual(problems({ task: `### Title\n*Optional, about 4 minutes.* Do it.\n${HINT}` }, optional), []);
  });

  test('for exercises that it lacks or that the package does not have', () => {
    assert.deepEqual(problems({}, { 'some-id': { minutes: 4 }, other: { minutes: 3 } } as never), [
      'other: expected a task cell, found none',
    ]);
    assert.match(problems({}, {} as never).join('\n'), /some-id: no exercise of the package for this chapter/);
  });

  const GUESS = `### Title\n*About 4 minutes.* **Predict, then run.** Guess.\n${HINT}`;
  /** The exercise as one whose answer is to be guessed first, with what shows it afterwards. */
  function predicted(role: string, source: string, tags = ['hide-cell']): string {
    const notebook = chapter({ task: GUESS });
    const shows = notebook.cells[3] as Cell;
    Object.assign(shows, { source, metadata: { exercise: { id: 'some-id', role }, tags } });
    return cells.problemsOf(notebook, { 'some-id': { minutes: 4 } }).join('\n');
  }

  test('for a guess that is never shown the measured value', () => {
    assert.equal(predicted('run', "// Measured.\nif (solved('some-id')) {\n  console.log(answer());\n}"), '');
    assert.match(predicted('setup', '1;'), /some-id: expected one run cell .* found 0/);
  });

  test('for a guess whose answer is shown too early', () => {
    assert.match(predicted('run', 'console.log(42);'), /only if \(solved\('some-id'\)\)/);
    assert.match(predicted('run', "if (solved('some-id')) {\n}", []), /expected a run cell that the book folds/);
    assert.match(predicted('picture', "if (solved('some-id')) {\n}"), /expected no picture to reach/);
  });

  test('for a text that tells the result to a reader who has not answered yet', () => {
    const problemsWith = (source: string, metadata: Cell['metadata'], at = 4) => {
      const notebook = chapter();
      notebook.cells.splice(at, 0, { cell_type: 'markdown', id: 'read', source, metadata });
      return cells.problemsOf(notebook, { 'some-id': { minutes: 4 } });
    };
    const reading = { exercise: { id: 'some-id', role: 'reading' } };
    const expected = ['read: expected a folded text (the role reading, and <details> around it)'];
    assert.deepEqual(problemsWith('It is 42.', {}), expected);
    assert.deepEqual(problemsWith('It is 42.', reading), expected);
    assert.deepEqual(problemsWith('It is 42.', {}, 3), expected, 'directly after the answer');
    const folded = '<details><summary>What to see</summary>\n\nIt is 42.\n\n</details>';
    assert.deepEqual(problemsWith(folded, reading), []);
    assert.deepEqual(problemsWith(`${folded}\n\n<!-- constant: 42 the answer -->`, reading), []);
    assert.deepEqual(problemsWith(`${folded}\n\nIt is 42.`, reading), expected);
    assert.deepEqual(problemsWith('### Project: the next one', {}), []);
  });

  test('for a solution in a cell that no copy opens', () => {
    const notebook = chapter();
    notebook.cells[0].source = '// BEGIN SOLUTION\n1\n// END SOLUTION';
    assert.match(cells.problemsOf(notebook, { 'some-id': { minutes: 4 } }).join('\n'), /outside of an answer cell/);
  });
});

test('--reset makes a new copy and keeps the former one under a name with the time', async () => {
  const { makeCopies, resetCopy } = await import('../../../shared/copies.mjs');
  const from = temporaryFolder();
  const to = join(from, 'my');
  mkdirSync(to);
  writeFileSync(join(from, '02-b.ipynb'), JSON.stringify(chapter()));
  assert.deepEqual(makeCopies(from, to).made, ['02-b.ipynb']);
  writeFileSync(join(to, '02-b.ipynb'), 'mine');
  const now = new Date(2026, 0, 2, 3, 4, 5);
  assert.equal(resetCopy('02-b.ipynb', from, to, now), '02-b.2026-01-02-030405.ipynb');
  writeFileSync(join(to, '02-b.ipynb'), 'mine, too');
  assert.equal(resetCopy('02-b.ipynb', from, to, now), '02-b.2026-01-02-030405-2.ipynb', 'twice in a second');
  const read = (name: string) => readFileSync(join(to, name), 'utf8');
  assert.deepEqual(readdirSync(to).length, 3);
  assert.deepEqual(
    [read('02-b.2026-01-02-030405.ipynb'), read('02-b.2026-01-02-030405-2.ipynb')],
    ['mine', 'mine, too'],
  );
  assert.match(read('02-b.ipynb'), /return todo\(\);/);
});

test('a copy for which the disk has no room is not there; a half one is kept aside, and made anew', async () => {
  const { makeCopies, sayDamaged } = await import('../../../shared/copies.mjs');
  const from = temporaryFolder();
  const to = join(from, 'my');
  for (const name of ['01-a.ipynb', '02-b.ipynb', '03-c.ipynb'])
    writeFileSync(join(from, name), JSON.stringify(chapter()));
  const call = `copies.makeCopies(${JSON.stringify(from)}, ${JSON.stringify(to)})`;
  const full = join(__dirname, '..', '..', '..', '..', 'test', 'support', 'full-disk.cjs');
  const module = JSON.stringify(join(__dirname, '..', '..', '..', 'shared', 'copies.mjs'));
  const program = `import(${module}).then((copies) => ${call}).catch((error) => console.log(error.message));`;
  const env = { ...process.env, FULL_DISK: '02-b' };
  const { stdout } = spawnSync(process.execPath, ['--require', full, '-e', program], { encoding: 'utf8', env });
  assert.match(stdout, /02-b\.ipynb: cannot be written \(ENOSPC/);
  assert.deepEqual(readdirSync(to), ['01-a.ipynb']);

  makeCopies(from, to);
  const whole = readFileSync(join(to, '02-b.ipynb'), 'utf8');
  writeFileSync(join(to, '02-b.ipynb'), whole.slice(0, 100));
  writeFileSync(join(to, '03-c.ipynb'), '');
  const { made, damaged } = makeCopies(from, to, undefined, new Date(2026, 0, 2, 3, 4, 5));
  assert.deepEqual(made, ['02-b.ipynb', '03-c.ipynb']);
  assert.equal(readFileSync(join(to, '02-b.ipynb'), 'utf8'), whole);
  assert.equal(readFileSync(join(to, damaged[0].kept), 'utf8'), whole.slice(0, 100));
  assert.equal(
    sayDamaged(damaged[1]),
    'Your copy 03-c.ipynb was no notebook, perhaps since a disk was full. It is 03-c.2026-01-02-030405.ipynb now, and a new one took its place.',
  );
});
