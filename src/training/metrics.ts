import { checkNumbers, checkSignal, checkWhole, formatValue, isTyped, typeName } from '../common/checks';
import { CLASSES, type Labelled, MAX_CLASSES, type Split } from '../common/mnist';
import { checkLearner, type Learner } from './learner';

/** What `tensor.dataSync()` and an engine's `rates` return. */
type Rates = Float32Array | Int32Array | Uint8Array;

/** The index of the highest value. On a tie, the lower index wins. */
export function argmax(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[best]) best = i;
  return best;
}

/**
 * The predicted class of each row of rates: the index of the highest. On a tie, the lower index wins.
 * @param rates [n, classes]
 * @param classes 2 to 1,000, by default ten digits
 * @throws RangeError if the rates are not whole rows
 */
export function predictions(rates: Rates): Uint8Array;
export function predictions(rates: Rates, classes: number): Uint8Array | Uint16Array;
export function predictions(rates: Rates, classes = CLASSES): Uint8Array | Uint16Array {
  if (!ArrayBuffer.isView(rates)) throw new TypeError(`rates: expected a Float32Array, found ${typeName(rates)}`);
  checkWhole('classes', classes, 2, MAX_CLASSES);
  if (!(rates.length % classes === 0)) {
    throw new RangeError(`rates: expected rows of ${classes}, found ${rates.length ?? 'no'} numbers`);
  }
  const answers = Array.from({ length: rates.length / classes }, (_, row) =>
    argmax(rates.subarray(row * classes, (row + 1) * classes)),
  );
  return classes > 256 ? Uint16Array.from(answers) : Uint8Array.from(answers);
}

/**
 * For how many rows [n, classes] the answer is the label of the image with that index.
 * @throws TypeError unless the split has labels and the indices are numbers
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

/** Between two calls the signal is checked. */
const IMAGES_PER_CALL = 2048;

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
  let correct = 0;
  for (let first = from; first < to; first += IMAGES_PER_CALL) {
    const indices = Uint32Array.from({ length: Math.min(IMAGES_PER_CALL, to - first) }, (_, i) => first + i);
    const rates = await engine.rates({ split, epoch, indices });
    correct += countCorrect(rates, data[split], indices, rates.length / indices.length);
    if (signal?.aborted) return Number.NaN;
  }
  return correct / (to - from);
}
