// One of the engines, in a process of its own: a line of batches in, a line of times out (as tools/bench/bench_peer.py).
//   node contender.mjs event|tfjs-single|tfjs-multi THREADS T BATCH
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const require = createRequire(import.meta.url);
const [name, threads, T, batchSize] = process.argv.slice(2);
const { loadMnist } = require('../../dist/common/mnist.js');
const { DEFAULT_NEURON } = require('../../dist/training/train.js');

const options = {
  data: loadMnist(),
  seed: 0,
  T: Number(T),
  batchSize: Number(batchSize),
  learningRate: 1e-3,
  threads: Number(threads) || undefined,
  neuron: DEFAULT_NEURON,
};

async function create() {
  if (name === 'event') return require('../../dist/event/engine.js').EventEngine.create(options);
  const { TfjsEngine } = require('../../dist/training/tfjs-engine.js');
  return TfjsEngine.create({ ...options, stepMode: name === 'tfjs-multi' ? 'multi' : 'single' });
}

const answer = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
const engine = await create();
answer({ ready: process.version });
for await (const line of createInterface({ input: process.stdin })) {
  const ms = [];
  for (const batch of JSON.parse(line)) {
    const begin = performance.now();
    await engine.trainBatch(0, Uint32Array.from(batch));
    ms.push(performance.now() - begin);
  }
  answer({ ms, rss: process.memoryUsage.rss() });
}
await engine.close();
