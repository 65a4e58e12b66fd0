/**
 * What the event engine draws for trace.json, options.json and hidden.json. `node --import tsx test/golden/inputs.ts REQUEST`
 * takes `{ seed, split, T, images, epochs, hidden }` as JSON and prints, as JSON, base64 of the spikes of these images, bits
 * [T, 784], least significant first, [epochs][images], and of the initial weights of each width, float32.
 */
import type { Split } from '../../packages/networks/options/engine';
import { initialNetwork } from '../../packages/networks/options/weights';
import { readMnist } from '../../hosts/node/data';
import { createEngine } from '../../hosts/node/engines';
import { pack } from '../support/golden';

interface Request {
  seed: number;
  split: Split;
  T: number;
  images: number[];
  epochs: number;
  hidden: number[];
}

async function main(): Promise<void> {
  const { seed, split, T, images, epochs, hidden }: Request = JSON.parse(process.argv[2]);
  const engine = await createEngine('event', { data: readMnist(), seed, T, threads: 1 });
  const spikes: string[][] = [];
  for (let epoch = 0; epoch < epochs; epoch++) {
    spikes.push([]);
    for (const index of images) spikes[epoch].push(pack(await engine.spikes({ split, epoch, index })));
  }
  await engine.close();
  const weights = hidden.map((width) => Buffer.from(initialNetwork(seed, width).buffer).toString('base64'));
  process.stdout.write(`${JSON.stringify({ spikes, weights })}\n`);
}

void main();
