/**
 * Recordings of event cameras: reads files of 40 bits per event, and bins events into the steps of spike trains. The
 * format is that of N-MNIST (G. Orchard, A. Jayawant, G. K. Cohen and N. Thakor, "Converting static image datasets to spiking neuromorphic datasets using
 * saccades", Frontiers in Neuroscience 9, 2015; www.garrickorchard.com/datasets/n-mnist).
 */
import {
  checkArray,
  checkChoice,
  checkNumber,
  checkNumbers,
  checkObject,
  checkOptions,
  checkUint8,
  checkWhole,
  formatValue,
  inOneLine,
  typeName,
} from '../../../src/common/checks';
import { DatasetError, MAX_T } from '../../../src/common/mnist';
import { MAX_UINT32, RandomStream, shuffle } from '../../../src/common/random';
import { Purpose } from '../../networks/purposes';
import { MAX_UNITS, makeSpikeTrains, type SpikeTrain, type SpikeTrains } from '../../networks/spike-trains';
import { byClass, type Files, type SplitOptions, splitFiles } from './folders';

/** The events of one file, in the file's order. */
export interface Recording {
  /** Column and row of the pixel, from 0. */
  readonly x: Uint8Array | Uint16Array;
  readonly y: Uint8Array | Uint16Array;
  /** 1 where the pixel became brighter, 0 where it became darker. */
  readonly polarity: Uint8Array;
  /** In microseconds. */
  readonly times: Uint32Array;
}

const EVENT_BYTES = 5;
/** Random stream of `splitByGroup`; controls use streams 0 to 2. */
const GROUPS = 3;

/**
 * Reads a `.bin` file of N-MNIST: 40 bits per event, from the highest: 8 for x, 8 for y, 1 for polarity, 23 for time.
 * @example
 * const recording = datasets.readEvents(new Uint8Array(await (await fetch('00002.bin')).arrayBuffer()), '00002.bin');
 * @param name of the file, for messages
 * @throws DatasetError in one line unless the file holds whole events, and at least one
 */
export function readEvents(content: Uint8Array, name = 'events'): Recording {
  checkUint8(name, content);
  if (content.length === 0) throw new DatasetError(`${name}: expected at least one event, found an empty file`);
  const left = content.length % EVENT_BYTES;
  if (left > 0) {
    throw new DatasetError(
      `${name}: expected events of ${EVENT_BYTES} bytes, found ${content.length} bytes, which is ${left} too many (file truncated? fetch it again)`,
    );
  }
  const length = content.length / EVENT_BYTES;
  const bytes = (i: number) => Uint8Array.from({ length }, (_, event) => content[event * EVENT_BYTES + i]);
  const view = new DataView(content.buffer, content.byteOffset, content.length);
  return {
    x: bytes(0),
    y: bytes(1),
    polarity: bytes(2).map((byte) => byte >> 7),
    times: Uint32Array.from({ length }, (_, event) => view.getUint32(event * EVENT_BYTES + 1) & 0x7fffff),
  };
}

/** Events `from` to before `to` of a recording. */
export const sliceRecording = ({ x, y, polarity, times }: Recording, from: number, to?: number): Recording => ({
  x: x.slice(from, to),
  y: y.slice(from, to),
  polarity: polarity.slice(from, to),
  times: times.slice(from, to),
});

/** How times are divided into steps. */
export interface Binning {
  /** Number of steps. Default 100. */
  T?: number;
  /**
   * Microseconds of all T steps; later events are dropped. Default: up to the last event of all samples.
   */
  duration?: number;
  /**
   * Whether steps have equal lengths ('time', the default) or equal numbers of events ('number', as in SpikingJelly):
   * ⌊events / T⌋ events of the sample in each step, and the rest in the last.
   */
  splitBy?: 'time' | 'number';
}

/**
 * @param times of all samples, in microseconds
 * @returns the options, checked and with defaults
 * @throws RangeError in one line
 */
export function checkBinning(
  { T = 100, duration, splitBy = 'time' }: Binning,
  times: Iterable<ArrayLike<number>>,
): Required<Binning> {
  checkWhole('T', T, 1, MAX_T);
  checkChoice('splitBy', splitBy, ['time', 'number']);
  if (duration !== undefined) {
    checkNumber('duration', duration, 0);
    return { T, duration, splitBy };
  }
  let last = 0;
  for (const sample of times) for (let i = 0; i < sample.length; i++) last = Math.max(last, sample[i]);
  return { T, duration: Math.floor(last) + 1, splitBy };
}

/**
 * Makes a function that bins the events of a sample: each event is a spike in step ⌊time · T / duration⌋; several events
 * of a unit in one step make one spike.
 * @param units number of units
 * @returns a function of the events' times, in microseconds, and of a function from an event's index to its unit
 */
