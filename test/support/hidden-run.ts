/**
 * Short trainings with hidden layers of each kind, and Randman with its controls and a training on it, as cells: a browser
 * must come to the same bytes as Node.
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/**
 * Prints a SHA-256 for each kind of training: of the weights, of Adam's moments, and of a test image's hidden neurons.
 */
export const HIDDEN_RUN = `import { createEngine, loadMnist } from 'lif-fc-mnist';
const all = { data: await loadMnist(), seed: 1, learningRate: 2e-3 };
const kinds = [
  { batches: 40, make: () => createEngine('event', { ...all, hidden: 96, T: 20 }) },
  // T: longer than a block.
  { batches: 20, make: () => createEngine('event', { ...all, hidden: 30, T: 200, neuron: { vReset: null } }) },
  {
    batches: 10,
    make: () => {
      const layers = [{ neurons: 30, recurrent: true }, {}];
      return createEngine('event', { ...all, layers, T: 140, readout: 'highest-potential', loss: 'cross-entropy' });
    },
  },
  {
    batches: 40,
    make: () =>
      createEngine('event', {
        ...all,
        layers: [
          { neurons: 25, recurrent: true, synapse: { tau: 3 }, learn: 'tau of each neuron' },
          { neurons: 13, learn: 'tau' },
          { synapse: { tau: 2 } },
        ],
        T: 20,
        encoder: 'direct',
        readout: 'mean-potential',
        loss: 'cross-entropy-each-step',
      }),
  },
];
for (const { batches, make } of kinds) {
  const engine = await make();
  for (let batch = 0; batch < batches; batch++) {
    await engine.trainBatch(0, Uint32Array.from({ length: 128 }, (_, i) => 128 * batch + i));
  }
  const { weights, m, v } = await engine.state();
  const { hidden } = await engine.trace({ split: 'test', epoch: 0, index: 0 });
  const fired = hidden.spike.reduce((sum, spike) => sum + spike, 0);
  const bytes = new Blob([weights, m, v, hidden.v, hidden.spike]);
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', await bytes.arrayBuffer()));
  console.log(fired, Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join(''));
  await engine.close();
}`;

/** What it prints everywhere: how many hidden spikes a test image has, and SHA-256 of what was learnt. */
export const HIDDEN_PRINTS = `683 f7708ac4d7be930c460b695e0eeacc2db863f1a03d374d85341403cf03349a49
2462 fadf33fc46889297154f3ba08fc978f30c64a4c3d6ee2c47d020a2269320f8e8
88 8d29fe0aa20a637580a4aea08f9814375e6de657625198fdd3947f661bc08856
24 f20e1429cebad33482dbba6d6a05f841ac704a7d5f9d4080751fb5bf454f6801
`;

/** What a cell prints in Node. */
export function runInNode(cell: string): string {
  const args = ['--input-type=module', '--eval', cell];
  return execFileSync(process.execPath, args, { cwd: join(__dirname, '..', '..'), encoding: 'utf8' });
}

/** Prints a SHA-256 of all spike times for each data set, and one of what a training on the first one leaves. */
export const RANDMAN_RUN = `import { createEngine, datasets } from 'lif-fc-mnist';
const sha256 = async (...parts) => {
  const bytes = await new Blob(parts).arrayBuffer();
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
};
const data = datasets.randman();
const surfaces = datasets.randman({ seed: 7, units: 11, T: 300, dimensions: 2, alpha: 1.5, train: 500, test: 100 });
const controls = [datasets.shuffleTimes(data), datasets.exchangeUnits(data), datasets.permuteSteps(data)];
for (const { train, test } of [data, surfaces, ...controls]) console.log(await sha256(train.times, test.times));
const neuron = { tau: 20, decayInput: false, detachReset: true };
const engine = await createEngine('event', { data, hidden: 30, learningRate: 0.02, loss: 'cross-entropy-counts', neuron });
for (let batch = 0; batch < 40; batch++) {
  await engine.trainBatch(0, Uint32Array.from({ length: 128 }, (_, i) => 128 * batch + i));
}
const { weights, m, v } = await engine.state();
const { spike, hidden } = await engine.trace({ split: 'test', epoch: 0, index: 0 });
console.log(hidden.spike.reduce((sum, fired) => sum + fired, 0), await sha256(weights, m, v, spike, hidden.v, hidden.spike));
await engine.close();`;

/** What it prints everywhere; packages/formats/test/datasets compares the times with an independent program's. */
export const RANDMAN_PRINTS = `275e3cfa9f7ff078460cb8d434471021e89332816c9e4077b4fe2eb1ed90ef70
2ede0fb12f4335d91bbcb43539046afaac836ff09f80ef874e1f3576da692e93
c13e63008b26ae1b398ff142da00b47fd606a23c472182e3c020ab8a7ee6c52f
4062fa3999a2ba651df0ef5ac956060476f5c2c3783738f66fb59a0de45f0ed7
f59e033341030ad727ab4f80bf40cef344c8aff7bd79ac851d192e629ead579f
25 033d76e245736840969aa994b3eeda6ac6024954acfe7aee1d435b574e1024d8
`;
