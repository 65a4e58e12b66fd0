/**
 * Networks that become others: of whole numbers, which the page of C in the chapter "On a chip" reads, with the spikes of the event
 * engine; and an ANN that becomes a spiking network, which does what SpikingJelly's ann2snn makes of the same weights.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { createEngine } from '../../../../hosts/node/engines';
import { seededRandom } from '../../../../src/common/random';
import { chipIn } from '../../../../test/support/chip';
import { smallMnist, temporaryFolder, wholeMnist } from '../../../../test/support/data';
import { assertClose } from '../../../../test/support/golden';
import { AnnEngine } from '../../../networks/ann-engine';
import { freshState } from '../../../networks/options/engine';
import { splitWeights } from '../../../networks/options/weights';
import { fromAnn, toIntegers } from '../../exchange';
import type { IntegerNetwork } from '../../exchange/integers';

/** Whole numbers from -most to most. */
function randomWeights(count: number, most: number, seed: number): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => Math.floor(random() * (2 * most + 1)) - most);
}

/** 784-12-10, weights of a multiple of `unit`. */
function network(shift: number, threshold: number, unit: number, most: number): IntegerNetwork {
  const layer = (inputs: number, outputs: number, seed: number) => ({
    inputs,
    outputs,
    threshold,
    scale: 0.5,
    weights: randomWeights(inputs * outputs, most, seed).map((weight) => unit * weight),
  });
  return { shift, layers: [layer(784, 12, 1), layer(12, 10, 2)] };
}

describe('The page of C', () => {
  const folder = temporaryFolder();
  let run: ReturnType<typeof chipIn>;
  before(() => {
    run = chipIn(folder);
  });

  test('has the spikes of the event engine, as long as the leak loses no bit', async () => {
    // Multiples of 16 can be halved four times, so five steps have no fractions, neither here nor as floats.
    const net = network(1, 96, 16, 7);
    const T = 5;
    const data = smallMnist(1, 8);
    const neuron = { tau: 2, decayInput: false, vThreshold: 96 };
    const engine = await createEngine('event', { data, T, hidden: 12, neuron });
    await engine.restore(freshState(Float32Array.from(net.layers.flatMap(({ weights }) => Array.from(weights)))));
    let fired = 0;
    for (let index = 0; index < 8; index++) {
      const shown = { split: 'test', epoch: 0, index } as const;
      const { spike } = await engine.trace(shown);
      assert.deepEqual(run(toIntegers(net), await engine.spikes(shown)).printed, Array.from(spike), `image ${index}`);
      fired += spike.reduce((sum, one) => sum + one, 0);
    }
    assert.ok(fired > 8 && fired < 8 * T * 10, `${fired} spikes`);
    await engine.close();
  });

  test('rounds the leak down below zero, too', () => {
    for (const shift of [0, 1, 3]) {
      const net = network(shift, 300, 1, 127);
      const T = 20;
      const random = seededRandom(3);
      const spikes = Uint8Array.from({ length: T * 784 }, () => (random() < 0.1 ? 1 : 0));
      const states = net.layers.map(({ outputs }) => new Array<number>(outputs).fill(0));
      const expected: number[] = [];
      for (let t = 0; t < T; t++) {
        let input = Array.from(spikes.subarray(t * 784, (t + 1) * 784));
        net.layers.forEach(({ outputs, threshold, weights }, n) => {
          const v = states[n];
          for (let j = 0; j < outputs; j++) {
            v[j] -= Math.floor(v[j] / 2 ** shift);
            input.forEach((spike, i) => {
              v[j] += spike * weights[i * outputs + j];
            });
          }
          input = v.map((potential) => (potential >= threshold ? 1 : 0));
          for (let j = 0; j < outputs; j++) if (input[j] === 1) v[j] = 0;
        });
        expected.push(...input);
      }
      assert.deepEqual(run(toIntegers(net), spikes).printed, expected, `shift ${shift}`);
      assert.ok(expected.includes(1) && expected.includes(0), `${expected}`);
    }
  });

  test('refuses a file that is cut short, and one that is no network', () => {
    const bytes = toIntegers(network(1, 96, 1, 7));
    const spikes = new Uint8Array(784);
    const cut = run(bytes.subarray(0, 5000), spikes);
    assert.deepEqual([cut.status, cut.failure], [1, 'chip: expected more weights; is the file whole?']);
    const other = run(new Uint8Array(100), spikes);
    assert.deepEqual([other.status, other.failure], [1, 'chip: expected a network that begins with LIF1']);
  });
});