export function makeBinner(units: number, { T, duration, splitBy }: Required<Binning>) {
  // Shared by all samples: a new array for each would take longer than the events.
  const seen = new Uint8Array(units * T);
  return (times: ArrayLike<number>, unitOf: (event: number) => number): SpikeTrain => {
    const found: number[] = [];
    // Events before the end of the last step.
    let [counted, inTime] = [0, 0];
    if (splitBy === 'number')
      for (let event = 0; event < times.length; event++) inTime += times[event] < duration ? 1 : 0;
    const each = Math.max(1, Math.floor(inTime / T));
    for (let event = 0; event < times.length; event++) {
      const unit = unitOf(event);
      if (times[event] >= duration) continue;
      // A time just before the end may be rounded up to T.
      const step = splitBy === 'time' ? (times[event] * T) / duration : counted++ / each;
      const place = unit * T + Math.min(T - 1, Math.floor(step));
      if (seen[place]) continue;
      seen[place] = 1;
      found.push(place);
    }
    for (const place of found) seen[place] = 0;
    return toSpikeTrain(found, T);
  };
}

/** @param places unit · T + step of each spike */
const toSpikeTrain = (places: readonly number[], T: number): SpikeTrain => ({
  units: Uint16Array.from(places, (place) => Math.floor(place / T)),
  times: Uint16Array.from(places, (place) => place % T),
});

/** Recordings with the class of each. */
export interface LabelledRecordings {
  recordings: readonly Recording[];
  labels: ArrayLike<number>;
}

export interface EventTrainsOptions extends Binning {
  train: LabelledRecordings;
  test: LabelledRecordings;
  /** Pixels of the camera; default 34 × 34, those of N-MNIST. */
  width?: number;
  height?: number;
  /**
   * Squares of pool × pool pixels share a unit; default 2, which gives N-MNIST 2 × 17 × 17 = 578 units of at most 4,096.
   */
  pool?: number;
  /**
   * The number of its pixels that must have an event in the same step for a unit to fire. More than 1, the default,
   * filters noise, which occurs in single pixels.
   */
  least?: number;
  /** 2 to 1,000. By default as many as the labels need, and at least ten. */
  classes?: number;
}

/**
 * Makes a data set from recordings. An event is a spike of unit (polarity · rows + ⌊y / pool⌋) · columns + ⌊x / pool⌋ in
 * step ⌊time · T / duration⌋; several events of a unit in one step make one spike.
 * @example
 * const data = datasets.eventTrains({ train: { recordings, labels }, test: { recordings, labels }, T: 100 });
 * @throws RangeError in one line: what does not fit, what was expected, what was found
 */
export function eventTrains(options: EventTrainsOptions): SpikeTrains {
  checkOptions('eventTrains', options, [
    'train',
    'test',
    'width',
    'height',
    'pool',
    'least',
    'T',
    'duration',
    'splitBy',
    'classes',
  ]);
  const { train, test, width = 34, height = 34, pool = 2, least = 1 } = options;
  checkWhole('width', width, 1, 256);
  checkWhole('height', height, 1, 256);
  checkWhole('pool', pool, 1, 256);
  checkWhole('least', least, 1, pool * pool);
  const [columns, rows] = [Math.ceil(width / pool), Math.ceil(height / pool)];
  const units = 2 * rows * columns;
  if (units > MAX_UNITS) {
    throw new RangeError(
      `pool: expected at most ${MAX_UNITS} units, found 2 × ${rows} × ${columns} = ${units}; raise pool`,
    );
  }
  checkRecordings('train', train, width, height);
  checkRecordings('test', test, width, height);
  const binning = checkBinning(
    options,
    [...train.recordings, ...test.recordings].map(({ times }) => times),
  );
  const unitAt = (half: number, x: number, y: number) =>
    (half * rows + Math.floor(y / pool)) * columns + Math.floor(x / pool);
  // Pixels have to be binned one by one only if they are counted.
  const bin = makeBinner(least === 1 ? units : 2 * width * height, binning);
  const fires = least === 1 ? undefined : makeCoincidenceFilter(least, units, binning.T);
  const binAll = ({ recordings, labels }: LabelledRecordings) => {
    const trains = recordings.map(({ x, y, polarity, times }) => {
      if (!fires) return bin(times, (event) => unitAt(polarity[event], x[event], y[event]));
      const pixels = bin(times, (event) => (polarity[event] * height + y[event]) * width + x[event]);
      return fires(pixels, (pixel) => {
        const row = Math.floor(pixel / width);
        return unitAt(row < height ? 0 : 1, pixel % width, row % height);
      });
    });
    return { trains, labels };
  };
  return makeSpikeTrains({ units, T: binning.T, classes: options.classes, train: binAll(train), test: binAll(test) });
}

/** Makes a function that turns spikes of pixels into spikes of units with at least `least` of them in the same step. */
function makeCoincidenceFilter(least: number, units: number, T: number) {
  const count = new Uint16Array(units * T);
  return (pixels: SpikeTrain, unitOf: (pixel: number) => number): SpikeTrain => {
    const places = Array.from(pixels.units, (pixel, spike) => unitOf(pixel) * T + pixels.times[spike]);
    const found = places.filter((place) => {
      count[place] += 1;
      return count[place] === least;
    });
    for (const place of places) count[place] = 0;
    return toSpikeTrain(found, T);
  };
}

