/**
 * Spike trains as data: each sample says which input unit fires in which step. Nothing is encoded, so the moment of a
 * spike can be the message.
 */
import { checkArray, checkObject, checkOptions, checkWhole, isTyped, typeName } from '../../src/common/checks';
import { CLASSES, IMAGE_SIZE, MAX_CLASSES, MAX_T, type Mnist } from '../../src/common/mnist';
import { countPixels, type Images } from './images';

/** Most input units: those of two polarities on 45 × 45 pixels, or of four images side by side, and some more. */
export const MAX_UNITS = 4096;

/** The training or the test samples with their labels. */
export interface SpikeTrainSplit {
  /** The unit of each spike, sample after sample. */
  readonly units: Uint16Array;
  /** The step of each spike, from 0; the spikes of a sample are in any order. Two of a unit in one step are one. */
  readonly times: Uint16Array;
  /** [count + 1] where the spikes of each sample begin and, last, where they end. */
  readonly starts: Uint32Array;
  /** [count] classes from 0; a Uint16Array where there are more than 256. */
  readonly labels: Uint8Array | Uint16Array;
  readonly count: number;
}

/** What an engine is trained on in place of MNIST. */
export interface SpikeTrains {
  /** Input units, 1 to 4,096. */
  readonly units: number;
  /** Steps, 1 to 10,000. */
  readonly T: number;
  /**
   * Classes, 2 to 1,000, and so outputs: outputs whose class no sample has learn to be silent. By default as many as
   * the labels need, and at least ten.
   */
  readonly classes?: number;
  readonly train: SpikeTrainSplit;
  readonly test: SpikeTrainSplit;
}

/** What an engine can be trained on: images, which an encoder turns into spikes, or spikes. */
export type Dataset = Mnist | Images | SpikeTrains;

/** The data that the command line and the map know by name. */
export const DATASET_NAMES = ['mnist', 'films', 'films-at-once', 'randman', 'rows', 'yin-yang'] as const;
export type DatasetName = (typeof DATASET_NAMES)[number];

/** One sample: spike i is one of unit `units[i]` in step `times[i]`. */
export interface SpikeTrain {
  units: ArrayLike<number>;
  times: ArrayLike<number>;
}

/** Samples, and the class of each. */
export interface LabelledTrains {
  trains: readonly SpikeTrain[];
  labels: ArrayLike<number>;
}

export const isSpikeTrains = (data: Dataset): data is SpikeTrains =>
  data !== null && typeof data === 'object' && 'units' in data;

/** Whether these are images that say their size, and not those of MNIST. */
export const isImages = (data: Dataset): data is Images => data !== null && typeof data === 'object' && 'rows' in data;

/** How many inputs the network has that is trained on these data; undefined for those of MNIST. */
export function countOwnInputs(data: Dataset): number | undefined {
  if (isSpikeTrains(data)) return data.units;
  return isImages(data) ? countPixels(data) : undefined;
}

/** How many inputs the network has that is trained on these data. */
export const countInputs = (data: Dataset): number => countOwnInputs(data) ?? IMAGE_SIZE;

/** The highest label of both splits. */
const highestLabel = ({ train, test }: Dataset): number =>
  [...train.labels, ...test.labels].reduce((most, label) => Math.max(most, label), 0);

/** How many outputs the network has that is trained on these data. */
export const countClasses = (data: Dataset): number =>
  data.classes ?? (isSpikeTrains(data) ? Math.max(CLASSES, highestLabel(data) + 1) : CLASSES);

/** Room for so many labels of some classes. */
export const labelsFrom = (labels: ArrayLike<number>, classes: number): Uint8Array | Uint16Array =>
  classes > 256 ? Uint16Array.from(labels) : Uint8Array.from(labels);

/**
 * A data set of spike trains for `createEngine`.
 * @example
 * const train = { trains: [{ units: [0, 1], times: [3, 7] }, { units: [0, 1], times: [7, 3] }], labels: [0, 1] };
 * const data = datasets.makeSpikeTrains({ units: 2, T: 10, train, test: train });
 * @param shape units 1 to 4,096, T steps 1 to 10,000, classes 2 to 1,000, by default as many as the labels need
 *   and at least ten
 * @throws RangeError in one line: which split and which train, what was expected, what was found
 */
export function makeSpikeTrains(
  shape: Pick<SpikeTrains, 'units' | 'T' | 'classes'> & { train: LabelledTrains; test: LabelledTrains },
): SpikeTrains {
  checkOptions('makeSpikeTrains', shape, ['units', 'T', 'classes', 'train', 'test']);
  const { units, T, classes, train, test } = shape;
  checkShape({ units, T, classes });
  const [ours, others] = [pack('train', train, { units, T, classes }), pack('test', test, { units, T, classes })];
  const data = { units, T, classes, train: ours, test: others };
  return { ...data, classes: countClasses(data) };
}

