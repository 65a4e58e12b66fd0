/**
 * The Spiking Heidelberg Digits: spoken digits as the spikes of 700 channels of an artificial cochlea (B. Cramer,
 * Y. Stradmann, J. Schemmel and F. Zenke, "The Heidelberg spiking data sets for the systematic evaluation of spiking
 * neural networks", IEEE Transactions on Neural Networks and Learning Systems 33, 2022; compneuro.net). The files are
 * HDF5: `spikes/times` (seconds) and `spikes/units` are lists, one per recording, and `labels` are their classes.
 */
import { checkArray, checkOptions, checkUint8, checkWhole } from '../../../src/common/checks';
import { DatasetError } from '../../../src/common/mnist';
import { makeSpikeTrains, type SpikeTrain, type SpikeTrains } from '../../networks/spike-trains';
import { dataSetIn, groupIn, Hdf5File, type Limits, type Lists } from '../hdf5/reader';
import { type Binning, checkBinning, makeBinner } from './events';

const UNITS = 700;
const LABELS = 20;
const SECOND = 1e6;
/** Longest time in seconds; a spoken digit takes one or two. */
const HOUR = 3600;
/** The published files have 8,156 and 2,264 recordings. */
const MOST: Limits = { bytes: 2 ** 30, values: 2 ** 20 };

export interface ShdOptions extends Binning {
  /** Bytes of `shd_train.h5` and `shd_test.h5`, unpacked. */
  train: Uint8Array;
  test: Uint8Array;
  /**
   * The class of each output; recordings of other classes are dropped. Default all twenty: 0 to 9 are the digits in
   * English, 10 to 19 those in German.
   */
  classes?: readonly number[];
}

/** A recording. Spikes are decoded on demand; times are in microseconds. */
interface Recording {
  label: number;
  spikes: () => { times: Float64Array; units: Float64Array };
}

/**
 * Reads SHD as a data set of 700 units. Spikes are binned into step ⌊time · T / duration⌋; several of a unit in one step
 * make one.
 * @example
 * const train = await readFile('shd_train.h5');
 * const data = datasets.readShd({ train, test: await readFile('shd_test.h5'), T: 100 });
 * @throws DatasetError or RangeError in one line: which recording, what was expected, what was found
 */
export function readShd(options: ShdOptions): SpikeTrains {
  checkOptions('readShd', options, ['train', 'test', 'classes', 'T', 'duration']);
  const { classes = Array.from({ length: LABELS }, (_, label) => label) } = options;
  checkClasses(classes);
  const splits = (['train', 'test'] as const).map((split) => readFile(split, options[split], classes));
  const binning = checkBinning(options, decodeTimes(splits.flat()));
  const bin = makeBinner(UNITS, binning);
  const [train, test] = splits.map((recordings) => ({
    trains: recordings.map(({ spikes }): SpikeTrain => {
      const { times, units } = spikes();
      return bin(times, (spike) => units[spike]);
    }),
    labels: recordings.map(({ label }) => label),
  }));
  return makeSpikeTrains({ units: UNITS, T: binning.T, classes: Math.max(2, classes.length), train, test });
}

function checkClasses(classes: readonly number[]): void {
  checkArray('classes', classes, 'whole numbers');
  if (classes.length < 1 || classes.length > LABELS)
    throw new RangeError(`classes: expected 1 to ${LABELS} of them, found ${classes.length}`);
  classes.forEach((label, i) => {
    checkWhole('classes', label, 0, LABELS - 1);
    if (classes.indexOf(label) !== i) throw new RangeError(`classes: expected each once, found ${label} twice`);
  });
}

/** The recordings of the chosen classes. */
function readFile(split: string, content: Uint8Array, classes: readonly number[]): Recording[] {
  const name = `shd_${split}.h5`;
  checkUint8(name, content);
  const { times, units, labels } = openFile(name, content);
  return Array.from(labels, (label, i): Recording => {
    const where = `${name}: recording ${i}`;
    checkWhole(`${where}: label`, label, 0, LABELS - 1);
    return { label: classes.indexOf(label), spikes: () => decode(where, times.numbers(i), units.numbers(i)) };
  }).filter(({ label }) => label >= 0);
}

/** @throws DatasetError unless this is an HDF5 file with as many lists of times and of units as labels */
function openFile(name: string, content: Uint8Array): { times: Lists; units: Lists; labels: Float64Array } {
  try {
    if (content[0] === 0x1f && content[1] === 0x8b)
      throw new Error('a gzip file; unpack it first, such as with gunzip');
    const root = new Hdf5File(content, MOST).root();
    const spikes = groupIn(root, 'spikes');
    const [times, units] = ['times', 'units'].map((part) => dataSetIn(spikes, part).lists());
    const labels = dataSetIn(root, 'labels').numbers().values;
    if (times.length === labels.length && units.length === labels.length) return { times, units, labels };
    throw new Error(`${times.length} lists of times, ${units.length} of units and ${labels.length} labels`);
  } catch (error) {
    throw new DatasetError(`${name}: expected the HDF5 file of SHD, found ${(error as Error).message}`);
  }
}

/** @throws RangeError without spikes, or for a time or unit out of range */
function decode(where: string, seconds: Float64Array, units: Float64Array): ReturnType<Recording['spikes']> {
  if (units.length !== seconds.length)
    throw new RangeError(`${where}: expected as many units as times, found ${units.length} and ${seconds.length}`);
  // A file of 4 KB can claim a hundred thousand empty recordings.
  if (seconds.length === 0) throw new RangeError(`${where}: expected at least one spike, found none`);
  const time = seconds.find((each) => !(each >= 0 && each <= HOUR));
  if (time !== undefined) throw new RangeError(`${where}: expected times from 0 to ${HOUR} s, found ${time}`);
  const unit = units.find((each) => !(Number.isInteger(each) && each >= 0 && each < UNITS));
  if (unit !== undefined) checkWhole(`${where}: unit`, unit, 0, UNITS - 1);
  return { times: seconds.map((each) => each * SECOND), units };
}

function* decodeTimes(recordings: readonly Recording[]): Generator<Float64Array> {
  for (const { spikes } of recordings) yield spikes().times;
}
