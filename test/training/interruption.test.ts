import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Interruption } from '../../src/common/interruption';
import { type History, newHistory, train } from '../../src/training/train';
import { smallMnist } from '../support/data';

const data = smallMnist(300, 100);

/** What an interrupted run says of itself; it is interrupted in its third epoch. */
async function saying(history?: History): Promise<string> {
  const controller = new AbortController();
  const reason = new Interruption();
  const onBatch = ({ epoch }: { epoch: number }) => {
    if (epoch === 2) controller.abort(reason);
  };
  await train({ data, T: 4, batchSize: 100, epochs: 7, history, signal: controller.signal, onBatch });
  return reason.message;
}

test('an interrupted run says how many epochs are done, and how to continue', async () => {
  assert.equal(await saying(newHistory()), 'Interrupted after 2 of 7 epochs. Run the cell again to continue.');
});

test('an interrupted run whose history is lost does not promise to continue', async () => {
  assert.equal(await saying(), 'Interrupted after 2 of 7 epochs.');
});

test('a run that is not interrupted says nothing', async () => {
  const controller = new AbortController();
  await train({ data, T: 4, batchSize: 100, epochs: 1, signal: controller.signal });
  assert.equal(controller.signal.reason, undefined);
});
