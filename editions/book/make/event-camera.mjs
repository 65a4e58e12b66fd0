#!/usr/bin/env node
// The page "An event camera": its script, with the kernel and the trained network in it. Run as a program it trains
// that network, which takes two minutes of computing, and writes editions/book/event-camera/network.json.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { command } from '../../../packages/system/options.mjs';
import { runProgram } from '../../../packages/system/program.mjs';
import { root } from '../../../packages/system/project.mjs';
import { kernel } from './playground.mjs';
import { bundleScript, importModule } from './scripts.mjs';

const require = createRequire(import.meta.url);
const folder = join(root, 'editions', 'book', 'event-camera');
const file = join(folder, 'network.json');

/** Things that move, some under lamps that flicker; and a hidden layer that learns its delays. */
const THINGS = { train: 12_000, test: 2_000, seed: 1, flicker: 0.15 };
const NETWORK = {
  layers: [{ neurons: 64, delay: { most: 6, learn: true } }, {}],
  neuron: { tau: 4, decayInput: false },
};
const TRAINING = { batchSize: 64, learningRate: 5e-3, seed: 0 };
const EPOCHS = 12;

/** Trains the network, and says what it reads. */
async function train() {
  const { createEngine, datasets, training } = require(join(root, 'dist', 'hosts', 'node', 'index.js'));
  const { storeLayers } = require(join(root, 'dist', 'src', 'common', 'layers.js'));
  const { CAMERA, READOUT, withClock } = await importModule(join(folder, 'network.ts'));
  const films = datasets.eventTrains({ ...datasets.movingThings(THINGS), ...CAMERA });
  const engineOn = (/** @type {typeof films} */ data) =>
    createEngine('event', { data: withClock(data), T: CAMERA.T, ...NETWORK, ...READOUT, ...TRAINING });
  const engine = await engineOn(films);
  const onEpoch = (/** @type {{ epoch: number }} */ { epoch }) => console.log(`epoch ${epoch + 1} of ${EPOCHS}`);
  const { state } = await training.train({ engine, epochs: EPOCHS, schedule: 'cosine', testImages: 0, onEpoch });
  for (const [what, data] of [
    ['films', films],
    ['films played backwards', datasets.reverseTimes(films)],
  ]) {
    const other = await engineOn(data);
    await other.restore(state);
    console.log(`${(100 * (await training.accuracy(other))).toFixed(1)} % of the test ${what} right`);
    await other.close();
  }
  const { layers } = engine.options;
  const { neuron } = layers[layers.length - 1];
  const weights = Buffer.from(Float32Array.from(state.weights).buffer).toString('base64');
  writeFileSync(file, `${JSON.stringify({ layers: storeLayers(layers), neuron, weights }, null, 2)}\n`);
  await engine.close();
}

/**
 * Bundles the page's script.
 * @param {string} outfile
 */
export async function bundleEventCamera(outfile) {
  await bundleScript(join(folder, 'main.ts'), outfile, {
    define: { KERNEL: JSON.stringify(kernel().toString('base64')), NETWORK: readFileSync(file, 'utf8') },
  });
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  command('node editions/book/make/event-camera.mjs', 'event-camera')
    .description('Trains the network of the page "An event camera", and writes it into editions/book/event-camera/.')
    .parse();
  await runProgram('event-camera', train);
}
