/** Grids: what a file of them means, and the message for one that means nothing. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { inRuns, runMap, writeGrids } from '../../../../test/support/map';
import { temporaryFolder } from '../../../../test/support/notebooks';
import * as grids from '../../grids';

const folder = temporaryFolder('grids');

const read = (text: string) => grids.readGrids(join(folder, writeGrids(folder, text)));

describe('A file of grids', () => {
  test('means every combination of the lists of a block, the last list fastest', () => {
    const [grid] = read('grids:\n  a: { tau: [1.5, 3], T: 20, seed: [0, 1], epochs: 2 }\n');
    assert.equal(grid?.name, 'a');
    assert.deepEqual(
      grid.runs.map(({ columns }) => [columns.tau, columns.T, columns.seed, columns.epochs]),
      [
        ['1.5', '20', '0', '2'],
        ['1.5', '20', '1', '2'],
        ['3', '20', '0', '2'],
        ['3', '20', '1', '2'],
      ],
    );
  });

  test('may have several blocks per grid and share runs between grids, each of which is done once', () => {
    const read2 = read('grids:\n  a: [{ tau: 3 }, { T: [50, 100] }]\n  b: { tau: [2, 3] }\n');
    assert.deepEqual(
      read2.map(({ runs }) => runs.length),
      [3, 2],
    );
    // T = 100 and tau = 2 are the defaults, so the third run of a is the first of b; tau = 3 is in both.
    assert.equal(grids.allRuns(read2).length, 3);
  });

  const HUNDRED = Array.from({ length: 100 }, (_, i) => i + 1).join(', ');
  for (const [what, text, line] of [
    ['a word that is no setting', 'grids: { a: { tao: 2 } }', /mine.yaml: a: tao: expected a setting \(.*\btau, T\b/],
    ['a value that the command line refuses', 'grids: { a: { tau: [2, 1] } }', /a: --tau: expected a number above 1/],
    ['a switch that is neither on nor off', 'grids: { a: { reset: 2 } }', /a: reset: expected true or false, found 2$/],
    ['an empty list', 'grids: { a: { tau: [] } }', /a: tau: expected at least one value, found an empty list/],
    ['a mapping as a value', 'grids: { a: { tau: { from: 1 } } }', /a: tau: expected values, found \{"from":1\}/],
    ['a grid without settings', 'grids:\n  a:\n', /a: expected settings with their values, found nothing/],
    ['a setting twice', 'grids:\n  a:\n    tau: 2\n    tau: 3\n', /cannot read it: line 4: Map keys must be unique/],
    ['a name that no column can hold', 'grids: { a+b: { tau: 2 } }', /expected the name of a grid .*, found a\+b/],
    [
      'more runs than anybody means',
      `grids: { a: { seed: [${HUNDRED}], batch_size: [${HUNDRED}], T: [1, 2] } }`,
      /mine.yaml: a: expected at most 10000 runs, found 20000$/,
    ],
    ['no grid', 'grids: {}', /expected `grids:` with at least one grid by its name, found \{\}/],
    ['a fault of YAML', 'grids:\n  a: { tau: [2\n', /cannot read it: line 3: .* end with a \]$/],
    ['a value twice in two forms', 'grids: { a: { tau: [20, 2e1] } }', /a: tau: expected each value once, found 20 tw/],
    ['a text that colours terminals', 'grids: { a: { loss: "\\e[31mred" } }', /a: --loss: .* found \ufffd\[31mred$/],
    ['an option in a value', 'grids: { a: { loss: mse --tau 3 } }', /a: loss: expected mse, .*, found 'mse --tau 3'$/],
  ] as const) {
    test(`that has ${what} is refused in one line`, () => {
      assert.throws(
        () => read(text),
        (error: Error) => {
          assert.match(error.message, line);
          assert.doesNotMatch(error.message, /\p{Cc}/u);
          return true;
        },
      );
    });
  }
});

describe('npm run map', () => {
  test('refuses a wrong grid before anything runs: one line, exit status 2, nothing written', async () => {
    const { status, lines } = await runMap(folder, '--config', writeGrids(folder, 'grids: { a: { tau: [2, 0.5] } }'));
    const file = join(folder, 'mine.yaml');
    assert.deepEqual(
      [status, lines],
      [2, [`map: ${file}: a: --tau: expected a number above 1, at most 1000000, found 0.5`]],
    );
    assert.ok(!existsSync(inRuns(folder)));
  });

  test('names the grids that there are when another one is asked for', async () => {
    const file = writeGrids(folder, 'grids: { a: { tau: 2 }, b: { tau: 3 } }');
    const { status, lines } = await runMap(folder, '--config', file, '--grid', 'c');
    assert.deepEqual([status, lines], [2, ['map: --grid: expected a, b, found c']]);
  });

  test('does not take a table of other grids for the published one', async () => {
    const file = writeGrids(folder, 'grids: { a: { tau: 2 } }');
    const { status, lines } = await runMap(folder, '--config', file, '--update');
    assert.equal(status, 2);
    assert.match(lines.join('\n'), /^map: --update: expected the published grids, found --config;.*$/);
  });
});
