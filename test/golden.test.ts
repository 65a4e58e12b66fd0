import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { initBackend, tf } from '../src/node/backend';
import { loadMnist } from '../src/node/data';
import { resetNet } from '../src/snn/functional';
import { ann, getWeights, setWeights, snn } from '../src/snn/networks';
import { LIFNode } from '../src/snn/neuron';
import { surrogateOf } from '../src/snn/surrogate';
import { adam, batchOf } from '../src/training/batches';
import {
  annFile,
  assertClose,
  assertGradient,
  assertSums,
  kernelOf,
  lifCases,
  pixels300to419,
  trainingRuns,
  unpack,
} from './support/golden';

before(async () => {
  await initBackend();
});

describe('LIFNode agrees with SpikingJelly', () => {
  for (const [index, golden] of lifCases().entries()) {
    const { params, T, batch, units } = golden;
    test(`case ${index}: ${JSON.stringify(params)}`, () => {
      const tensors = tf.memory().numTensors;
      const neurons = new LIFNode({
        tau: params.tau,
        decayInput: params.decay_input,
        vThreshold: params.v_threshold,
        vReset: params.v_reset,
        surrogateFunction: surrogateOf(params.surrogate, params.alpha),
        detachReset: params.detach_reset,
        storeSequences: true,
      });
      const labels = tf.tidy(() => tf.oneHot(tf.tensor1d(golden.label, 'int32'), units).toFloat());
      const x = tf.tensor3d(golden.x, [T, batch, units]);
      let rate = new Float32Array();
      const loss = (input: tf.Tensor) => {
        let spikes = tf.zeros([batch, units]);
        for (const current of tf.unstack(input)) spikes = tf.add(spikes, neurons.apply(current) as tf.Tensor);
        const rates = tf.div(spikes, T);
        rate = Float32Array.from(rates.dataSync());
        return tf.losses.meanSquaredError(labels, rates) as tf.Scalar;
      };
      const { value, grad } = tf.valueAndGrad(loss)(x);
      const join = (steps: Float32Array[]) => steps.flatMap((step) => Array.from(step));
      assert.deepEqual(join(neurons.sequences.spike), golden.spike, 'spikes');
      assertClose(join(neurons.sequences.h), golden.h, 1e-6, 'h');
      assertClose(join(neurons.sequences.v), golden.v, 1e-6, 'v');
      assertClose(rate, golden.firing_rate, 1e-6, 'firing rate');
      assertClose(value.dataSync(), [golden.loss], 1e-6, 'loss');
      assertGradient(grad.dataSync(), golden.grad_x, 'gradient of x');
      neurons.resetStates();
      tf.dispose([labels, x, value, grad]);
      assert.equal(tf.memory().numTensors, tensors, 'tensors left behind');
    });
  }
});

describe('five steps of training agree with SpikingJelly', () => {
  for (const run of trainingRuns()) {
    const { T, batch, lr, tau, surrogate, alpha, adam_eps } = run.params;
    test(`${surrogate}(${alpha}), tau ${tau}, T ${T}`, () => {
      assert.equal(adam_eps, 1e-8);
      const net = snn({ tau, surrogateFunction: surrogateOf(surrogate, alpha) });
      setWeights(net, kernelOf(run.weight_initial));
      const optimizer = adam(lr);
      const mnist = loadMnist();
      for (const [index, step] of run.steps.entries()) {
        assert.deepEqual(
          Array.from(step.image, (i) => mnist.train.labels[i]),
          step.label,
          'labels of the images',
        );
        const { images, labels } = batchOf(mnist.train, step.image);
        const spikes = tf.tensor4d(unpack(step.spikes, T * batch * 784), [T, batch, 28, 28]);
        let rate = new Float32Array();
        const { value, grads } = tf.variableGrads(() => {
          let count = tf.zeros([batch, 10]);
          for (const input of tf.unstack(spikes)) count = tf.add(count, net.apply(input) as tf.Tensor);
          const rates = tf.div(count, T);
          rate = Float32Array.from(rates.dataSync());
          return tf.losses.meanSquaredError(labels, rates) as tf.Scalar;
        });
        resetNet(net);
        const gradient = Object.values(grads)[0].dataSync();
        assertClose(rate, step.firing_rate, 1e-6, `step ${index}: firing rate`);
        assertClose(value.dataSync(), [step.loss], 1e-6, `step ${index}: loss`);
        assertGradient(pixels300to419(gradient), step.grad_weight_pixels_300_419, `step ${index}: gradient`);
        assertSums(gradient, step, `step ${index}`);
        optimizer.applyGradients(grads as unknown as Parameters<typeof optimizer.applyGradients>[0]);
        tf.dispose([images, labels, spikes, value, ...Object.values(grads)]);
      }
      assertClose(getWeights(net), kernelOf(run.weight_final), 1e-5, 'weights after five steps');
      net.dispose();
      optimizer.dispose();
    });
  }
});

describe('the ANN agrees with PyTorch', () => {
  test('probabilities, both losses and their gradients', () => {
    const golden = annFile();
    const net = ann();
    setWeights(net, kernelOf(golden.weight));
    const mnist = loadMnist();
    const { images, labels } = batchOf(mnist.train, golden.image);
    const losses = {
      mse: (p: tf.Tensor) => tf.losses.meanSquaredError(labels, p) as tf.Scalar,
      cross_entropy: (p: tf.Tensor) => tf.neg(tf.mean(tf.sum(tf.mul(labels, tf.log(p)), 1))) as tf.Scalar,
    };
    assertClose((net.predict(images) as tf.Tensor).dataSync(), golden.probability, 1e-6, 'probability');
    for (const name of ['mse', 'cross_entropy'] as const) {
      const { value, grads } = tf.variableGrads(() => losses[name](net.apply(images) as tf.Tensor));
      assertClose(value.dataSync(), [golden[name]], 1e-6, name);
      assertGradient(pixels300to419(Object.values(grads)[0].dataSync()), golden[`grad_${name}`], `gradient of ${name}`);
    }
  });
});
