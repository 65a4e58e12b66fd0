/** Exercises in a chapter's cells, and the learner's own copies of the chapters, as `npm run lab` makes them. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { ALL } from '../../../../packages/exercises';
import { isPython } from '../../../../packages/system/chapters';
import { chapterNames, root } from '../../../../packages/system/project';
import { temporaryFolder } from '../../../../test/support/data';
import {
  type Cell as ExecutedCell,
  stream as printedOf,
  read as readExecuted,
  run,
} from '../../../../test/support/notebooks';
import { findTranslation } from '../../../../translations/blocks';
import type { Cell, Notebook } from '../../../shared/cells';
import * as cells from '../../../shared/cells';
import * as copies from '../../../shared/copies';
import { translator } from '../../../shared/translated';

const textOf = ({ source }: Pick<Cell, 'source'>) => [source].flat().join('');

const SOLVED = `const answer = (): number => {
  // BEGIN SOLUTION
  return 42;
  // END SOLUTION
};
check('some-id', answer);`;

/** A chapter with one exercise. */
function chapter(): Notebook {
  const exercise = (role: string) => ({ exercise: { id: 'some-id', role } });
  const code = { cell_type: 'code', outputs: [] };
  return {
    metadata: {},
    nbformat: 4,
    cells: [
      { ...code, id: 'setup', metadata: { exercise: { role: 'setup' } }, source: 'import 1;' },
      { cell_type: 'markdown', id: 'task', metadata: exercise('task'), source: '### Title' },
      {
        ...code,
        id: 'answer',
        metadata: { ...exercise('answer'), tags: ['hide-input'], jupyter: { source_hidden: true } },
        source: SOLVED,
        outputs: [],
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

describe("A learner's copy", () => {
  test('shows the picture to reach above the stub, with its sentence', () => {
    const ids = cells.learnersCells(chapter().cells).map(({ id }) => id);
    assert.deepEqual(ids, ['setup', 'task', 'some-id-goal', 'answer', 'picture', 'progress']);
    const goal = cells.learnersCells(chapter().cells)[2];
    assert.match(textOf(goal), /!\[A curve that falls\.\]\(attachment:goal\.png\)$/);
    assert.deepEqual(goal.attachments, { 'goal.png': { 'image/png': 'AAAA' } });
  });
});

test('--reset makes a new copy and keeps the former one under a name with the time', () => {
  const { makeCopies, resetCopy } = copies;
  const from = temporaryFolder();
  const to = join(from, 'my');
  mkdirSync(to);
  writeFileSync(join(from, '02-b.ipynb'), JSON.stringify(chapter()));
  assert.deepEqual(makeCopies(undefined, from, to).made, ['02-b.ipynb']);
  writeFileSync(join(to, '02-b.ipynb'), 'mine');
  const now = new Date(2026, 0, 2, 3, 4, 5);
  assert.equal(resetCopy('02-b.ipynb', undefined, from, to, now), '02-b.2026-01-02-030405.ipynb');
  writeFileSync(join(to, '02-b.ipynb'), 'mine, too');
  assert.equal(
    resetCopy('02-b.ipynb', undefined, from, to, now),
    '02-b.2026-01-02-030405-2.ipynb',
    'twice in a second',
  );
  const read = (name: string) => readFileSync(join(to, name), 'utf8');
  assert.deepEqual(readdirSync(to).length, 3);
  assert.deepEqual(
    [read('02-b.2026-01-02-030405.ipynb'), read('02-b.2026-01-02-030405-2.ipynb')],
    ['mine', 'mine, too'],
  );
  assert.match(read('02-b.ipynb'), /return todo\(\);/);
  rmSync(join(to, '02-b.ipynb'));
  mkdirSync(join(to, '02-b.ipynb'));
  assert.throws(
    () => resetCopy('02-b.ipynb', undefined, from, to, now),
    /02-b\.ipynb: expected a notebook, found a folder; move it away$/,
  );
});

test('a copy for which the disk has no room is not there', () => {
  const from = temporaryFolder();
  const to = join(from, 'my');
  for (const name of ['01-a.ipynb', '02-b.ipynb']) writeFileSync(join(from, name), JSON.stringify(chapter()));
  const call = `copies.makeCopies(undefined, ${JSON.stringify(from)}, ${JSON.stringify(to)})`;
  const full = join(root, 'test', 'support', 'full-disk.cjs');
  const sources = join(root, 'tools', 'sources.cjs');
  const module = JSON.stringify(join(root, 'editions', 'shared', 'copies.ts'));
  const program = `const copies = require(${module}); try { ${call}; } catch (error) { console.log(error.message); }`;
  const env = { ...process.env, FULL_DISK: '02-b' };
  const args = ['--require', sources, '--require', full, '-e', program];
  const { stdout } = spawnSync(process.execPath, args, { encoding: 'utf8', env });
  assert.match(stdout, /02-b\.ipynb: cannot be written \(ENOSPC/);
  assert.deepEqual(readdirSync(to), ['01-a.ipynb']);
});

const read = (file: string): Notebook => JSON.parse(readFileSync(file, 'utf8'));
const printed = { output_type: 'stream', name: 'stdout', text: '1' };
const code = (source: string): Cell => ({
  ...prose(source),
  cell_type: 'code',
  execution_count: 3,
  outputs: [printed],
});
const prose = (source: string): Cell => ({ cell_type: 'markdown', id: 'x', source, metadata: {} });
const notebook = (...cells: Notebook['cells']) => ({
  cells,
  metadata: { kernelspec: {} },
  nbformat: 4,
  nbformat_minor: 5,
});

describe('A copy of a chapter', () => {
  const moved = (text: string) =>
    textOf(copies.learnersCopy(notebook(prose(text)), '01-a.ipynb', ['01-a.ipynb', '02-b.ipynb']).cells[0] as Cell);

  test('has the cells of the chapter with stubs for solutions, no outputs, and a look for a newer chapter', () => {
    const open = (source: string) =>
      source.replace(/\/\/ BEGIN[\s\S]*END SOLUTION/, '// Your code here.\n  return todo();');
    const codeIn = ({ cells }: Notebook) => cells.filter(({ cell_type }) => cell_type === 'code');
    for (const name of chapterNames()) {
      const chapter = read(join(root, 'notebooks', name));
      const copy = copies.learnersCopy(chapter, name, chapterNames());
      assert.match(textOf(copy.cells[0] as Cell), /^# /);
      const isEdition = (source: string) => /^exercises\.edition\(/m.test(source);
      const sources = codeIn(copy).map(textOf);
      assert.deepEqual(
        sources.filter((source) => !isEdition(source)),
        codeIn(chapter).map(textOf).map(open),
      );
      for (const cell of codeIn(copy)) assert.deepEqual([cell.outputs, cell.execution_count], [[], null]);
      const at = copy.cells.findIndex((cell) => isEdition(textOf(cell)));
      assert.equal(at < 0, isPython(name), 'a chapter in Python has none');
      // Above the exercises, or at the end of the first chapter, which has none.
      const isEnd = name === chapterNames()[0] && at === copy.cells.length - 1;
      if (at >= 0 && !isEnd) assert.match(textOf(copy.cells[at + 1] as Cell), /^## Exercises$/m);
    }
  });

  test('leads where the chapter leads, and has code and formulas as they are', () => {
    for (const [text, there] of [
      ['![A](images/a.svg "Title")\n![B](<images/b.svg>)', '![A](../images/a.svg "Title")\n![B](<../images/b.svg>)'],
      ['<img alt="x" src="images/a.svg" width="3">', '<img alt="x" src="../images/a.svg" width="3">'],
      ['![A][a]\n\n[a]: images/a.svg', '![A][a]\n\n[a]: ../images/a.svg'],
      ['[x](../src/a.ts), [y](../README.md#b)', '[x](../../src/a.ts), [y](../../README.md#b)'],
      ['[![A](images/a.svg)](02-b.ipynb)', '[![A](../images/a.svg)](02-b.ipynb)'],
    ])
      assert.equal(moved(text), there);
    for (const same of [
      '[2](02-b.ipynb#part)',
      '[x](#part)',
      '[x](https://a.b/c)',
      '[x](mailto:a@b.c)',
      '`[x](images/a.svg)`',
      '```md\n![x](images/a.svg)\n```',
      '$v[t](x) < y$ and a[0] (b)',
    ])
      assert.equal(moved(same), same);
  });

  test('of each committed chapter, in each language, has no link that leads nowhere, and checks that speak it', () => {
    const translated = translator('zh');
    const names = chapterNames();
    for (const [name, language] of names.flatMap(
      (one) =>
        [
          [one, undefined],
          [one, 'zh'],
        ] as const,
    )) {
      const chapter = read(join(root, 'notebooks', name));
      const other = language && { language, translated: translated(name, chapter) };
      const { cells } = copies.learnersCopy(chapter, name, names, other);
      assert.equal(/^# .*\p{Script=Han}/u.test(textOf(cells[0] as Cell)), language === 'zh', name);
      for (const cell of cells.filter(({ cell_type }) => cell_type === 'markdown')) {
        for (const [, target] of textOf(cell).matchAll(/\]\(([^)\s#]+)[^)]*\)|src="([^"]+)"/g)) {
          if (!target || /^[a-z]+:/.test(target) || names.includes(target)) continue;
          // Before the book is built, its page is the text that it is made from.
          const made = target.replace(/build\/(book\/)(?:zh\/)?([\w-]+)\.html$/, 'editions/$1$2.md');
          assert.ok(existsSync(join(copies.copiesIn(language), made)), `${name}: ${target}`);
        }
      }
      if (!language) continue;
      // Who begins with the exercises runs the cell that sets them up, and none above it.
      const setUp = cells.find(({ metadata: own }) => own.exercise?.role === 'setup');
      const asks = cells.filter((cell) => /^exercises\.edition/m.test(textOf(cell)));
      assert.deepEqual(asks, setUp ? [setUp] : asks);
      const call = new RegExp(`^exercises\\.edition\\('${name}', '${copies.editionOf(chapter)}', 'zh'\\);$`, 'm');
      if (setUp) assert.match(textOf(setUp), call);
    }
  });

  test('is made once, and never written over, also in another language, which lies apart', () => {
    const { name, cells } = findTranslation('start', 'zh');
    const from = temporaryFolder();
    const file = `00-${name}.ipynb`;
    const write = (...changed: Notebook['cells']) =>
      writeFileSync(join(from, file), JSON.stringify(notebook(...changed)));
    const [first] = cells as Cell[];
    write(first, code('1;'));
    for (const [to, language] of [
      [join(from, 'my'), undefined],
      [join(from, 'my', 'zh'), 'zh'],
    ] as const) {
      assert.deepEqual(copies.makeCopies(language, from, to), { names: [file], made: [file] });
      const copy = readFileSync(join(to, file), 'utf8');
      assert.equal(/\p{Script=Han}/u.test(copy), language === 'zh');
      write(first, code('2;'));
      assert.deepEqual(copies.makeCopies(language, from, to).made, []);
      assert.equal(readFileSync(join(to, file), 'utf8'), copy);
      const kept = copies.resetCopy(file, language, from, to);
      assert.equal(readFileSync(join(to, String(kept)), 'utf8'), copy);
    }
  });
});

/** The kernel finds the package from a folder of the clone only. */
const folder = join(root, 'build', 'exercises', `test-${process.pid}`);
const results = join(folder, 'results');

const executed = (id: string, source: string): Cell => ({
  ...code(source),
  id,
  metadata: { tags: ['raises-exception'] },
  execution_count: null,
  outputs: [],
});

/** What goes wrong in a cell, tried after all stubs in the same kernel. */
const MISHAPS = [
  executed(
    'right',
    "const charge = (v: number, x: number, tau: number, rest: number): number => v + (x - (v - rest)) / tau;\ncheck('lif-charge', charge);",
  ),
  executed(
    'type-error',
    "const charge = (v: number, x: number, tau: number): boolean => v > x;\ncheck('lif-charge', charge);",
  ),
  executed('mistyped', "check('lif-chrage', (v: number) => v);"),
  executed('no-return', "const noReturn = (v: number): number => {};\ncheck('lif-charge', noReturn);"),
  executed('endless', "check('lif-charge', () => { for (;;); });"),
  executed('endless-list', "check('lif-run', () => { const v: number[] = []; for (;;) v.push(1); });"),
  executed('recursion', "const again = (v: number): number => again(v) + 1;\ncheck('lif-charge', again);"),
  executed('alive', "check('lif-charge', (v: number, x: number, tau: number) => v + x / tau);"),
  executed('solved', "console.log(exercises.solved('lif-charge'), exercises.solved('lif-fire'));"),
];

/** The exercises of all chapters run one after the other, without the chapters before them: that takes seconds. */
describe("A learner's copies in the real kernel", () => {
  let done: ExecutedCell[];
  /** One cell for each copy, since TypeScript takes a tenth of a second for each, and the exercises whose answers are in it. */
  let sections: { cell: Cell; exercises: string[] }[];
  after(() => rmSync(folder, { recursive: true, force: true }));
  before(async () => {
    const { learnersCopy, readChapter } = copies;
    const names = chapterNames();
    sections = names.flatMap((name) => {
      const own = cells
        .sectionOf(learnersCopy(readChapter(name), name, names))
        .filter(({ cell_type }) => cell_type === 'code');
      const answers = own.filter(({ metadata }) => metadata.exercise?.role === 'answer');
      const exercises = answers.map(({ metadata }) => `${metadata.exercise?.id}`);
      return own.length === 0 ? [] : { cell: executed(name.slice(0, 2), own.map(textOf).join('\n')), exercises };
    });
    const file = join(folder, 'all.ipynb');
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, JSON.stringify({ ...notebook(...sections.map(({ cell }) => cell), ...MISHAPS), metadata: {} }));
    const { status, lines } = await run([file, '--out', results, '--cell-timeout', '120']);
    assert.equal(status, 0, lines.join('\n'));
    done = readExecuted(join(results, 'build', 'exercises', `test-${process.pid}`, 'all.ipynb')).cells;
  });
  const cell = (id: string) => done.find((one) => one.id === id);
  const printed = (id: string) => printedOf(cell(id), 'stdout')?.join('');

  test('run from top to bottom with nothing but "not attempted"', () => {
    for (const { cell: section, exercises } of sections) {
      const outputs = cell(section.id)?.outputs ?? [];
      const text = outputs.map((output) => output.text?.join('') ?? '?').join('');
      const [stubs, progress] = [text.slice(0, text.indexOf('0 of ')), text.slice(text.indexOf('0 of '))];
      assert.equal(stubs, exercises.map((exercise) => `○ ${exercise}: Not attempted yet.\n`).join(''));
      assert.match(progress, /^0 of \d+ exercises passed, about \d+ minutes to go, \d+ of them core\.\n/);
    }
    const all = sections.flatMap(({ exercises }) => exercises);
    assert.deepEqual(all.sort(), Object.keys(ALL).sort(), 'every exercise has a cell');
  });

  test('do not judge the answer of before when a cell has a type error, and show what TypeScript says', () => {
    assert.equal(printed('right'), '✔ lif-charge: Right.\n');
    for (const [id, says] of [
      ['type-error', /not assignable[\s\S]*boolean/],
      ['mistyped', /'"lif-chrage"' is not assignable/],
      ['no-return', /must return a value/],
    ] as const) {
      assert.equal(printed(id), '', `${id} is not judged`);
      assert.match(printedOf(cell(id), 'stderr')?.join('') ?? '', says);
    }
  });

  test('stop an answer that never ends, and go on', () => {
    for (const id of ['endless', 'endless-list', 'recursion']) assert.match(printed(id) ?? '', /\(never-ends\)/, id);
    assert.match(printed('alive') ?? '', /^✘ lif-charge \(no-leak\)/);
    assert.equal(printed('solved'), 'false false\n', 'the last check counts');
  });
});
