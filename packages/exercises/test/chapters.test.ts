/** The exercises as they stand in the committed chapters, and the teacher's notes that are made of them. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, test } from 'node:test';
import { teachersNotes } from '../../../editions/class/exercises/notes';
import { type Notebook, problemsOf, sectionOf } from '../../../editions/shared/cells';
import { chapterNames } from '../../system/project';
import { ALL, GENERAL, minutesOf } from '..';
import { CHAPTERS } from '../chapters/all';

const root = resolve(__dirname, '..', '..', '..');
const chapters = chapterNames().map((name) => ({
  name,
  notebook: JSON.parse(readFileSync(join(root, 'notebooks', name), 'utf8')) as Notebook,
}));
const textOf = ({ source }: Notebook['cells'][number]) => [source].flat().join('');

describe('The exercises of each chapter', () => {
  test('are listed in the order of the files in notebooks/', () => {
    const names = chapters.map(({ name }) => /^\d+-(.*)\.ipynb$/.exec(name)?.[1]);
    assert.deepEqual(Object.keys(CHAPTERS), names, 'the order of CHAPTERS in packages/exercises/chapters/all.ts');
    for (const [i, { name }] of chapters.entries()) assert.equal(Number.parseInt(name, 10), i, name);
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

    test(`${name} tell at the chapter's top how long they take`, () => {
      const { core, all } = minutesOf(Object.values(ALL).filter(({ chapter }) => chapter === Number(name.slice(0, 2))));
      const top = textOf(notebook.cells[0]);
      // Where all of them are core, one number says it.
      const [times, parts] =
        core === all
          ? [/about (\d+) minutes, and about (\d+) more for the exercises\./i, [core]]
          : [/about (\d+) minutes, and about (\d+) more for the core exercises, (\d+) for all/i, [core, all]];
      const said = times.exec(top);
      if (all === 0) return assert.equal(said, null);
      assert.deepEqual((said ?? assert.fail(top)).slice(2).map(Number), parts);
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

test("The teacher's notes are those that the exercises make", () => {
  const notes = teachersNotes(
    ALL,
    chapters.map(({ notebook }) => notebook),
    GENERAL,
  );
  const committed = readFileSync(join(root, 'editions', 'class', 'exercises.md'), 'utf8').replaceAll('\r\n', '\n');
  assert.ok(committed === notes, 'editions/class/exercises.md is out of date: run `npm run exercises -- --notes`');
});
