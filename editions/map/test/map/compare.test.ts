/** Comparisons: what a declaration is refused for, and the difference of two sides. All rows here are made up. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { flatten } from '../../../../packages/runs/document';
import { RESULT_COLUMNS } from '../../../../packages/runs/map/parse';
import { seededRandom } from '../../../../src/common/random';
import { writeGrids } from '../../../../test/support/map';
import { temporaryFolder } from '../../../../test/support/notebooks';
import { compare, comparisonFaults, pairedInterval, readComparisons } from '../../compare';
import { allRuns, readMapFile } from '../../grids';
import { sha256 } from '../../plan';
import { hitsFile, rowFile, sealed, type TableRow, weightsFile } from '../../table';

const folder = temporaryFolder('compare');
const FILE = `
grids:
  few: { engine: { neuron.tau: [2, 3, 4], T: 5, seed: [0, 1, 2] }, train: { images: 50000, epochs: 2 } }
  many: { engine: { neuron.tau: [2, 3, 4], T: 20, seed: [0, 1, 2] }, train: { images: 50000, epochs: 2 } }
  few-best: { engine: { neuron.tau: 3, T: 5, seed: [0, 1, 2, 3, 4] }, train: { images: 50000, epochs: 2 } }
  many-best: { engine: { neuron.tau: 3, T: 20, seed: [0, 1, 2, 3, 4] }, train: { images: 50000, epochs: 2 } }
compare:
  steps:
    sides: { many: { trials: many, best: many-best }, few: { trials: few, best: few-best } }
    budgets: [train.epochs, train.images]
    limits: {}
    own: []
    order: many > few
`;
const SAMPLES = 2000;

/** Files of a run that was never computed: of T = 20 four fifths are read right, of T = 5 three fifths. */
function makeUp(text: string) {
  const { grids, comparisons } = readMapFile(join(folder, writeGrids(folder, text)));
  const rows = allRuns(grids).map(({ id, run }): TableRow => {
    const { 'engine.neuron.tau': tau = 2, 'engine.T': T = 100 } = flatten(run);
    const hits = Array.from({ length: SAMPLES }, (_, i) => (i % 10 < (Number(T) < 20 ? 6 : 8) ? '1' : '0')).join('');
    const results = Object.fromEntries(RESULT_COLUMNS.map((column) => [column, '']));
    Object.assign(results, { last: Number(T) < 20 ? '0.6' : '0.8', weights_sha256: sha256(id) });
    results.held_back = String(0.9 - Math.abs(Number(tau) - 3) / 10);
    mkdirSync(dirname(rowFile(folder, id)), { recursive: true });
    writeFileSync(weightsFile(folder, id), id);
    writeFileSync(rowFile(folder, id), JSON.stringify(sealed({ id, run, results })));
    writeFileSync(hitsFile(folder, id), hits);
    return { id, run, results, grid: '' };
  });
  return { grids, comparisons, rows };
}

const results = join(folder, 'comparisons.json');
const faultsIn = (text: string) => {
  const { grids, comparisons, rows } = makeUp(text);
  return comparisonFaults(comparisons, grids, rows, readComparisons(results));
};

