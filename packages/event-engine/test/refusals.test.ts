/** What the event engine refuses. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createEngine } from '../../../hosts/node/engines';
import type { ResolvedEngineOptions } from '../../../src/common/engine';
import type { Mnist } from '../../../src/common/mnist';
import { DEFAULT_NEURON } from '../../../src/common/neuron-options';
import { coreOf, gradientOfSpikes } from '../../../test/support/given';
import { defaults, mnist, withEngine } from './engines';

test('wrong options and indices are refused in one line', async () => {
  const create = (options: Partial<ResolvedEngineOptions>) => createEngine('event', { ...defaults, ...options });
  await assert.rejects(
    create({ neuron: { ...DEFAULT_NEURON, tau: 1e300 } }),
    /tau: expected .* found 1e\+300, which is Infinity as/,
  );
  await assert.rejects(create({ learningRate: 5e-324 }), /learningRate: expected .*, which is 0 as a 32-bit float/);
  await assert.rejects(create({ T: 0 }), /^RangeError: T: expected a whole number from 1 to 10000, found 0$/);
  await assert.rejects(create({ T: 10001 }), /T: expected a whole number/);
  await assert.rejects(create({ seed: -1 }), /seed: expected a whole number/);
  await assert.rejects(create({ batchSize: 1.5 }), /batchSize: expected a whole number/);
  await assert.rejects(create({ threads: 0 }), /threads: expected a whole number/);
  await assert.rejects(
    create({ neuron: { ...DEFAULT_NEURON, tau: 1 } }),
    /tau: expected a finite number above 1, found 1/,
  );
  await assert.rejects(
    create({ neuron: { ...DEFAULT_NEURON, tau: Infinity } }),
    /tau: expected a finite number above 1, found Inf/,
  );
  await assert.rejects(
    create({ neuron: { ...DEFAULT_NEURON, surrogateFunction: { name: 'atan', alpha: NaN } } }),
    /alpha: expected a finite number above 0, found NaN/,
  );
  await assert.rejects(
    create({ neuron: { ...DEFAULT_NEURON, vThreshold: NaN } }),
    /vThreshold: expected a finite number/,
  );
  await assert.rejects(
    create({ loss: 'CrossEntropy' as 'mse' }),
    /^RangeError: loss: expected 'mse', .* or 'cross-entropy-each-step', found 'CrossEntropy'$/,
  );
  await assert.rejects(
    create({ encoder: 'rate' as 'poisson' }),
    /encoder: expected 'poisson', 'direct' or 'latency', found 'rate'/,
  );
  await assert.rejects(create({ reset: 0 as unknown as boolean }), /reset: expected true or false, found 0/);
  const other = { ...DEFAULT_NEURON, surrogateFunction: { name: 'relu' as 'atan', alpha: 1 } };
  await assert.rejects(create({ neuron: other }), /surrogateFunction: expected 'atan'.* or '\w+', found 'relu'/);
  const text = { tau: '2' as unknown as number };
  await assert.rejects(
    create({ neuron: { ...DEFAULT_NEURON, ...text } }),
    /tau: expected a finite number above 1, found '2'/,
  );
  await assert.rejects(
    create(text as Partial<ResolvedEngineOptions>),
    /tau: expected inside neuron, as in \{ neuron: \{ tau: … \} \}/,
  );
  await withEngine({}, async (engine) => {
    await assert.rejects(engine.trainBatch(0, Uint32Array.of(60000)), /expected images from 0 to 59999, found 60000/);
    await assert.rejects(engine.trainBatch(0, new Uint32Array()), /expected at least one image, found 0/);
    await assert.rejects(
      engine.trace({ split: 'test', epoch: 0, index: -1 }),
      /expected images from 0 to 9999, found -1/,
    );
    await assert.rejects(
      engine.trace({ split: 'test', epoch: 0, index: 1.5 }),
      /expected images from 0 to 9999, found 1.5/,
    );
    await assert.rejects(
      engine.trace({ split: 'all' as 'test', epoch: 0, index: 1 }),
      /split: expected 'train' or 'test', found 'all'/,
    );
    const given = (bytes: number, ...labels: number[]) =>
      gradientOfSpikes(coreOf(engine), new Uint8Array(bytes), labels);
    assert.throws(() => given(9800, 77), /labels: expected whole numbers from 0 to 9, found 77/);
    assert.throws(() => given(3, 1), /spikes: expected 9800 bytes .* found 3/);
    assert.throws(() => given(0), /labels: expected at least one, found none/);
  });
});

test('a state of another size is refused, and the engine keeps the one that it had', async () => {
  await withEngine({}, async (engine) => {
    const before = await engine.state();
    await assert.rejects(engine.restore({ ...before, m: new Float32Array(3) }), /m: expected a Float32Array of 7840/);
    await assert.rejects(engine.restore({ ...before, step: Number.NaN }), /step: expected a whole number/);
    assert.deepEqual(await engine.state(), before);
  });
});

test('without the reset a batch has no more images than places, and a state a potential for each', async () => {
  await withEngine({ T: 1, batchSize: 4, reset: false }, async (engine) => {
    await assert.rejects(
      engine.trainBatch(0, new Uint32Array(5)),
      /^RangeError: indices: expected at most 4 images, found 5$/,
    );
    const before = await engine.state();
    for (const [potentials, message] of [
      [new Float32Array(50), /^RangeError: potentials: expected a Float32Array of 40 numbers, found 50$/],
      [
        new Float32Array(40).fill(Number.NaN),
        /^RangeError: potentials: expected numbers from -1e\+24 to 1e\+24, found NaN$/,
      ],
    ] as const) {
      await assert.rejects(engine.restore({ ...before, potentials }), message);
    }
    assert.deepEqual(await engine.state(), before);
  });
});

test('data whose labels or images are missing is refused', async () => {
  const { images, labels } = mnist.test;
  const broken = (split: object) =>
    createEngine('event', { ...defaults, data: { ...mnist, test: split as Mnist['test'] } });
  await assert.rejects(
    broken({ images: images.subarray(0, 784), labels, count: 10000 }),
    /data.test: expected 10000 images/,
  );
  await assert.rejects(
    broken({ images, labels: labels.map(() => 200), count: 10000 }),
    /labels from 0 to 9, found 200/,
  );
});
