/** Exercises in a chapter's cells, and the learner's own copies of the chapters, as `npm run lab` makes them. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { chapterNames, root } from '../../../../packages/system/project.mjs';
import { temporaryFolder } from '../../../../test/support/data';
import type { Cell, Notebook } from '../../../shared/cells.mjs';

const textOf = ({ source }: Pick<Cell, 'source'>) => [source].flat().join('');

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

const temporary = temporaryFolder();
const read = (file: string): Notebook => JSON.parse(readFileSync(file, 'utf8'));
const printed = { output_type: 'stream', name: 'stdout', text: '1' };
const code = (source: string): Cell => ({
  ...prose(source),
  cell_type: 'code',
  execution_count: 3,
  outputs: [printed],
});
const prose = (source: string): Cell => ({ cell_type: 'markdown', id: 'x', source, metadata: {} });
const notebook = (...cells: Notebook['cells']) => ({ cells, metadata: { kernelspec: {} }, nbformat: 4 });

describe('A copy of a chapter', () => {
  let copies: typeof import('../../../shared/copies.mjs');
  before(async () => {
    copies = await import('../../../shared/copies.mjs');
  });

  const moved = (text: string) =>
    textOf(copies.learnersCopy(notebook(prose(text)), '01-a.ipynb', ['01-a.ipynb', '02-b.ipynb']).cells[0] as Cell);

  test('has the cells of the chapter with stubs for solutions, and no outputs', () => {
    for (const name of chapterNames()) {
      const chapter = read(join(root, 'notebooks', name));
      const copy = copies.learnersCopy(chapter, name, chapterNames());
      const sources = ({ cells }: Notebook) => cells.filter((cell) => cell.cell_type === 'code').map(textOf);
      const open = (source: string) =>
        source.replace(/\/\/ BEGIN[\s\S]*END SOLUTION/, '// Your code here.\n  return todo();');
      const isEdition = (source: string) => /^exercises\.edition\(/m.test(source);
      assert.deepEqual(
        sources(copy).filter((source) => !isEdition(source)),
        sources(chapter).map(open),
      );
      for (const cell of copy.cells.filter(({ cell_type }) => cell_type === 'code')) {
        assert.deepEqual([cell.outputs, cell.execution_count], [[], null]);
      }
    }
  });

  test('begins with the title, and looks for a newer chapter above the exercises, unless it is in Python', async () => {
    const { isPython } = await import('../../../shared/parts.mjs');
    for (const name of chapterNames()) {
      const { cells } = copies.learnersCopy(read(join(root, 'notebooks', name)), name, chapterNames());
      assert.match(textOf(cells[0] as Cell), /^# /);
      if (isPython(name)) {
        assert.ok(!cells.some((cell) => /exercises\.edition/.test(textOf(cell))));
        continue;
      }
      const at = cells.findIndex((cell) => /^exercises\.edition\('/m.test(textOf(cell)));
      assert.match(textOf(cells[at] as Cell), new RegExp(`^exercises\\.edition\\('${name}', '[0-9a-f]{8}'\\);$`, 'm'));
      if (name === chapterNames()[0]) assert.equal(at, cells.length - 1);
      else assert.match(textOf(cells[at + 1] as Cell), /^## Exercises$/m);
    }
  });

  test('shows the pictures of the chapter', () => {
    assert.equal(moved('![A bucket](images/bucket.svg)'), '![A bucket](../images/bucket.svg)');
    assert.equal(
      moved('![A](images/a.svg "Title")\n![B](<images/b.svg>)'),
      '![A](../images/a.svg "Title")\n![B](<../images/b.svg>)',
    );
    assert.equal(moved('<img alt="x" src="images/a.svg" width="3">'), '<img alt="x" src="../images/a.svg" width="3">');
    assert.equal(moved('![A][a]\n\n[a]: images/a.svg'), '![A][a]\n\n[a]: ../images/a.svg');
  });

  test('leads to the other copies, and to the files that the chapter leads to', () => {
    for (const same of [
      '[2](02-b.ipynb)',
      '[2](02-b.ipynb#part)',
      '[x](#part)',
      '[x](https://a.b/c)',
      '[x](mailto:a@b.c)',
    ]) {
      assert.equal(moved(same), same);
    }
    assert.equal(moved('[x](../src/a.ts), [y](../README.md#b)'), '[x](../../src/a.ts), [y](../../README.md#b)');
    assert.equal(moved('[![A](images/a.svg)](02-b.ipynb)'), '[![A](../images/a.svg)](02-b.ipynb)');
  });

  test('has code and formulas as they are', () => {
    for (const same of ['`[x](images/a.svg)`', '```md\n![x](images/a.svg)\n```', '$v[t](x) < y$ and a[0] (b)']) {
      assert.equal(moved(same), same);
    }
  });

  test('of each committed chapter has no link that leads nowhere', () => {
    const names = chapterNames();
    for (const name of names) {
      const { cells } = copies.learnersCopy(read(join(root, 'notebooks', name)), name, names);
      for (const cell of cells.filter(({ cell_type }) => cell_type === 'markdown')) {
        for (const [, target] of textOf(cell).matchAll(/\]\(([^)\s#]+)[^)]*\)|src="([^"]+)"/g)) {
          if (!target || /^[a-z]+:/.test(target)) continue;
          // Before the book is built, its page is the text that it is made from.
          const made = target.replace(/^\.\.\/\.\.\/build\/(book\/[\w-]+)\.html$/, '../../editions/$1.md');
          const file = names.includes(made) ? join(root, 'notebooks', made) : join(root, 'notebooks', 'my', made);
          assert.ok(existsSync(file), `${name}: ${target}`);
        }
      }
    }
  });

  test('in another language is the translated chapter, with links that lead where they led, and checks that speak it', async () => {
    const { translator } = await import('../../../shared/translated.mjs');
    const translated = translator('zh');
    const names = chapterNames();
    for (const name of names) {
      const chapter = read(join(root, 'notebooks', name));
      const { cells, metadata } = copies.learnersCopy(chapter, name, names, {
        language: 'zh',
        translated: translated(name, chapter),
      });
      assert.match(textOf(cells[0] as Cell), /^# .*\p{Script=Han}/u, name);
      assert.equal(metadata.lif_fc_mnist.cells, copies.hashOfCells(translated(name, chapter)));
      for (const [, target] of cells.map(textOf).flatMap((text) => [...text.matchAll(/\]\(([^)\s#]*\/[^)\s#]+)/g)])) {
        if (/^[a-z]+:/.test(target)) continue;
        const made = target.replace(
          /^\.\.\/\.\.\/\.\.\/build\/(book\/)(?:zh\/)?([\w-]+)\.html$/,
          '../../../editions/$1$2.md',
        );
        assert.ok(existsSync(join(root, 'notebooks', 'my', 'zh', made)), `${name}: ${target}`);
      }
      // Who begins with the exercises runs the cell that sets them up, and none above it.
      const setUp = cells.find(({ metadata: own }) => own.exercise?.role === 'setup');
      const asks = cells.filter((cell) => /^exercises\.edition/m.test(textOf(cell)));
      assert.deepEqual(asks, setUp ? [setUp] : asks);
      if (setUp)
        assert.match(
          textOf(setUp),
          new RegExp(`^exercises\\.edition\\('${name}', '${copies.editionOf(chapter)}', 'zh'\\);$`, 'm'),
        );
    }
  });

  test('in another language lies apart, and is outdated only once its own chapter or translation has changed', async () => {
    const { name, cells, blocks } = (await import('../../../../translations/twins.mjs')).twinOf('start', 'zh');
    const [from, to] = [join(temporary, 'english'), join(temporary, 'english', 'my', 'zh')];
    const write = (...changed: Notebook['cells']) => {
      mkdirSync(from, { recursive: true });
      writeFileSync(join(from, `00-${name}.ipynb`), JSON.stringify(notebook(...changed)));
    };
    const [first] = cells as Cell[];
    assert.ok(blocks.has(first.id));
    write(first, code('1;'));
    const ofIts = () => copies.makeCopies(from, to, 'zh');
    assert.deepEqual([ofIts().made, ofIts().made, ofIts().outdated], [['00-start.ipynb'], [], []]);
    const copy = readFileSync(join(to, '00-start.ipynb'), 'utf8');
    assert.match(copy, /\p{Script=Han}/u);
    write(first, code('2;'));
    assert.deepEqual(ofIts().outdated, ['00-start.ipynb']);
    assert.equal(readFileSync(join(to, '00-start.ipynb'), 'utf8'), copy, 'it is never written over');
    const kept = copies.resetCopy('00-start.ipynb', from, to, undefined, 'zh');
    assert.equal(readFileSync(join(to, String(kept)), 'utf8'), copy);
    assert.deepEqual(ofIts().outdated, []);
    // As where somebody has translated its text anew.
    const origin = read(join(to, '00-start.ipynb'));
    origin.metadata.lif_fc_mnist.cells = copies.hashOfCells(notebook(prose('# 旧译'), code('2;')));
    writeFileSync(join(to, '00-start.ipynb'), JSON.stringify(origin));
    assert.deepEqual(ofIts().outdated, ['00-start.ipynb']);
  });

  test('is made once, and never written over; a chapter that has changed since is named', () => {
    const [from, to] = [join(temporary, 'chapters'), join(temporary, 'chapters', 'my')];
    const write = (name: string, ...cells: Notebook['cells']) => {
      mkdirSync(from, { recursive: true });
      writeFileSync(join(from, name), JSON.stringify(notebook(...cells)));
    };
    write('01-a.ipynb', prose('# A'), code('1;'));
    write('02-b.ipynb', prose('# B'));
    assert.deepEqual(copies.makeCopies(from, to), {
      names: ['01-a.ipynb', '02-b.ipynb'],
      made: ['01-a.ipynb', '02-b.ipynb'],
      outdated: [],
      renumbered: [],
      damaged: [],
    });

    const copy = join(to, '01-a.ipynb');
    const edited = read(copy);
    (edited.cells[1] as Cell).source = 'const mine = 2;';
    writeFileSync(copy, JSON.stringify(edited));
    const before = readFileSync(copy, 'utf8');
    write('03-c.ipynb', prose('# C'));
    assert.deepEqual([copies.makeCopies(from, to).made, copies.makeCopies(from, to).outdated], [['03-c.ipynb'], []]);

    write('01-a.ipynb', prose('# A'), { ...code('1;'), outputs: [] });
    assert.deepEqual(copies.makeCopies(from, to).outdated, [], 'other outputs are no change');
    write('01-a.ipynb', prose('# A, mended'), code('1;'));
    assert.deepEqual(copies.makeCopies(from, to).outdated, ['01-a.ipynb']);
    assert.equal(readFileSync(copy, 'utf8'), before);

    writeFileSync(join(to, '02-b.ipynb'), '{ "cells": [] }');
    assert.deepEqual(copies.makeCopies(from, to).outdated, ['01-a.ipynb'], 'what is not a copy is left alone');
    assert.equal(readFileSync(join(to, '02-b.ipynb'), 'utf8'), '{ "cells": [] }');

    renameSync(join(from, '01-a.ipynb'), join(from, '04-a.ipynb'));
    const { made, renumbered } = copies.makeCopies(from, to);
    assert.deepEqual([made, renumbered], [['04-a.ipynb'], [{ copy: '01-a.ipynb', name: '04-a.ipynb' }]]);
    assert.equal(readFileSync(copy, 'utf8'), before, 'the copy stays when its chapter gets another number');
    assert.match(copies.sayRenumbered(renumbered[0]), /your copy 01-a\.ipynb is 04-a\.ipynb now\. Yours stays/);
  });
});
