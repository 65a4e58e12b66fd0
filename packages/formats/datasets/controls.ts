/**
 * Controls: data with one kind of information destroyed. A network that still classifies it did not need that
 * information. The mean firing rate of each unit and the label of each sample stay the same.
 */
import { checkWhole } from '../../../src/common/checks';
import { MAX_UINT32, RandomStream, shuffle } from '../../../src/common/random';
import { Purpose } from '../../networks/purposes';
import { checkSpikeTrains, type SpikeTrainSplit, type SpikeTrains } from '../../networks/spike-trains';

const CONTROL = { times: 0, units: 1, steps: 2 } as const;

/**
 * Shuffles the times of all spikes of a split, so that times no longer depend on the class.
 * @example
 * const control = datasets.shuffleTimes(datasets.randman());
 * @throws RangeError unless the seed is a whole number from 0 to 2³² − 1
 */
export function shuffleTimes(data: SpikeTrains, seed = 0): SpikeTrains {
  return replaceTimes(data, seed, CONTROL.times, ({ times }, random) => shuffle(times.slice(), random));
}

/**
 * Shuffles the times within each sample: units and times stay, but not which unit has which time. In recordings of an
 * event camera this destroys motion.
 * @throws RangeError unless the seed is a whole number from 0 to 2³² − 1
 */
export function exchangeUnits(data: SpikeTrains, seed = 0): SpikeTrains {
  return replaceTimes(data, seed, CONTROL.units, ({ times, starts, count }, random) => {
    const out = times.slice();
    for (let i = 0; i < count; i++) shuffle(out.subarray(starts[i], starts[i + 1]), random);
    return out;
  });
}

/**
 * Permutes the steps, in the same way in all samples: coincident spikes stay coincident, but the order of steps is lost.
 * @throws RangeError unless the seed is a whole number from 0 to 2³² − 1
 */
export function permuteSteps(data: SpikeTrains, seed = 0): SpikeTrains {
  checkSpikeTrains(data);
  checkWhole('seed', seed, 0, MAX_UINT32);
  const order = Uint16Array.from({ length: data.T }, (_, step) => step);
  shuffle(order, new RandomStream(seed, Purpose.Control, 0, CONTROL.steps));
  return replaceTimes(data, seed, CONTROL.steps, ({ times }) => times.map((time) => order[time]));
}

/** Reverses time: a spike in step t moves to step T − 1 − t. */
export function reverseTimes(data: SpikeTrains): SpikeTrains {
  return replaceTimes(data, 0, CONTROL.times, ({ times }) => times.map((time) => data.T - 1 - time));
}

/** Replaces the times; training and test samples have separate random streams. */
function replaceTimes(
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
