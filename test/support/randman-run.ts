/**
 * Randman and its controls, and a short training on them, as one cell: a browser must come to the same bytes as Node.
 */
// Its bytes are compared in Node by test/bytes-hidden, in browsers by editions/browser/test/browser/site and firefox.

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