test('A file of whole numbers has its sizes, scales and thresholds where numpy would look for them', () => {
  const weights = [1, -2, 3, -128, 127, 0];
  const bytes = toIntegers({ shift: 2, layers: [{ inputs: 2, outputs: 3, threshold: 40, scale: 0.25, weights }] });
  const hex = Buffer.from(bytes).toString('hex');
  // '<4sII', then '<IIif' and six times 'b'.
  assert.equal(hex, '4c494631'.concat('0200000001000000', '0200000003000000280000000000803e', '01fe03807f00'));
});

const LAYER = { inputs: 2, outputs: 1, threshold: 5, scale: 1, weights: [1, 2] };
const REFUSED: [string, IntegerNetwork, RegExp][] = [
  ['no layer', { shift: 1, layers: [] }, /^layers: expected at least one layer, found none$/],
  ['a weight of 16 bits', { shift: 1, layers: [{ ...LAYER, weights: [1, 200] }] }, /found 200; round to 8 bits/],
  ['a weight too few', { shift: 1, layers: [{ ...LAYER, weights: [1] }] }, /expected 2 x 1 numbers, found 1$/],
  ['layers that do not fit', { shift: 1, layers: [LAYER, LAYER] }, /^inputs of layer 1: expected 1, .* found 2$/],
];
for (const [what, net, message] of REFUSED) {
  test(`A network with ${what} is refused in one line`, () => {
    assert.throws(() => toIntegers(net), { name: 'RangeError', message });
  });
}

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

  test('of twenty classes has the scales of one of ten, of whose outputs it has each twice', () => {
    const twice = layer(hidden, 10, 1).flatMap((weight) => [weight, weight]);
    const options = { images, percentile: 100 };
    const ten = fromAnn(weights, options);
    const twenty = fromAnn(Float32Array.from([...layer(784, hidden, 0), ...twice]), { ...options, classes: 20 });
    assert.deepEqual(twenty.scales, ten.scales);
    const [first, second] = splitWeights(ten.weights, hidden);
    assert.deepEqual(
      twenty.weights,
      Float32Array.from([...first, ...Array.from(second).flatMap((weight) => [weight, weight])]),
    );
  });

  test('is refused where weights, images or the percentile are none, in one line that says what is', () => {
    const changed = (change: (weight: number, i: number) => number) => weights.map(change);
    for (const [own, options, message] of [
      [weights.subarray(1), {}, /^weights: expected a Float32Array of 784 × 10 numbers, found \d+$/],
      [changed((weight, i) => (i === 0 ? -3e38 : weight * 1e-3)), {}, /are finite, found larger in layer 1$/],
      [
        changed((weight) => -Math.abs(weight)),
        {},
        /^percentile: .* layer 1 is above 0, found 99\.9; take a higher one$/,
      ],
      [weights, { images: images.subarray(1) }, /^images: .* 784 bytes for each image, found 78399 bytes$/],
      [weights, { percentile: 0 }, /^percentile: expected a number above 0 and up to 100, found 0$/],
      [weights, { classes: 20 }, /^weights: expected a Float32Array of 784 × 20 numbers, found \d+$/],
      [weights, { percentil: 50 }, /^fromAnn: expected images, percentile or classes, found the option 'percentil'$/],
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
