/** The networks that the page can read with: its own two (that with a hidden layer is loaded on demand) and a reader's. */
import { CLASSES, IMAGE_SIZE } from '../../../src/common/mnist';
import { splitWeights } from '../../../src/common/weights';
import { bytes, kernelBytes, trainedTau, weights } from './assets';
import { Kernel } from './kernel';
import type { NetworkName } from './link';
import { loadScript } from './scripts';

/** Who reads: a network of the page, or one that a reader has brought. */
export type ReaderName = NetworkName | 'own';

export interface Network {
  name: ReaderName;
  /** Its layers, such as 784-10. */
  layers: string;
  kernel: Kernel;
  /** [784, 10]; with a hidden layer [784, hidden] and then [hidden, 10]. */
  weights: Float32Array;
  /** How many neurons the hidden layer has, if there is one. */
  hidden?: number;
  /** The time constant that it was trained with. */
  tau: number;
}

/** The layers of a network, such as 784-10. */
export const layersOf = (hidden?: number): string =>
  [IMAGE_SIZE, ...(hidden === undefined ? [] : [hidden]), CLASSES].join('-');

const make: Record<NetworkName, () => Promise<Network>> = {
  async single() {
    const kernel = await Kernel.create(kernelBytes, weights);
    return { name: 'single', layers: layersOf(), kernel, weights, tau: trainedTau };
  },
  async hidden() {
    const { hidden, tau, weights: text } = await loadScript('playground-hidden.js', 'playgroundHidden', 'its weights');
    const weights = new Float32Array(bytes(text).buffer);
    const kernel = await Kernel.create(kernelBytes, weights, hidden);
    return { name: 'hidden', layers: layersOf(hidden), kernel, weights, hidden, tau };
  },
};

const made = new Map<ReaderName, Promise<Network>>();

/** Keeps a reader's network, in place of the one before. */
export function keepOwn(network: Network): void {
  made.set('own', Promise.resolve(network));
}

/**
 * A network, made on first use; a reader's own must have been kept before.
 * @throws an Error in one line if it cannot be loaded; the next call tries again
 */
export function getNetwork(name: ReaderName): Promise<Network> {
  const network = made.get(name) ?? make[name as NetworkName]();
  made.set(name, network);
  network.catch(() => made.delete(name));
  return network;
}

/** The weights [784] from the pixels to one neuron of the first layer. */
export function weightsOf({ weights, hidden = CLASSES }: Network, neuron: number): Float32Array {
  return Float32Array.from({ length: IMAGE_SIZE }, (_, pixel) => weights[pixel * hidden + neuron]);
}

/** The weights of the hidden neurons to one of the ten; none without a hidden layer. */
export function weightsTo({ weights, hidden }: Network, digit: number): Float32Array {
  const second = hidden === undefined ? undefined : splitWeights(weights, hidden)[1];
  return Float32Array.from({ length: hidden ?? 0 }, (_, neuron) => second?.[neuron * CLASSES + digit] ?? 0);
}

/**
 * What a spike of each pixel [784] does to one of the ten: its weight or, with a hidden layer, the sum over the hidden neurons
 * of the weight to it, times its weight to the digit, times how often it has fired.
 */
export function pushOf(network: Network, digit: number, counts: readonly number[]): Float32Array {
  if (network.hidden === undefined) return weightsOf(network, digit);
  const sum = new Float32Array(IMAGE_SIZE);
  weightsTo(network, digit).forEach((weight, neuron) => {
    if (counts[neuron] === 0) return;
    const own = weightsOf(network, neuron);
    for (let pixel = 0; pixel < IMAGE_SIZE; pixel++) sum[pixel] += own[pixel] * weight * counts[neuron];
  });
  return sum;
}
