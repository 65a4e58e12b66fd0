/**
 * The table of runs: what is read and what is refused, what is chosen, and what the chosen runs say together; Student's
 * t and what is built on it, against scipy 1.17 (`scipy.stats.t`, `ttest_rel`, `sem`).
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { tableText } from '../../../../test/support/map';
import { formatCommand, parseMap } from '../../map';
import { beyondChance, estimate, pairedDifference, tProbability, tQuantile } from '../../map/statistics';
import { tellSetting } from '../../shorthands';

describe('The file of the table', () => {
  test('gives a typed row per run', () => {
    const [row, ann] = parseMap(tableText({ grid: 'first+second', tau: 3.5 }, { network: 'ann' })).rows;
    assert.deepEqual(row.grids, ['first', 'second']);
    assert.deepEqual(
      [row.network, row.hidden, row.loss, row.surrogate, row.alpha, row.detachReset, row.decayInput, row.softReset],
      ['snn', 0, 'mse', 'atan', 2, false, true, false],
    );
    assert.deepEqual([row.encoder, row.reset, row.tau, row.T, row.seed, row.epochs], ['poisson', true, 3.5, 100, 0, 2]);
    assert.deepEqual([row.batchSize, row.learningRate, row.trainImages], [128, 0.001, 60000]);
    assert.deepEqual(row.accuracies, { 1: 0.9, 2: 0.91 });
    assert.deepEqual([row.last, row.best, row.bestEpoch, row.heldBack], [0.91, 0.91, 2, null]);
    assert.deepEqual([row.outputSpikes, row.inputSpikes, row.rowsAdded], [0.9, 97.5, 9000]);
    assert.match(row.weightsSha256, /^[0-9a-f]{64}$/);
    assert.deepEqual([ann.hidden, ann.tau, ann.T, ann.surrogate, ann.reset], [null, null, null, null, null]);
    assert.equal(ann.outputSpikes, null);
    const [randman] = parseMap(tableText({ dataset: 'randman', hidden: 100, input_spikes: 0.2 })).rows;
    assert.deepEqual([row.dataset, randman.dataset], ['mnist', 'randman']);
    assert.deepEqual([randman.encoder, randman.trainImages, randman.inputSpikes], [null, null, 0.2]);
  });

  test('has a column for each place at which a run is not as by default, and reads an empty field as the default', () => {
    const text = tableText(
      { hidden: 96 },
      { network: 'ann', seed: 1 },
      { 'engine.layers.0.neuron.tau': 3, hidden: 96 },
    );
    const columns =
      'engine.name,engine.seed,engine.layers.0.neurons,engine.layers.0.neuron.tau,engine.layers.1,train.epochs';
    assert.equal(text.split('\n')[0].split(',acc_1')[0], `id,grid,${columns}`);
    const { rows } = parseMap(text);
    assert.deepEqual(
      rows.map(({ run }) => run),
      [
        { engine: { layers: [{ neurons: 96 }, {}] }, train: { epochs: 2 } },
        { engine: { name: 'ann', seed: 1 }, train: { epochs: 2 } },
        { engine: { layers: [{ neurons: 96, neuron: { tau: 3 } }, {}] }, train: { epochs: 2 } },
      ],
    );
    assert.deepEqual(
      rows.map(({ hidden, seed, learnTau }) => [hidden, seed, learnTau]),
      [
        [96, 0, 'none'],
        [null, 1, null],
        [96, 0, 'none'],
      ],
    );
  });

  test('is read with the line ends of Windows as well', () => {
    assert.equal(parseMap(tableText({}, { seed: 1 }).replaceAll('\n', '\r\n')).rows[1].seed, 1);
  });

  test('is refused in one line if it is not what `npm run map` writes', () => {
    const [HEADER, row] = tableText({}).split('\n');
    const columns = HEADER.split(',').length;
    const cases: [text: string, message: string | RegExp][] = [
      ['', 'line 1: expected column 1 to be id, found nothing'],
      [`${HEADER}\n`, 'line 1: expected a row per run below the header, found none'],
      [HEADER.replace('last,best', 'best,last'), 'line 1: expected column 7 to be last, found best'],
      [HEADER.replace(',weights_sha256', ''), `expected column ${columns} to be weights_sha256, found nothing`],
      [`${HEADER.replace('train.epochs', 'train.epoch')}\n${row}`, /line 1: train\.epoch: expected .*epochs/],
      [
        `${HEADER.replace('train.epochs', 'train.epochs,train.epochs')}\n`,
        /line 1: expected column \d+ to be none, found train\.epochs/,
      ],
      [`${HEADER}\n${row.slice(0, 20)}`, `line 2: expected ${columns} fields, found `],
      [tableText({ tau: 3 }, {}, {}), /line 4: expected each run once, found id \w+ in line 3 as well/],
      [
        tableText({ T: 5 }, { T: 5, id: '0123456789ab' }),
        /line 3: expected each run once, found its run in line 2 as well/,
      ],
    ];
    const rows: [row: Parameters<typeof tableText>[0], message: string | RegExp][] = [
      [{ weights_sha256: 'abc' }, 'weights_sha256: expected 64 hexadecimal digits, found abc'],
      [{ 'engine.reset': 'no' }, "engine.reset: expected true or false, found 'no'"],
      [
        { 'engine.layers.0.neurons': 801, 'engine.layers.1': '{}' },
        'engine.layers.0.neurons: expected a whole number from 1 to 800, found 801',
      ],
      [{ 'engine.layers.1.neurons': 10 }, 'engine.layers.1: expected '],
      [{ 'engine.neuron.tau': '0x3' }, "engine.neuron.tau: expected a finite number above 1, found '0x3'"],
      [{ 'engine.name': 'tfjs' }, "engine.name: expected 'event' or 'ann', found 'tfjs'"],
      [{ network: 'ann', 'engine.neuron.tau': 2 }, 'engine.neuron: expected with a spiking network, found '],
      [
        { dataset: 'randman', 'engine.name': 'ann', input_spikes: '' },
        "data: expected 'mnist' or 'films' or 'films-at-once' with engine.name 'ann', or images of one's own, found 'randman'",
      ],
      [{ acc_1: '' }, 'acc_1: expected a share from 0 to 1, found nothing'],
      [{ last: 0.9 }, 'last: expected 0.91 as in acc_2, found 0.9'],
      [{ best: 0.9 }, /best: expected at least 0.91, .* found 0.9/],
      [{ best_epoch: 3 }, 'best_epoch: expected an epoch from 1 to 2, found 3'],
    ];
    for (const [text, expected] of [...cases, ...rows.map(([row, message]) => [tableText(row), message] as const)]) {
      assert.throws(
        () => parseMap(text),
        ({ message }: Error) => {
          if (typeof expected === 'string') assert.ok(message.includes(expected), message);
          else assert.match(message, expected);
          return /^map\.csv: line \d+: [^\n]+; take the project's file again, or .*$/.test(message);
        },
      );
    }
  });
});

describe('A choice of rows', () => {
  const map = parseMap(
    tableText(
      { tau: 10, seed: 0, last: 0.91, acc_2: 0.91, best: 0.95 },
      { tau: 10, seed: 1, last: 0.93, acc_2: 0.93, best: 0.95 },
      { tau: 10, seed: 7, last: 0.2, acc_2: 0.2, best: 0.95 },
      { tau: 2, seed: 1, last: 0.92, acc_2: 0.92, best: 0.95, grid: 'first+second' },
      { tau: 2, seed: 0, last: 0.89, acc_2: 0.89, best: 0.95 },
      { network: 'ann', seed: 0, grid: 'third' },
    ),
  );

  test('is made by a grid, a value or several', () => {
    assert.deepEqual(map.grids, ['first', 'second', 'third']);
    assert.equal(map.where({ grid: 'first' }).rows.length, 5);
    assert.equal(map.where({ grid: 'second', tau: 2 }).rows[0].seed, 1);
    assert.equal(map.where({ tau: [2, 10], seed: 0 }).rows.length, 2);
    assert.equal(map.where({ network: 'ann', tau: null }).rows.length, 1);
    assert.deepEqual(map.where({ network: 'snn' }).varied, ['tau', 'seed']);
    assert.deepEqual(map.where({ network: 'snn' }).values('tau'), [2, 10]);
    assert.equal(map.row(map.rows[2].id), map.rows[2]);
  });

  test('that holds no row is refused with the values that there are', () => {
    assert.throws(() => map.where({ network: 'snn', tau: 3 }), {
      message: 'where: expected tau among 2, 10; found 3 in { network snn, tau 3 }',
    });
    assert.throws(() => map.where({ grid: 'x' }), /expected grid among first, second, third; found x/);
    assert.throws(() => map.where({ Tau: 3 } as object), /where: expected grid, dataset, network, .*; found Tau/);
    assert.throws(() => map.row('0'), /id: expected that of one of 6 runs, found 0/);
  });

  test('has a mean over its seeds, and refuses one over anything else', () => {
    const { n, mean, low, high } = map.where({ tau: 2 }).mean();
    // Of two values the interval is ± 12.7062 · |a − b| / 2.
    assert.equal(n, 2);
    assert.deepEqual(
      [mean, low, high].map((value) => value.toFixed(6)),
      ['0.905000', '0.714407', '1.095593'],
    );
    assert.equal(map.where({ tau: 2 }).mean(1).mean, 0.9);
    assert.equal(map.where({ tau: 2 }).mean('rowsAdded').mean, 9000);
    const layers = parseMap(tableText({ hidden: 5 }, { hidden: 5, 'engine.layers.0.neuron.tau': 3 }));
    assert.throws(() => layers.mean(), /differ in their seeds alone, found engine\.layers\.0\.neuron\.tau;/);
    assert.throws(() => map.where({ network: 'snn' }).mean(), {
      message: 'runs: expected some that differ in their seeds alone, found tau 2 and 10; choose with where()',
    });
    assert.throws(() => map.where({ tau: 2 }).mean('heldBack'), /run \w+: expected heldBack, found none/);
    assert.throws(() => map.where({ tau: 2 }).mean(5), /expected an accuracy after epoch 5, found epochs 1, 2/);
  });

  test('is grouped by settings', () => {
    const groups = map.where({ network: 'snn' }).by('tau', 'seed');
    assert.deepEqual(
      groups.map(({ tau, seed, runs }) => [tau, seed, runs.rows.length]),
      [
        [2, 0, 1],
        [2, 1, 1],
        [10, 0, 1],
        [10, 1, 1],
        [10, 7, 1],
      ],
    );
  });

  test('differs from another by the seeds that both have', () => {
    const { n, mean, p } = map.where({ tau: 10 }).minus(map.where({ tau: 2 }));
    assert.equal(n, 2);
    // (0.91 − 0.89 + 0.93 − 0.92) / 2; t = 3 with one degree of freedom: p = 1 − 2 atan(3) / π.
    assert.ok(Math.abs(mean - 0.015) < 1e-12, `${mean}`);
    assert.ok(Math.abs(p - (1 - (2 * Math.atan(3)) / Math.PI)) < 1e-9, `${p}`);
    assert.throws(() => map.where({ tau: 10, seed: 7 }).minus(map.where({ tau: 2 })), {
      message: 'minus: expected at least two seeds on both sides, found 7 and 1, 0',
    });
  });

  test('names the learning rate with which a network reads most of the images that were held back', () => {
    const held = { trainImages: 50_000, last: 0.99, best: 0.99, acc_2: 0.99 };
    const rates = parseMap(
      tableText(
        { ...held, learningRate: 0.001, seed: 0, held_back: 0.97 },
        { ...held, learningRate: 0.001, seed: 1, held_back: 0.91 },
        { ...held, learningRate: 0.002, seed: 0, held_back: 0.95, last: 0.92, acc_2: 0.92, best: 0.92 },
        { ...held, learningRate: 0.002, seed: 1, held_back: 0.95 },
        { ...held, learningRate: 0.002, seed: 0, held_back: 0.99, T: 5 },
      ),
    );
    const { learningRate, runs } = rates.where({ T: 100 }).best('learningRate');
    assert.deepEqual([learningRate, runs.mean('heldBack').mean], [0.002, 0.95]);
    // By test images it would be the other one.
    assert.equal(rates.where({ T: 100 }).best('learningRate', 'last').learningRate, 0.001);
    assert.throws(() => rates.best('learningRate'), /differ in their seeds alone, found T 5 and 100/);
    assert.throws(() => map.where({ tau: 2 }).best('learningRate'), /expected heldBack, found none/);
  });

  test('has a curve over the epochs', () => {
    assert.deepEqual(
      map
        .where({ tau: 2 })
        .curve()
        .map(({ epoch, mean }) => [epoch, mean]),
      [
        [1, 0.9],
        [2, 0.905],
      ],
    );
  });
});

test('A run has the command that computes it again, in the options that are not the defaults', () => {
  const [row, other] = parseMap(
    tableText({ tau: 3.5, seed: 4, hidden: 96 }, { network: 'ann', learningRate: 0.01 }),
  ).rows;
  assert.equal(
    formatCommand(row),
    `npm run train -- -N 2 --tau 3.5 --hidden 96 --seed 4 --log-dir build/again/${row.id}`.replace(
      '-N 2 --tau 3.5',
      '--tau 3.5 -N 2',
    ),
  );
  assert.equal(formatCommand(other), `npm run train -- --lr 0.01 -N 2 --network ann --log-dir build/again/${other.id}`);
});

test('A setting in a sentence is told once: a number after what it counts, and all else in words', () => {
  assert.equal(tellSetting('learnTau', 'none'), 'τ not learnt');
  assert.equal(tellSetting('tau', 2), 'τ 2');
  assert.equal(tellSetting('learningRate', 0.001), 'learning rate 0.001');
  assert.equal(tellSetting('hidden', 0), 'no hidden layer');
  assert.equal(tellSetting('hidden', 96), 'hidden neurons 96');
  assert.equal(tellSetting('gain', '6-12-1'), 'first weights × 6-12-1');
  assert.equal(tellSetting('recurrent', false), 'not recurrent');
});

const close = (found: number, expected: number, what: string) =>
  assert.ok(
    Math.abs(found - expected) <= 1e-10 * Math.max(1, Math.abs(expected)),
    `${what}: ${found}, not ${expected}`,
  );

describe("Student's t", () => {
  test('reaches as far as in scipy: t.ppf((1 + confidence) / 2, df)', () => {
    for (const [df, confidence, expected] of [
      [1, 0.95, 12.706204736174694],
      [2, 0.95, 4.302652729749462],
      [4, 0.95, 2.7764451051977934],
      [10, 0.99, 3.16927267261695],
      [99, 0.99, 2.626405457280827],
    ]) {
      close(tQuantile(df, confidence), expected, `df ${df}, ${confidence}`);
    }
  });

  test('lies further from 0 as often as in scipy: 2 * t.sf(|t|, df)', () => {
    for (const [t, df, expected] of [
      [0, 3, 1],
      [1.2, 2, 0.3530033607793695],
      [2.776, 4, 0.05002277831997642],
      [-3.1, 9, 0.01272245597820203],
      [1.96, 200, 0.051384840845813295],
    ]) {
      close(tProbability(t, df), expected, `t ${t}, df ${df}`);
    }
    assert.equal(tProbability(Number.POSITIVE_INFINITY, 4), 0);
  });
});

const A = [0.9273, 0.9268, 0.9281, 0.927, 0.9264];
const B = [0.9255, 0.9259, 0.9262, 0.9266, 0.9249];

test('a mean has the interval of scipy: t.interval(0.95, n - 1, loc=mean, scale=sem)', () => {
  const { n, mean, low, high } = estimate(A);
  assert.equal(n, 5);
  close(mean, 0.92712, 'mean');
  close(low, 0.9263278611863031, 'low');
  close(high, 0.927912138813697, 'high');
});

test('one seed has a mean and no interval; none is refused', () => {
  assert.deepEqual(estimate([0.5]), { n: 1, mean: 0.5, low: Number.NaN, high: Number.NaN });
  assert.throws(() => estimate([]), { message: 'values: expected at least one, found none' });
});

test('a paired difference has the p-value and the interval of scipy: ttest_rel', () => {
  const { mean, low, high, p } = pairedDifference(A, B);
  close(mean, 0.0013, 'mean');
  close(low, 0.0005098098702234654, 'low');
  close(high, 0.0020901901297765593, 'high');
  close(p, 0.010278410353586996, 'p');
  assert.ok(Math.abs(pairedDifference(B, A).mean + mean) < 1e-15);
});

test('equal runs differ by chance alone, and a difference without spread does not', () => {
  assert.equal(pairedDifference(A, A).p, 1);
  assert.equal(pairedDifference([3, 4, 5], [2, 3, 4]).p, 0);
  assert.throws(() => pairedDifference([1], [2]), /pairs: expected at least 2 values each, found 1 and 1/);
  assert.throws(() => pairedDifference([1, 2], [2]), /found 2 and 1/);
});

test("of several differences those are marked that pass Holm's test", () => {
  // Holm's procedure as R's p.adjust has it: 0.03, 0.06, 0.06 and 0.02.
  assert.deepEqual(beyondChance([0.01, 0.04, 0.03, 0.005]), [true, false, false, true]);
  assert.deepEqual(beyondChance([0.04, 0.04]), [false, false]);
  assert.deepEqual(beyondChance([Number.NaN, 0.001]), [false, true]);
});
