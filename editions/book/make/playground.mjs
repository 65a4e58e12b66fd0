// The playground's script: TypeScript bundled to one classic script, with the kernel, the weights and the sample digits
// in it. Beside it others that the page loads when they are asked for: the weights of the network with a hidden layer,
// and of the convolutional one, and what reads and writes files of networks.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { BROWSER_EDITION } from '../../../packages/system/addresses.mjs';
import { root, UserError } from '../../../packages/system/project.mjs';
import {
  convolutionalRunFolder,
  HIDDEN,
  hiddenRunFolder,
  networkIn,
  readWeights,
  runFolder,
  trainedTau,
} from '../../shared/trained.mjs';
import { bundleScript, importModule } from './scripts.mjs';

const require = createRequire(import.meta.url);
/** @type {typeof import('../../../src/common/mnist.js')} */
const { CLASSES, IMAGE_SIZE } = require(join(root, 'dist', 'src', 'common', 'mnist.js'));
/** @type {typeof import('../../../src/common/layers.js')} */
const { storeLayers } = require(join(root, 'dist', 'src', 'common', 'layers.js'));
/** Well-written sevens of the test images, over which networks of a few epochs waver. */
export const SEVENS = [842, 946, 832, 859, 144];

/**
 * Whether another neuron than that of the 7 fires as well, but clearly less often.
 * @param {ArrayLike<number>} rates of the ten neurons
 */
export function hasRace(rates) {
  const others = Array.from(rates);
  const [own] = others.splice(7, 1);
  const second = Math.max(...others);
  return own < 0.98 && second > 0.03 && second < own - 0.2;
}

/** The trained weights, [784, 10] float32. */
export const weights = () => readWeights(runFolder, IMAGE_SIZE * CLASSES);
/** Those of the network with a hidden layer, [784, HIDDEN] and then [HIDDEN, 10] float32. */
const hiddenWeights = () => readWeights(hiddenRunFolder, (IMAGE_SIZE + CLASSES) * HIDDEN);

/** @param {Buffer} bytes */
const floats = (bytes) => new Float32Array(Uint8Array.from(bytes).buffer);

/** The compiled kernel of the event engine. */
export function kernel() {
  const file = join(root, 'dist', 'packages', 'event-engine', 'kernel.wasm');
  if (!existsSync(file))
    throw new UserError(`${file}: expected the compiled kernel, found none: run \`npm run setup\``);
  return readFileSync(file);
}

/**
 * Two test images of each digit, first ten easy ones, then ten that the network gets wrong: index (two bytes, low
 * first), then the pixels.
 * @param {number} tau
 */
async function samples(tau) {
  const { freshState } = require(join(root, 'dist', 'src', 'common', 'engine.js'));
  const { readMnist } = require(join(root, 'dist', 'hosts', 'node', 'data.js'));
  const { createEngine } = require(join(root, 'dist', 'hosts', 'node', 'engines.js'));
  const data = readMnist();
  const { images, labels } = data.test;
  const engine = await createEngine('event', { data, batchSize: 1, neuron: { tau }, threads: 1 });
  await engine.restore(freshState(floats(weights())));
  const looked = Uint32Array.from({ length: 2000 }, (_, i) => i);
  const rates = await engine.rates({ split: 'test', epoch: 0, indices: looked });
  await engine.close();
  /** By how much the right neuron's rate is above the highest of the others. */
  const lead = (/** @type {number} */ i) => {
    const own = rates.slice(i * CLASSES, (i + 1) * CLASSES);
    const right = own[labels[i]];
    own[labels[i]] = 0;
    return right - Math.max(...own);
  };
  const first = (/** @type {number} */ digit, /** @type {(lead: number) => boolean} */ fits) =>
    looked.find((i) => labels[i] === digit && fits(lead(i))) ?? labels.indexOf(digit);
  const digits = Array.from({ length: CLASSES }, (_, digit) => digit);
  const easy = digits.map((digit) => first(digit, (lead) => lead > 0.9));
  const hard = digits.map((digit) => first(digit, (lead) => lead < -0.3));
  const pack = (/** @type {number} */ i) =>
    Buffer.concat([Buffer.from([i & 255, i >> 8]), images.subarray(i * IMAGE_SIZE, (i + 1) * IMAGE_SIZE)]);
  return Buffer.concat([...easy, ...hard].map(pack));
}

/** How many test images are looked at for an experiment. */
const LOOKED_AT = 3000;

/**
 * Pictures for the start and the experiments, chosen by what the page's own kernel makes of them, whatever the network
 * was trained with. An experiment without one is left out.
 * @param {number} tau
 */
