/** Converts an ANN with ReLU to a spiking network: scales its weights so that firing rates represent its activations. */
import { checkOptions, checkWhole, formatValue, isTyped, typeName } from '../../../src/common/checks';
import { CLASSES, IMAGE_SIZE, MAX_CLASSES } from '../../../src/common/mnist';
import { plainLayers } from '../../networks/options/layers';
import { type NeuronOptions, resolveNeuronOptions } from '../../networks/options/neuron-options';
import { networkOf, splitWeights } from '../../networks/options/weights';

/** Integrate-and-fire with a soft reset: with this τ, the leak of a potential is below the precision of float32. */
const IF_NEURON = { tau: 2 ** 30, decayInput: false, vReset: null };

export interface FromAnnOptions {
  /** Training images for calibration, [images, 784] bytes; some hundreds or more. */
  images: Uint8Array;
  /** Percentile of a layer's activations that becomes the rate 1, above 0 to 100; larger ones are clipped. Default 99.9. */
  percentile?: number;
  /** Outputs of the ANN, 2 to 1,000. Default 10. */
  classes?: number;
}

export interface ConvertedAnn {
  /** For `freshState`; same shape as the ANN's. */
  weights: Float32Array;
  /** For `createEngine`: integrate-and-fire neurons, threshold 1, soft reset. */
  neuron: NeuronOptions;
  /** λ of each layer: a neuron that fires in every step represents the activation λ. */
  scales: number[];
}

/**
 * Data-based normalization (Diehl et al. 2015, https://doi.org/10.1109/IJCNN.2015.7280696), with a percentile in place
 * of the maximum (Rueckauer et al. 2017, https://doi.org/10.3389/fnins.2017.00682). Layer l of the ANN computes aₗ =
 * max(0, aₗ₋₁ Wₗ). λₗ is the percentile of all aₗ on the images, interpolated as in `torch.quantile`; λ₀ = 1, the
 * largest pixel. The weights become Wₗ λₗ₋₁ / λₗ, so that aₗ / λₗ is a rate from 0 to 1 where aₗ ≤ λₗ.
 * @example
 * const { weights, neuron } = exchange.fromAnn(ann, { images: data.train.images.subarray(0, 1000 * 784) });
 * @param weights of an ANN without biases, [784, classes], or [784, hidden] and [hidden, classes]
 * @throws TypeError without options; RangeError for an unknown option, weights of another network or too large, an array
 *   that holds no images, or a percentile that is out of range or 0 in a layer
 */
export function fromAnn(weights: Float32Array, options: FromAnnOptions): ConvertedAnn {
  checkOptions('fromAnn', options, ['images', 'percentile', 'classes']);
  const { images, percentile = 99.9, classes = CLASSES } = options;
  checkWhole('classes', classes, 2, MAX_CLASSES);
  const { hidden } = networkOf(weights, IMAGE_SIZE, classes);
  const stray = weights.find((weight) => !Number.isFinite(weight));
  if (stray !== undefined) throw new RangeError(`weights: expected finite numbers, found ${stray}`);
  if (!isTyped(images, 'Uint8Array') || images.length === 0 || images.length % IMAGE_SIZE !== 0) {
    const found = isTyped(images, 'Uint8Array') ? `${images.length} bytes` : typeName(images);
    throw new RangeError(`images: expected a Uint8Array of ${IMAGE_SIZE} bytes for each image, found ${found}`);
  }
  if (!(percentile > 0 && percentile <= 100))
    throw new RangeError(`percentile: expected a number above 0 and up to 100, found ${formatValue(percentile)}`);
  const scales: number[] = [];
  const converted = weights.slice();
  let inputs: Float64Array = new Float64Array(images.length);
  for (let i = 0; i < images.length; i++) inputs[i] = Math.fround(images[i] / 255);
  for (const [l, layer] of splitWeights(converted, plainLayers(hidden, classes)).entries()) {
    inputs = activations(inputs, layer, l === 0 ? IMAGE_SIZE : Number(hidden));
    const scale = quantile(inputs, percentile / 100);
    if (scale === 0) {
      throw new RangeError(
        `percentile: expected one at which layer ${l + 1} is above 0, found ${percentile}; take a higher one`,
      );
    }
    const factor = (scales.at(-1) ?? 1) / scale;
    for (let i = 0; i < layer.length; i++) layer[i] *= factor;
    if (!layer.every(Number.isFinite))
      throw new RangeError(`weights: expected numbers that times ${factor} are finite, found larger in layer ${l + 1}`);
    scales.push(scale);
  }
  return { weights: converted, neuron: resolveNeuronOptions(IF_NEURON), scales };
}

/** max(0, a W): a [images, rows], W [rows, columns]. */
function activations(a: Float64Array, layer: Float32Array, rows: number): Float64Array {
  const columns = layer.length / rows;
  const out = new Float64Array((a.length / rows) * columns);
  for (let i = 0; i < a.length; i++) {
    const x = a[i];
    if (x === 0) continue;
    const to = Math.floor(i / rows) * columns;
    const from = (i % rows) * columns;
    for (let j = 0; j < columns; j++) out[to + j] += x * layer[from + j];
  }
  return out.map((sum) => Math.max(0, sum));
}

/** Quantile with linear interpolation. @param share 0 to 1 */
function quantile(numbers: Float64Array, share: number): number {
  const sorted = numbers.slice().sort();
  const place = share * (sorted.length - 1);
  const [below, above] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  return below + (above - below) * (place - Math.floor(place));
}
