/** A row of the map, computed again: by the package, and by the command that a reader copies. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { runOf } from '../../../editions/map/plan';
import { formatCommand, parseMap } from '../../../packages/runs/map';
import { fingerprint } from '../../../packages/runs/node';
import { flagsOf } from '../../../packages/runs/shorthands';
import { temporaryFolder, writeSmallMnist } from '../../../test/support/data';
import { tableText } from '../../../test/support/map';
import { lifFcMnist } from '../../../test/support/run';
import { parseArguments } from '../../node/cli/arguments';
import { loadMnist, readMap, readMnist } from '../../node/data';
import { createEngine } from '../../node/engines';
import { makeRecompute } from '../recompute';
import { makeWithBar } from '../with-bar';

const bars: string[] = [];
const withBar = makeWithBar({
  createEngine,
  liveFigure: () => assert.fail('expected no live figure'),
  progressBar: (total, label) => ({ update: () => {}, finish: () => bars.push(`${label}: ${total}`) }),
  interruptible: (work) => work(new AbortController().signal),
});

describe('recompute()', () => {
  const folder = temporaryFolder();
  writeSmallMnist(folder, 640, 200);
  const data = readMnist({ directory: folder, skipChecksum: true });
  const recompute = makeRecompute({ createEngine, fingerprint, withBar, loadMnist: async () => data });

  const runs: [string, Parameters<typeof tableText>[0]][] = [
    [
      'with another neuron and another way to train',
      {
        ...{ tau: 3.5, surrogate: 'sigmoid', alpha: 4, T: 7, batchSize: 64, learningRate: 0.01 },
        ...{ loss: 'cross-entropy-counts', encoder: 'direct', reset: false, decayInput: true, seed: 3 },
      },
    ],
    ['on Randman', { dataset: 'randman', hidden: 7, T: 20, tau: 20, batchSize: 1000, learningRate: 0.02 }],
    ['on Yin-Yang', { dataset: 'yin-yang', hidden: 7, T: 20, tau: 20, batchSize: 1000, learningRate: 0.02 }],
    [
      'on rows of MNIST, some of which are held back',
      {
        ...{ dataset: 'rows', T: 28, hidden: 7, recurrent: true, readout: 'mean-potential' },
        ...{ trainImages: 512, held_back: 0.5 },
      },
    ],
    ['on films', { dataset: 'films', hidden: 7, T: 12, batchSize: 500, learningRate: 0.02 }],
    [
      'of an ANN that sees all steps of films',
      { ...{ dataset: 'films-at-once', network: 'ann', hidden: 7 }, batchSize: 500, loss: 'cross-entropy' },
    ],
    ['of an ANN', { network: 'ann', loss: 'cross-entropy', learningRate: 0.01 }],
  ];
  test('refuses rows that name nothing, each in one line, before anything is loaded', async () => {
    const [row] = parseMap(tableText({ T: 5, hidden: 100, recurrent: true })).rows;
    const [ann] = parseMap(tableText({ network: 'ann' })).rows;
    const { seed, ...without } = row;
    const alone = makeRecompute({
      createEngine,
      fingerprint,
      withBar,
      loadMnist: () => assert.fail('expected no data'),
    });
    for (const [wrong, message] of [
      [undefined, 'row: expected a row of the map, such as (await readMap()).row(…), found undefined'],
      [{}, /^row\.run: .*expected an object, found undefined$/],
      [{ ...row, run: { engine: { T: 0 } } }, 'row.run: engine.T: expected a whole number from 1 to 10000, found 0'],
      [without, 'row: seed: expected 0 as in row.run, which is what is trained, found undefined'],
      [{ ...row, seed: 1 }, 'row: seed: expected 0 as in row.run, which is what is trained, found 1'],
      [{ ...ann, tau: 2 }, 'row: tau: expected null as in row.run, which is what is trained, found 2'],
    ] as [typeof row, string | RegExp][])
      await assert.rejects(alone(wrong), { message });
    await assert.rejects(alone(row, { data: 5 as never }), /^TypeError: data: expected what loadMnist\(\) returns/);
  });

  for (const [name, settings] of runs) {
    test(`gives the hash that the copied command gives, ${name}`, async () => {
      const [row] = parseMap(tableText(settings)).rows;
      const command = formatCommand(row).replace(/^npm run train -- /, '');
      const place = join(folder, row.id);
      const made = { randman: 8000, 'yin-yang': 5000, films: 2000, 'films-at-once': 2000 }[row.dataset as string];
      const images = made === undefined ? ['--dataset-dir', folder, '--skip-checksum'] : [];
      const words = (command.match(/'[^']*'|[^' ]+/g) ?? []).map((word) => word.replaceAll("'", ''));
      const args = [...words, '--log-dir', place, ...images];
      const run = lifFcMnist(args);
      assert.equal(run.status, 0, run.stderr);
      const last = run.stdout.trimEnd().split('\n').at(-1) ?? '';
      const [sha256] = /\b[0-9a-f]{64}\b/.exec(last) ?? [last];
      bars.length = 0;
      assert.equal(await recompute(row), sha256);
      const samples = made ?? Math.min(640, Number(row.trainImages));
      const batches = Math.floor(samples / row.batchSize);
      assert.deepEqual(bars, [`training again: ${2 * batches}`]);
    });
  }

  test('names its bar, takes data that are there, and gives another hash for another seed', async () => {
    const [row] = parseMap(tableText({ T: 5 })).rows;
    bars.length = 0;
    const sha256 = await recompute(row, { data, label: 'a row' });
    assert.deepEqual(bars, ['a row: 10']);
    const [other] = parseMap(tableText({ T: 5, seed: 1 })).rows;
    assert.notEqual(await recompute(other), sha256);
  });
});

describe('The committed table', () => {
  test('has rows whose commands mean the runs that their ids name', async () => {
    for (const { id, run } of (await readMap()).rows)
      assert.equal(runOf(parseArguments(flagsOf(run))?.fill({})).id, id);
  });

  test('is computed again to the byte: an SNN with every option, an ANN, and a run on Randman', async () => {
    const recompute = makeRecompute({ createEngine, fingerprint, loadMnist, withBar });
    const short = (await readMap()).where({ grid: 'short' });
    for (const choice of [{ softReset: true }, { network: 'ann', loss: 'mse' }, { dataset: 'randman' }] as const) {
      const [row] = short.where(choice).rows;
      assert.equal(await recompute(row), row.weightsSha256);
    }
  });
});
