/** What the event engine refuses. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createEngine } from '../../../hosts/node/engines';
import type { EngineOptions } from '../../../src/common/engine';
import type { Mnist } from '../../../src/common/mnist';
import { defaults, mnist, withEngine } from './engines';

const WRONG: [object, RegExp][] = [
  [{ neuron: { tau: 1e300 } }, /tau: expected .* found 1e\+300, which is Infinity as/],
  [{ learningRate: 5e-324 }, /learningRate: expected .*, which is 0 as a 32-bit float/],
  [{ T: 0 }, /^RangeError: T: expected a whole number from 1 to 10000, found 0$/],
  [{ T: 10001 }, /T: expected a whole number/],
  [{ seed: -1 }, /seed: expected a whole number/],
  [{ batchSize: 1.5 }, /batchSize: expected a whole number/],
  [{ threads: 0 }, /threads: expected a whole number/],
  [{ hidden: 801 }, /^RangeError: hidden: expected a whole number from 1 to 800, found 801$/],
  [{ neuron: { tau: Infinity } }, /tau: expected a finite number above 1, found Inf/],
  [{ neuron: { tau: '2' } }, /tau: expected a finite number above 1, found '2'/],
  [{ tau: 2 }, /tau: expected inside neuron, as in \{ neuron: \{ tau: … \} \}/],
  [
    { neuron: { surrogateFunction: { name: 'atan', alpha: NaN } } },
    /alpha: expected a finite number above 0, found NaN/,
  ],
  [{ neuron: { surrogateFunction: { name: 'relu', alpha: 1 } } }, /surrogateFunction: expected 'atan'.* found 'relu'/],
  [{ neuron: { vThreshold: NaN } }, /vThreshold: expected a finite number/],
  [
    { loss: 'CrossEntropy' },
    /^RangeError: loss: expected 'mse', .* or 'cross-entropy-each-step', found 'CrossEntropy'$/,
  ],
  [{ encoder: 'rate' }, /encoder: expected 'poisson', 'direct' or 'latency', found 'rate'/],
  [{ reset: 0 }, /reset: expected true or false, found 0/],
];
test('wrong options and indices are refused in one line', async () => {
  for (const [options, message] of WRONG)
    await assert.rejects(createEngine('event', { ...defaults, ...options } as EngineOptions), message);
  await withEngine({}, async (engine) => {
    await assert.rejects(engine.trainBatch(0, Uint32Array.of(60000)), /expected images from 0 to 59999, found 60000/);
    for (const index of [-1, 1.5])
      await assert.rejects(
        engine.trace({ split: 'test', epoch: 0, index }),
        new RegExp(`expected images from 0 to 9999, found ${index}`),
      );
    await assert.rejects(
      engine.trace({ split: 'all' as 'test', epoch: 0, index: 1 }),
      /split: expected 'train' or 'test', found 'all'/,
    );
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
