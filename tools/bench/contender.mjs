// One of the engines, in a separate process: a line of batches in, a line of times out (as tools/bench/bench_peer.py).
//   node contender.mjs event|tfjs-single|tfjs-multi THREADS NETWORK      (how many hidden neurons, 0 for none, or a name of NAMED)
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const load = createRequire(import.meta.url);
const [name, threads, network] = process.argv.slice(2);
const { readMnist } = load('../../dist/hosts/node/data.js');
const { createEngine } = load('../../dist/hosts/node/engines.js');
const datasets = load('../../dist/packages/formats/datasets/index.js');
const { rows } = load('../../dist/packages/formats/datasets/rows.js');

const convolved = (/** @type {string} */ pool) => () => ({
  data: readMnist(),
  T: 4,
  encoder: 'direct',
  neuron: { surrogateFunction: { name: 'rect', alpha: 0.5 } },
  layers: [
    { convolve: { channels: 12, kernel: 5 }, pool: 'spikes' },
    { convolve: { channels: 24, kernel: 5 }, pool },
    {},
  ],
  gain: [6, 12, 1],
  learningRate: 2e-2,
  readout: 'mean-potential',
  loss: 'cross-entropy-counts',
});

/** Networks of chapters 9 to 11, as tools/bench/bench_peer.py has them. */
const NAMED = {
  'convolved-spikes': convolved('spikes'),
  'convolved-currents': convolved('currents'),
  'recurrent-rows': () => ({
    data: rows(readMnist()),
    neuron: { tau: 2, decayInput: false, detachReset: true },
    layers: [{ neurons: 100, recurrent: true }, { neuron: { tau: 20 } }],
    readout: 'last-potential',
    loss: 'cross-entropy',
  }),
  'synaptic-randman': () => ({
    data: datasets.randman({ units: 20 }),
    neuron: { tau: 20, decayInput: false, detachReset: true },
    layers: [{ neurons: 100, synapse: { tau: 10 } }, {}],
    loss: 'cross-entropy-counts',
  }),
};

const options = {
  seed: 0,
  batchSize: 128,
  learningRate: 1e-3,
  threads: Number(threads) || undefined,
  ...(network in NAMED
    ? NAMED[/** @type {keyof typeof NAMED} */ (network)]()
    : { data: readMnist(), T: 100, hidden: Number(network) || undefined }),
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
  answer({ ms });
}
await engine.close();
