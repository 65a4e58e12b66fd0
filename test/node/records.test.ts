import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { initBackend, tf } from '../../src/node/backend';
import { getWeights, lifNode } from '../../src/snn/networks';
import '../../src/snn/neuron';
import { DEFAULT_NEURON } from '../../src/common/neuron-options';
import { initialWeights } from '../../src/common/random';
import {
  formatRow,
  readCheckpoint,
  readNpy,
  SummaryWriter,
  writeCheckpoint,
  writeLayersModel,
  writeNpy,
} from '../../src/node/records';
import { newHistory } from '../../src/training/history';
import { temporaryFolder } from '../support/data';
import { python } from '../support/python';

before(async () => {
  await initBackend();
});

describe('.npy files', () => {
  test('are read back by numpy with their shapes, types and values', () => {
    const folder = temporaryFolder();
    writeNpy(join(folder, 'a.npy'), { data: Float32Array.of(0.1, -2, 3e-30, 4, 5, 6), shape: [2, 3] });
    writeNpy(join(folder, 'b.npy'), { data: Float64Array.of(1 / 3, 2), shape: [2] });
    const read = python(
      `import numpy as np, sys
a, b = np.load('a.npy'), np.load('b.npy')
print(a.dtype, a.shape, a.flatten().tolist() == np.float32([0.1, -2, 3e-30, 4, 5, 6]).tolist(), b.dtype, b.shape, b.tolist())`,
      folder,
    );
    assert.equal(read, 'float32 (2, 3) True float64 (2,) [0.3333333333333333, 2.0]');
  });

  test('written by numpy are read here', () => {
    const folder = temporaryFolder();
    python("import numpy as np; np.save('c.npy', np.arange(12, dtype=np.float64).reshape(3, 4) / 7)", folder);
    const { data, shape } = readNpy(join(folder, 'c.npy'));
    assert.deepEqual([shape, data[11]], [[3, 4], 11 / 7]);
  });

  test('that are cut, or none, are refused', () => {
    const file = join(temporaryFolder(), 'd.npy');
    writeNpy(file, { data: new Float32Array(10), shape: [10] });
    writeFileSync(file, readFileSync(file).subarray(0, 140));
    assert.throws(() => readNpy(file), /d\.npy: expected 168 bytes, found 140/);
    writeFileSync(file, 'hello');
    assert.throws(() => readNpy(file), /d\.npy: expected a \.npy file/);
  });
});

describe('TensorBoard files', () => {
  const scalars = (folder: string) =>
    JSON.parse(
      python(
        `import json
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
e = EventAccumulator('.', size_guidance={'scalars': 0}); e.Reload()
print(json.dumps({t: [[s.step, s.value] for s in e.Scalars(t)] for t in e.Tags()['scalars']}))`,
        folder,
      ),
    );

  test('are read by TensorBoard’s own reader', () => {
    const folder = join(temporaryFolder(), 'logs');
    const writer = new SummaryWriter(folder);
    for (let step = 0; step < 300; step++) writer.addScalar('train_batch_accuracy', step / 512, step);
    writer.addScalar('test_accuracy', 0.5, 0);
    writer.close();
    const read = scalars(folder);
    assert.deepEqual(
      read.train_batch_accuracy,
      Array.from({ length: 300 }, (_, step) => [step, step / 512]),
    );
    assert.deepEqual(read.test_accuracy, [[0, 0.5]]);
  });

  test('hold no step twice when a writer goes on after a kill', () => {
    const folder = temporaryFolder();
    const first = new SummaryWriter(folder);
    first.addScalar('a', 1, 0);
    const saved = first.flush();
    first.addScalar('a', 2, 1);
    first.flush();
    appendFileSync(first.file, 'half a rec');
    const second = new SummaryWriter(folder, saved);
    second.addScalar('a', 3, 1);
    second.close();
    assert.deepEqual(scalars(folder), {
      a: [
        [0, 1],
        [1, 3],
      ],
    });
    assert.equal(readdirSync(folder).length, 1);
  });
});