type Shape = Pick<SpikeTrains, 'units' | 'T' | 'classes'>;

function pack(split: string, labelled: LabelledTrains, shape: Shape): SpikeTrainSplit {
  const where = `data.${split}`;
  if (!Array.isArray(labelled?.trains))
    throw new TypeError(`${where}: expected { trains, labels }, found ${typeName(labelled)}`);
  const { trains, labels } = labelled;
  checkArray(`${where}.trains`, trains, 'spike trains');
  checkLabels(where, labels, trains.length, shape.classes);
  const starts = new Uint32Array(trains.length + 1);
  trains.forEach((train, i) => {
    const { units, times } = train ?? {};
    if (units?.length === undefined || units.length !== times?.length) {
      const found = `${units?.length ?? 'no units'} and ${times?.length ?? 'no times'}`;
      throw new RangeError(`${where}: expected as many units as times in train ${i}, found ${found}`);
    }
    starts[i + 1] = starts[i] + units.length;
    checkSpikes(`${where}: train ${i}`, units, times, 0, units.length, shape);
  });
  checkAny(where, starts[trains.length]);
  const join = (of: 'units' | 'times') => {
    const out = new Uint16Array(starts[trains.length]);
    trains.forEach((train, i) => {
      out.set(train[of], starts[i]);
    });
    return out;
  };
  return {
    units: join('units'),
    times: join('times'),
    starts,
    labels: labelsFrom(labels, shape.classes ?? MAX_CLASSES),
    count: trains.length,
  };
}

/** @throws TypeError or RangeError in one line unless both splits are there and whole */
export function checkSpikeTrains(data: SpikeTrains): void {
  checkObject('data', data, 'spike trains, as makeSpikeTrains() returns them');
  checkShape(data);
  for (const name of ['train', 'test'] as const) {
    const split = data[name];
    const where = `data.${name}`;
    if (!split) throw new TypeError(`${where}: expected spike trains, as makeSpikeTrains() returns them, found none`);
    const labelled = isTyped(split.labels, 'Uint16Array') ? 'Uint16Array' : 'Uint8Array';
    const kinds = { units: 'Uint16Array', times: 'Uint16Array', starts: 'Uint32Array', labels: labelled } as const;
    for (const array of Object.keys(kinds) as (keyof typeof kinds)[]) {
      const values: unknown = split[array];
      if (isTyped(values, kinds[array])) continue;
      throw new TypeError(
        `${where}.${array}: expected a ${kinds[array]}, as makeSpikeTrains() returns it, found ${typeName(values)}`,
      );
    }
    const { units, times, starts, labels, count } = split;
    checkLabels(where, labels, count, data.classes);
    const total = units.length;
    if (starts.length !== count + 1 || starts[0] !== 0 || starts[count] !== total || times.length !== total) {
      throw new RangeError(
        `${where}: expected ${count + 1} starts from 0 to the number of spikes, found ${starts.length} from ${starts[0]} to ${starts[starts.length - 1]} with ${total} units and ${times.length} times`,
      );
    }
    checkAny(where, total);
    for (let i = 0; i < count; i++) checkSpikes(`${where}: train ${i}`, units, times, starts[i], starts[i + 1], data);
  }
}

function checkShape({ units, T, classes }: Shape): void {
  checkWhole('data.units', units, 1, MAX_UNITS);
  checkWhole('data.T', T, 1, MAX_T);
  if (classes !== undefined) checkWhole('data.classes', classes, 2, MAX_CLASSES);
}

function checkLabels(where: string, labels: ArrayLike<number>, trains: number, classes = MAX_CLASSES): void {
  if (!(trains > 0)) throw new RangeError(`${where}: expected at least one spike train, found none`);
  if (labels?.length !== trains) {
    throw new RangeError(`${where}: expected ${trains} labels, one for each train, found ${labels?.length ?? 'none'}`);
  }
  for (let i = 0; i < labels.length; i++) {
    if (Number.isInteger(labels[i]) && labels[i] >= 0 && labels[i] < classes) continue;
    throw new RangeError(`${where}: expected labels from 0 to ${classes - 1}, found ${labels[i]} of train ${i}`);
  }
}

/** A sample may be silent, as a scene in which nothing moves; a whole split is so by mistake. */
function checkAny(where: string, spikes: number): void {
  if (spikes === 0) throw new RangeError(`${where}: expected at least one spike, found none`);
}

function checkSpikes(
  where: string,
  units: ArrayLike<number>,
  times: ArrayLike<number>,
  from: number,
  to: number,
  shape: Shape,
): void {
  if (to < from) throw new RangeError(`${where}: expected to end after its start ${from}, found ${to}`);
  for (let i = from; i < to; i++) {
    checkWhole(`${where}: unit`, units[i], 0, shape.units - 1);
    checkWhole(`${where}: time`, times[i], 0, shape.T - 1);
  }
}
