/** A row of the map, computed again: by the package, and by the command that a reader copies. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { makeRecompute } from '../../src/host/recompute';
import { makeWithBar } from '../../src/host/with-bar';
import { formatCommand, parseMap } from '../../src/map';
import { readMnist } from '../../src/node/data';
import { createEngine } from '../../src/node/engines';
import { fingerprint } from '../../src/node/records/fingerprint';
import { readLayersModel } from '../../src/node/records/layers-model';
import { temporaryFolder, writeSmallMnist } from '../support/data';
import { tableText } from '../support/map';
import { lifFcMnist } from '../support/run';

describe('recompute()', () => {
  const folder = temporaryFolder();
  writeSmallMnist(folder, 640, 200);
  const data = readMnist({ directory: folder, skipChecksum: true });
  const bars: string[] = [];
  const withBar = makeWithBar({
    createEngine,
    liveFigure: () => assert.fail('expected no live figure'),
    progressBar: (total, label) => ({ update: () => {}, finish: () => bars.push(`${label}: ${total}`) }),
    interruptible: (work) => work(new AbortController().signal),
  });
  const recompute = makeRecompute({ createEngine, fingerprint, withBar, loadMnist: async () => data });

  const runs: [string, Record<string, string | number>][] = [
    ['with the defaults', { T: 5, seed: 3 }],
    ['with another neuron', { tau: 3.5, surrogate: 'sigmoid', alpha: 4, T: 7, batch_size: 64, learning_rate: 0.01 }],
    [
      'with another way to train',
      { loss: 'cross-entropy-counts', encoder: 'direct', reset: 'false', T: 5, decay_input: 'true' },
    ],
  ];
  for (const [name, settings] of runs) {
    test(`gives the hash that the copied command gives, ${name}`, async () => {
      const [row] = parseMap(tableText(settings)).rows;
      const command = formatCommand(row).replace(/^npm run train -- /, '');
      const place = join(folder, row.id);
      const args = [...command.split(' '), '--log-dir', place, '--dataset-dir', folder, '--skip-checksum'];
      const run = lifFcMnist(args);
      assert.equal(run.status, 0, run.stderr);
      const { weights } = readLayersModel(join(place, 'lif_snn_mnist'));
      bars.length = 0;
      assert.equal(await recompute(row), fingerprint(weights));
      const batches = Math.floor(640 / row.batchSize);
      assert.deepEqual(bars, [`training again: ${2 * batches}`]);
      assert.equal(await recompute(row, { data, label: 'a row' }), fingerprint(weights));
      assert.equal(bars[1], `a row: ${2 * batches}`);
      assert.notEqual(await recompute({ ...row, seed: row.seed + 1 }), fingerprint(weights));
    });
  }
});
