/** Each option of the neuron means the same to the layer and to the kernel, and means something. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { initBackend, tf } from '../../../hosts/node/backend';
import { DEFAULT_NEURON, type NeuronOptions } from '../../../src/common/neuron-options';
import { LIFNode } from '../../../src/snn/neuron';
import { makeSurrogate } from '../../../src/snn/surrogate';
import { coreOf, simulateWithGradient } from '../../../test/support/given';
import { assertClose } from '../../../test/support/golden';
import { NEURON_VALUES } from '../../../test/support/options';
import { withEngine } from './engines';

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

function byLayer(neuron: NeuronOptions): Result {
  const layer = new LIFNode({
    ...neuron,
    surrogateFunction: makeSurrogate(neuron.surrogateFunction),
    storeSequences: true,
  });
  const loss = (x: tf.Tensor) =>
    tf.addN(tf.unstack(x).map((step) => tf.sum(tf.mul(layer.apply(step) as tf.Tensor, worth)))) as tf.Scalar;
  const gradient = tf.tidy(() =>
    tf
      .grad(loss)(tf.tensor3d(currents, [T, 1, NEURONS]))
      .dataSync<'float32'>(),
  );
  const h = Float32Array.from(layer.sequences.h.flatMap((step) => Array.from(step)));
  layer.resetStates();
  return { h, gradient };
}

const byKernel = (neuron: NeuronOptions): Promise<Result> =>
  withEngine({ T, neuron }, async (engine) => simulateWithGradient(coreOf(engine), currents, () => worth));

const same = (a: Result, b: Result) =>
  a.h.every((value, i) => value === b.h[i]) && a.gradient.every((value, i) => value === b.gradient[i]);

for (const [name, values] of Object.entries(NEURON_VALUES)) {
  test(`${name} changes the same potentials and gradients in the kernel as in the layer`, async () => {
    for (const value of values) {
      const neuron = { ...DEFAULT_NEURON, [name]: value };
      const kernel = await byKernel(neuron);
      const layer = byLayer(neuron);
      assertClose(kernel.h, layer.h, 1e-6, 'h');
      assertClose(kernel.gradient, layer.gradient, 1e-5, 'gradient');
      assert.ok(!same(kernel, await byKernel(DEFAULT_NEURON)), 'the kernel does not know it');
    }
  });
}
