/** Randman and its controls, and a short training on them, as one cell: a browser must come to the same bytes as Node. */
import assert from 'node:assert/strict';
import { runInNode } from './hidden-run';

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

/** What the cell prints in Node, where packages/formats/test/datasets compares the times with an independent program's. */
export function randmanRunInNode(): string {
  const said = runInNode(RANDMAN_RUN);
  assert.match(said, /^([0-9a-f]{64}\n){5}[1-9]\d* [0-9a-f]{64}\n$/, 'five data sets, and hidden neurons that fire');
  assert.equal(new Set(said.split('\n')).size, 7, 'six different hashes');
  return said;
}
