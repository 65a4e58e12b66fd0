/** Each option of the neuron means the same to the layer and to the kernel, and means something. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { initBackend, tf } from '../../../hosts/node/backend';
import { createEngine } from '../../../hosts/node/engines';
import type { Sequences } from '../../../src/snn/neuron';
import { makeSurrogate } from '../../../src/snn/surrogate';
import { coreOf, simulateWithGradient } from '../../../test/support/given';
import { assertClose, read } from '../../../test/support/golden';
import { NEURON_VALUES, WITH } from '../../../test/support/options';
import { simulate } from '../../networks/lif';
import type { EngineOptions } from '../../networks/options/engine';
import { DEFAULT_NEURON, NEURON, type NeuronOptions } from '../../networks/options/neuron-options';
import type { About } from '../../networks/options/schema';
import { makeNeurons } from '../../networks/tfjs/make-neurons';
import { defaults, withEngine } from './engines';

before(async () => {
  await initBackend();
});

const T = 40;
const NEURONS = 10;
/** Currents of both signs, so that some neurons fire, and some fall below their reset. */
const currents = Float32Array.from({ length: T * NEURONS }, (_, i) => 1.3 + 2 * Math.sin(1.7 * i));
/** What a spike of each neuron adds to the loss. */
const worth = Float32Array.from({ length: NEURONS }, (_, neuron) => neuron - 4.5);

/** Potentials before firing, and the gradient of the loss with respect to the currents, [T, 10]. */
interface Result {
  h: Float32Array;
  gradient: Float32Array;
}

function byLayer(neuron: NeuronOptions, x = currents): Result & Pick<Sequences, 'v' | 'spike'> {
  const layer = makeNeurons({
    ...neuron,
    surrogateFunction: makeSurrogate(neuron.surrogateFunction),
    storeSequences: true,
  });
  const loss = (x: tf.Tensor) =>
    tf.addN(tf.unstack(x).map((step) => tf.sum(tf.mul(layer.apply(step) as tf.Tensor, worth)))) as tf.Scalar;
  const gradient = tf.tidy(() =>
    tf
      .grad(loss)(tf.tensor3d(x, [x.length / NEURONS, 1, NEURONS]))
      .dataSync<'float32'>(),
  );
  const h = Float32Array.from(layer.sequences.h.flatMap((step) => Array.from(step)));
  const { v, spike } = layer.sequences;
  layer.resetStates();
  return { h, gradient, v, spike };
}

const byKernel = (neuron: NeuronOptions, x = currents) =>
  withEngine({ T: x.length / NEURONS, neuron }, async (engine) => simulateWithGradient(coreOf(engine), x, () => worth));

const same = (a: Result, b: Result) =>
  a.h.every((value, i) => value === b.h[i]) && a.gradient.every((value, i) => value === b.gradient[i]);

for (const [name, values] of Object.entries(NEURON_VALUES)) {
  test(`${name} changes the same potentials and gradients in the kernel as in the layer, or is refused`, async () => {
    const { has }: About = NEURON.fields[name as keyof NeuronOptions].about;
    for (const value of values) {
      if (has?.engines?.includes('event') === false) {
        const refused = createEngine('event', { ...defaults, neuron: { ...WITH[name], [name]: value } });
        await assert.rejects(refused, new RegExp(`^RangeError: ${name}: expected .* on the engine 'event'`));
        continue;
      }
      const without = { ...DEFAULT_NEURON, ...WITH[name] };
      const neuron = { ...without, [name]: value };
      const kernel = await byKernel(neuron);
      const layer = byLayer(neuron);
      assertClose(kernel.h, layer.h, 1e-6, 'h');
      assertClose(kernel.gradient, layer.gradient, 1e-5, 'gradient');
      assert.ok(!same(kernel, await byKernel(without)), 'the kernel does not know it');
    }
  });
}

/** Of `test/golden/make_adaptive.py`: arrays [T, neurons]. */
interface Adapting extends Pick<NeuronOptions, 'tau' | 'beta' | 'tauAdapt'> {
  currents: number[];
  spikes: number[];
  v: number[];
  gradient: number[];
}

test('neurons whose spikes raise their threshold fire as Norse has it, and have its gradient', async () => {
  const { cases } = read<{ cases: Adapting[] }>('adaptive.json');
  for (const { currents, spikes, v, gradient, ...options } of cases) {
    const neuron = { ...DEFAULT_NEURON, ...options };
    const x = Float32Array.from(currents);
    const layer = byLayer(neuron, x);
    const flat = (steps: Float32Array[]) => steps.flatMap((step) => Array.from(step));
    assert.deepEqual(flat(layer.spike), spikes);
    assertClose(flat(layer.v), v, 1e-5, 'v of the layer');
    assertClose(layer.gradient, gradient, 2e-5, 'gradient of the layer');
    const kernel = await byKernel(neuron, x);
    assertClose(
      kernel.h.filter((_, i) => !spikes[i]),
      v.filter((_, i) => !spikes[i]),
      1e-5,
      'v of the kernel',
    );
    assertClose(kernel.gradient, gradient, 2e-5, 'gradient of the kernel');
    for (let j = 0; j < NEURONS; j++) {
      const own = <V>(values: ArrayLike<V>) => Array.from(values).filter((_, i) => i % NEURONS === j);
      assert.equal(
        Math.round((kernel.rates[j] * x.length) / NEURONS),
        own(spikes).reduce((a, b) => a + b),
      );
      const alone = simulate(neuron, own(x));
      assert.deepEqual(Array.from(alone.spike), own(spikes));
      assertClose(alone.v, own(v), 1e-5, 'v of plain numbers');
    }
  }
});

/** What the event engine refuses. */

const WRONG: [object, RegExp][] = [
  [{ neuron: { tau: 1e300 } }, /tau: expected .* found 1e\+300, which is Infinity as/],
  [{ learningRate: 5e-324 }, /learningRate: expected .*, which is 0 as a 32-bit float/],
  [{ T: 0 }, /^RangeError: T: expected a whole number from 1 to 10000, found 0$/],
  [{ batchSize: 1.5 }, /batchSize: expected a whole number/],
  [{ hidden: 801 }, /^RangeError: hidden: expected a whole number from 1 to 800, found 801$/],
  [{ tau: 2 }, /tau: expected inside neuron, as in \{ neuron: \{ tau: … \} \}/],
  [
    { neuron: { surrogateFunction: { name: 'atan', alpha: NaN } } },
    /alpha: expected a finite number above 0, found NaN/,
  ],
  [{ neuron: { surrogateFunction: { name: 'relu', alpha: 1 } } }, /surrogateFunction: expected 'atan'.* found 'relu'/],
  [
    { loss: 'CrossEntropy' },
    /^RangeError: loss: expected 'mse', .* or 'cross-entropy-each-step', found 'CrossEntropy'$/,
  ],
  [{ encoder: 'rate' }, /encoder: expected 'poisson', 'direct' or 'latency', found 'rate'/],
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