async function choose(tau) {
  const { Kernel, PAGE_STREAM } = await importModule(join(root, 'editions', 'book', 'playground', 'kernel.ts'));
  const { countsOf, winnerOf } = await importModule(join(root, 'editions', 'book', 'playground', 'said.ts'));
  const { readMnist } = require(join(root, 'dist', 'hosts', 'node', 'data.js'));
  const { images, labels } = readMnist().test;
  const network = await Kernel.create(kernel(), floats(weights()));
  const deeper = await Kernel.create(kernel(), floats(hiddenWeights()), HIDDEN);
  const pixels = (/** @type {number} */ i) => images.subarray(i * IMAGE_SIZE, (i + 1) * IMAGE_SIZE);
  /**
   * @param {number} i
   * @param {{ T?: number, seed?: number, tau?: number, reader?: import('../playground/kernel.js').Kernel }} settings
   */
  const answer = (i, settings = {}) => {
    const { T = 100, seed = 0, tau: other = tau, reader = network } = settings;
    const counts = countsOf(reader.show(pixels(i), T, other, { ...PAGE_STREAM, seed }), T);
    const right = counts[labels[i]];
    const second = Math.max(
      ...counts.map((/** @type {number} */ count, /** @type {number} */ neuron) => (neuron === labels[i] ? 0 : count)),
    );
    return { counts, lead: right - second, digit: winnerOf(counts) };
  };
  const chosen = (/** @type {number} */ i, more = {}) => ({
    label: labels[i],
    pixels: Buffer.from(pixels(i)).toString('base64'),
    ...more,
  });
  const looked = Array.from({ length: LOOKED_AT }, (_, i) => i);

  const race = SEVENS.find((i) => hasRace(answer(i).counts.map((/** @type {number} */ count) => count / 100))) ?? 0;

  const slowTau = 20;
  const [slow] = looked
    .filter((i) => labels[i] === 7 && answer(i, { tau: slowTau }).digit !== 7)
    .map((i) => ({ i, lead: answer(i).lead }))
    .filter(({ lead }) => lead >= 10)
    .sort((a, b) => b.lead - a.lead);

  /** Read surely after 100 steps, and taken for another digit after one. */
  const misled = (/** @type {number} */ i, /** @type {number} */ seed) => {
    const { digit, counts } = answer(i, { T: 1, seed });
    return digit !== undefined && counts[labels[i]] === 0 && answer(i, { seed }).lead >= 45;
  };
  const hasty = () => {
    for (const seed of [0, 1, 2, 3]) {
      const i = looked.find((candidate) => misled(candidate, seed));
      if (i !== undefined) return chosen(i, { seed });
    }
    return undefined;
  };

  const deepTau = trainedTau(hiddenRunFolder);
  const deep = looked.find((i) => answer(i).lead <= -15 && answer(i, { tau: deepTau, reader: deeper }).lead >= 60);

  return {
    race: chosen(race),
    slow: slow && chosen(slow.i, { tau: slowTau }),
    hasty: hasty(),
    deep: deep === undefined ? undefined : chosen(deep),
  };
}

/**
 * Bundles the playground into one script, and writes the two others; and the page that trains, which has the same
 * digits.
 * @param {string} outfile
 */
export async function bundlePlayground(outfile) {
  const base64 = (/** @type {Buffer} */ bytes) => JSON.stringify(bytes.toString('base64'));
  const tau = trainedTau();
  const SAMPLES = base64(await samples(tau));
  const train = (/** @type {string} */ name) => join(root, 'editions', 'book', 'train', `${name}.ts`);
  const inTrain = { SAMPLES, EDITION: JSON.stringify(BROWSER_EDITION) };
  await bundleScript(train('main'), join(dirname(outfile), 'train.js'), { define: inTrain });
  const worker = { define: { KERNEL: base64(kernel()) } };
  await bundleScript(train('worker'), join(dirname(outfile), 'train-worker.js'), worker);
  await bundleScript(join(root, 'editions', 'book', 'playground', 'main.ts'), outfile, {
    define: {
      KERNEL: base64(kernel()),
      WEIGHTS: base64(weights()),
      SAMPLES,
      TRAINED_TAU: String(tau),
      CHOSEN: JSON.stringify(await choose(tau)),
    },
  });
  const other = { hidden: HIDDEN, tau: trainedTau(hiddenRunFolder), weights: hiddenWeights().toString('base64') };
  const { weights: convolving, neuron, layers = [] } = networkIn(convolutionalRunFolder);
  const third = {
    layers: storeLayers(layers),
    tau: neuron.tau,
    weights: Buffer.from(Float32Array.from(convolving).buffer).toString('base64'),
  };
  const beside = (/** @type {string} */ name) => join(dirname(outfile), name);
  await bundleScript(join(root, 'editions', 'book', 'playground', 'exchange.ts'), beside('playground-exchange.js'));
  writeFileSync(beside('playground-hidden.js'), `playgroundHidden = ${JSON.stringify(other)};\n`);
  writeFileSync(beside('playground-convolutional.js'), `playgroundConvolutional = ${JSON.stringify(third)};\n`);
}
