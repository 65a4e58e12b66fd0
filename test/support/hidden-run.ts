/** Short trainings with hidden layers of each kind, as one cell: a browser must come to the same bytes as Node. */
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
