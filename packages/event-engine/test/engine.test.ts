/** What the event engine computes, and in how much memory. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { initBackend } from '../../../hosts/node/backend';
import { IMAGE_SIZE, type Mnist } from '../../../src/common/mnist';
import { initialWeights, Purpose, RandomStream } from '../../../src/common/random';
import { SURROGATE_NAMES } from '../../../src/common/surrogates';
import { poissonBlock } from '../../../src/snn/poisson-block';
import { makeSurrogate, slopes } from '../../../src/snn/surrogate';
import { coreOf, simulateWithGradient } from '../../../test/support/given';
import { assertClose } from '../../../test/support/golden';
import { ENCODER_NAMES, freshState, LOSS_NAMES, MAX_T, READOUT_NAMES } from '../../networks/options/engine';
import { DEFAULT_NEURON } from '../../networks/options/neuron-options';
import { initialNetwork, splitWeights } from '../../networks/options/weights';
import { hiddenRates } from '../../networks/training';
import type { EventEngine } from '../engine';
import { compileKernel, startKernel } from '../kernel-module';
import { COLUMN_BYTES, INPUT_BYTES } from '../layout';
import { BLOCK, INPUTS, SCRATCH } from '../memory';
import { mnist, programOf, withEngine } from './engines';

const batch = (b: number, size = 32) => Uint32Array.from({ length: size }, (_, i) => size * b + i);

/** Pixels of all intensities, in places that fill groups in different ways. */
function syntheticData(images: Uint8Array): Mnist {
  const split = { images, labels: new Uint8Array(images.length / 784), count: images.length / 784 };
  return { train: split, test: split };
}

test('the kernel draws the same spikes as poissonBlock, for every T', async () => {
  const images = new Uint8Array(4 * 784);
  for (let p = 0; p < 784; p++) {
    images[p] = p & 255; // all intensities
    images[784 + p] = p % 3 === 0 ? 255 : 240 + (p % 16); // bright and white
    images[2 * 784 + p] = p === 700 ? 128 : 0; // a single pixel
  }
  images.set(mnist.train.images.subarray(0, 784), 3 * 784);
  for (const T of [1, 16, 17, 100, 128, 129, 300]) {
    await withEngine({ data: syntheticData(images), T, seed: 5 }, async (engine) => {
      for (let index = 0; index < 4; index++) {
        const thresholds = Uint32Array.from(images.subarray(index * 784, (index + 1) * 784), (k) => 65793 * k);
        const expected = new Uint8Array(T * 784);
        const words = new Uint32Array(4 * 784);
        for (let t = 0; t < T; t++) {
          if (t % 128 === 0) {
            poissonBlock(thresholds, new RandomStream(5, Purpose.TestSpikes, 3, index, t / 128), words);
          }
          for (let p = 0; p < 784; p++) {
            expected[t * 784 + p] = (words[4 * p + ((t % 128) >> 5)] >>> (t & 31)) & 1;
          }
        }
        const found = await engine.spikes({ split: 'test', epoch: 3, index });
        assert.ok(Buffer.from(found).equals(Buffer.from(expected)), `T = ${T}, image ${index}`);
      }
    });
  }
});

test('without the reset a restored state continues to the same bytes, its potentials included', async () => {
  const options = { T: 20, batchSize: 32, reset: false, learningRate: 0.01 };
  await withEngine(options, async (engine) => {
    for (let b = 0; b < 2; b++) await engine.trainBatch(0, batch(b));
    const half = await engine.state();
    assert.equal(half.potentials?.length, 320);
    assert.ok(half.potentials?.some((potential) => potential !== 0));
    await engine.trainBatch(0, batch(2));
    const whole = await engine.state();
    await withEngine({ ...options, threads: 2 }, async (other) => {
      await other.restore(half);
      // What is shown in between starts at rest, and leaves the potentials of the training alone.
      await other.rates({ split: 'train', epoch: 0, indices: batch(5) });
      await other.trace({ split: 'test', epoch: 0, index: 0 });
      await other.trainBatch(0, batch(2));
      assert.deepEqual(await other.state(), whole);
      const { potentials, ...resting } = half;
      await other.restore(resting);
      assert.deepEqual((await other.state()).potentials, new Float32Array(320));
    });
  });
});

