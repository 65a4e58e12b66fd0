/** An ANN that becomes a spiking network does what SpikingJelly's ann2snn makes of the same weights. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { createEngine } from '../../../../hosts/node/engines';
import { freshState } from '../../../../src/common/engine';
import { AnnEngine } from '../../../../src/training/ann-engine';
import { wholeMnist } from '../../../../test/support/data';
import { assertClose } from '../../../../test/support/golden';
import { fromAnn } from '../../exchange';

interface Converted {
  scale: number;
  hidden_spikes: number[][];
  output: number[][];
}

const file = join(__dirname, '..', '..', '..', '..', 'test', 'golden', 'ann2snn.json');
const golden = JSON.parse(readFileSync(file, 'utf8')) as {
  hidden: number;
  T: number;
  modes: Record<string, Converted>;
};
const { hidden, T } = golden;
const data = wholeMnist();
const images = data.test.images.subarray(0, 100 * 784);

/** The formula of test/golden/make_ann2snn.py. */
const layer = (inputs: number, outputs: number, n: number) =>
  Array.from({ length: inputs * outputs }, (_, at) => {
    const [i, j] = [Math.floor(at / outputs), at % outputs];
    return (((31 * i + 7 * j + n) % 64) - 28) / 64;
  });
const weights = Float32Array.from([...layer(784, hidden, 0), ...layer(hidden, 10, 1)]);

describe('An ANN that becomes a spiking network', () => {
  for (const [mode, expected] of Object.entries(golden.modes)) {
    test(`has the scale, the hidden spikes and the outputs of SpikingJelly's ann2snn with mode ${mode}`, async () => {
      const percentile = mode === 'max' ? 100 : Number.parseFloat(mode);
      const converted = fromAnn(weights, { images, percentile });
      const { neuron, scales } = converted;
      assertClose([scales[0]], [expected.scale], 1e-6 * expected.scale, 'scale');
      const engine = await createEngine('event', {
        data,
        hidden,
        T,
        neuron,
        encoder: 'direct',
        readout: 'last-potential',
      });
      await engine.restore(freshState(converted.weights));
      for (const [i, spikes] of expected.hidden_spikes.entries()) {
        const trace = await engine.trace({ split: 'test', epoch: 0, index: 100 + i });
        const counts = spikes.map((_, n) => spikesOf(trace.hidden?.spike as Float32Array, n));
        assert.deepEqual(counts, spikes, `image ${100 + i}`);
        const outputs = Array.from(trace.h.subarray(10 * (T - 1)), (h) => h * scales[1]);
        assertClose(outputs, expected.output[i], 1e-3, `image ${100 + i}`);
      }
      await engine.close();
    });
  }

  test('without a hidden layer answers as the ANN does, since its potential only adds the same sums up', async () => {
    const ann = new AnnEngine({ data, seed: 1 });
    const { weights: single } = await ann.state();
    const converted = fromAnn(single, { images });
    assert.equal(converted.scales.length, 1);
    const engine = await createEngine('event', {
      data,
      T: 3,
      neuron: converted.neuron,
      encoder: 'direct',
      readout: 'last-potential',
    });
    await engine.restore(freshState(converted.weights));
    const shown = { split: 'test', epoch: 0, indices: Array.from({ length: 200 }, (_, i) => i) } as const;
    assert.deepEqual(answers(await engine.rates(shown)), answers(await ann.rates(shown)));
    await engine.close();
  });

  test('is refused where weights, images or the percentile are none, in one line that says what is', () => {
    const changed = (change: (weight: number, i: number) => number) => weights.map(change);
    for (const [own, options, message] of [
      [weights.subarray(1), {}, /^weights: expected a Float32Array of 784 × 10 numbers, found \d+$/],
      [changed((_, i) => (i === 5 ? Number.NaN : 1)), {}, /^weights: expected finite numbers, found NaN$/],
      [changed((weight, i) => (i === 0 ? -3e38 : weight * 1e-3)), {}, /are finite, found larger in layer 1$/],
      [
        changed((weight) => -Math.abs(weight)),
        {},
        /^percentile: .* layer 1 is above 0, found 99\.9; take a higher one$/,
      ],
      [weights, { images: images.subarray(1) }, /^images: .* 784 bytes for each image, found 78399 bytes$/],
      [weights, { images: [0] }, /^images: .*, found Array$/],
      [weights, { percentile: 0 }, /^percentile: expected a number above 0 and up to 100, found 0$/],
      [weights, { percentile: Number.NaN }, /found NaN$/],
      [weights, { percentil: 50 }, /^fromAnn: expected images or percentile, found the option 'percentil'$/],
    ] as const)
      assert.throws(() => fromAnn(own, { images, ...options } as never), { name: 'RangeError', message });
  });
});

const spikesOf = (spike: Float32Array, n: number) =>
  spike.reduce((sum, fires, at) => sum + (at % hidden === n ? fires : 0), 0);
const answers = (rates: Float32Array) =>
  Array.from({ length: rates.length / 10 }, (_, i) => {
    const row = rates.subarray(10 * i, 10 * i + 10);
    return row.indexOf(Math.max(...row));
  });
