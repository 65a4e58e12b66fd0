/** Views of a network's weights, neuron by neuron. */
import type { ResolvedLayer } from '../../../packages/networks/options/layers';
import { splitWeights } from '../../../packages/networks/options/weights';
import { CLASSES, IMAGE_SIZE } from '../../../src/common/mnist';

/** The height and width of a kernel. */
export const KERNEL_SIDE = 5;

export interface Weights {
  /** [784, 10]; with a hidden layer [784, hidden] and then [hidden, 10]. */
  weights: Float32Array;
  /** Size of the hidden layer, if there is one. */
  hidden?: number;
}

/** Layer sizes: 784-10, or 784-12c5-10 with 12 channels and kernels of 5 × 5 pixels. */
export const shortName = (layers: readonly ResolvedLayer[]): string =>
  [IMAGE_SIZE, ...layers.map(({ neurons, convolve: c }) => (c ? `${c.channels}c${c.kernel}` : neurons))].join('-');

/** The weights [784] from the pixels to one neuron of the first layer. */
export function weightsOf({ weights, hidden = CLASSES }: Weights, neuron: number): Float32Array {
  return Float32Array.from({ length: IMAGE_SIZE }, (_, pixel) => weights[pixel * hidden + neuron]);
}

/** The weights of a kernel of a convolutional first layer, row by row. */
export function kernelOf(weights: Float32Array, channels: number, channel: number): Float32Array {
  return Float32Array.from({ length: KERNEL_SIDE ** 2 }, (_, place) => weights[place * channels + channel]);
}

/** The weights from the hidden neurons to one output; empty without a hidden layer. */
export function weightsTo({ weights, hidden }: Weights, digit: number): Float32Array {
  const second = hidden === undefined ? undefined : splitWeights(weights, hidden)[1];
  return Float32Array.from({ length: hidden ?? 0 }, (_, neuron) => second?.[neuron * CLASSES + digit] ?? 0);
}

/**
 * The effect of a spike of each pixel [784] on one output: its weight or, with a hidden layer, the sum over hidden
 * neurons of the weight to the neuron, times the neuron's weight to the output, times its spike count.
 */
export function pushOf(network: Weights, digit: number, counts: readonly number[]): Float32Array {
  if (network.hidden === undefined) return weightsOf(network, digit);
  const sum = new Float32Array(IMAGE_SIZE);
  weightsTo(network, digit).forEach((weight, neuron) => {
    if (counts[neuron] === 0) return;
    const own = weightsOf(network, neuron);
    for (let pixel = 0; pixel < IMAGE_SIZE; pixel++) sum[pixel] += own[pixel] * weight * counts[neuron];
  });
  return sum;
}
