#!/usr/bin/env node
// Records in recorded.json what three of the drawings show of the real network:
// `node editions/book/make/drawings/record.mjs`, then
// `npm run lint -- --write`, then `node editions/book/make/drawings/drawings.mjs`.
// The drawings read that file, so drawing needs neither a build nor a training run.
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createEngine, loadMnist, training } from 'lif-fc-mnist';

/** A test image of a 7, and five of its pixels: black, bright, medium, dark, bright. */
const SEVEN = { image: 17, pixels: [106, 271, 382, 577, 683], steps: 24 };
/** A 3 that is followed by a 7. When it ends, neuron 3 still holds potential. */
const PAIR = { images: [63, 64], neuron: 3, steps: 10 };
/** Four neighbours in the middle of the images, as in the chapter on the event engine. */
const FOUR = [350, 351, 352, 353];

const recordedFile = fileURLToPath(new URL('recorded.json', import.meta.url));
/** @typedef {import('lif-fc-mnist').EventEngine} Engine */

const rounded = (/** @type {number} */ value) => Number(value.toFixed(4));

/** Trains for one epoch with seed 0 (under a second) and looks at how test images are presented in epoch 0. */
export async function record() {
  const data = await loadMnist();
  const engine = await createEngine('event', { data, seed: 0 });
  try {
    await training.train({ engine, epochs: 1, testImages: 0 });
    return { seven: await recordSeven(engine), pair: await recordPair(engine), four: await recordFour(engine) };
  } finally {
    await engine.close();
  }
}

/** How often each of the ten neurons fires while the 7 is shown, and the first spikes of the five pixels. */
async function recordSeven(/** @type {Engine} */ engine) {
  const { image, pixels, steps } = SEVEN;
  const { spike } = await engine.trace({ split: 'test', epoch: 0, index: image });
  const counts = new Array(10).fill(0);
  for (const [i, s] of spike.entries()) counts[i % 10] += s;
  const spikes = await engine.spikes({ split: 'test', epoch: 0, index: image });
  const trains = pixels.map((pixel) => Array.from({ length: steps }, (_, t) => spikes[t * 784 + pixel]).join(''));
  return { image, pixels, trains, counts };
}

/** One neuron's input currents in the last steps of an image and the first steps of the next. */
async function recordPair(/** @type {Engine} */ engine) {
  const { images, neuron, steps } = PAIR;
  /** @type {import('lif-fc-mnist').Trace[]} */
  const traces = [];
  for (const image of images) traces.push(await engine.trace({ split: 'test', epoch: 0, index: image }));
  const of = (/** @type {Float32Array} */ array, /** @type {number} */ t) => rounded(array[t * 10 + neuron]);
  const first = traces[0].current.length / 10 - steps;
  return {
    images,
    neuron,
    /** Potential before the first of these steps. */
    start: of(traces[0].v, first - 1),
    last: Array.from({ length: steps }, (_, i) => of(traces[0].current, first + i)),
    next: Array.from({ length: steps }, (_, t) => of(traces[1].current, t)),
  };
}

/** The ten weights of each of the four pixels. */
async function recordFour(/** @type {Engine} */ engine) {
  const { weights } = await engine.state();
  const rows = FOUR.map((pixel) => Array.from(weights.subarray(pixel * 10, pixel * 10 + 10), rounded));
  return { pixels: FOUR, rows };
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  writeFileSync(recordedFile, `${JSON.stringify(await record(), null, 2)}\n`);
}
