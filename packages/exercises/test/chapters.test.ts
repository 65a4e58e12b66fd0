/** The exercises as they stand in the committed chapters. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, test } from 'node:test';
import { type Notebook, sectionOf } from '../../../editions/shared/cells';
import { CHAPTERS } from '../../system/chapters';
import { chapterNames } from '../../system/project';
import { ALL } from '..';
import { BY_CHAPTER } from '../chapters/all';
import { problemsOf } from './problems';

const root = resolve(__dirname, '..', '..', '..');
const chapters = chapterNames().map((name) => ({
  name,
  notebook: JSON.parse(readFileSync(join(root, 'notebooks', name), 'utf8')) as Notebook,
}));
const textOf = ({ source }: Notebook['cells'][number]) => [source].flat().join('');

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
