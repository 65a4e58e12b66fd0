/** The neuron on plain numbers: SpikingJelly's potentials and spikes, and those of the layer bit by bit. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as tf from '@tensorflow/tfjs';
import { type LifOptions, simulate } from '../../src/common/lif';
import { multiStepForward } from '../../src/snn/functional';
import { LIFNode } from '../../src/snn/neuron';
import { type LifCase, lifCases } from '../support/golden';

const optionsOf = ({ params }: LifCase): LifOptions => ({
  tau: params.tau,
  decayInput: params.decay_input,
  vThreshold: params.v_threshold,
  vReset: params.v_reset,
});
/** One neuron's part of an array [T, neurons]. */
const column = (values: ArrayLike<number>, neuron: number, neurons: number) =>
  Array.from({ length: values.length / neurons }, (_, t) => values[t * neurons + neuron]);

describe('A neuron on plain numbers', () => {
  test('has the potentials and spikes of SpikingJelly', () => {
    const cases = lifCases();
    assert.ok(cases.length >= 10);
    for (const given of cases) {
      const neurons = given.x.length / given.T;
      for (let neuron = 0; neuron < neurons; neuron++) {
        const { h, v, spike } = simulate(optionsOf(given), column(given.x, neuron, neurons));
        const what = `${JSON.stringify(given.params)}, neuron ${neuron}`;
        assert.deepEqual(Array.from(spike), column(given.spike, neuron, neurons), what);
        column(given.h, neuron, neurons).forEach((expected, t) => {
          assert.ok(Math.abs(h[t] - expected) < 1e-5, `${what}: h of step ${t} is ${h[t]}, not ${expected}`);
        });
        column(given.v, neuron, neurons).forEach((expected, t) => {
          assert.ok(Math.abs(v[t] - expected) < 1e-5, `${what}: v of step ${t} is ${v[t]}, not ${expected}`);
        });
      }
    }
  });

  test('has the potentials and spikes of the layer, to the last bit', async () => {
    await tf.setBackend('cpu');
    const x = Array.from({ length: 200 }, (_, t) => 1.2 + Math.sin(t / 7) + 0.3 * Math.cos(t * 1.7));
    for (const decayInput of [true, false]) {
      for (const vReset of [0, null, -0.3]) {
        for (const [tau, beta] of [
          [2, 0],
          [3.7, 0.3],
          [20, 0],
        ]) {
          const options = { tau, decayInput, vThreshold: 0.9, vReset, beta, tauAdapt: 7 };
          const layer = new LIFNode({ ...options, storeSequences: true });
          tf.dispose(multiStepForward(layer, tf.tensor3d(x, [x.length, 1, 1])));
          const flat = (steps: Float32Array[]) => Array.from(steps, ([value]) => value);
          const { h, v, spike } = simulate(options, x);
          const what = JSON.stringify(options);
          assert.deepEqual(Array.from(spike), flat(layer.sequences.spike), what);
          assert.deepEqual(Array.from(h), flat(layer.sequences.h), what);
          assert.deepEqual(Array.from(v), flat(layer.sequences.v), what);
          layer.resetStates();
        }
      }
    }
  });
});
