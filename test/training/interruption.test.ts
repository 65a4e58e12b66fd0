import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Interruption } from '../../src/common/interruption';
import { createEngine } from '../../src/node/engines';
import { type History, newHistory } from '../../src/training/history';
import { train } from '../../src/training/train';
import { smallMnist } from '../support/data';

const some = { data: smallMnist(300, 100), T: 4, batchSize: 100 };

/** What an interrupted run says of itself; it is interrupted in its third epoch. */
async function saying(history?: History): Promise<string> {
  const controller = new AbortController();
  const reason = new Interruption();
  const onBatch = ({ epoch }: { epoch: number }) => {
    if (epoch === 2) controller.abort(reason);
  };
  const engine = await createEngine('event', some);
  await train({ engine, epochs: 7, history, signal: controller.signal, onBatch });
  await engine.close();
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
  const engine = await createEngine('event', some);
  await train({ engine, epochs: 1, signal: controller.signal });
  await engine.close();
  assert.equal(controller.signal.reason, undefined);
});