test('without the reset in training, rates and traces are those of neurons at rest', async () => {
  const shown = { split: 'test', epoch: 0 } as const;
  const indices = Array.from({ length: 50 }, (_, i) => i);
  const train = (engine: EventEngine) => engine.trainBatch(0, Uint32Array.from(indices));
  const weights = initialWeights(0, 784, 10).map((weight) => 5 * weight);
  await withEngine({ T: 5, reset: false }, async (engine) => {
    await engine.restore(freshState(weights));
    await train(engine);
    await withEngine({ T: 5 }, async (other) => {
      await other.restore(await engine.state());
      assert.deepEqual(await engine.rates({ ...shown, indices }), await other.rates({ ...shown, indices }));
      assert.deepEqual(await engine.trace({ ...shown, index: 1 }), await other.trace({ ...shown, index: 1 }));
      // The potentials do make a difference where they are meant to.
      assert.notEqual((await train(engine)).loss, (await train(other)).loss);
    });
  });
});

test('direct input adds the rows of the pixels that are not black once per image, as a dense product all rows, and has no spikes', async () => {
  const T = 20;
  await withEngine({ T, encoder: 'direct' }, async (engine) => {
    const indices = [0, 1, 2, 3];
    const lit = indices.map(
      (i) => mnist.test.images.subarray(i * 784, (i + 1) * 784).filter((pixel) => pixel > 0).length,
    );
    const rows = lit.reduce((a, b) => a + b) / (indices.length * T);
    const found = await engine.statistics({ split: 'test', epoch: 0, indices });
    assert.deepEqual(found, { spikes: 0, dense: 784 / T, rows });
    await assert.rejects(
      engine.spikes({ split: 'test', epoch: 0, index: 0 }),
      /^Error: spikes: expected encoder 'poisson', found 'direct', which makes none$/,
    );
  });
});

test('weights that are not numbers are the same bytes on every machine', async () => {
  await withEngine({ learningRate: 1e38, T: 20, batchSize: 64 }, async (engine) => {
    for (let b = 0; b < 6; b++) await engine.trainBatch(0, batch(b, 64));
    const { weights } = await engine.state();
    const bits = new Uint32Array(weights.buffer).filter((_, i) => Number.isNaN(weights[i]));
    assert.ok(bits.length > 0);
    assert.deepEqual([...new Set(bits)], [0x7fc00000]);
  });
});

/** Whether each current [T, units] is the sum of the weights [inputs, units] of the inputs that fire, [T, inputs]. */
function assertSumsOf(
  fired: ArrayLike<number>,
  weights: Float32Array,
  units: number,
  current: Float32Array,
  what: string,
) {
  const inputs = weights.length / units;
  for (let t = 0; t < current.length / units; t++) {
    const sum = new Float64Array(units);
    for (let i = 0; i < inputs; i++) {
      if (fired[t * inputs + i]) for (let j = 0; j < units; j++) sum[j] += weights[i * units + j];
    }
    sum.forEach((x, j) => {
      assert.ok(Math.abs(current[t * units + j] - x) < 1e-5, `${what} current ${j} in step ${t}`);
    });
  }
}

test('what fills up a column of neurons never fires and never learns, whatever the threshold', async () => {
  for (const vThreshold of [-0.5, 0, 1e-3]) {
    const hidden = 13;
    await withEngine({ T: 40, hidden, neuron: { ...DEFAULT_NEURON, vThreshold } }, async (engine) => {
      for (let b = 0; b < 5; b++) await engine.trainBatch(0, batch(b));
      const [, second] = splitWeights((await engine.state()).weights, hidden);
      const { hidden: layer, current } = await engine.trace({ split: 'test', epoch: 0, index: 0 });
      assert.ok(layer);
      assert.ok(layer.spike.includes(1), 'some neurons fire');
      // A neuron more that fires and has learnt would add to the currents.
      assertSumsOf(layer.spike, second, 10, current, 'output');
    });
  }
});

test('statistics count what both layers cost', async () => {
  await withEngine({ hidden: 96, T: 150 }, async (engine) => {
    await engine.restore({ ...(await engine.state()), weights: initialNetwork(0, 96).map((weight) => 4 * weight) });
    const shown = { split: 'train', epoch: 0 } as const;
    const found = await engine.statistics({ ...shown, indices: [3] });
    const { hidden } = await engine.trace({ ...shown, index: 3 });
    const sum = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0);
    assert.equal(found.hiddenSpikes, sum(hidden?.spike ?? []) / 150);
    assert.equal(found.spikes, sum(await engine.spikes({ ...shown, index: 3 })) / 150);
    assert.equal(found.dense, 8 * 784 + 96);
    assert.ok(found.rows > 8 * 5 && found.rows < found.dense / 10, `${found.rows} rows a step`);
  });
});

