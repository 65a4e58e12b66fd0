// Computes the expected values of the exercises in the Python chapter: `node tools/start.mjs tools/peers/numbers.ts` writes
// packages/exercises/python/onwards.json.
import { join } from 'node:path';
import { root, writeWhole } from '../../packages/system/project';

const { createEngine, initBackend, loadMnist, neuron, tf, training } =
  require('lif-fc-mnist') as typeof import('../../hosts/node');

export const NUMBERS = join(root, 'packages', 'exercises', 'python', 'onwards.json');
const IMAGES = 10;
const T = 20;
/**
 * Currents under which the potential of a neuron with tau 2 is often exactly 1; the last four distinguish it from similar
 * neurons.
 */
const ROUND = [2, 2, 0, 1, 1.5, 1, 0, 2, 3, 1, 1, 1, 0.5, 1.75, 0, 1.5, 1.25, 2, 1, 2, 1.9, 1, 1.03, 1.98];

/**
 * The spike counts of the network that `npm run train -- -N 1` trains, for the first test images with pixels as the input of
 * each step, and further values.
 */
export async function numbers() {
  await initBackend();
  const data = await loadMnist();
  const trained = await createEngine('event', { data });
  await training.train({ engine: trained, epochs: 1, testImages: 0 });
  const state = await trained.state();
  await trained.close();
  const counts: Record<string, number[][]> = {};
  const images = Uint32Array.from({ length: IMAGES }, (_, i) => i);
  const count = async (steps: number, tau: number) => {
    const engine = await createEngine('event', { data, T: steps, encoder: 'direct', neuron: { tau } });
    await engine.restore(state);
    const rates = await engine.rates({ split: 'test', epoch: 0, indices: images });
    await engine.close();
    const all = Array.from(rates, (rate) => Math.round(rate * steps));
    return Array.from({ length: IMAGES }, (_, i) => all.slice(10 * i, 10 * i + 10));
  };
  for (const tau of [2, 4]) counts[tau] = await count(T, tau);
  /** The share of the potential that is left after a step without input. */
  const left = (tau: number) => {
    const { v } = neuron.simulate(new neuron.LIFNode({ tau }), [tau / 2, 0]);
    return v[1] / v[0];
  };
  const loss = tf.tidy(() => {
    const { labels } = training.makeBatch(data.test, images);
    return training.meanSquaredError(labels, tf.div(tf.tensor2d(counts[2]), T)).dataSync()[0];
  });
  return {
    T,
    left: Object.fromEntries([1.5, 2, 4, 10].map((tau) => [tau, left(tau)])),
    counts,
    two: await count(2, 2), // in the first two steps
    round: { currents: ROUND, spikes: Array.from(neuron.simulate(new neuron.LIFNode({ tau: 2 }), ROUND).spike) },
    loss: Number(loss.toFixed(6)), // backends round differently
  };
}

export const written = (found: object) =>
  `${JSON.stringify(found, null, 2).replace(/\[\s*([^[\]]*?)\s*\]/g, (_, list) => `[${list.replace(/\s+/g, ' ')}]`)}\n`;

if (require.main === module) numbers().then((found) => writeWhole(NUMBERS, written(found)));
