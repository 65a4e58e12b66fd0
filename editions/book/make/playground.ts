// Data that the build puts into the pages' scripts (kernel, weights, sample digits), and separate scripts with the
// playground's other networks, which are loaded on demand.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readMnist } from '../../../hosts/node/data';
import { resolveLayers, storeLayers } from '../../../packages/networks/options/layers';
import { root, UserError } from '../../../packages/system/project';
import { CLASSES, IMAGE_SIZE } from '../../../src/common/mnist';
import { convolutionalRunFolder, HIDDEN, hiddenRunFolder, networkIn, runFolder } from '../../shared/trained';
import { countsOf } from '../playground/counts';
import { Kernel, PAGE_STREAM, type Presentation } from '../playground/kernel';
import type { NetworkName } from '../playground/link';
import type { Stored } from '../playground/networks';

/** Test images with well-written sevens that briefly trained networks are unsure about. */
const SEVENS = [842, 946, 832, 859, 144];

/**
 * Whether a neuron other than that of the 7 fires, but clearly less often.
 * @param rates firing rates of the ten neurons
 */
function hasRace(rates: ArrayLike<number>) {
  const others = Array.from(rates);
  const [own] = others.splice(7, 1);
  const second = Math.max(...others);
  return own < 0.98 && second > 0.03 && second < own - 0.2;
}

export const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');

/**
 * Reads a trained network from a folder.
 * @param count expected number of weights
 * @param hidden size of the hidden layer, if there is one
 */
function trained(folder: string, count?: number, hidden?: number) {
  const { weights, neuron, layers = resolveLayers({ hidden }) } = networkIn(folder, count);
  const { tau } = neuron;
  const packed = base64(new Uint8Array(Float32Array.from(weights).buffer));
  const stored: Stored = { layers: storeLayers(layers), tau, weights: packed };
  return { weights, tau, layers, stored };
}

/** The playground's networks, and how two of them read the test images on the page's own kernel. */
export async function reader() {
  const { images, labels } = readMnist().test;
  const compiled = join(root, 'dist', 'packages', 'event-engine', 'kernel.wasm');
  if (!existsSync(compiled))
    throw new UserError(`${compiled}: expected the compiled kernel, found none: run \`npm run setup\``);
  const wasm = readFileSync(compiled);
  const single = trained(runFolder, IMAGE_SIZE * CLASSES);
  const hidden = trained(hiddenRunFolder, (IMAGE_SIZE + CLASSES) * HIDDEN, HIDDEN);
  const convolutional = trained(convolutionalRunFolder);
  const [one, two] = [
    await Kernel.create(wasm, single.weights),
    await Kernel.create(wasm, hidden.weights, { layers: hidden.layers }),
  ];
  const pixels = (i: number) => images.subarray(i * IMAGE_SIZE, (i + 1) * IMAGE_SIZE);
  const answer = (
    i: number,
    { T = 100, tau = single.tau, deep = false }: { T?: number; tau?: number; deep?: boolean } = {},
  ): Presentation & { counts: number[]; lead: number } => {
    const [kernel, own] = deep ? [two, hidden.tau] : [one, tau];
    const shown = kernel.show(pixels(i), T, own, { ...PAGE_STREAM, seed: 0 });
    const counts = countsOf(shown, T);
    const right = counts[labels[i]];
    const second = Math.max(...counts.map((count, digit) => (digit === labels[i] ? 0 : count)));
    return { ...shown, counts, lead: right - second };
  };
  const race = SEVENS.find((i) => hasRace(answer(i).counts.map((count) => count / 100))) ?? 0;
  const networks: Record<NetworkName, Stored> = {
    single: single.stored,
    hidden: hidden.stored,
    convolutional: convolutional.stored,
  };
  return { wasm, networks, labels, pixels, answer, race };
}

export type Reader = Awaited<ReturnType<typeof reader>>;

/**
 * Chooses images for the page by how its own kernel reads them: two test images of each digit, first ten easy ones,
 * then ten that the network misreads, each as its index (two bytes, low byte first) and its pixels; and the images of
 * the start and the experiments. An experiment for which no image fits is left out.
 */
function choose({ labels, pixels, answer, race }: Reader) {
  const leads = Array.from(labels, (_, i) => answer(i).lead);
  const find = (fits: (lead: number, i: number) => boolean) => {
    const i = leads.findIndex(fits);
    return i < 0 ? undefined : i;
  };
  const first = (digit: number, fits: (lead: number) => boolean) =>
    find((lead, i) => labels[i] === digit && fits(lead)) ?? labels.indexOf(digit);
  const digits = Array.from({ length: CLASSES }, (_, digit) => digit);
  const easy = digits.map((digit) => first(digit, (lead) => lead > 90));
  const hard = digits.map((digit) => first(digit, (lead) => lead < -30));
  const samples = [...easy, ...hard].flatMap((i) => [Buffer.from([i & 255, i >> 8]), pixels(i)]);

  const chosen = (i: number | undefined, more = {}) =>
    i === undefined ? undefined : { label: labels[i], pixels: base64(pixels(i)), ...more };
  const tau = 20;
  const digit = (counts: number[]) => counts.indexOf(Math.max(...counts));
  const slow = find((lead, i) => labels[i] === 7 && lead >= 10 && digit(answer(i, { tau }).counts) !== 7);
  // Read reliably after 100 steps, and misread after one.
  const hasty = find((sure, i) => {
    const { counts, lead } = answer(i, { T: 1 });
    return sure >= 30 && lead < 0 && counts[labels[i]] === 0;
  });
  const deep = find((lead, i) => lead <= -15 && answer(i, { deep: true }).lead >= 60);
  const pictures = { race: chosen(race), slow: chosen(slow, { tau }), hasty: chosen(hasty), deep: chosen(deep) };
  return { samples: base64(Buffer.concat(samples)), pictures };
}

/**
 * Writes the scripts of networks that the playground loads on demand.
 * @returns values for the names that the bundles' sources declare
 */
export function writeNetworks(given: Reader, folder: string) {
  const { single, ...others } = given.networks;
  for (const [name, stored] of Object.entries(others)) {
    writeFileSync(join(folder, `playground-${name}.js`), `playgroundNetworks.${name} = ${JSON.stringify(stored)};\n`);
  }
  const { samples, pictures } = choose(given);
  return {
    KERNEL: JSON.stringify(base64(given.wasm)),
    SINGLE: JSON.stringify(single),
    SAMPLES: JSON.stringify(samples),
    CHOSEN: JSON.stringify(pictures),
  };
}
