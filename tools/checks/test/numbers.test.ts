/** Numbers in text: what is found, what is let pass, and that the project's own texts hold no number out of nowhere. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { before, describe, test } from 'node:test';
import { root, temporaryFolder } from '../../../test/support/notebooks';
import { FROM_SOURCES } from '../../../test/support/python';
import { CHECKED, checkNumbers } from '../numbers';

const folder = temporaryFolder('numbers');
const PAGE = 'page.md';

/** A folder with one chapter that prints these lines and has this code, and what is found in a text of it. */
function faultsIn(text: string, printed = '', code = ''): string[] {
  const cells = [
    { cell_type: 'markdown', source: [text] },
    { cell_type: 'code', source: [code], outputs: [{ output_type: 'stream', text: [printed] }] },
  ];
  mkdirSync(join(folder, 'notebooks'), { recursive: true });
  writeFileSync(join(folder, 'notebooks', '04-here.ipynb'), JSON.stringify({ cells }));
  return checkNumbers(['notebooks/04-here.ipynb'], folder);
}
const isFine = (text: string, printed?: string, code?: string) => assert.deepEqual(faultsIn(text, printed, code), []);

describe('A number in a text', () => {
  test('passes where a cell prints it, with as many digits or more, as a share or as a percentage', () => {
    isFine('It reads 92.73 % of them.', 'accuracy 92.73 %');
    isFine('It reads 92.7 % of them.', 'accuracy 0.9273');
    isFine('The rate is 0.93.', 'rate: 92.73 %');
    isFine('It takes 245 ms, 107 times as long, and 4,848 images.', '244.9 ms, 107 times as long, 4848');
  });

  test('is found where no cell prints it, and the line names the sentence', () => {
    assert.deepEqual(faultsIn('First one. That is 92.37 % of all.\nLast one.', '92.73 %'), [
      'notebooks/04-here.ipynb: cell 1: 92.37 % is printed by no cell, and no mark says what it is: "That is 92.37 % of all."',
    ]);
    // More digits than were printed, the same digits with another unit, and a count as a percentage.
    for (const [text, printed] of [
      ['It reads 92.734 % of them.', '92.73 %'],
      ['It takes 2.5 s.', '2.5 ms'],
      ['It is 40 times as fast.', '40 images'],
      ['It reads 52 % of them.', '52 of 500'],
      // In a list, a table and the text of a drawing.
      ['- **3.77 ms** later: a spike.', '3.78 ms'],
      ['| T | accuracy |\n|---|---|\n| 2 | 81.23 % |', '81.32 %'],
      ['![In 8.31 % of the steps it fires.](images/a.svg)', '8.13 %'],
    ]) {
      assert.equal(faultsIn(text, printed).length, 1, text);
    }
  });

  test('is not looked at where it only counts or names something, in code, formulas, links, headings and names', () => {
    isFine(
      '# The 500 steps\nTen of the 49 neurons, step 3 of 100 in 2023: `0.5`, $0.7 + 0.1$, float32, SHA-256, 0.1.0, 0110.',
    );
    isFine('[here](https://example.org/2.5/300) it is 28 × 28 pixels, 784 in all, of 60,000 images. About 45 minutes.');
    isFine('```sh\nnpm run train -- --lr 0.003\n```\n\n$$\n0.25\n$$\n');
  });

  test('passes where the code sets it, but a comment in the code proves nothing', () => {
    isFine('A current of 1.5 for 1,000 steps.', '', 'run(1.5, 1_000)');
    assert.equal(faultsIn('A current of 1.5.', '', 'run() // 1.5').length, 1);
    assert.equal(faultsIn('It is 1.5 % better.', '', 'run(1.5)').length, 1, 'a setting has no unit');
  });

  test('passes with a mark that says what it is, and a mark that speaks of nothing is found', () => {
    isFine('Structures of 0.045 micrometres.\n\n<!-- constant: 0.045 the size of a structure -->');
    isFine('It takes 0.89 ms or 1.71 ms.\n\n<!-- measured: npm run bench -- --setup-peer: 0.89, 1.71 ms -->');
    assert.match(faultsIn('A page.\n<!-- constant: 0.5 a half -->').join(), /a mark speaks of 0\.5, which is not/);
    assert.match(faultsIn('It is 0.5.\n<!-- constant: 0.5 -->').join(), /expected what 0\.5 is/);
    assert.match(faultsIn('It is 0.5 s.\n<!-- measured: 0.5 -->').join(), /expected a command, a colon/);
    assert.match(faultsIn('It is 3 s.\n<!-- constant: 3 GB of disk -->').join('\n'), /3 s is printed by no cell/);
  });

  test('that is computed from others is computed again', () => {
    const printed = '103891 additions, 1511 additions, 91.64 %, 90.90 %';
    isFine('About 70 times as many.\n<!-- computed: 70 = 103891 / 1511 -->', printed);
    isFine('It is 0.7 points less.\n<!-- computed: 0.7 = 91.64 - 90.90 -->', printed);
    isFine('It is 0.42 MB.\n<!-- computed: 0.42 = (784 + 40) * 4 * 128 / 1000000 -->');
    assert.deepEqual(faultsIn('It is 0.8 points less.\n<!-- computed: 0.8 = 91.64 - 90.90 -->', printed), [
      'notebooks/04-here.ipynb: cell 1: a mark computes 0.8, but its terms give 0.74',
    ]);
    assert.deepEqual(faultsIn('It is 0.7 points less.\n<!-- computed: 0.7 = 91.6 - 90.95 -->', printed), [
      'notebooks/04-here.ipynb: cell 1: 0.7 is computed from 90.95, which no cell prints and no mark explains',
    ]);
    assert.match(faultsIn('It is 0.7.\n<!-- computed: 0.7 from 91.64 -->').join(), /expected "0\.7 = a - b"/);
  });

  test('may be printed by a chapter that the paragraph names, or stand in the map that it links to', () => {
    isFine('## Does it work?\n', 'accuracy 92.73 %');
    mkdirSync(join(folder, 'editions', 'map'), { recursive: true });
    writeFileSync(join(folder, 'editions', 'map', 'map.csv'), 'id,last\n0,0.8812\n');
    const found = (text: string) => {
      writeFileSync(join(folder, PAGE), text);
      return checkNumbers([PAGE], folder);
    };
    assert.deepEqual(found('As [there](notebooks/04-here.ipynb), 92.73 %.'), []);
    assert.deepEqual(found('Chapter 4 reaches 92.73 %.'), []);
    assert.deepEqual(found('It is 92.73 %: [[Does it work?]].'), []);
    assert.deepEqual(
      found('[issue 318](https://example.org/318) says:\n\n> I have 91 %.\n'),
      [],
      'others may say what they like',
    );
    assert.equal(found('It is 92.73 %: [[Does it fail?]].').length, 1);
    assert.deepEqual(found('In [the map](editions/map/map.csv) it is 88.12 %.'), []);
    assert.equal(found('Chapter 4 comes first.\n\nIt is 92.73 %.').length, 1, 'the paragraph before is another one');
    assert.match(found('# One\n\n## Two\n\nIt is 88.12 %.').join(), /^page\.md: "Two": 88\.12 % is printed by no cell/);
  });
});

