/** Long work with a bar, as the chapters call it, on a host that draws nothing. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ann, getWeights, snn } from '../../../packages/networks/tfjs/networks';
import { newHistory, type TrainingHistory } from '../../../src/training/history';
import { crossEntropy } from '../../../src/training/losses';
import { smallMnist } from '../../../test/support/data';
import { tf } from '../../node/backend';
import { createEngine } from '../../node/engines';
import { Interruption } from '../interruption';
import { makeWithBar } from '../with-bar';

/** A host whose bar records its calls, and whose interrupt comes when `after` steps are done. */
function recordingHost(after = Number.POSITIVE_INFINITY) {
  const said: string[] = [];
  const controller = new AbortController();
  const withBar = makeWithBar({
    createEngine,
    liveFigure: () => assert.fail('expected no live figure'),
    progressBar: (total, label) => ({
      update: (count) => {
        said.push(`${count}/${total}`);
        if (count === after) controller.abort(new Interruption());
      },
      finish: () => said.push(`${label} ends`),
    }),
    interruptible: async (work) => {
      const result = await work(controller.signal);
      controller.signal.throwIfAborted();
      return result;
    },
  });
  return { said, withBar };
}

describe('withBar.map()', () => {
  test('returns what map returns, one item after the other', async () => {
    const { said, withBar } = recordingHost();
    let running = 0;
    const squares = await withBar.map(
      [1, 2, 3],
      async (x) => {
        assert.equal(++running, 1);
        await new Promise((resolve) => setTimeout(resolve, 2));
        running--;
        return x * x;
      },
      'squares',
    );
    assert.deepEqual(squares, [1, 4, 9]);
    assert.deepEqual(said, ['0/3', '1/3', '2/3', '3/3', 'squares ends']);
  });

  test('stops at an interrupt, and says how far it came', async () => {
    const { said, withBar } = recordingHost(2);
    await assert.rejects(
      withBar.map([1, 2, 3], (x) => x),
      { name: 'AbortError', message: 'Interrupted after 2 of 3.' },
    );
    assert.deepEqual(said, ['0/3', '1/3', '2/3', 'working ends']);
  });

  test('ends its bar when the work fails', async () => {
    const { said, withBar } = recordingHost();
    const fail = () => {
      throw new Error('no');
    };
    await assert.rejects(withBar.map([1], fail, 'work'), /^Error: no$/);
    assert.deepEqual(said, ['0/1', 'work ends']);
  });

  const options = { data: smallMnist(60, 10), T: 2, batchSize: 20, testImages: 0 };

  test('moves with every batch of the trainings inside it, also two maps deep', async () => {
    const { said, withBar } = recordingHost();
    const counts = await withBar.map(
      [1, 2],
      async (epochs, bar) => {
        const pair = await bar.map([0, 1], (seed, inner) => inner.train({ ...options, seed, epochs, label: 'unseen' }));
        return pair.map(({ trainAccs }) => trainAccs.length);
      },
      'networks',
    );
    assert.deepEqual(counts, [
      [3, 3],
      [6, 6],
    ]);
    const shares = said.slice(0, -1).map((state) => Number(state.split('/')[0]));
    assert.deepEqual(said.slice(-2), ['2/2', 'networks ends']);
    assert.deepEqual(
      shares,
      shares.toSorted((a, b) => a - b),
    );
    const thirds = [0, 1, 2, 3].map((batches) => batches / 6);
    assert.deepEqual([...new Set(shares)].slice(0, 4), thirds);
    assert.equal(new Set(shares).size, 1 + 6 + 12);
  });

  test('stops within a training, and says how many items are done', async () => {
    const { said, withBar } = recordingHost(1 + 2 / 3);
    const runs = withBar.map([0, 1, 2], (seed, bar) => bar.train({ ...options, seed, epochs: 1 }));
    await assert.rejects(runs, { name: 'AbortError', message: 'Interrupted after 1 of 3.' });
    assert.equal(said.at(-2), `${1 + 2 / 3}/3`);
  });

  test('starts no bar for nothing', async () => {
    const { said, withBar } = recordingHost();
    assert.deepEqual(await withBar.map([], (x) => x), []);
    assert.deepEqual(said, []);
  });
});

describe('withBar.train()', () => {
  const options = { data: smallMnist(100, 10), T: 3, batchSize: 20, testImages: 0 };

  test('trains the network that it is handed, counts its batches, and leaves the network usable', async () => {
    const { said, withBar } = recordingHost();
    const network = snn();
    const before = getWeights(network);
    const { trainAccs } = await withBar.train({ engine: 'tfjs', network, ...options, epochs: 2, label: 'a network' });
    assert.deepEqual(said.slice(-2), ['10/10', 'a network ends']);
    assert.equal(trainAccs.length, 10);
    assert.notDeepEqual(getWeights(network), before);
    const image = tf.zeros([1, 28, 28]);
    assert.deepEqual(Array.from((network.predict(image) as tf.Tensor).dataSync()), new Array(10).fill(0));
    network.dispose();
  });

  /** What a run of seven epochs says of itself; it is interrupted in its third. */
  async function interrupted(history?: TrainingHistory): Promise<string> {
    const { withBar } = recordingHost(12);
    const error = await withBar.train({ ...options, epochs: 7, history }).catch((reason: unknown) => reason);
    assert.ok(error instanceof Interruption);
    return error.message;
  }

  test('says how many epochs are done when it is interrupted, and how to continue', async () => {
    const history = newHistory();
    assert.equal(await interrupted(history), 'Interrupted after 2 of 7 epochs. Run the cell again to continue.');
    assert.equal(history.trainAccs.length, 12);
    assert.equal(await interrupted(), 'Interrupted after 2 of 7 epochs.', 'where the history is lost');
  });

  test('refuses an option that nobody reads, also one of an engine beside an engine that is there', async () => {
    const { withBar } = recordingHost();
    const unread = (name: string) =>
      new RegExp(`^RangeError: withBar\\.train: expected engine, .*, found the option '${name}'$`);
    await assert.rejects(withBar.train({ ...options, epoch: 3 } as never), unread('epoch'));
    const engine = await createEngine('event', { data: options.data, T: 3, batchSize: 20 });
    await assert.rejects(withBar.train({ engine, T: 5 }), unread('T'));
    await withBar.train({ engine, data: options.data, epochs: 1, testImages: 0 });
    await engine.close();
    await assert.rejects(withBar.train({ ...options, network: snn() }), /^TypeError: network: expected none, since/);
  });
});

test('withBar.trainAnn() counts its batches and returns the accuracies', async () => {
  const { said, withBar } = recordingHost();
  const net = ann();
  const data = smallMnist(40, 10);
  const accuracies = await withBar.trainAnn(net, { data, loss: crossEntropy, epochs: 2, batchSize: 20 });
  assert.equal(accuracies.length, 2);
  assert.deepEqual(said, ['1/4', '2/4', '3/4', '4/4', 'training ends']);
  net.dispose();
});
