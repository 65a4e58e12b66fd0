/** The weights of a network: one array that holds the matrix of each layer, row by row, one after the other. */
import { isTyped, typeName } from './checks';
import { CLASSES, IMAGE_SIZE } from './mnist';
import { initialWeights, Purpose } from './random';

/** The widest hidden layer, in neurons. */
export const MAX_HIDDEN = 800;

/** Whether a hidden layer may have this many neurons. */
export const isWidth = (hidden: unknown): hidden is number =>
  Number.isInteger(hidden) && Number(hidden) >= 1 && Number(hidden) <= MAX_HIDDEN;

/**
 * The shape [inputs, outputs] of each layer's weights: [784, 10] or, with a hidden layer, [784, hidden] and [hidden, 10].
 * With spike trains as data there are as many inputs as the data have units.
 */
export const weightShapes = (hidden?: number, inputs = IMAGE_SIZE): [number, number][] =>
  hidden === undefined
    ? [[inputs, CLASSES]]
    : [
        [inputs, hidden],
        [hidden, CLASSES],
      ];

/** How many weights a network has. */
export const countWeights = (hidden?: number, inputs?: number): number =>
  weightShapes(hidden, inputs).reduce((sum, [rows, columns]) => sum + rows * columns, 0);

/** How many neurons a network has: the ten and, with a hidden layer, its own. */
export const countNeurons = (hidden = 0): number => hidden + CLASSES;

/** How many hidden neurons a network of so many weights has: none of [inputs, 10]; undefined if no network has so many. */
export function hiddenOf(count: number, inputs = IMAGE_SIZE): { hidden?: number } | undefined {
  if (count === inputs * CLASSES) return {};
  const hidden = count / (inputs + CLASSES);
  return isWidth(hidden) ? { hidden } : undefined;
}

/** As `hiddenOf`. @throws RangeError unless this is a Float32Array of a network's weights */
export function networkOf(weights: Float32Array, inputs = IMAGE_SIZE): { hidden?: number } {
  const isFloat32 = isTyped(weights, 'Float32Array');
  const network = isFloat32 ? hiddenOf(weights.length, inputs) : undefined;
  if (network) return network;
  const found = isFloat32 ? weights.length : typeName(weights);
  throw new RangeError(`weights: expected a Float32Array of ${inputs} × ${CLASSES} numbers, found ${found}`);
}

/** The weights of each layer, in place. */
export function splitWeights(weights: Float32Array, hidden?: number, inputs?: number): Float32Array[] {
  let start = 0;
  return weightShapes(hidden, inputs).map(([rows, columns]) => {
    start += rows * columns;
    return weights.subarray(start - rows * columns, start);
  });
}

/**
 * PyTorch's initial weights of each layer. The last of two uses a separate stream, so the first has the numbers of a single
 * layer's stream.
 */
export function initialNetwork(seed: number, hidden?: number, inputs?: number): Float32Array {
  const weights = new Float32Array(countWeights(hidden, inputs));
  const purposes = [Purpose.InitialWeights, Purpose.InitialOutputWeights] as const;
  splitWeights(weights, hidden, inputs).forEach((layer, i) => {
    const [rows, columns] = weightShapes(hidden, inputs)[i];
    layer.set(initialWeights(seed, rows, columns, purposes[i]));
  });
  return weights;
}
