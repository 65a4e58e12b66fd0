// The playground's script: TypeScript bundled to one classic script, with the kernel, the weights and the sample digits
// in it. Beside it others that the page loads when they are asked for: the weights of the network with a hidden layer,
// and of the convolutional one, and what reads and writes files of networks.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readMnist } from '../../../hosts/node/data';
import { root, UserError } from '../../../packages/system/project';
import { storeLayers } from '../../../src/common/layers';
import { CLASSES, IMAGE_SIZE } from '../../../src/common/mnist';
import { convolutionalRunFolder, HIDDEN, hiddenRunFolder, networkIn, runFolder } from '../../shared/trained';
import { Kernel, PAGE_STREAM, type Presentation } from '../playground/kernel';
import { countsOf } from '../playground/said';
import { bundleScript } from './scripts';

/** Well-written sevens of the test images, over which networks of a few epochs waver. */
const SEVENS = [842, 946, 832, 859, 144];

/**
 * Whether another neuron than that of the 7 fires as well, but clearly less often.
 * @param rates of the ten neurons
 */
function hasRace(rates: ArrayLike<number>) {
  const others = Array.from(rates);
  const [own] = others.splice(7, 1);
  const second = Math.max(...others);
  return own < 0.98 && second > 0.03 && second < own - 0.2;
}

/** The trained network, [784, 10]. */
const trained = () => networkIn(runFolder, IMAGE_SIZE * CLASSES);
/** That with a hidden layer, [784, HIDDEN] and then [HIDDEN, 10]. */
const trainedHidden = () => networkIn(hiddenRunFolder, (IMAGE_SIZE + CLASSES) * HIDDEN);

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
const floats = (weights: Float32Array) => base64(new Uint8Array(Float32Array.from(weights).buffer));

/** The compiled kernel of the event engine. */
export function kernel() {
  const file = join(root, 'dist', 'packages', 'event-engine', 'kernel.wasm');
  if (!existsSync(file))
    throw new UserError(`${file}: expected the compiled kernel, found none: run \`npm run setup\``);
  return readFileSync(file);
}

/** What the page's own kernel makes of the test images, with the trained network unless told otherwise. */
export async function reader() {
  const { images, labels } = readMnist().test;
  const { weights, neuron } = trained();
  const single = await Kernel.create(kernel(), weights);
  const { weights: hiddenWeights, neuron: hiddenNeuron } = trainedHidden();
  const hidden = await Kernel.create(kernel(), hiddenWeights, HIDDEN);
  const pixels = (i: number) => images.subarray(i * IMAGE_SIZE, (i + 1) * IMAGE_SIZE);
  const answer = (
    i: number,
    { T = 100, seed = 0, tau, deep = false }: { T?: number; seed?: number; tau?: number; deep?: boolean } = {},
  ): Presentation & { counts: number[]; lead: number } => {
    const stream = { ...PAGE_STREAM, seed };
    const shown = deep
      ? hidden.show(pixels(i), T, hiddenNeuron.tau, stream)
      : single.show(pixels(i), T, tau ?? neuron.tau, stream);
    const counts = countsOf(shown, T);
    const right = counts[labels[i]];
    const second = Math.max(...counts.map((count, digit) => (digit === labels[i] ? 0 : count)));
    return { ...shown, counts, lead: right - second };
  };
  const race = SEVENS.find((i) => hasRace(answer(i).counts.map((count) => count / 100))) ?? 0;
  return { labels, pixels, answer, race };
}

/**
 * Two test images of each digit, first ten easy ones, then ten that the network gets wrong: index (two bytes, low
 * first), then the pixels.
 */
function samples({ labels, pixels, answer }: Awaited<ReturnType<typeof reader>>) {
  const looked = Array.from({ length: 2000 }, (_, i) => i);
  const leads = looked.map((i) => answer(i).lead);
  const first = (digit: number, fits: (lead: number) => boolean) =>
    looked.find((i) => labels[i] === digit && fits(leads[i])) ?? labels.indexOf(digit);
  const digits = Array.from({ length: CLASSES }, (_, digit) => digit);
  const easy = digits.map((digit) => first(digit, (lead) => lead > 90));
  const hard = digits.map((digit) => first(digit, (lead) => lead < -30));
  return Buffer.concat([...easy, ...hard].flatMap((i) => [Buffer.from([i & 255, i >> 8]), pixels(i)]));
}

/** How many test images are looked at for an experiment. */
const LOOKED_AT = 3000;

/**
 * Pictures for the start and the experiments, chosen by what the page's own kernel makes of them, whatever the network
 * was trained with. An experiment without one is left out.
 */
function choose({ labels, pixels, answer, race }: Awaited<ReturnType<typeof reader>>) {
  const chosen = (i: number | undefined, more = {}) =>
    i === undefined ? undefined : { label: labels[i], pixels: base64(pixels(i)), ...more };
  const looked = Array.from({ length: LOOKED_AT }, (_, i) => i);
  const tau = 20;
  const digit = (counts: number[]) => counts.indexOf(Math.max(...counts));
  const slow = looked.find((i) => labels[i] === 7 && answer(i).lead >= 10 && digit(answer(i, { tau }).counts) !== 7);
  // Read surely after 100 steps, and taken for another digit after one.
  const [hasty] = [0, 1, 2, 3].flatMap((seed) => {
    const misled = (i: number) => {
      const { counts, lead } = answer(i, { T: 1, seed });
      return lead < 0 && counts[labels[i]] === 0 && answer(i, { seed }).lead >= 45;
    };
    return chosen(looked.find(misled), { seed }) ?? [];
  });
  const deep = looked.find((i) => answer(i).lead <= -15 && answer(i, { deep: true }).lead >= 60);
  return { race: chosen(race), slow: chosen(slow, { tau }), hasty, deep: chosen(deep) };
}

/**
 * Bundles the playground into one script, and writes the two others; and the page that trains, which has the same
 * digits.
 */
export async function bundlePlayground(outfile: string) {
  const beside = (name: string) => join(dirname(outfile), name);
  const page = (...path: string[]) => join(root, 'editions', 'book', ...path);
  const [given, single, deeper] = [await reader(), trained(), trainedHidden()];
  const SAMPLES = JSON.stringify(base64(samples(given)));
  const KERNEL = JSON.stringify(base64(kernel()));
  await bundleScript(page('train', 'main.ts'), beside('train.js'), { define: { SAMPLES } });
  await bundleScript(page('train', 'worker.ts'), beside('train-worker.js'), { define: { KERNEL } });
  await bundleScript(page('playground', 'main.ts'), outfile, {
    define: {
      KERNEL,
      WEIGHTS: JSON.stringify(floats(single.weights)),
      SAMPLES,
      TRAINED_TAU: String(single.neuron.tau),
      CHOSEN: JSON.stringify(choose(given)),
    },
  });
  await bundleScript(page('playground', 'exchange.ts'), beside('playground-exchange.js'));
  const other = { hidden: HIDDEN, tau: deeper.neuron.tau, weights: floats(deeper.weights) };
  const { weights, neuron, layers = [] } = networkIn(convolutionalRunFolder);
  const third = { layers: storeLayers(layers), tau: neuron.tau, weights: floats(weights) };
  writeFileSync(beside('playground-hidden.js'), `playgroundHidden = ${JSON.stringify(other)};\n`);
  writeFileSync(beside('playground-convolutional.js'), `playgroundConvolutional = ${JSON.stringify(third)};\n`);
}
