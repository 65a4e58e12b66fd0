// Trains the network of the page "An event camera" (about two minutes) and writes
// editions/book/event-camera/network.json.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withClock } from '../../../packages/formats/datasets/scenes';
import { storeLayers } from '../../../packages/networks/options/layers';
import { command, runProgram } from '../../../packages/system/program';
import { root } from '../../../packages/system/project';
import { CAMERA, READOUT } from '../event-camera/network';

const file = join(root, 'editions', 'book', 'event-camera', 'network.json');

/** Moving shapes, some under flickering lamps, and a hidden layer that learns its delays. */
const THINGS = { train: 12_000, test: 2_000, seed: 1, flicker: 0.15 };
const NETWORK = {
  layers: [{ neurons: 64, delay: { most: 6, learn: true } }, {}],
  neuron: { tau: 4, decayInput: false },
};
const TRAINING = { batchSize: 64, learningRate: 5e-3, seed: 0 };
const EPOCHS = 12;

/** Trains the network and prints its accuracy. */
async function train() {
  // Imports the built package, since threads cannot start from TypeScript sources.
  const { createEngine, datasets, training } = require('lif-fc-mnist') as typeof import('../../../hosts/node');
  const films = datasets.eventTrains({ ...datasets.movingThings(THINGS), ...CAMERA });
  const engineOn = (data: typeof films) =>
    createEngine('event', { data: withClock(data), T: CAMERA.T, ...NETWORK, ...READOUT, ...TRAINING });
  const engine = await engineOn(films);
  const onEpoch = ({ epoch }: { epoch: number }) => console.log(`epoch ${epoch + 1} of ${EPOCHS}`);
  const { state } = await training.train({ engine, epochs: EPOCHS, schedule: 'cosine', testImages: 0, onEpoch });
  if (!state) throw new Error('expected a trained network, found none');
  for (const [what, data] of [
    ['films', films],
    ['films played backwards', datasets.reverseTimes(films)],
  ] as const) {
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

async function main(args: string[]) {
  command('node tools/start.mjs editions/book/make/event-camera.ts', 'event-camera')
    .description('Trains the network of the page "An event camera", and writes it into editions/book/event-camera/.')
    .parse(args, { from: 'user' });
  await runProgram('event-camera', train);
}

if (require.main === module) main(process.argv.slice(2));
