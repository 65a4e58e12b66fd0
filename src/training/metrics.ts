import { argmax } from '../common/argmax';
import { checkNumbers, checkSignal, checkWhole, formatValue, isTyped, typeName } from '../common/checks';
import { checkLearner, type Engine, type Learner, type Presentation, type Split } from '../common/engine';
import { CLASSES } from '../common/mnist';
import { takePresentation } from '../common/presentation';
import type { Labelled } from '../common/spike-trains';

/** What `tensor.dataSync()` and an engine's `rates` return. */
type Rates = Float32Array | Int32Array | Uint8Array;

/**
 * The predicted digit of each row of ten rates: the index of the highest. On a tie, the lower index wins.
 * @param rates [n, 10]
 * @throws RangeError if the rates are not whole rows
 */
export function predictions(rates: Rates): Uint8Array {
  if (!ArrayBuffer.isView(rates)) throw new TypeError(`rates: expected a Float32Array, found ${typeName(rates)}`);
  if (!(rates.length % CLASSES === 0)) {
    throw new RangeError(`rates: expected rows of ${CLASSES}, found ${rates.length ?? 'no'} numbers`);
  }
  return Uint8Array.from({ length: rates.length / CLASSES }, (_, row) =>
    argmax(rates.subarray(row * CLASSES, (row + 1) * CLASSES)),
  );
}

/**
 * For how many rows [n, 10] the answer is the label of the image with that index. @throws TypeError unless these are
 * such
 */
export function countCorrect(rates: Rates, split: Labelled, indices: ArrayLike<number>): number {
  if (!isTyped(split?.labels, 'Uint8Array'))
    throw new TypeError(`split: expected one with labels, such as data.test, found ${formatValue(split)}`);
  checkNumbers('indices', indices, '[rows]');
  return predictions(rates).reduce(
    (correct, answer, row) => correct + (answer === split.labels[indices[row]] ? 1 : 0),
    0,
  );
}

/** Images between two checks of the signal. */
const LOOK = 2048;

/**
 * The share of the first `images` test images that the engine answers correctly.
 * @returns NaN if the signal came meanwhile
 * @throws RangeError unless `images` is a whole number of at least 1, and there are so many
 */
export async function accuracy(engine: Learner, epoch = 0, images?: number, signal?: AbortSignal): Promise<number> {
  checkLearner(engine);
  checkSignal(signal);
  const { test } = engine.options.data;
  if (images !== undefined) checkWhole('images', images, 1, test.count);
  return accuracyOn(engine, { split: 'test', epoch, from: 0, to: images ?? test.count }, signal);
}

/**
 * The share of the images of a split from one index to another, the latter excluded, that the engine answers correctly.
 * @returns NaN if the signal came meanwhile
 */
export async function accuracyOn(
  engine: Learner,
  { split, epoch, from, to }: { split: Split; epoch: number; from: number; to: number },
  signal?: AbortSignal,
): Promise<number> {
  let correct = 0;
  for (let first = from; first < to; first += LOOK) {
    const indices = Uint32Array.from({ length: Math.min(LOOK, to - first) }, (_, i) => first + i);
    correct += countCorrect(await engine.rates({ split, epoch, indices }), engine.options.data[split], indices);
    if (signal?.aborted) return Number.NaN;
  }
  return correct / (to - from);
}

/**
 * The firing rates of the hidden neurons, those of the last hidden layer, from traces: what `engine.rates` is for the
 * ten.
 * @example
 * const rates = await training.hiddenRates(engine, { split: 'test', epoch: 0, indices: [0, 1, 2] });
 * @returns [indices, hidden]
 * @throws RangeError unless the engine's network has a hidden layer
 */
export async function hiddenRates(engine: Engine, presentation: Presentation): Promise<Float32Array> {
  checkLearner(engine);
  const { layers, T, data } = engine.options;
  const hidden = layers?.[layers.length - 2]?.neurons;
  if (hidden === undefined) {
    throw new RangeError(
      'hiddenRates: expected an engine with a hidden layer, as in createEngine(…, { hidden: 96 }), found none',
    );
  }
  const { indices, ...shown } = takePresentation(data, presentation);
  const rates = new Float32Array(indices.length * hidden);
  for (let i = 0; i < indices.length; i++) {
    const trace = await engine.trace({ ...shown, index: indices[i] });
    const counts = rates.subarray(i * hidden, (i + 1) * hidden);
    trace.hidden?.spike.forEach((spike, at) => {
      counts[at % hidden] += spike;
    });
    for (let neuron = 0; neuron < hidden; neuron++) counts[neuron] /= T;
  }
  return rates;
}