/**
 * Splits recordings so that no group, such as a person or a film, is in both training and test data. Otherwise a network
 * could recognize the person instead of the gesture.
 * @example
 * const { train, test } = datasets.splitByGroup({ recordings, labels }, people, { share: 0.2 });
 * @param groups the group of each recording: a number or a name
 * @returns `test` has about the given share of the groups, at least one; recordings keep their order
 * @throws RangeError in one line unless there are two groups
 */
export function splitByGroup(
  labelled: LabelledRecordings,
  groups: ArrayLike<number | string>,
  options: { share?: number; seed?: number } = {},
): { train: LabelledRecordings; test: LabelledRecordings } {
  checkOptions('splitByGroup', options, ['share', 'seed']);
  checkObject('labelled', labelled, '{ recordings, labels }');
  const { recordings, labels } = labelled;
  checkArray('recordings', recordings, 'recordings');
  const { share = 0.2, seed = 0 } = options;
  checkNumber('share', share, 0);
  if (!(share < 1)) throw new RangeError(`share: expected a number between 0 and 1, found ${share}`);
  for (const [name, values] of Object.entries({ labels, groups })) {
    if (values?.length === recordings.length) continue;
    const found = values?.length ?? typeName(values);
    throw new RangeError(`${name}: expected ${recordings.length}, one for each recording, found ${found}`);
  }
  checkNumbers('labels', labels, '[recordings]');
  const members = Array.from(groups);
  const odd = members.findIndex((group) => typeof group !== 'number' && typeof group !== 'string');
  if (odd >= 0) throw new TypeError(`groups: expected numbers or names, found ${formatValue(members[odd])} at ${odd}`);
  const all = [...new Set(members)];
  if (all.length < 2) throw new RangeError(`groups: expected at least two, found ${all.length}`);
  const order = Uint32Array.from({ length: all.length }, (_, i) => i);
  shuffle(order, new RandomStream(seed, Purpose.Control, 0, GROUPS));
  const most = Math.max(1, Math.min(all.length - 1, Math.round(share * all.length)));
  const held = new Set(Array.from(order.subarray(0, most), (i) => all[i]));
  const take = (isHeld: boolean): LabelledRecordings => {
    const own = recordings.map((_, i) => i).filter((i) => held.has(groups[i]) === isHeld);
    return { recordings: own.map((i) => recordings[i]), labels: own.map((i) => labels[i]) };
  };
  return { train: take(false), test: take(true) };
}

/**
 * @throws TypeError or RangeError unless each event of each recording has a pixel of the camera, a polarity and a time
 */
function checkRecordings(split: string, labelled: LabelledRecordings, width: number, height: number): void {
  if (!Array.isArray(labelled?.recordings))
    throw new TypeError(`${split}: expected { recordings, labels }, found ${typeName(labelled)}`);
  checkArray(`${split}.recordings`, labelled.recordings, 'recordings');
  const most = { x: width - 1, y: height - 1, polarity: 1, times: MAX_UINT32 };
  for (const [i, recording] of labelled.recordings.entries()) {
    const where = `${split}: recording ${i}`;
    const arrays = (['x', 'y', 'polarity', 'times'] as const).map((name) => ({ name, values: recording?.[name] }));
    const { length } = arrays[0].values ?? {};
    if (length === undefined || arrays.some(({ values }) => values?.length !== length)) {
      const found = arrays.map(({ name, values }) => `${values?.length ?? 'no'} ${name}`).join(', ');
      throw new RangeError(`${where}: expected as many x as y, polarity and times, found ${found}`);
    }
    for (const { name, values } of arrays) {
      const isStray = (value: number) => !(Number.isInteger(value) && value >= 0 && value <= most[name]);
      const at = Array.prototype.findIndex.call(values, isStray);
      const unit = name === 'times' ? ' (microseconds)' : '';
      if (at >= 0) checkWhole(`${where}: ${name}${unit}`, values?.[at] as number, 0, most[name]);
    }
  }
}

export interface EventFolderOptions extends Omit<EventTrainsOptions, 'train' | 'test'>, SplitOptions {}

/**
 * Files of events (`.bin`, as N-MNIST's) in a folder for each class, as spike trains.
 * @example
 * const data = datasets.eventFolder({ '0/1.bin': bytes, '1/1.bin': others, … }, { T: 100 });
 * @param files bytes of each file by its path; if folders `train` and `test` hold those of the classes, they are the splits
 * @throws DatasetError or RangeError in one line: which file, what was expected, what was found
 */
export function eventFolder(files: Files, options: EventFolderOptions = {}): SpikeTrains {
  checkObject('eventFolder', options, 'an object of options');
  const { test: share, seed, ...others } = options;
  return inOneLine(() => {
    const found = byClass(files, '.bin').files;
    const recordings = found.map(({ path, content }) => readEvents(content, path));
    const { train, test } = splitFiles(found, { test: share, seed });
    const take = (own: number[]) => ({
      recordings: own.map((i) => recordings[i]),
      labels: own.map((i) => found[i].label),
    });
    return eventTrains({ ...others, train: take(train), test: take(test) });
  });
}
