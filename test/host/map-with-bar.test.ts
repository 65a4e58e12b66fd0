import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Interruption } from '../../src/common/interruption';
import { makeMapWithBar } from '../../src/host/train-with-bar';

/** A host whose bar writes down what it is told, and whose interrupt comes when `after` items are done. */
function recordingHost(after = Number.POSITIVE_INFINITY) {
  const said: string[] = [];
  const controller = new AbortController();
  const reason = new Interruption();
  const mapWithBar = makeMapWithBar({
    progressBar: (total, label) => ({
      update: (count) => {
        said.push(`${count}/${total}`);
        if (count === after) controller.abort(reason);
      },
      finish: () => said.push(`${label} ends`),
    }),
    interruptible: async (work) => {
      const result = await work(controller.signal);
      controller.signal.throwIfAborted();
      return result;
    },
  });
  return { said, reason, mapWithBar };
}

describe('mapWithBar()', () => {
  test('returns what map returns, one item after the other', async () => {
    const { said, mapWithBar } = recordingHost();
    let running = 0;
    const squares = await mapWithBar(
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
    assert.deepEqual(said, ['1/3', '2/3', '3/3', 'squares ends']);
  });

  test('stops at an interrupt, and says how far it came', async () => {
    const { said, reason, mapWithBar } = recordingHost(2);
    await assert.rejects(
      mapWithBar([1, 2, 3], (x) => x),
      reason,
    );
    assert.equal(reason.message, 'Interrupted after 2 of 3.');
    assert.deepEqual(said, ['1/3', '2/3', 'working ends']);
  });

  test('ends its bar when the work fails', async () => {
    const { said, mapWithBar } = recordingHost();
    const fail = () => {
      throw new Error('no');
    };
    await assert.rejects(mapWithBar([1], fail, 'work'), /^Error: no$/);
    assert.deepEqual(said, ['work ends']);
  });

  test('starts no bar for nothing', async () => {
    const { said, mapWithBar } = recordingHost();
    assert.deepEqual(await mapWithBar([], (x) => x), []);
    assert.deepEqual(said, []);
  });
});
