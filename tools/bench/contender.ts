// One of the engines, in a separate process: a line of batches in, a line of times out (as tools/bench/bench_peer.py).
//   contender.ts event|tfjs-single|tfjs-multi THREADS NETWORK
// NETWORK: how many hidden neurons, 0 for none, or a name of NAMED.
import { createInterface } from 'node:readline';
import { rows } from '../../packages/formats/datasets/rows';
import type { TfjsEngineOptions } from '../../packages/networks/tfjs/engine';

// As people use it: what is measured is the compiled package, and nothing of it is translated here.
const { createEngine, datasets, loadMnist } = require('lif-fc-mnist') as typeof import('../../hosts/node');

const convolved = (pool: 'spikes' | 'currents') => async (): Promise<TfjsEngineOptions> => ({
  data: await loadMnist(),
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
const NAMED: Record<string, () => Promise<TfjsEngineOptions>> = {
  'convolved-spikes': convolved('spikes'),
  'convolved-currents': convolved('currents'),
  'recurrent-rows': async () => ({
    data: rows(await loadMnist()),
    neuron: { tau: 2, decayInput: false, detachReset: true },
    layers: [{ neurons: 100, recurrent: true }, { neuron: { tau: 20 } }],
    readout: 'last-potential',
    loss: 'cross-entropy',
  }),
  'synaptic-randman': async () => ({
    data: datasets.randman({ units: 20 }),
    neuron: { tau: 20, decayInput: false, detachReset: true },
    layers: [{ neurons: 100, synapse: { tau: 10 } }, {}],
    loss: 'cross-entropy-counts',
  }),
};

const answer = (value: object) => process.stdout.write(`${JSON.stringify(value)}\n`);

async function main([name, threads, network]: string[]) {
  const plain = async () => ({ data: await loadMnist(), T: 100, hidden: Number(network) || undefined });
  const options: TfjsEngineOptions = {
    seed: 0,
    batchSize: 128,
    learningRate: 1e-3,
    threads: Number(threads) || undefined,
    ...(await (NAMED[network] ?? plain)()),
  };
  const { count } = options.data.train;
  const [kind, stepMode] = name.split('-') as ['event' | 'tfjs', TfjsEngineOptions['stepMode']];
  const engine = await createEngine(kind, { ...options, ...(stepMode ? { stepMode } : {}) });
  answer({ ready: process.version });
  for await (const line of createInterface({ input: process.stdin })) {
    const ms: number[] = [];
    for (const batch of JSON.parse(line) as number[][]) {
      const begin = performance.now();
      await engine.trainBatch(
        0,
        Uint32Array.from(batch, (index) => index % count),
      );
      ms.push(performance.now() - begin);
    }
    answer({ ms });
  }
  await engine.close();
}

if (require.main === module) main(process.argv.slice(2));
