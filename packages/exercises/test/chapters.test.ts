/** The exercises as they stand in the committed chapters. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, test } from 'node:test';
import {
  type Cell,
  idsOf,
  learnersCells,
  type Notebook,
  partOf,
  SOLUTION,
  sectionOf,
  textOf,
} from '../../../editions/shared/cells';
import { CHAPTERS } from '../../system/chapters';
import { chapterNames } from '../../system/project';
import { ALL } from '..';
import { BY_CHAPTER } from '../chapters/all';

const root = resolve(__dirname, '..', '..', '..');
const chapters = chapterNames().map((name) => ({
  name,
  notebook: JSON.parse(readFileSync(join(root, 'notebooks', name), 'utf8')) as Notebook,
}));

/** What of the package's exercises the cells are compared with. */
interface Known {
  minutes: number;
  optional?: true;
}

const MARK = /(BEGIN|END) SOLUTION/;
const HINT = /<details><summary>Hint \d<\/summary>\n\n/g;
const PREDICT = '**Predict, then run.**';
/** A comment, such as a mark that says where a number comes from, is not text. */
const FOLDED = /^<details><summary>[^<]+<\/summary>\n\n[\s\S]+\n\n<\/details>(\s*<!--[^>]*-->)*$/;

/**
 * @param notebook the chapter
 * @param exercises those of the package that belong to it, by id
 * @returns a line for each problem
 */
function problemsOf(notebook: Pick<Notebook, 'cells'>, exercises: Record<string, Known>) {
  const problems: string[] = [];
  const expect = (holds: boolean, problem: string) => {
    if (!holds) problems.push(problem);
  };
  const ids = idsOf(notebook);
  for (const id of Object.keys(exercises)) expect(ids.includes(id), `${id}: expected a task cell, found none`);
  for (const id of ids) expect(Object.hasOwn(exercises, id), `${id}: no exercise of the package for this chapter`);
  for (const id of new Set(ids)) {
    const [tasks, answers, runs, pictures] = ['task', 'answer', 'run', 'picture'].map((role) =>
      notebook.cells.filter((cell) => partOf(cell).id === id && partOf(cell).role === role),
    );
    expect(tasks.length === 1, `${id}: expected one task cell, found ${tasks.length}`);
    expect(answers.length === 1, `${id}: expected one answer cell, found ${answers.length}`);
    for (const text of tasks.map(textOf)) {
      const hints = text.match(HINT)?.length ?? 0;
      expect(hints === 2 || hints === 3, `${id}: expected two or three hints, found ${hints}`);
      const { minutes, optional } = exercises[id] ?? {};
      const time = optional ? `Optional, about ${minutes} minutes.` : `About ${minutes} minutes.`;
      expect(text.includes(`*${time}*`), `${id}: the task does not say "${time}"`);
    }
    for (const answer of answers) expectAnswer(id, answer, expect);
    if (!tasks.some((task) => textOf(task).includes(PREDICT))) continue;
    // Who has guessed wants to see the measured value: after the right answer, and not before.
    const toSee = `expected one run cell that shows what was to be predicted, found ${runs.length}`;
    expect(runs.length === 1, `${id}: ${toSee}`);
    expect(pictures.length === 0, `${id}: expected no picture to reach, which would show what is to be predicted`);
    const guarded = new RegExp(`^if \\(solved\\('${id}'\\)\\) \\{$`, 'm');
    const isGuarded = runs.every((run) => guarded.test(textOf(run)));
    expect(isGuarded, `${id}: expected a run cell that shows something only if (solved('${id}'))`);
    const isFolded = runs.every(({ metadata }) => metadata.tags?.includes('hide-cell'));
    expect(isFolded, `${id}: expected a run cell that the book folds (the tag hide-cell)`);
  }
  // A text about an answer, or about what a solved exercise shows, would give the result away, so a reader opens it.
  for (const [i, cell] of sectionOf(notebook).entries()) {
    const before = partOf(sectionOf(notebook)[i - 1] ?? {}).role ?? '';
    const isReading = ['answer', 'picture', 'run', 'reading'].includes(before) && cell.cell_type === 'markdown';
    if (!isReading || textOf(cell).startsWith('#')) continue;
    const isFolded = partOf(cell).role === 'reading' && FOLDED.test(textOf(cell));
    expect(isFolded, `${cell.id}: expected a folded text (the role reading, and <details> around it)`);
  }
  for (const cell of notebook.cells) {
    const isMarked = MARK.test(textOf(cell)) && partOf(cell).role !== 'answer';
    expect(!isMarked, `${cell.id}: a solution outside of an answer cell`);
  }
  for (const cell of learnersCells(notebook.cells))
    expect(!MARK.test(textOf(cell)), `${cell.id}: a solution is left in the learner's copy`);
  return problems;
}