test('hiddenRates() are the spikes of the hidden neurons in a trace, divided by T', async () => {
  await withEngine({ hidden: 13, T: 40 }, async (engine) => {
    await engine.restore(freshState(initialNetwork(0, 13).map((weight) => 6 * weight)));
    const shown = { split: 'test', epoch: 2 } as const;
    const rates = await hiddenRates(engine, { ...shown, indices: [4, 1] });
    assert.equal(rates.length, 2 * 13);
    const { hidden } = await engine.trace({ ...shown, index: 1 });
    for (let neuron = 0; neuron < 13; neuron++) {
      const spikes = Array.from(hidden?.spike ?? []).filter((spike, i) => i % 13 === neuron && spike > 0).length;
      assert.equal(rates[13 + neuron], Math.fround(spikes / 40));
    }
    assert.ok(rates.some((rate) => rate > 0 && rate < 1));
  });
  await withEngine({ T: 5 }, (engine) =>
    assert.rejects(hiddenRates(engine, { split: 'test', epoch: 0, indices: [0] }), {
      message: 'hiddenRates: expected an engine with a hidden layer, as in createEngine(…, { hidden: 96 }), found none',
    }),
  );
});

test('memory does not grow with T', () => {
  const megabytes = (T: number) => {
    const body = `const engine = await createEngine('event', { ...options, T: ${T}, threads: 2 });
      for (let i = 0; i < 3; i++) await engine.trainBatch(0, indices);
      console.log(process.memoryUsage.rss() / 1e6); await engine.close();`;
    return Number(execFileSync(process.execPath, programOf(body), { encoding: 'utf8', timeout: 60_000 }));
  };
  const [short, long] = [megabytes(100), megabytes(10_000)];
  // The potentials alone of all steps of a batch would take 128 × 10,000 × 10 × 4 bytes, 51 MB.
  assert.ok(long - short < 40, `${short} MB at T = 100, ${long} MB at T = 10,000`);
});

test('the kernel’s memory grows with the threads, and hardly with T', async () => {
  const bytes = (T: number, threads: number, hidden?: number) =>
    withEngine({ T, threads, hidden }, async (engine) => engine.memoryBytes);
  assert.ok((await bytes(100, 4)) > 1.5 * (await bytes(100, 1)));
  // Given spikes, which only tests show, take 1 MB.
  assert.ok((await bytes(10_000, 1, 96)) < 1.2 * (await bytes(100, 1, 96)));
});

/** What the kernel counts with is what the host counts with. */

before(async () => {
  await initBackend();
});

const bytes = readFileSync(join(__dirname, '..', '..', '..', 'dist', 'packages', 'event-engine', 'kernel.wasm'));
const memory = () => new WebAssembly.Memory({ initial: 16, maximum: 1024 });

test('the kernel and the host agree about sizes', async () => {
  const { addresses } = startKernel(await compileKernel(bytes, 1), memory());
  assert.equal(INPUTS, IMAGE_SIZE);
  assert.ok(addresses.MAX_BLOCKS * BLOCK >= MAX_T, 'the longest presentation');
  assert.ok(addresses.SCRATCH_BYTES <= SCRATCH, 'scratch memory');
  assert.ok(addresses.COLUMN_END <= COLUMN_BYTES, 'a column');
  assert.ok(addresses.INPUT_END <= INPUT_BYTES, 'an input');
});

test('the kernel has a number of its own for each surrogate, loss, encoder and readout', async () => {
  const { surrogates, losses, encoders, readouts } = startKernel(await compileKernel(bytes, 1), memory());
  for (const [numbers, names] of [
    [surrogates, SURROGATE_NAMES],
    [losses, LOSS_NAMES],
    [encoders, ENCODER_NAMES],
    [readouts, READOUT_NAMES],
  ] as const) {
    assert.deepEqual(Object.keys(numbers), names);
    assert.equal(new Set(Object.values(numbers)).size, names.length);
  }
});

for (const name of SURROGATE_NAMES) {
  test(`the kernel’s slope of ${name} is that of the class, also at Rect’s edges`, async () => {
    const surrogateFunction = { name, alpha: 2 };
    // Rect(2) ends at 0.25; its neighbour is the last float32 before that.
    const inside = 0.25 - 2 ** -26;
    const xs = Float32Array.of(-3, -0.25, -inside, -0.1, 0, 0.1, inside, 0.25, 0.3, 3);
    // In one step from rest with the threshold at 0, h is x, and with dL/ds = 1 the gradient is the slope.
    const neuron = { ...DEFAULT_NEURON, decayInput: false, vThreshold: 0, surrogateFunction };
    await withEngine({ T: 1, neuron }, async (engine) => {
      const { h, gradient } = simulateWithGradient(coreOf(engine), xs, (rates) => rates.map(() => 1));
      assert.deepEqual(h, xs);
      assertClose(gradient, slopes(makeSurrogate(surrogateFunction), xs), 1e-6, 'slope');
    });
  });
}
