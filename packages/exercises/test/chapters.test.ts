/** The exercises as they stand in the committed chapters, and the teacher's notes that are made of them. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, test } from 'node:test';
import type { Notebook } from '../../../editions/shared/cells.mjs';
import { chapterNames } from '../../system/project.mjs';
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
    test(`${name} are solved, folded, and complete in their cells`, async () => {
      const { problemsOf } = await import('../../../editions/shared/cells.mjs');
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

    test(`${name} tell at the chapter's top how long they take, the core no longer than the text`, () => {
      const { core, all } = minutesOf(Object.values(ALL).filter(({ chapter }) => chapter === Number(name.slice(0, 2))));
      const top = textOf(notebook.cells[0]);
      // Where all of them are core, one number says it.
      const [times, parts] =
        core === all
          ? [/about (\d+) minutes, and about (\d+) more for the exercises\./i, [core]]
          : [/about (\d+) minutes, and about (\d+) more for the core exercises, (\d+) for all/i, [core, all]];
      const said = times.exec(top);
      if (all === 0) return assert.equal(said, null);
      const [text, ...more] = (said ?? assert.fail(top)).slice(1).map(Number);
      assert.deepEqual(more, parts);
      assert.ok(core <= text, `${core} minutes of exercises for ${text} minutes of text`);
    });

    test(`${name} stand below a text whose minutes are its words at one rate, 80 a minute`, () => {
      const [, said] = /about (\d+) minutes/i.exec(textOf(notebook.cells[0])) ?? assert.fail(name);
      const minutes = wordsOf(notebook) / 80;
      assert.ok(Math.abs(Number(said) - minutes) <= 2, `it says ${said}, its words take ${minutes.toFixed(1)}`);
    });

    test(`${name} stand among at most 52 other cells, whose code has at most 23 lines of 96 characters`, async () => {
      const { sectionOf } = await import('../../../editions/shared/cells.mjs');
      const { isPython } = await import('../../../editions/shared/parts.mjs');
      const heading = notebook.cells.findIndex(({ id }) => id === 'exercises');
      const section = isPython(name) ? notebook.cells.slice(heading) : sectionOf(notebook);
      const own = notebook.cells.filter((cell) => !section.includes(cell) && cell.id !== 'exercises');
      const tooLong = own.filter((cell) => {
        const lines = textOf(cell).split('\n');
        return cell.cell_type === 'code' && (lines.length > 23 || lines.some(({ length }) => length > 96));
      });
      assert.deepEqual(
        tooLong.map(({ id }) => id),
        [],
      );
      assert.ok(own.length <= 52, `${own.length} cells`);
    });

    test(`${name} use no name that the chapter declares, since a learner may run its cells again`, async () => {
      const { sectionOf } = await import('../../../editions/shared/cells.mjs');
      const section = sectionOf(notebook);
      const before = notebook.cells.filter((cell) => !section.includes(cell));
      const names = namesIn(before);
      assert.deepEqual(
        namesIn(section).filter((declared) => names.includes(declared)),
        [],
      );
    });
  }

  test('begin with the same line, and chapter 0 says the rest, true in a copy and in the chapter itself', async () => {
    const { isPython } = await import('../../../editions/shared/parts.mjs');
    const inTypeScript = chapters.filter(({ name }) => !isPython(name));
    const texts = inTypeScript.flatMap(({ notebook }) =>
      notebook.cells.filter(({ id }) => id === 'exercises').map((cell) => textOf(cell)),
    );
    assert.equal(texts.length, inTypeScript.length - 1); // chapter 0 has no exercises
    assert.equal(new Set(texts).size, 1);
    assert.match(texts[0] ?? '', /^## Exercises\n\n.*\[Chapter 0\]\(0+-start\.ipynb\).*$/);
    const start = chapters[0].notebook.cells.map(textOf).join('\n');
    // Only the chapter holds answers, and only JupyterLab comes with a command line.
    assert.match(start, /\(If the answers are already there, folded away, you are reading the chapter itself\. /);
    assert.match(start, /You can skip the exercises marked \*optional\*; the others are the core\. /);
    assert.match(start, /`npm run lab` opens one in JupyterLab\.\)/);
  });

  test('begin with "predict, then run" where a guess comes first', () => {
    const texts = chapters.flatMap(({ notebook }) => notebook.cells.map(textOf));
    const predicted = texts.filter((text) => text.includes('**Predict, then run.**')).length;
    assert.ok(predicted >= 5, `${predicted}`);
  });
});

/** The words of a chapter before its exercises, without what is folded. */
function wordsOf({ cells }: Notebook): number {
  const end = cells.findIndex(({ id }) => id === 'exercises');
  return cells
    .slice(0, end < 0 ? cells.length : end)
    .filter(({ cell_type }) => cell_type === 'markdown')
    .map((cell) => textOf(cell).replace(/<!--[\s\S]*?-->|<details>[\s\S]*?<\/details>|```[\s\S]*?```/g, ''))
    .flatMap((text) => text.split(/\s+/))
    .filter((word) => word !== '').length;
}

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

/** The names that the source of the checks itself gives to mistakes. */
function generalNames(): string[] {
  const source = ['judge.ts', 'values.ts']
    .map((file) => readFileSync(join(root, 'packages', 'exercises', 'engine', file), 'utf8'))
    .join('\n');
  const named = [...source.matchAll(/\bname(?: =|:) ([^\n;]*)/g)].flatMap(([, value]) =>
    [...(value ?? '').matchAll(/'([a-z-]+)'/g)].map(([, name]) => name as string),
  );
  return [...new Set(named)].sort();
}

test("The teacher's notes are those that the exercises make", async () => {
  const { teachersNotes } = await import('../../../editions/class/exercises/notes.mjs');
  const notes = teachersNotes(
    ALL,
    chapters.map(({ notebook }) => notebook),
    GENERAL,
  );
  const committed = readFileSync(join(root, 'editions', 'class', 'exercises.md'), 'utf8').replaceAll('\r\n', '\n');
  assert.ok(committed === notes, 'editions/class/exercises.md is out of date: run `npm run exercises -- --notes`');
});

test("The teacher's later half days have the minutes of their chapters", async () => {
  const { writeHalfDays } = await import('../../../editions/class/exercises/notes.mjs');
  const readme = readFileSync(join(root, 'editions', 'class', 'README.md'), 'utf8').replaceAll('\r\n', '\n');
  const what = 'editions/class/README.md is out of date: run `npm run exercises -- --notes`';
  assert.ok(readme === writeHalfDays(readme, ALL, chapters), what);
});

test('Every name that a check may print is a mistake that the notes know', () => {
  assert.deepEqual(generalNames(), Object.keys(GENERAL).sort());
});