describe('a layers model written without TensorFlow', () => {
  test('is read by tf.loadLayersModel with weights and options', async () => {
    const folder = join(temporaryFolder(), 'lif_snn_mnist');
    const weights = initialWeights(4, 784, 10);
    const neuron = { ...DEFAULT_NEURON, tau: 7, vReset: null };
    writeLayersModel(folder, new Float32Array(7840), neuron);
    writeLayersModel(folder, weights, neuron);
    const model = await tf.loadLayersModel(`file://${join(folder, 'model.json')}`);
    assert.deepEqual(getWeights(model), weights);
    assert.deepEqual(lifNode(model).options(), neuron);
    assert.deepEqual(model.outputs[0].shape, [null, 10]);
  });
});

describe('a checkpoint', () => {
  const options = { tau: 2, engine: 'event' };
  const events = { file: 'x', length: 1 };
  const history = () => {
    const state = {
      weights: Float32Array.of(0.1, Number.MIN_VALUE),
      m: Float32Array.of(1),
      v: Float32Array.of(2),
      step: 3,
    };
    return { ...newHistory(), trainAccs: [1 / 3], state };
  };

  test('gives back every bit, and removes what a killed run left', () => {
    const file = join(temporaryFolder(), 'checkpoint', 'checkpoint.json');
    writeCheckpoint(file, { options, history: history(), events });
    writeFileSync(`${file}.unfinished`, 'half');
    assert.deepEqual(readCheckpoint(file), { options, history: history(), events });
    assert.ok(!existsSync(`${file}.unfinished`));
  });

  test('that is damaged or missing is refused', () => {
    const file = join(temporaryFolder(), 'checkpoint.json');
    assert.throws(() => readCheckpoint(file), /expected a checkpoint to resume from, found none/);
    writeCheckpoint(file, { options, history: history(), events });
    writeFileSync(file, readFileSync(file, 'utf8').replace('0.33', '0.34'));
    assert.throws(() => readCheckpoint(file), /found a damaged one/);
  });

  test('survives a disk that is full: the error is clear and the former file still loads', {
    skip: process.platform === 'win32' && 'ulimit is a Unix thing',
  }, () => {
    const folder = temporaryFolder();
    const file = join(folder, 'checkpoint.json');
    writeCheckpoint(file, { options, history: history(), events });
    const program = `
      const { writeFileAtomic } = require(${JSON.stringify(join(__dirname, '..', '..', 'src', 'node', 'files.ts'))});
      try { writeFileAtomic('checkpoint.json', 'x'.repeat(1e6)); } catch (error) { console.log(error.message); }`;
    const script = join(folder, 'fill.cjs');
    writeFileSync(script, program);
    const tsx = require.resolve('tsx');
    const run = spawnSync('bash', ['-c', `ulimit -f 100; exec "${process.execPath}" --import "${tsx}" "${script}"`], {
      cwd: folder,
      encoding: 'utf8',
    });
    assert.match(run.stdout, /checkpoint\.json: cannot be written \(EFBIG/);
    assert.deepEqual(readCheckpoint(file).history, history());
    assert.deepEqual(readdirSync(folder).sort(), ['checkpoint.json', 'fill.cjs']);
  });
});

describe('firing rates', () => {
  test('are printed as numpy prints a float32 row', () => {
    const rows = [
      [0, 0, 0, 0, 0, 0, 0, 1, 0, 0],
      [0, 0.02, 1, 0.5, 0.13, 0, 0, 0, 0, 0],
      [0, Math.fround(1 / 3), 1],
    ];
    const printed = python(
      `import numpy as np\nfor r in ${JSON.stringify(rows)}: print(np.array([r], dtype=np.float32))`,
    );
    assert.equal(rows.map(formatRow).join('\n'), printed);
  });
});
