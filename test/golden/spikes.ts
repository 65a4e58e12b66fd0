/**
 * Input of trace.json: the input spikes that the event engine draws for one test image in epoch 0.
 * `node --import tsx test/golden/spikes.ts SEED IMAGE T` prints base64 of bits [T, 784], least significant bit first.
 */
import { loadMnist } from '../../src/node/data';
import { createEngine } from '../../src/node/engines';
import { pack } from '../support/golden';

async function main(): Promise<void> {
  const [seed, image, T] = process.argv.slice(2).map(Number);
  const engine = await createEngine('event', { data: loadMnist(), seed, T, threads: 1 });
  process.stdout.write(`${pack(await engine.spikes('test', 0, image))}\n`);
  await engine.close();
}

void main();
