/**
 * Input of trace.json and options.json: the input spikes that the event engine draws for images in epoch 0.
 * `node --import tsx test/golden/spikes.ts SEED SPLIT T IMAGE...` prints a line per image: base64 of bits [T, 784], least
 * significant bit first.
 */
import type { Split } from '../../src/common/engine';
import { readMnist } from '../../hosts/node/data';
import { createEngine } from '../../hosts/node/engines';
import { pack } from '../support/golden';

async function main(): Promise<void> {
  const [split] = process.argv.splice(3, 1) as Split[];
  const [seed, T, ...images] = process.argv.slice(2).map(Number);
  const engine = await createEngine('event', { data: readMnist(), seed, T, threads: 1 });
  for (const index of images) process.stdout.write(`${pack(await engine.spikes({ split, epoch: 0, index }))}\n`);
  await engine.close();
}

void main();
