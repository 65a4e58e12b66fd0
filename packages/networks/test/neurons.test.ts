import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { initBackend, tf } from '../../../hosts/node/backend';
import { spikeTrain } from '../../../src/snn/encoding';
import { multiStepForward } from '../../../src/snn/functional';
import { assertClose, trainsFile } from '../../../test/support/golden';
import { DirectEncoder, LatencyEncoder } from '../tfjs/encoders';
import { AdaptiveLIFNode, NonSpikingLIFNode, ParametricLIFNode, simulate } from '../tfjs/neurons';

before(async () => {
  await initBackend();
});

describe('a neuron that extends the LIF neuron', () => {
  test('follows the same above the threshold, without a spike, if it never fires', () => {
    const neuron = new NonSpikingLIFNode({ tau: 5 });
    const tensors = tf.memory().numTensors;
    const { h, v, spike } = simulate(neuron, new Array(40).fill(9));
    assertClose(
      h,
      Array.from(h, (_, t) => 9 * (1 - 0.8 ** (t + 1))),
      1e-5,
      'h',
    );
    assert.deepEqual(v, h);
    assert.ok(spike.every((value) => value === 0));
    const potentials = tf.tidy(() => multiStepForward(neuron, tf.fill([40, 1, 1], 9)).dataSync<'float32'>());
    assert.deepEqual(potentials, h, 'a call returns potentials');
    neuron.resetStates();
    assert.equal(tf.memory().numTensors, tensors, 'tensors left behind');
  });

  test('names all of its options where one is misspelt, and what is out of range', () => {
    for (const Kind of [AdaptiveLIFNode, ParametricLIFNode, NonSpikingLIFNode]) {
      assert.throws(
        () => new Kind({ betta: 1 } as never),
        /: expected tau, .*, beta.* tauAdapt.*, found the option 'betta'$/,
      );
      assert.throws(
        () => new Kind({ beta: -1 }),
        /^RangeError: beta: expected a finite number above 0, or 0, found -1$/,
      );
    }
    assert.throws(() => new ParametricLIFNode({ learn: 'w' } as never), /^RangeError: learn: expected 'tau' or /);
  });

  test('learns one τ unless it is asked for another, and where potentials are read none', () => {
    const learnt = (node: ParametricLIFNode) => {
      node.build([null, 3]);
      return node.trainableWeights.map(({ shape }) => shape);
    };
    assert.deepEqual(learnt(new ParametricLIFNode()), [[1, 1]]);
    assert.deepEqual(learnt(new ParametricLIFNode({ learn: 'tau of each neuron' })), [[1, 3]]);
    assert.deepEqual(learnt(new NonSpikingLIFNode()), []);
    assert.deepEqual(learnt(new NonSpikingLIFNode({ learn: 'tau' })), [[1, 1]]);
  });
});

test('the direct encoder gives the image itself in each step, in a tensor of its own', () => {
  const images = tf.tensor2d([0, 0.2, 1], [1, 3]);
  const encoder = new DirectEncoder().begin({ split: 'train', epoch: 1, indices: [7] });
  for (let t = 0; t < 3; t++) {
    const step = encoder.encode(images);
    assert.deepEqual(step.dataSync(), images.dataSync());
    step.dispose();
  }
  assert.ok(!images.isDisposed);
});

describe('the latency encoder', () => {
  const levels = () =>
    tf.tensor2d(
      Float32Array.from({ length: 256 }, (_, k) => k / 255),
      [1, 256],
    );

  const { T: lengths, step: golden } = trainsFile().latency;
  for (const [i, T] of lengths.entries()) {
    test(`fires each of the 256 intensities once, in the step of SpikingJelly's, T ${T}`, () => {
      const images = levels();
      const spikes = spikeTrain(new LatencyEncoder({ T }), images, T);
      const expected = new Uint8Array(T * 256);
      golden[i].forEach((step, k) => {
        expected[step * 256 + k] = 1;
      });
      assert.deepEqual(spikes, expected);
      images.dispose();
    });
  }

  test('starts again after its last step, and with begin()', () => {
    const images = levels();
    const encoder = new LatencyEncoder({ T: 5 });
    const twice = spikeTrain(encoder, images, 10);
    assert.deepEqual(twice.subarray(0, 5 * 256), twice.subarray(5 * 256));
    spikeTrain(encoder, images, 3);
    assert.deepEqual(spikeTrain(encoder.begin(), images, 5), twice.subarray(0, 5 * 256));
    images.dispose();
  });

  test('refuses what is no intensity, and no steps', () => {
    const encoder = new LatencyEncoder({ T: 5 });
    assert.throws(
      () => tf.tidy(() => encoder.encode(tf.tensor1d([0, 255]))),
      /^RangeError: LatencyEncoder: expected intensities from 0 to 1, found 255; divide/,
    );
    assert.throws(
      () => new LatencyEncoder({ T: 0 }),
      /^RangeError: T: expected a whole number from 1 to 10000, found 0$/,
    );
  });
});
