/**
 * Controls: the same spikes with something destroyed. A network that still reads them did not need what is gone.
 * Units keep how often they fire on average, and classes their samples.
 */
import { checkWhole } from '../../../src/common/checks';
import { MAX_UINT32, Purpose, RandomStream, shuffle } from '../../../src/common/random';
import { checkSpikeTrains, type SpikeTrainSplit, type SpikeTrains } from '../../../src/common/spike-trains';

const CONTROL = { times: 0, units: 1, steps: 2 } as const;

/**
 * Deals the times of all spikes of a split out again, at random: when a unit fires no longer depends on the class.
 * @example
 * const control = datasets.shuffleTimes(datasets.randman());
 * @throws RangeError unless the seed is a whole number from 0 to 2³² − 1
 */
export function shuffleTimes(data: SpikeTrains, seed = 0): SpikeTrains {
  return change(data, seed, CONTROL.times, ({ times }, random) => shuffle(times.slice(), random));
}

/**
 * Exchanges the units' times within each sample, at random: the sample keeps its times, but not which unit has which.
 * Of events of a camera: the pixels that reported and the moments of reports stay, and motion is gone.
 * @throws RangeError unless the seed is a whole number from 0 to 2³² − 1
 */
export function exchangeUnits(data: SpikeTrains, seed = 0): SpikeTrains {
  return change(data, seed, CONTROL.units, ({ times, starts, count }, random) => {
    const out = times.slice();
    for (let i = 0; i < count; i++) shuffle(out.subarray(starts[i], starts[i + 1]), random);
    return out;
  });
}

/**
 * Exchanges the steps for one another, in all samples in the same way: spikes that came together still do, but steps
 * that were neighbours no longer are.
 * @throws RangeError unless the seed is a whole number from 0 to 2³² − 1
 */
export function permuteSteps(data: SpikeTrains, seed = 0): SpikeTrains {
  checkSpikeTrains(data);
  checkWhole('seed', seed, 0, MAX_UINT32);
  const order = Uint16Array.from({ length: data.T }, (_, step) => step);
  shuffle(order, new RandomStream(seed, Purpose.Control, 0, CONTROL.steps));
  return change(data, seed, CONTROL.steps, ({ times }) => times.map((time) => order[time]));
}

/** Runs time backwards: a spike of step t comes in step T − 1 − t, from the same unit. */
export function reverseTimes(data: SpikeTrains): SpikeTrains {
  return change(data, 0, CONTROL.times, ({ times }) => times.map((time) => data.T - 1 - time));
}

/** The same data with other times; training and test samples get separate random numbers. */
function change(
  data: SpikeTrains,
  seed: number,
  control: number,
  times: (split: SpikeTrainSplit, random: RandomStream) => Uint16Array,
): SpikeTrains {
  checkSpikeTrains(data);
  checkWhole('seed', seed, 0, MAX_UINT32);
  const changed = (split: SpikeTrainSplit, part: number) => ({
    ...split,
    times: times(split, new RandomStream(seed, Purpose.Control, part, control)),
  });
  return { ...data, train: changed(data.train, 1), test: changed(data.test, 2) };
}
