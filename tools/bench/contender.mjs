// One of the engines, in a separate process: a line of batches in, a line of times out (as tools/bench/bench_peer.py).
//   node contender.mjs event|tfjs-single|tfjs-multi THREADS T BATCH HIDDEN       (0 hidden neurons: no hidden layer)
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const load = createRequire(import.meta.url);
const [name, threads, T, batchSize, hidden] = process.argv.slice(2);
const { readMnist } = load('../../dist/hosts/node/data.js');
const { createEngine } = load('../../dist/hosts/node/engines.js');

const options = {
  data: readMnist(),
  seed: 0,
  T: Number(T),
  batchSize: Number(batchSize),
  learningRate: 1e-3,
  threads: Number(threads) || undefined,
  hidden: Number(hidden) || undefined,
};

const answer = (/** @type {object} */ value) => process.stdout.write(`${JSON.stringify(value)}\n`);
const [kind, stepMode] = name.split('-');
const engine = await createEngine(kind, {
  ...options,
  ...(stepMode ? { stepMode } : {}),
});
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
