/** The page of C in the chapter "On a chip" beside neurons of snnTorch whose states are quantised. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toIntegers } from '../../../packages/formats/exchange';
import { seededRandom } from '../../../src/common/random';
import { chipIn } from '../../../test/support/chip';
import { temporaryFolder } from '../../../test/support/data';
import { ask } from './frameworks';

const folder = temporaryFolder();

test("snnTorch's neurons with quantised states have the spikes of the page of C, step by step", async () => {
  const random = seededRandom(1);
  const layer = (inputs: number, outputs: number, threshold: number) => ({
    inputs,
    outputs,
    threshold,
    scale: 1,
    weights: Array.from({ length: inputs * outputs }, () => Math.floor(random() * 255) - 127),
  });
  const network = { shift: 1, layers: [layer(784, 96, 326), layer(96, 10, 225)] };
  const spikes = Uint8Array.from({ length: 50 * 784 }, () => Number(random() < 0.1));
  const { printed } = chipIn(folder)(toIntegers(network), spikes);
  const found = await ask<number[]>('integers.py', folder);
  assert.deepEqual(found, printed);
  const fired = printed.filter((spike) => spike === 1).length;
  assert.ok(fired > 50 && fired < 450, `${fired} of 500`);
});
