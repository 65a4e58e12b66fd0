import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { initBackend, tf } from '../../hosts/node/backend';
import { initialWeights } from '../../src/common/random';
import { multiStepForward, resetNet } from '../../src/snn/functional';
import { ann, getWeights, setWeights, snn } from '../../src/snn/networks';
import { LIFNode, simulate } from '../../src/snn/neuron';
import { ATan, Rect, Sigmoid, Step, slopes } from '../../src/snn/surrogate';
import { temporaryFolder } from '../support/data';
import { assertClose } from '../support/golden';

before(async () => {
  await initBackend();
});

describe('a LIF neuron', () => {
  test('fires when its potential is exactly the threshold', () => {
    const neuron = new LIFNode({ tau: 2 });
    assert.equal((neuron.apply(tf.tensor2d([[2]])) as tf.Tensor).dataSync()[0], 1);
    neuron.resetStates();
  });

  test('has a gradient over a single step as well: the slope of the surrogate at v − 1, divided by tau', () => {
    const neuron = new LIFNode({ tau: 2, surrogateFunction: new ATan() });
    const x = 1.4;
    const gradient = tf.grad((current) => tf.sum(multiStepForward(neuron, current)))(tf.fill([1, 1, 1], x));
    const expected = 1 / (1 + (Math.PI * (x / 2 - 1)) ** 2) / 2;
    assertClose(Array.from(gradient.dataSync()), [expected], 1e-6, 'gradient');
    neuron.resetStates();
  });

  test('simulate() runs it from rest, step by step, and leaves no tensor and no potential behind', () => {
    const neuron = new LIFNode({ tau: 2 });
    tf.dispose(neuron.apply(tf.tensor2d([[0.7]])) as tf.Tensor);
    const tensors = tf.memory().numTensors;
    const { current, h, v, spike } = simulate(neuron, [1.5, 1.5, 0]);
    assert.deepEqual(
      [current, h, v, spike].map((values) => Array.from(values)),
      [
        [1.5, 1.5, 0],
        [0.75, 1.125, 0],
        [0.75, 0, 0],
        [0, 1, 0],
      ],
    );
    assert.equal(neuron.v, null);
    assert.equal(neuron.storeSequences, false);
    assert.ok(tf.memory().numTensors <= tensors);
  });

  test('has the defaults of SpikingJelly', () => {
    const { tau, decayInput, vThreshold, vReset, detachReset, surrogate, alpha } = new LIFNode().getConfig();
    assert.deepEqual(
      { tau, decayInput, vThreshold, vReset, detachReset, surrogate, alpha },
      { tau: 2, decayInput: true, vThreshold: 1, vReset: 0, detachReset: false, surrogate: 'sigmoid', alpha: 4 },
    );
  });

  test('refuses a tau of 1 and a threshold that is no number', () => {
    assert.throws(() => new LIFNode({ tau: 1 }), /tau: expected a finite number above 1, found 1/);
    assert.throws(() => new LIFNode({ vThreshold: Number.NaN }), /vThreshold: expected a finite number, found NaN/);
  });

  test('says what to do when the batch changes without a reset', () => {
    const neuron = new LIFNode();
    neuron.apply(tf.ones([2, 10]));
    assert.throws(() => neuron.apply(tf.ones([3, 10])), /found \[3,10\]; call resetStates\(\) between batches/);
    neuron.resetStates();
  });

  test('leaves no tensor behind after the reset of its network', () => {
    const net = snn();
    const image = tf.ones([4, 28, 28]);
    tf.dispose(net.apply(image) as tf.Tensor);
    resetNet(net);
    const before = tf.memory().numTensors;
    for (let t = 0; t < 20; t++) tf.dispose(net.apply(image) as tf.Tensor);
    assert.equal(tf.memory().numTensors, before + 20, 'potentials are kept for the gradient');
    resetNet(net);
    assert.equal(tf.memory().numTensors, before);
  });
});

describe('surrogate gradients', () => {
  test('of Rect are 0 at both edges, and alpha one float32 inside, as SpikingJelly’s; of a step always 0', () => {
    const [edge, inside] = [0.25, 0.25 - 2 ** -26];
    const xs = [-edge, -inside, 0, inside, edge];
    const before = tf.memory().numTensors;
    assert.deepEqual(Array.from(slopes(new Rect(2), xs)), [0, 2, 2, 2, 0]);
    assert.deepEqual(Array.from(slopes(new Step(), xs)), [0, 0, 0, 0, 0]);
    assert.equal(tf.memory().numTensors, before);
  });
});

describe('networks', () => {
  test('start from the same weights, ANN and SNN', () => {
    const weights = getWeights(ann({ seed: 3 }));
    assert.deepEqual(weights, getWeights(snn({ seed: 3 })));
    assert.notDeepEqual(weights, getWeights(ann({ seed: 4 })));
  });

  test('are saved and loaded with their neurons’ options', async () => {
    const net = snn({ tau: 3, vReset: null, surrogateFunction: new Sigmoid(2), detachReset: true });
    setWeights(net, initialWeights(9, 784, 10));
    const folder = join(temporaryFolder(), 'a b é');
    await net.save(`file://${folder}`);
    const loaded = await tf.loadLayersModel(`file://${join(folder, 'model.json')}`);
    assert.deepEqual(loaded.layers[2].getConfig(), net.layers[2].getConfig());
    assert.deepEqual(getWeights(loaded), getWeights(net));
  });
});