describe('A comparison', { concurrency: 1 }, () => {
  test('takes the best trial of each side, and reads the difference of their hits', async () => {
    const { grids, comparisons, rows } = makeUp(FILE);
    assert.match(comparisonFaults(comparisons, grids, rows, {}).join(), /^compare: steps: expected what was computed /);
    await compare(results, ['steps'], comparisons, grids, rows, folder);
    const { sides, difference } = readComparisons(results).steps;
    const { few } = sides;
    assert.deepEqual([few.trials, few.seeds, few.accuracy, few.rows.length], [3, 5, 0.6, 5]);
    assert.deepEqual(few.knobs, { 'engine.neuron.tau': { tried: [2, 3, 4], best: 3 } });
    assert.equal(difference.mean, 0.2);
    assert.ok(difference.low > 0.17 && difference.high < 0.23, JSON.stringify(difference));
    assert.deepEqual(faultsIn(FILE), []);
  });

  for (const [what, from, to, fault] of [
    [
      'has its best at the edge',
      'few: { engine: { neuron.tau: [2, 3, 4]',
      'few: { engine: { neuron.tau: [1.5, 2, 3]',
      'few: engine.neuron.tau: expected its best inside the values tried, found 3 of 1.5, 2, 3',
    ],
    [
      'lacks a seed of its trials',
      'T: 5, seed: [0, 1, 2] }',
      'T: 5, seed: [0, 1] }',
      'few: expected at least 3 seeds, the same in each trial, found 0, 1',
    ],
    [
      'lacks a seed of its best',
      /, 3, 4\] }, train/g,
      ', 3] }, train',
      'many: expected at least 5 seeds of the best, found 0, 1, 2, 3',
    ],
    [
      'has fewer trials on one side',
      'few: { engine: { neuron.tau: [2, 3, 4]',
      'few: { engine: { neuron.tau: [2, 2.5, 3, 4]',
      'expected as many trials on both sides, found 3 and 4',
    ],
    [
      'has other epochs on one side',
      /(few.*epochs: )2/g,
      '$13',
      'expected the budget train.epochs alike, found 2 and 3',
    ],
    [
      'reads another network than its best trial',
      'few-best: { engine: { neuron.tau: 3',
      'few-best: { engine: { neuron.tau: 4',
      /^few: expected the document of the best trial in its grid, {"engine":{"T":5,"neuron":{"tau":3}},/,
    ],
    [
      'tunes a place on one side alone',
      'few: { engine: { neuron.tau: [2, 3, 4]',
      'few: { engine: { neuron.tau: 3, learningRate: [1e-3, 2e-3, 3e-3]',
      /^expected engine\.\S+ tuned on both sides, found it on one; tune it, or name it in own/,
    ],
    [
      'tells the other order',
      'order: many > few',
      'order: few > many',
      /^expected the order many > few, which the interval 0\.\d+ to 0\.\d+ carries, found few > many$/,
    ],
    [
      'tells no order',
      'order: many > few',
      'order: few ≈ many',
      /^expected the order many > few, .*, found few ≈ many$/,
    ],
    [
      'changed since it was computed',
      'own: []',
      'own: [engine.T]',
      'expected what was computed from these rows, found it changed since; run `npm run map -- --compare`',
    ],
  ] as const) {
    test(`that ${what} is refused in one line that names it`, () => {
      const text = FILE.replace(from, to);
      assert.notEqual(text, FILE);
      const expected = typeof fault === 'string' ? fault : undefined;
      const found = faultsIn(text).find((line) =>
        expected === undefined ? (fault as RegExp).test(line.replace('compare: steps: ', '')) : line.endsWith(expected),
      );
      assert.match(found ?? faultsIn(text).join('\n'), /^compare: steps: .*$/);
      assert.ok(found, faultsIn(text).join('\n'));
    });
  }

  test('may have its best at the edge where a limit lies', () => {
    const text = FILE.replaceAll('[2, 3, 4]', '[3, 3.5, 4]');
    assert.equal(faultsIn(text).length, 2);
    assert.match(
      faultsIn(text.replace('limits: {}', 'limits: { engine.neuron.tau: [2.7] }')).join(),
      /^compare: steps: expected what was computed/,
    );
  });

  for (const [what, from, to, line] of [
    ['another key', 'own: []', 'mine: []', /mine\.yaml: compare: steps: expected sides, .* order, found mine$/],
    ['one side', ', few: { trials: few, best: few-best }', '', /compare: steps: sides: expected two sides by name/],
    ['an unknown grid', 'trials: few', 'trials: fewer', /compare: steps: expected one of the grids, found fewer$/],
    ['an unknown place', '[train.epochs', '[train.epoch', /mine\.yaml: compare: steps: train\.epoch: expected /],
    ['a group as a budget', '[train.epochs', '[engine', /compare: steps: engine: expected a place with one value/],
    ['an order of others', 'many > few', 'many > none', /order: expected many > few or .*, found many > none$/],
  ] as const) {
    test(`declared with ${what} is refused in one line`, () => {
      assert.throws(() => readMapFile(join(folder, writeGrids(folder, FILE.replace(from, to)))), { message: line });
    });
  }
});

test('The interval of a difference holds it, and is that of chance where sides differ by chance', () => {
  const random = seededRandom(1);
  const draw = (share: number) =>
    Array.from({ length: 5 }, () => Uint8Array.from({ length: SAMPLES }, () => Number(random() < share)));
  const { mean, low, high } = pairedInterval(draw(0.8), draw(0.8), seededRandom(2));
  assert.ok(low < 0 && high > 0 && low < mean && mean < high, `${low} ${mean} ${high}`);
  // Independent hits: the variance of the mean is 2 p (1 − p) / n, which a bootstrap of two factors takes three times.
  const expected = 2 * 1.96 * Math.sqrt((3 * 2 * 0.8 * 0.2) / (5 * SAMPLES));
  assert.ok(Math.abs((high - low) / expected - 1) < 0.15, `${high - low}, ${expected}`);
});