function expectAnswer(id: string, answer: Cell, expect: (holds: boolean, problem: string) => void) {
  const code = textOf(answer);
  const blocks = [...code.matchAll(SOLUTION)].length;
  expect(blocks === 1, `${id}: expected one BEGIN SOLUTION … END SOLUTION, found ${blocks}`);
  // In the answer's own cell: tslab does not run a cell with a type error, and a check in a separate cell would then
  // judge the answer of the run before.
  const isChecked = new RegExp(`^check\\('${id}', \\w+\\);$`, 'm').test(code);
  expect(isChecked, `${id}: expected check('${id}', …); in the answer's cell`);
  const { tags, jupyter } = answer.metadata;
  const isFolded = Boolean(tags?.includes('hide-input') && jupyter?.source_hidden);
  expect(isFolded, `${id}: expected a folded answer (the tag hide-input, and jupyter.source_hidden)`);
  const printed = (answer.outputs ?? []).map(({ text }) => [text ?? ''].flat().join('')).join('');
  const isRight = printed === `✔ ${id}: Right.\n`;
  expect(isRight, `${id}: expected "✔ ${id}: Right." below the solution, found ${JSON.stringify(printed)}`);
}

describe('The exercises of each chapter', () => {
  test('belong to a chapter of notebooks/chapters.json', () => {
    const listed = CHAPTERS.map(({ name }) => name);
    assert.deepEqual(
      Object.keys(BY_CHAPTER).filter((name) => !listed.includes(name)),
      [],
    );
  });

  for (const { name, notebook } of chapters) {
    test(`${name} are solved, folded, and complete in their cells`, () => {
      const own = Object.entries(ALL).filter(([, { chapter }]) => chapter === Number(name.slice(0, 2)));
      assert.deepEqual(problemsOf(notebook, Object.fromEntries(own)), []);
    });

    test(`${name} stand in the order in which progress lists them`, () => {
      const own = Object.entries(ALL).filter(([, { chapter }]) => chapter === Number(name.slice(0, 2)));
      const tasks = notebook.cells
        .map(({ metadata }) => metadata.exercise)
        .filter((exercise) => exercise?.role === 'task' && exercise.id);
      assert.deepEqual(
        tasks.map((exercise) => exercise?.id),
        own.map(([id]) => id),
      );
    });

    test(`${name} use no name that the chapter declares, since a learner may run its cells again`, () => {
      const section = sectionOf(notebook);
      const before = notebook.cells.filter((cell) => !section.includes(cell));
      const names = namesIn(before);
      assert.deepEqual(
        namesIn(section).filter((declared) => names.includes(declared)),
        [],
      );
    });
  }
});

/** What the code cells declare at their top. */
function namesIn(cells: Notebook['cells']): string[] {
  const declared = /^(?:async )?(?:const|let|class|function) (?:\{([^}]*)\}|\[([^\]]*)\]|(\w+))/gm;
  return cells
    .filter(({ cell_type }) => cell_type === 'code')
    .flatMap((cell) => [...textOf(cell).matchAll(declared)])
    .flatMap(
      ([, object, list, name]) =>
        name ?? (object ?? list ?? '').split(',').map((part) => part.split(':').at(-1)?.trim() ?? ''),
    )
    .filter((name) => name !== '');
}
