// One of the engines, in a separate process: a line of batches in, a line of times out (as tools/bench/bench_peer.py).
//   node contender.mjs event|tfjs-single|tfjs-multi THREADS T BATCH NETWORK      (how many hidden neurons, 0 for none, or a name of NAMED)
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const load = createRequire(import.meta.url);
const [name, threads, T, batchSize, network] = process.argv.slice(2);
const { readMnist } = load('../../dist/hosts/node/data.js');
const { createEngine } = load('../../dist/hosts/node/engines.js');

/**
 * Rows of MNIST, one in each step, the bright pixels as spikes.
 * @param {{ images: Uint8Array, labels: Uint8Array, count: number }} split
 */
function asRows({ images, labels, count }) {
  const spikes = images.reduce((sum, pixel) => sum + (pixel >= 128 ? 1 : 0), 0);
  const [units, times, starts] = [new Uint16Array(spikes), new Uint16Array(spikes), new Uint32Array(count + 1)];
  let next = 0;
  images.forEach((pixel, i) => {
    if (pixel >= 128) {
      units[next] = i % 28;
      times[next++] = Math.floor((i % 784) / 28);
    }
    if (i % 784 === 783) starts[(i + 1) / 784] = next;
  });
  return { units, times, starts, labels, count };
}

/** Networks of chapters 9 and 10, as tools/bench/bench_peer.py has them. */
const NAMED = {
  'recurrent-rows': () => {
    const { train, test } = readMnist();
    return {
      data: { units: 28, T: 28, train: asRows(train), test: asRows(test) },
      neuron: { tau: 2, decayInput: false, detachReset: true },
      layers: [{ neurons: 100, recurrent: true }, { neuron: { tau: 20 } }],
      readout: 'last-potential',
      loss: 'cross-entropy',
    };
  },
  'synaptic-randman': () => ({
    data: load('../../dist/hosts/node/index.js').datasets.randman({ units: 20 }),
    neuron: { tau: 20, decayInput: false, detachReset: true },
    layers: [{ neurons: 100, synapse: { tau: 10 } }, {}],
    loss: 'cross-entropy-counts',
  }),
};

const options = {
  seed: 0,
  batchSize: Number(batchSize),
  learningRate: 1e-3,
  threads: Number(threads) || undefined,
  ...(network in NAMED
    ? NAMED[/** @type {keyof typeof NAMED} */ (network)]()
    : { data: readMnist(), T: Number(T), hidden: Number(network) || undefined }),
};
const { count } = options.data.train;

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
    await engine.trainBatch(
      0,
      Uint32Array.from(batch, (/** @type {number} */ index) => index % count),
    );
    ms.push(performance.now() - begin);
  }
  answer({ ms, rss: process.memoryUsage.rss() });
}
await engine.close();
