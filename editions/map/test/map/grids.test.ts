/** Grids: what a file of them means, and the message for one that means nothing. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { flatten } from '../../../../packages/runs/document';
import { inRuns, runMap, writeGrids } from '../../../../test/support/map';
import { temporaryFolder } from '../../../../test/support/notebooks';
import * as grids from '../../grids';

const folder = temporaryFolder('grids');

const read = (text: string) => grids.readGrids(join(folder, writeGrids(folder, text)));

describe('A file of grids', () => {
  const flat = (text: string) => read(text)[0].runs.map(({ run }) => flatten(run));

  test('means every combination of the lists of a block, the last list fastest, by places within one another or one', () => {
    for (const engine of ['neuron.tau: [1.5, 3], T: 20', 'neuron: { tau: [1.5, 3] }, T: 20']) {
      assert.deepEqual(
        flat(`grids: { a: { engine: { ${engine}, seed: [1, 2] }, train.epochs: 2 } }`).map((places) => [
          places['engine.neuron.tau'],
          places['engine.T'],
          places['engine.seed'],
          places['train.epochs'],
        ]),
        [
          [1.5, 20, 1, 2],
          [1.5, 20, 2, 2],
          [3, 20, 1, 2],
          [3, 20, 2, 2],
        ],
      );
    }
  });

  test('takes a list of mappings for one network, in which lists may stand, and lists of them for several', () => {
    const layersOf = (layers: string) =>
      read(`grids: { a: { engine: { layers: ${layers} } } }`)[0].runs.map(({ run }) => run.engine?.layers ?? null);
    assert.deepEqual(layersOf('[{ neurons: [12, 24], synapse.tau: 3 }, {}]'), [
      [{ neurons: 12, synapse: { tau: 3 } }, {}],
      [{ neurons: 24, synapse: { tau: 3 } }, {}],
    ]);
    assert.deepEqual(layersOf('[[{}], [{ neurons: 12 }, {}]]'), [null, [{ neurons: 12 }, {}]]);
    const [{ runs }] = read('grids: { a: { engine: { hidden: 9, gain: [2, [6, 1]] } } }');
    assert.deepEqual(
      runs.map(({ run }) => run.engine?.gain),
      [2, [6, 1]],
    );
  });

  test('may have several blocks per grid and share runs between grids, each of which is done once', () => {
    const read2 = read(
      'grids:\n  a: [{ engine.neuron.tau: 3 }, { engine.T: [50, 100] }]\n  b: { engine.neuron.tau: [2, 3] }\n',
    );
    assert.deepEqual(
      read2.map(({ runs }) => runs.length),
      [3, 2],
    );
    // T = 100 and tau = 2 are the defaults, so the third run of a is the first of b; tau = 3 is in both.
    assert.equal(grids.allRuns(read2).length, 3);
  });

  test('draws as many trials as it says, the same ones always, each with every combination of the lists', () => {
    const places = (more: string) =>
      flat(
        `grids: { a: { draw: { trials: 4, engine.learningRate: [1e-3, 0.1], engine.layers.0.neurons: [10, 40]${more} }, ` +
          'engine: { layers: [{ recurrent: true }, {}], seed: [1, 2] } } }',
      ).map((run) => [run['engine.learningRate'], run['engine.layers.0.neurons'], run['engine.seed']]);
    const drawn = places('');
    assert.deepEqual(
      drawn.map(([, , seed]) => seed),
      [1, 2, 1, 2, 1, 2, 1, 2],
    );
    assert.equal(new Set(drawn.map(([rate]) => rate)).size, 4);
    for (const [rate, neurons] of drawn as number[][]) {
      assert.ok(rate >= 1e-3 && rate <= 0.1 && rate === Number(rate.toPrecision(2)), `${rate}`);
      assert.ok(neurons >= 10 && neurons <= 40 && Number.isInteger(neurons), `${neurons}`);
    }
    // With one place more, what was drawn for the others stays.
    assert.deepEqual(places(', engine.loss: [mse, cross-entropy]'), drawn);
    assert.deepEqual(drawn[0], [0.032, 36, 1]);
  });

  const HUNDRED = Array.from({ length: 100 }, (_, i) => i + 1).join(', ');
  for (const [what, text, line] of [
    ['a place that no run has', 'grids: { a: { engine.tao: 2 } }', /mine.yaml: a: engine\.tao: expected .*\bT\b/],
    [
      'a value that no run may have',
      'grids: { a: { engine.neuron.tau: [2, 1] } }',
      /a: engine.neuron.tau: expected a finite number above 1/,
    ],
    [
      'a switch that is neither on nor off',
      'grids: { a: { engine.reset: 2 } }',
      /a: engine.reset: expected true or false, found 2$/,
    ],
    [
      'an empty list',
      'grids: { a: { engine.T: [] } }',
      /a: engine.T: expected at least one value, found an empty list/,
    ],
    ['a mapping as a value', 'grids: { a: { engine.T: { from: 1 } } }', /a: engine\.T\S*: expected .*, found /],
    ['a grid without blocks', 'grids:\n  a:\n', /a: expected the document of a run, found nothing/],
    [
      'a place twice',
      'grids:\n  a:\n    data: mnist\n    data: rows\n',
      /cannot read it: line 4: Map keys must be unique/,
    ],
    [
      'a place twice in two forms',
      'grids: { a: { engine.T: 2, engine: { T: 3 } } }',
      /a: engine.T: expected each place once/,
    ],
    ['a name that no column can hold', 'grids: { a+b: { engine.T: 2 } }', /expected the name of a grid .*, found a\+b/],
    [
      'more runs than anybody means',
      `grids: { a: { engine: { seed: [${HUNDRED}], batchSize: [${HUNDRED}], T: [1, 2] } } }`,
      /mine.yaml: a: expected at most 10000 runs, found 20000$/,
    ],
    ['no grid', 'grids: {}', /expected `grids:` with at least one grid by its name, found \{\}/],
    ['a fault of YAML', 'grids:\n  a: { engine.T: [2\n', /cannot read it: line 3: .* end with a \]$/],
    [
      'a value twice in two forms',
      'grids: { a: { engine.T: [20, 2e1] } }',
      /a: engine.T: expected each value once, found 20 tw/,
    ],
    [
      'more trials than there are',
      'grids: { a: { draw: { trials: 3, engine.loss: [mse, cross-entropy] } } }',
      /a: draw.trials: expected at most 2, as many as differ, found 3$/,
    ],
    [
      'a draw from 0',
      'grids: { a: { draw: { trials: 3, engine.neuron.tau: [0, 3] } } }',
      /a: draw.engine.neuron.tau: expected two numbers above 0, the larger one last, found \[0,3\]$/,
    ],
    [
      'a draw at a place that has a value',
      'grids: { a: { draw: { trials: 3, engine.T: [2, 9] }, engine.T: 3 } }',
      /a: engine.T: expected each place once, found it in draw as well$/,
    ],
    ['a draw without trials', 'grids: { a: { draw: { engine.T: [2, 9] } } }', /draw.trials: .*, found nothing$/],
    ['a draw of no option', 'grids: { a: { draw: { trials: 2, engine.tao: [2, 9] } } }', /a: engine\.tao: expected /],
    [
      'a text that colours terminals',
      'grids: { a: { engine.loss: "\\e[31mred" } }',
      /a: engine.loss: .* found '\ufffd\[31mred'$/,
    ],
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
    const { status, lines } = await runMap(
      folder,
      '--config',
      writeGrids(folder, 'grids: { a: { engine.neuron.tau: [2, 0.5] } }'),
    );
    const file = join(folder, 'mine.yaml');
    assert.deepEqual(
      [status, lines],
      [2, [`map: ${file}: a: engine.neuron.tau: expected a finite number above 1, found 0.5`]],
    );
    assert.ok(!existsSync(inRuns(folder)));
  });

  test('names the grids that there are when another one is asked for', async () => {
    const file = writeGrids(folder, 'grids: { a: { engine.T: 2 }, b: { engine.T: 3 } }');
    const { status, lines } = await runMap(folder, '--config', file, '--grid', 'c');
    assert.deepEqual([status, lines], [2, ['map: --grid: expected a, b, found c']]);
  });

  test('does not take a table of other grids for the published one', async () => {
    const file = writeGrids(folder, 'grids: { a: { engine.T: 2 } }');
    const { status, lines } = await runMap(folder, '--config', file, '--update');
    assert.equal(status, 2);
    assert.match(lines.join('\n'), /^map: --update: expected the published grids, found --config;.*$/);
  });
});