test('A number that the benchmark measured has to stand in its committed table', () => {
  mkdirSync(join(folder, 'tools', 'bench'), { recursive: true });
  const table = join(folder, 'tools', 'bench', 'measured.json');
  const found = (text: string) => {
    writeFileSync(join(folder, PAGE), text);
    return checkNumbers([PAGE], folder);
  };
  writeFileSync(table, '{ "event_all": { "ms_per_batch": 0.8912 } }');
  try {
    assert.deepEqual(found('It takes 0.89 ms.\n\n<!-- measured: npm run bench: 0.89 ms -->'), []);
    assert.match(
      found('It takes 0.88 ms.\n\n<!-- measured: npm run bench: 0.88 ms -->').join(),
      /a mark says that the benchmark measured 0\.88, but tools\/bench\/measured\.json does not have it/,
    );
    assert.deepEqual(found('It is 0.5 s.\n\n<!-- measured: npm run train: 0.5 s -->'), [], 'another command');
  } finally {
    rmSync(table);
  }
});

interface Cell {
  cell_type: string;
  source: string[];
}

describe('The texts of the project', () => {
  const copy = join(folder, 'copy');
  before(() => {
    for (const file of ['editions/map/map.csv', ...CHECKED]) {
      mkdirSync(dirname(join(copy, file)), { recursive: true });
      cpSync(join(root, file), join(copy, file));
    }
  });

  test('hold no number that is neither printed nor marked', () => {
    assert.deepEqual(checkNumbers(), []);
  });

  /**
   * Changes the text of the first cell that `change` has something to do in, in a copy of its chapter; which chapter.
   */
  function changed(change: (text: string) => string): string {
    for (const chapter of CHECKED.filter((file) => file.endsWith('.ipynb'))) {
      const notebook = JSON.parse(readFileSync(join(root, chapter), 'utf8'));
      const cell = (notebook.cells as Cell[]).find(
        ({ cell_type, source }) => cell_type === 'markdown' && change(source.join('')) !== source.join(''),
      );
      if (!cell) continue;
      cell.source = [change(cell.source.join(''))];
      writeFileSync(join(copy, chapter), JSON.stringify(notebook));
      return chapter;
    }
    return assert.fail('no chapter has a cell to change');
  }

  test('are looked at by --check before anything is executed, and the last line says where the rules are', () => {
    // A copy of the project in which nothing can be executed: it has no Python.
    for (const name of ['tools', 'packages', 'editions', 'package.json', 'package-lock.json'])
      cpSync(join(root, name), join(copy, name), { recursive: true });
    const run = (...args: string[]) =>
      spawnSync(process.execPath, [...FROM_SOURCES, join(copy, 'tools', 'checks', 'notebooks.ts'), ...args], {
        cwd: copy,
        env: { ...process.env, INIT_CWD: copy },
        encoding: 'utf8',
      });
    const chapter = changed((text) => text.replace(/\.\n/, ' on 91.37 % of them.\n'));
    for (const args of [
      ['--check', chapter],
      ['--all', '--check'],
    ]) {
      const { status, stderr } = run(...args);
      assert.equal(status, 1, stderr);
      const lines = stderr.trim().split('\n');
      assert.match(lines[0] as string, /^notebooks\/\d\d-[\w-]+\.ipynb: cell \d+: 91\.37 % is printed by no cell/);
      assert.match(lines.at(-1) as string, /nothing was executed; editions\/README\.md, "Numbers in text"/);
    }
    cpSync(join(root, chapter), join(copy, chapter));
    for (const args of [['--check', chapter], ['--all', '--check'], [chapter]]) {
      const { status, stderr } = run(...args);
      assert.deepEqual([status, stderr.trim().split('\n').length], [2, 1], stderr);
      assert.match(stderr, /bin.python3?: .*; run `npm run setup`/);
    }
  });
});
