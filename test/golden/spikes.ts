/**
 * Input of trace.json: the input spikes that the event engine draws for one test image in epoch 0.
 * `node --import tsx test/golden/spikes.ts SEED IMAGE T` prints base64 of bits [T, 784], least significant bit first.
 */
import { readMnist } from '../../src/node/data';
import { createEngine } from '../../src/node/engines';
import { pack } from '../support/golden';

async function main(): Promise<void> {
  const [seed, image, T] = process.argv.slice(2).map(Number);
  const engine = await createEngine('event', { data: readMnist(), seed, T, threads: 1 });
  process.stdout.write(`${pack(await engine.spikes({ split: 'test', epoch: 0, index: image }))}\n`);
  await engine.close();
}

void main();
