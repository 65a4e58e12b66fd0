/** Training with a bar, as the chapters call it, on a host that draws nothing. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeTrainWithBar } from '../../src/host/train-with-bar';
import { tf } from '../../src/node/backend';
import { createEngine } from '../../src/node/engines';
import { getWeights, snn } from '../../src/snn/networks';
import { smallMnist } from '../support/data';

test('trainWithBar() trains the network that it is handed, counts its batches, and leaves the network usable', async () => {
  const bars: string[] = [];
  const train = makeTrainWithBar({
    createEngine,
    interruptible: (work) => work(new AbortController().signal),
    liveFigure: () => assert.fail('expected no live figure'),
    progressBar: (total, label) => {
      let done = 0;
      return {
        update: (count) => {
          done = count;
        },
        finish: () => void bars.push(`${label}: ${done}/${total}`),
      };
    },
  });
  const network = snn();
  const before = getWeights(network);
  const options = { data: smallMnist(100, 10), T: 3, batchSize: 20, epochs: 2, testImages: 0 };
  const { trainAccs } = await train({ engine: 'tfjs', network, ...options, label: 'a network' });
  assert.deepEqual(bars, ['a network: 10/10']);
  assert.equal(trainAccs.length, 10);
  assert.notDeepEqual(getWeights(network), before);
  const image = tf.zeros([1, 28, 28]);
  assert.deepEqual(Array.from((network.predict(image) as tf.Tensor).dataSync()), new Array(10).fill(0));
  network.dispose();
});
