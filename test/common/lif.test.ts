/** The neuron on plain numbers: SpikingJelly's potentials and spikes, and those of the layer bit by bit; and its surrogates. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import * as tf from '@tensorflow/tfjs';
import * as node from '../../hosts/node';
import { simulate } from '../../packages/networks/lif';
import { DEFAULT_NEURON } from '../../packages/networks/options/neuron-options';
import { makeNeurons } from '../../packages/networks/tfjs/make-neurons';
import { simulate as simulateLayer } from '../../packages/networks/tfjs/neurons';
import { SURROGATE_NAMES, SURROGATES } from '../../src/common/surrogates';
import { multiStepForward } from '../../src/snn/functional';
import { makeSurrogate, slopes } from '../../src/snn/surrogate';
import { lifCases } from '../support/golden';
import { NEURON_VALUES, WITH as OPTIONS_WITH } from '../support/options';

describe('A neuron on plain numbers', () => {
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
          const layer = makeNeurons({ ...options, storeSequences: true });
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

test('A neuron on plain numbers has every option that changes potentials or spikes, as the layer has it', async () => {
  await tf.setBackend('cpu');
  const x = Array.from({ length: 50 }, (_, t) => 1.2 + 2 * Math.sin(1.7 * t));
  for (const [name, values] of Object.entries(NEURON_VALUES)) {
    for (const value of values) {
      const neuron = { ...DEFAULT_NEURON, ...OPTIONS_WITH[name], [name]: value };
      const layer = makeNeurons({ ...neuron, surrogateFunction: makeSurrogate(neuron.surrogateFunction) });
      const found = simulate(neuron, x);
      assert.deepEqual(found, simulateLayer(layer, x), `${name}: packages/networks/lif.ts does not know it`);
    }
  }
});

/** What a new line in the table of surrogates asks for elsewhere; the compiler and the kernel's start ask for the rest. */

const glossary = readFileSync(join(__dirname, '..', '..', 'editions', 'book', 'glossary.md'), 'utf8');

for (const name of SURROGATE_NAMES) {
  describe(`the surrogate ${name}`, () => {
    for (const detach of [false, true]) {
      test(`has golden gradients with SpikingJelly’s default alpha, the reset ${detach ? 'detached' : 'in the gradient'}`, () => {
        const cases = lifCases().filter(({ params }) => params.surrogate === name && params.detach_reset === detach);
        assert.ok(
          cases.some(({ params }) => params.alpha === SURROGATES[name].alpha),
          `add ${name} to SURROGATES in test/golden/make_golden.py, and run it`,
        );
      });
    }

    test('is a class of that name, whose spike is the step itself', () => {
      const surrogate = makeSurrogate({ name });
      assert.deepEqual({ name: surrogate.name, alpha: surrogate.alpha }, { name, alpha: SURROGATES[name].alpha });
      assert.equal(surrogate.constructor.name.toLowerCase(), name);
      assert.ok(surrogate.constructor.name in node.surrogate, 'add it to hosts/contract/entry-point.ts');
      assert.deepEqual(Array.from(surrogate.apply(tf.tensor1d([-1, -1e-6, 0, 1])).dataSync()), [0, 0, 1, 1]);
    });

    test('has a slope around the threshold of area 1, as the step it stands for rises by 1', () => {
      const [ends, count] = [200, 400_000];
      const xs = Float32Array.from({ length: count }, (_, i) => ((i + 0.5) / count) * 2 * ends - ends);
      const area = (slopes(makeSurrogate({ name }), xs).reduce((a, b) => a + b, 0) * 2 * ends) / count;
      assert.ok(Math.abs(area - 1) < 0.01, `found ${area}`);
    });

    test('stands in the glossary, under the name of its class', () => {
      const { name: className } = makeSurrogate({ name }).constructor;
      assert.match(glossary, new RegExp(`^${className}$`, 'm'), 'add it to editions/book/glossary.md');
    });
  });
}
