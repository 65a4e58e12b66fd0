/**
 * Input of trace.json: the input spikes that the event engine draws for one test image in epoch 0.
 * `node --import tsx test/golden/spikes.ts SEED IMAGE T` prints base64 of bits [T, 784], least significant bit first.
 */
import { loadMnist } from '../../src/common/mnist';
import { EventEngine } from '../../src/event/engine';
import { engineOptions } from '../../src/training/train';
import { pack } from '../support/golden';

async function main(): Promise<void> {
  const [seed, image, T] = process.argv.slice(2).map(Number);
  const engine = await EventEngine.create(engineOptions({ data: loadMnist(), seed, T, threads: 1 }));
  process.stdout.write(`${pack(engine.spikes('test', 0, image))}\n`);
  await engine.close();
}

void main();
