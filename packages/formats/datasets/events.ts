/**
 * Recordings of event cameras as spike trains: files of 40 bits per event, the format of N-MNIST (G. Orchard, A.
 * Jayawant, G. K. Cohen and N. Thakor, "Converting static image datasets to spiking neuromorphic datasets using
 * saccades", Frontiers in Neuroscience 9, 2015; www.garrickorchard.com/datasets/n-mnist).
 */
import { checkArray, checkOptions, checkText, checkWhole, isTyped, typeName } from '../../../src/common/checks';
import { DatasetError } from '../../../src/common/mnist';
import { MAX_UINT32 } from '../../../src/common/random';
import { MAX_UNITS, makeSpikeTrains, type SpikeTrains } from '../../../src/common/spike-trains';
import { type Binning, binner, checkBinning } from './bin-times';

/** The events of one file, in its order. */
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

/**
 * The events of a `.bin` file: of each 40 bits, the highest first, x is 8, y 8, the polarity 1 and the time 23.
 * @example
 * const recording = datasets.readEvents(new Uint8Array(await (await fetch('00002.bin')).arrayBuffer()), '00002.bin');
 * @param name of the file, for messages
 * @throws DatasetError in one line unless the file holds whole events, and at least one
 */
export function readEvents(content: Uint8Array, name = 'events'): Recording {
  checkBytes(content, name);
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

/** @throws DatasetError unless these are bytes */
export function checkBytes(content: Uint8Array, name: string): void {
  checkText('name', name);
  if (isTyped(content, 'Uint8Array')) return;
  throw new DatasetError(`${name}: expected the bytes of a file in a Uint8Array, found ${typeName(content)}`);
}

/** Recordings, and the class of each. */
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
   * So many pixels in each direction share a unit; default 2, with which N-MNIST has 2 × 17 × 17 = 578 of the
   * 4,096 possible.
   */
  pool?: number;
}

/**
 * Recordings as a data set. An event is a spike of unit (polarity · rows + ⌊y / pool⌋) · columns + ⌊x / pool⌋ in step
 * ⌊time · T / duration⌋; several of a unit in one step are one.
 * @example
 * const data = datasets.eventTrains({ train: { recordings, labels }, test: { recordings, labels }, T: 100 });
 * @throws RangeError in one line: what does not fit, what was expected, what was found
 */
export function eventTrains(options: EventTrainsOptions): SpikeTrains {
  checkOptions('eventTrains', options, ['train', 'test', 'width', 'height', 'pool', 'T', 'duration']);
  const { train, test, width = 34, height = 34, pool = 2 } = options;
  checkWhole('width', width, 1, 256);
  checkWhole('height', height, 1, 256);
  checkWhole('pool', pool, 1, 256);
  const [columns, rows] = [Math.ceil(width / pool), Math.ceil(height / pool)];
  const units = 2 * rows * columns;
  if (units > MAX_UNITS) {
    throw new RangeError(
      `pool: expected at most ${MAX_UNITS} units, found 2 × ${rows} × ${columns} = ${units}; let more pixels share a unit`,
    );
  }
  checkRecordings('train', train, width, height);
  checkRecordings('test', test, width, height);
  const binning = checkBinning(
    options,
    [...train.recordings, ...test.recordings].map(({ times }) => times),
  );
  const bin = binner(units, binning);
  const binAll = ({ recordings, labels }: LabelledRecordings) => {
    const trains = recordings.map(({ x, y, polarity, times }) => {
      const row = (event: number) => polarity[event] * rows + Math.floor(y[event] / pool);
      return bin(times, (event) => row(event) * columns + Math.floor(x[event] / pool));
    });
    return { trains, labels };
  };
  return makeSpikeTrains({ units, T: binning.T, train: binAll(train), test: binAll(test) });
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
