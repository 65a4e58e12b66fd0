/**
 * What a learner runs: the exercises of every copy in the real tslab kernel, and answers that go wrong there.
 *
 * One kernel runs the exercises of all chapters one after the other, without the chapters before them: they are
 * complete in themselves, so this takes seconds. (The kernel of the browser edition runs the same cells in
 * `test:lite`.)
 */
import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { ALL } from '../../../../packages/exercises';
import { chapterNames } from '../../../../packages/system/project.mjs';
import { type Cell as ExecutedCell, read, root, run, stream } from '../../../../test/support/notebooks';
import type { Cell } from '../../../shared/cells.mjs';

/** The kernel finds the package from a folder of the clone only. */
const folder = join(root, 'build', 'exercises', `test-${process.pid}`);
const results = join(folder, 'results');
before(() => mkdirSync(folder, { recursive: true }));
after(() => rmSync(folder, { recursive: true, force: true }));

const code = (id: string, source: string, exercise = {}): Cell => ({
  cell_type: 'code',
  id,
  metadata: { exercise, tags: ['raises-exception'] },
  execution_count: null,
  outputs: [],
  source: [source],
});

/** What goes wrong in a cell, tried after all stubs in the same kernel. */
const MISHAPS = [
  code(
    'right',
    "const charge = (v: number, x: number, tau: number, rest: number): number => v + (x - (v - rest)) / tau;\ncheck('lif-charge', charge);",
  ),
  code(
    'type-error',
    "const charge = (v: number, x: number, tau: number): boolean => v > x;\ncheck('lif-charge', charge);",
  ),
  code('mistyped', "check('lif-chrage', (v: number) => v);"),
  code('no-return', "const noReturn = (v: number): number => {};\ncheck('lif-charge', noReturn);"),
  code('endless', "check('lif-charge', () => { for (;;); });"),
  code('endless-list', "check('lif-run', () => { const v: number[] = []; for (;;) v.push(1); });"),
  code('recursion', "const again = (v: number): number => again(v) + 1;\ncheck('lif-charge', again);"),
  code('alive', "check('lif-charge', (v: number, x: number, tau: number) => v + x / tau);"),
  code('solved', "console.log(exercises.solved('lif-charge'), exercises.solved('lif-fire'));"),
];

/**
 * What runs in one chapter's copy, in a single cell: TypeScript takes a tenth of a second for each cell, whatever is in
 * it.
 */
interface Section {
  cell: Cell;
  /** The exercises whose answers are in it, in their order. */
  exercises: string[];
}

/** The stubs of all chapters, and then the mishaps, as one notebook. */
async function notebookOfAll(): Promise<{ file: string; sections: Section[] }> {
  const { learnersCopy, readChapter } = await import('../../../shared/copies.mjs');
  const { sectionOf, textOf } = await import('../../../shared/cells.mjs');
  const names = chapterNames();
  const sections = names.flatMap((name, chapter) => {
    const cells = sectionOf(learnersCopy(readChapter(name), name, names)).filter((cell) => cell.cell_type === 'code');
    const answers = cells.filter(({ metadata }) => metadata.exercise?.role === 'answer');
    const source = cells.map((cell) => textOf(cell)).join('\n');
    return cells.length === 0
      ? []
      : {
          cell: code(`chapter-${chapter}`, source),
          exercises: answers.map(({ metadata }) => `${metadata.exercise?.id}`),
        };
  });
  const file = join(folder, 'all.ipynb');
  const cells = [...sections.map(({ cell }) => cell), ...MISHAPS];
  writeFileSync(file, JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells }));
  return { file, sections };
}

describe("A learner's copies in the real kernel", () => {
  let executed: (ExecutedCell & Pick<Cell, 'metadata'>)[];
  let sections: Section[];
  before(async () => {
    const all = await notebookOfAll();
    sections = all.sections;
    const { status, lines } = await run([all.file, '--out', results, '--cell-timeout', '120']);
    assert.equal(status, 0, lines.join('\n'));
    executed = read(join(results, 'build', 'exercises', `test-${process.pid}`, 'all.ipynb')).cells;
  });
  const cell = (id: string) => executed.find((one) => one.id === id);
  const printed = (id: string) => stream(cell(id), 'stdout')?.join('');

  test('run from top to bottom with nothing but "not attempted"', () => {
    for (const {
      cell: { id },
      exercises,
    } of sections) {
      const text =
        cell(id)
          ?.outputs.map((output) => output.text?.join('') ?? '?')
          .join('') ?? '';
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
      assert.match(stream(cell(id), 'stderr')?.join('') ?? '', says);
    }
  });

  test('stop an answer that never ends, and go on', () => {
    for (const id of ['endless', 'endless-list', 'recursion']) assert.match(printed(id) ?? '', /\(never-ends\)/, id);
    assert.match(printed('alive') ?? '', /^✘ lif-charge \(no-leak\)/);
    assert.equal(printed('solved'), 'false false\n', 'the last check counts');
  });
});
