import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { initBackend, tf } from '../hosts/node/backend';
import { createEngine } from '../hosts/node/engines';
import type { EngineOptions } from '../packages/networks/options/engine';
import type { TfjsEngine } from '../packages/networks/tfjs/engine';
import { makeNeurons } from '../packages/networks/tfjs/make-neurons';
import { ann, getWeights, setWeights, snn } from '../packages/networks/tfjs/networks';
import { resetNet } from '../src/snn/functional';
import { makeSurrogate } from '../src/snn/surrogate';
import { accuracy, train } from '../src/training/ann';
import { adam, makeBatch } from '../src/training/batches';
import { crossEntropy, meanSquaredError } from '../src/training/losses';
import { byDay, wholeMnist } from './support/data';
import {
  annFile,
  answersData,
  answersFile,
  assertAnswers,
  assertClose,
  assertGradient,
  assertHidden,
  assertHiddenRun,
  assertOptionRun,
  assertSums,
  assertTrace,
  hiddenFile,
  kernelOf,
  lifCases,
  neuronOptions,
  optionRuns,
  pixels300to419,
  traceFile,
  trainingRuns,
  unpack,
} from './support/golden';

before(async () => {
  await initBackend();
});

describe('LIFNode agrees with SpikingJelly', () => {
  const cases = byDay(lifCases(), ({ params }) => `${params.tau} ${params.v_threshold}`);
  for (const [index, golden] of cases.entries()) {
    const { params, T, batch, units } = golden;
    test(`case ${index}: T ${T}, ${JSON.stringify(params)}`, () => {
      const tensors = tf.memory().numTensors;
      const surrogateFunction = makeSurrogate({ name: params.surrogate, alpha: params.alpha });
      const neurons = makeNeurons({ ...neuronOptions(params), surrogateFunction, storeSequences: true });
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

describe('steps of training agree with SpikingJelly', () => {
  // LIFNode has 300 steps above, and a training in the tfjs engine below.
  const runs = trainingRuns().map((run) => ({ run, T: run.params.T }));
  for (const { run, T } of byDay(runs, () => null)) {
    const { batch, lr, tau, surrogate, alpha, adam_eps } = run.params;
    test(`${surrogate}(${alpha}), tau ${tau}, T ${T}`, () => {
      assert.equal(adam_eps, 1e-8);
      const net = snn({ tau, surrogateFunction: makeSurrogate({ name: surrogate, alpha }) });
      setWeights(net, kernelOf(run.weight_initial));
      const optimizer = adam(lr);
      const mnist = wholeMnist();
      for (const [index, step] of run.steps.entries()) {
        assert.deepEqual(
          Array.from(step.image, (i) => mnist.train.labels[i]),
          step.label,
          'labels of the images',
        );
        const { images, labels } = makeBatch(mnist.train, step.image);
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
      assertClose(getWeights(net), kernelOf(run.weight_final), 1e-5, 'weights after the last step');
      net.dispose();
      optimizer.dispose();
    });
  }
});

describe('the tfjs engine agrees with SpikingJelly', () => {
  const withEngine = async (options: EngineOptions, use: (engine: TfjsEngine) => Promise<void>) => {
    const engine = await createEngine('tfjs', options);
    await use(engine);
    await engine.close();
  };

  for (const neuron of traceFile().neurons) {
    test(`trace() of an image, ${JSON.stringify(neuron.params)}`, async () => {
      const golden = traceFile();
      const options = { data: wholeMnist(), seed: golden.seed, T: golden.T, neuron: neuronOptions(neuron.params) };
      await withEngine(options, (engine) => assertTrace(engine, golden, neuron));
    });
  }

  const mnist = wholeMnist();
  // The runs below have one of 300 steps.
  for (const golden of byDay(hiddenFile().cases, () => null)) {
    const { T, hidden, params } = golden;
    test(`${hidden} hidden neurons, T ${T}, ${JSON.stringify(params)}`, async () => {
      await assertHidden((options) => createEngine('tfjs', options), mnist, hiddenFile(), golden);
    });
  }

  for (const run of byDay(hiddenFile().runs)) {
    const { T, hidden, steps } = run;
    // All steps at once cost memory: T = 20 shows that the layers are gone through in their order.
    for (const stepMode of T === 20 ? (['single', 'multi'] as const) : (['single'] as const)) {
      test(`${hidden} hidden neurons after ${steps.length} steps of Adam, ${stepMode}-step, T ${T}`, async () => {
        const make = (options: EngineOptions) => createEngine('tfjs', { ...options, stepMode });
        await assertHiddenRun(make, mnist, hiddenFile(), run);
      });
    }
  }

  // The runs above have one of 300 steps.
  for (const { name, options, given, run } of byDay(optionRuns(), () => null)) {
    test(`two batches, ${name}`, async () => {
      await withEngine({ data: mnist, ...options }, (engine) => assertOptionRun(engine, given, run));
    });
  }

  test('when firing rates tie, the answer is that of PyTorch’s argmax', async () => {
    const golden = answersFile();
    await withEngine({ data: answersData(golden), T: golden.T }, (engine) => assertAnswers(engine, golden));
  });
});

describe('the ANN agrees with PyTorch', () => {
  const losses = { mse: meanSquaredError, cross_entropy: crossEntropy };

  test('probabilities, both losses and their gradients', () => {
    const golden = annFile();
    const net = ann();
    setWeights(net, kernelOf(golden.weight));
    const mnist = wholeMnist();
    const { images, labels } = makeBatch(mnist.train, golden.image);
    assertClose((net.predict(images) as tf.Tensor).dataSync(), golden.probability, 1e-6, 'probability');
    for (const name of ['mse', 'cross_entropy'] as const) {
      const { value, grads } = tf.variableGrads(() => losses[name](labels, net.apply(images) as tf.Tensor2D));
      assertClose(value.dataSync(), [golden[name]], 1e-6, name);
      assertGradient(pixels300to419(Object.values(grads)[0].dataSync()), golden[`grad_${name}`], `gradient of ${name}`);
    }
    net.dispose();
  });

  for (const name of ['mse', 'cross_entropy'] as const) {
    test(`ann.train() with ${name}: accuracies and weights`, async () => {
      const golden = annFile();
      const { lr, epochs, [name]: expected } = golden.training;
      const { images, labels } = wholeMnist().train;
      const image = (index: number) => Array.from(images.subarray(index * 784, (index + 1) * 784));
      const split = {
        images: Uint8Array.from(golden.image.flatMap(image)),
        labels: Uint8Array.from(golden.image, (index) => labels[index]),
        count: golden.image.length,
      };
      // One batch of all images, so the order in which ann.train takes them does not matter.
      const data = { train: split, test: split };
      const net = ann();
      setWeights(net, kernelOf(golden.weight));
      const options = { data, loss: losses[name], epochs, batchSize: split.count, learningRate: lr };
      assert.deepEqual(await train(net, options), expected.accuracy);
      assert.equal(accuracy(net, data), expected.accuracy[epochs - 1]);
      assertClose(pixels300to419(getWeights(net)), expected.weight_pixels_300_419, 1e-5, 'weights');
      net.dispose();
    });
  }
});
