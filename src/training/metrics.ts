import { argmax } from '../common/argmax';
import { checkNumbers, checkSignal, checkWhole, formatValue, isTyped, typeName } from '../common/checks';
import { checkLearner, type Engine, type Learner, type Presentation, type Split } from '../common/engine';
import { CLASSES } from '../common/mnist';
import { takePresentation } from '../common/presentation';
import { countClasses, type Labelled, labelsFrom, MAX_CLASSES } from '../common/spike-trains';

/** What `tensor.dataSync()` and an engine's `rates` return. */
type Rates = Float32Array | Int32Array | Uint8Array;

/**
 * The predicted class of each row of rates: the index of the highest. On a tie, the lower index wins.
 * @param rates [n, classes]
 * @param classes 2 to 1,000, by default ten digits
 * @throws RangeError if the rates are not whole rows
 */
export function predictions(rates: Rates, classes = CLASSES): Uint8Array | Uint16Array {
  if (!ArrayBuffer.isView(rates)) throw new TypeError(`rates: expected a Float32Array, found ${typeName(rates)}`);
  checkWhole('classes', classes, 2, MAX_CLASSES);
  if (!(rates.length % classes === 0)) {
    throw new RangeError(`rates: expected rows of ${classes}, found ${rates.length ?? 'no'} numbers`);
  }
  const answers = Array.from({ length: rates.length / classes }, (_, row) =>
    argmax(rates.subarray(row * classes, (row + 1) * classes)),
  );
  return labelsFrom(answers, classes);
}

/**
 * For how many rows [n, classes] the answer is the label of the image with that index. @throws TypeError unless these are
 * such
 */
export function countCorrect(rates: Rates, split: Labelled, indices: ArrayLike<number>, classes = CLASSES): number {
  if (!isTyped(split?.labels, 'Uint8Array') && !isTyped(split?.labels, 'Uint16Array'))
    throw new TypeError(`split: expected one with labels, such as data.test, found ${formatValue(split)}`);
  checkNumbers('indices', indices, '[rows]');
  let correct = 0;
  for (const [row, answer] of predictions(rates, classes).entries()) {
    if (answer === split.labels[indices[row]]) correct++;
  }
  return correct;
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
  const { data } = engine.options;
  const classes = countClasses(data);
  let correct = 0;
  for (let first = from; first < to; first += LOOK) {
    const indices = Uint32Array.from({ length: Math.min(LOOK, to - first) }, (_, i) => first + i);
    correct += countCorrect(await engine.rates({ split, epoch, indices }), data[split], indices, classes);
    if (signal?.aborted) return Number.NaN;
  }
  return correct / (to - from);
}

/**
 * The firing rates of the hidden neurons, those of the last hidden layer, from traces: what `engine.rates` is for the
 * outputs.
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
