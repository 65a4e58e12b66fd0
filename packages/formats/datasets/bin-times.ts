/** From the times of events to the steps of a network, for all readers. */
import { checkNumber, checkWhole } from '../../../src/common/checks';
import { MAX_T, type SpikeTrain } from '../../../src/common/spike-trains';

/** How times become steps. */
export interface Binning {
  /** Steps. Default 100. */
  T?: number;
  /**
   * Microseconds of the T steps; later events are left out. By default nothing is: up to the last event of all samples.
   */
  duration?: number;
}

/**
 * @param times of all samples, in microseconds
 * @returns both values, checked
 * @throws RangeError in one line
 */
export function checkBinning({ T = 100, duration }: Binning, times: Iterable<ArrayLike<number>>): Required<Binning> {
  checkWhole('T', T, 1, MAX_T);
  if (duration !== undefined) {
    checkNumber('duration', duration, 0);
    return { T, duration };
  }
  let last = 0;
  for (const sample of times) for (let i = 0; i < sample.length; i++) last = Math.max(last, sample[i]);
  return { T, duration: Math.floor(last) + 1 };
}

/**
 * Bins the events of one sample after the other. An event at a time is a spike in step ⌊time · T / duration⌋; several
 * of a unit in one step are one.
 * @param units how many there are
 * @returns a function of the times of events, in microseconds from 0, and of what says an event's unit
 */
export function binner(units: number, { T, duration }: Required<Binning>) {
  // One for all samples: clearing it for each would take far longer than their events do.
  const seen = new Uint8Array(units * T);
  return (times: ArrayLike<number>, unitOf: (event: number) => number): SpikeTrain => {
    const found: { units: number[]; times: number[] } = { units: [], times: [] };
    for (let event = 0; event < times.length; event++) {
      const unit = unitOf(event);
      if (times[event] >= duration) continue;
      // A time just before the end may be rounded up to it.
      const step = Math.min(T - 1, Math.floor((times[event] * T) / duration));
      if (seen[unit * T + step]) continue;
      seen[unit * T + step] = 1;
      found.units.push(unit);
      found.times.push(step);
    }
    found.units.forEach((unit, spike) => {
      seen[unit * T + found.times[spike]] = 0;
    });
    return { units: Uint16Array.from(found.units), times: Uint16Array.from(found.times) };
  };
}
