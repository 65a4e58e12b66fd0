/** Yin-Yang: points in a disc as spike times, in three classes that are not linearly separable. */
import { checkOptions, checkWhole } from '../../../src/common/checks';
import { MAX_T } from '../../../src/common/mnist';
import { MAX_UINT32, RandomStream } from '../../../src/common/random';
import { Purpose } from '../../networks/purposes';
import type { SpikeTrainSplit, SpikeTrains } from '../../networks/spike-trains';
import { oneSpikePerUnit } from './randman';

export interface YinYangOptions {
  /** A whole number from 0 to 2³² − 1. Default 0. */
  seed?: number;
  /** Steps, 2 to 10,000: a coordinate v fires in step ⌊v (T − 1) + ½⌋. Default 100. */
  T?: number;
  /** Training samples. Default 5000. */
  train?: number;
  /** Test samples. Default 1000. */
  test?: number;
}

/** Radius of the disc, and of each dot. */
const [BIG, SMALL] = [0.5, 0.1];
const CLASSES = 3;
const UNITS = 4;

const square = (x: number) => x * x;

/**
 * The class of a point in the disc: 0 yin, 1 yang, 2 one of the two dots. Comparing squares makes it the same on every
 * machine.
 * @param x from 0 to 1, like y; outside the disc the result is meaningless
 */
function yinYangClass(x: number, y: number): number {
  const right = square(x - 1.5 * BIG) + square(y - BIG);
  const left = square(x - 0.5 * BIG) + square(y - BIG);
  if (right < square(SMALL) || left < square(SMALL)) return 2;
  const half = square(0.5 * BIG);
  return Number(left <= half || (y > BIG && right > half));
}

/**
 * Makes a data set (L. Kriener, J. Göltz and M. A. Petrovici, "The Yin-Yang dataset", NICE 2022; their program:
 * github.com/lkriener/yin_yang_data_set).
 *
 * A sample is a point (x, y) in the disc of radius ½ around (½, ½), drawn uniformly from the area of its class. Each of
 * its four units fires once, at x, y, 1 − x and 1 − y of the T steps. Sample n has the class n mod 3. Training and test
 * samples have separate random streams, so the number of training samples does not change the test samples.
 * @example
 * const data = datasets.yinYang({ T: 100 });
 * const engine = await createEngine('event', { data, hidden: 100 });
 * @throws RangeError that names the option that is out of range or unknown
 */
export function yinYang(options: YinYangOptions = {}): SpikeTrains {
  checkOptions('yinYang', options, ['seed', 'T', 'train', 'test']);
  const { seed = 0, T = 100, train = 5000, test = 1000 } = options;
  checkWhole('seed', seed, 0, MAX_UINT32);
  checkWhole('T', T, 2, MAX_T);
  checkWhole('train', train, 1, 1_000_000);
  checkWhole('test', test, 1, 1_000_000);
  return { units: UNITS, T, train: draw(train, T, seed, 0), test: draw(test, T, seed, 1) };
}

function draw(count: number, T: number, seed: number, split: number): SpikeTrainSplit {
  const random = new RandomStream(seed, Purpose.YinYang, split);
  const times = new Uint16Array(UNITS * count);
  const labels = Uint8Array.from({ length: count }, (_, i) => i % CLASSES);
  labels.forEach((label, i) => {
    let [x, y] = [0, 0];
    do [x, y] = [random.uniform(), random.uniform()];
    while (square(x - BIG) + square(y - BIG) > square(BIG) || yinYangClass(x, y) !== label);
    for (const [unit, v] of [x, y, 1 - x, 1 - y].entries()) times[UNITS * i + unit] = Math.floor(v * (T - 1) + 0.5);
  });
  return oneSpikePerUnit(UNITS, times, labels);
}
