import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { initBackend, tf } from '../../../hosts/node/backend';
import { multiStepForward } from '../../../src/snn/functional';
import { assertClose } from '../../../test/support/golden';
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
