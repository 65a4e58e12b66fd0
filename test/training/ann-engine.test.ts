import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { initBackend } from '../../hosts/node/backend';
import { freshState } from '../../src/common/engine';
import type { Mnist } from '../../src/common/mnist';
import { makeSpikeTrains } from '../../src/common/spike-trains';
import { ann, getWeights } from '../../src/snn/networks';
import { train as trainWithTfjs } from '../../src/training/ann';
import { AnnEngine, type AnnLoss } from '../../src/training/ann-engine';
import { newHistory } from '../../src/training/history';
import { crossEntropy, meanSquaredError } from '../../src/training/losses';
import { train } from '../../src/training/train';
import { smallMnist, wholeMnist } from '../support/data';
import { type AnnFile, annFile, assertClose, assertGradient, kernelOf, pixels300to419 } from '../support/golden';

const LOSSES = [
  { loss: 'mse', golden: 'mse', tfjs: meanSquaredError },
  { loss: 'cross-entropy', golden: 'cross_entropy', tfjs: crossEntropy },
] as const;

/** The images of the golden values alone, as training and test images. */
function imagesOf({ image }: AnnFile): Mnist {
  const { images, labels } = wholeMnist().train;
  const split = {
    images: Uint8Array.from(image.flatMap((index) => Array.from(images.subarray(index * 784, (index + 1) * 784)))),
    labels: Uint8Array.from(image, (index) => labels[index]),
    count: image.length,
  };
  return { train: split, test: split };
}

describe('the ANN’s own loop agrees with PyTorch', () => {
  for (const { loss, golden: name } of LOSSES) {
    test(`with ${loss}: probabilities, loss, gradient, and a training of six steps`, async () => {
      const golden = annFile();
      const { lr: learningRate, epochs, [name]: expected } = golden.training;
      const data = imagesOf(golden);
      const indices = Uint32Array.from(golden.image.keys());
      const engine = new AnnEngine({ data, loss, learningRate, batchSize: indices.length });
      await engine.restore(freshState(kernelOf(golden.weight)));
      const probability = await engine.rates({ split: 'test', epoch: 0, indices });
      assertClose(probability, golden.probability, 1e-6, 'probability');
      const first = await engine.trainBatch(0, indices);
      assertClose([first.loss], [golden[name]], 1e-6, 'loss');
      // After one step of Adam its first moment is a tenth of the gradient.
      const gradient = (await engine.state()).m.map((moment) => moment * 10);
      assertGradient(pixels300to419(gradient), golden[`grad_${name}`], 'gradient');

      await engine.restore(freshState(kernelOf(golden.weight)));
      const { testAccs } = await train({ engine, epochs });
      assert.deepEqual(testAccs, expected.accuracy);
      const { weights } = await engine.state();
      assertClose(pixels300to419(weights), expected.weight_pixels_300_419, 1e-6, 'weights');
    });
  }
});

describe('the ANN’s own loop with a hidden layer agrees with TensorFlow.js', () => {
  before(async () => {
    await initBackend();
  });

  const data = smallMnist(1300, 300);
  for (const { loss, tfjs } of LOSSES) {
    test(`with ${loss}: weights and accuracies after two epochs on the same images`, async () => {
      const net = ann({ seed: 3, hidden: 12 });
      const expected = await trainWithTfjs(net, { data, batchSize: 128, seed: 3, epochs: 2, loss: tfjs });
      const engine = new AnnEngine({ data, seed: 3, loss, hidden: 12 });
      const { testAccs, state } = await train({ epochs: 2, engine });
      assert.deepEqual(testAccs, expected);
      // Adam makes a whole step of a gradient that float32 rounds away, so a few weights differ by more.
      const ours = state?.weights as Float32Array;
      const theirs = getWeights(net);
      const apart = ours.filter((weight, i) => Math.abs(weight - theirs[i]) > 1e-4).length;
      assert.ok(apart <= ours.length / 1000, `${apart} of ${ours.length} weights differ by more than 1e-4`);
      net.dispose();
    });
  }
});

describe('the ANN’s engine', () => {
  const data = smallMnist(700, 100);

  for (const hidden of [undefined, 12]) {
    const layers = hidden === undefined ? '' : ', also with a hidden layer';
    test(`that was stopped goes on to the same weights as a run that never was${layers}`, async () => {
      const make = () => new AnnEngine({ data, hidden });
      const whole = await train({ engine: make(), epochs: 2 });
      const history = newHistory();
      for (const stopAt of [2, 5, 7]) {
        const controller = new AbortController();
        const onBatch = ({ trainTimes }: { trainTimes: number }) => {
          if (trainTimes === stopAt) controller.abort();
        };
        await train({ engine: make(), epochs: 2, history, signal: controller.signal, onBatch });
        assert.deepEqual([history.stopped, history.trainAccs.length], [true, stopAt]);
      }
      await train({ engine: make(), epochs: 2, history });
      assert.deepEqual(history.state, whole.state);
      assert.deepEqual(history.losses, whole.losses);
    });
  }

  test('reads of spike trains in how many of the steps each unit fires, as of images how bright a pixel is', async () => {
    // Every unit fires in each step where its pixel is lit, and once more in the first, which counts once.
    const T = 3;
    const ofSplit = ({ images, labels, count }: Mnist['train']) => ({
      labels,
      trains: Array.from({ length: count }, (_, i) => {
        const lit = [...images.subarray(784 * i, 784 * i + 784).keys()].filter(
          (pixel) => images[784 * i + pixel] > 127,
        );
        const steps = [0, 0, 1, 2];
        return { units: steps.flatMap(() => lit), times: steps.flatMap((step) => lit.map(() => step)) };
      }),
    });
    const trains = makeSpikeTrains({ units: 784, T, train: ofSplit(data.train), test: ofSplit(data.test) });
    const black = ({ images, ...split }: Mnist['train']) => {
      return { ...split, images: images.map((byte) => (byte > 127 ? 255 : 0)) };
    };
    const images = { train: black(data.train), test: black(data.test) };
    for (const hidden of [undefined, 12]) {
      const [ofTrains, ofImages] = await Promise.all(
        [trains, images].map((shown) => train({ engine: new AnnEngine({ data: shown, hidden }), epochs: 2 })),
      );
      assert.deepEqual(ofTrains.state, ofImages.state);
      assert.deepEqual(ofTrains.testAccs, ofImages.testAccs);
    }
    // Two units: the first fires in two of three steps. With weights of ln 8 for class 1 alone, 8^(2/3) = 4 stands to 9.
    const one = { trains: [{ units: [0, 0, 1], times: [0, 2, 1] }], labels: [1] };
    const engine = new AnnEngine({ data: makeSpikeTrains({ units: 2, T, train: one, test: one }) });
    const weights = new Float32Array(20);
    weights[1] = Math.log(8);
    await engine.restore(freshState(weights));
    const [, probability] = await engine.rates({ split: 'test', epoch: 0, indices: [0] });
    assertClose([probability], [4 / 13], 1e-6, 'probability');
  });

  test('refuses another loss, and a history of another loss, and names both', async () => {
    assert.throws(() => new AnnEngine({ data, loss: 'cross-entropy-counts' as AnnLoss }), {
      message: "loss: expected 'mse' or 'cross-entropy', found 'cross-entropy-counts'",
    });
    const history = newHistory();
    await train({ engine: new AnnEngine({ data }), epochs: 1, history });
    await assert.rejects(
      train({ engine: new AnnEngine({ data, loss: 'cross-entropy' }), epochs: 2, history }),
      /belongs to a run with loss = its default, but now loss = cross-entropy/,
    );
  });
});
