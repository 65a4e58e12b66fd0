/** From the times of events to the steps of a network, for all readers. */
import { checkNumber, checkWhole, formatValue } from '../../../src/common/checks';
import { MAX_T, type SpikeTrain } from '../../../src/common/spike-trains';

/** How times become steps. */
export interface Binning {
  /** Steps. Default 100. */
  T?: number;
  /**
   * Microseconds of the T steps; later events are left out. By default nothing is: up to the last event of all samples.
   */
  duration?: number;
  /**
   * Steps of equal time, or of equally many events of each sample ('number', as in SpikingJelly): ⌊events / T⌋ in each
   * step, and what is left over in the last. Default 'time'.
   */
  splitBy?: 'time' | 'number';
}

/**
 * @param times of all samples, in microseconds
 * @returns both values, checked
 * @throws RangeError in one line
 */
export function checkBinning(
  { T = 100, duration, splitBy = 'time' }: Binning,
  times: Iterable<ArrayLike<number>>,
): Required<Binning> {
  checkWhole('T', T, 1, MAX_T);
  if (splitBy !== 'time' && splitBy !== 'number')
    throw new RangeError(`splitBy: expected 'time' or 'number', found ${formatValue(splitBy)}`);
  if (duration !== undefined) {
    checkNumber('duration', duration, 0);
    return { T, duration, splitBy };
  }
  let last = 0;
  for (const sample of times) for (let i = 0; i < sample.length; i++) last = Math.max(last, sample[i]);
  return { T, duration: Math.floor(last) + 1, splitBy };
}

/**
 * Bins the events of one sample after the other. An event at a time is a spike in step ⌊time · T / duration⌋; several
 * of a unit in one step are one.
 * @param units how many there are
 * @returns a function of the times of events, in microseconds from 0, and of what says an event's unit
 */
export function binner(units: number, { T, duration, splitBy }: Required<Binning>) {
  // One for all samples: clearing it for each would take far longer than their events do.
  const seen = new Uint8Array(units * T);
  return (times: ArrayLike<number>, unitOf: (event: number) => number): SpikeTrain => {
    const found: { units: number[]; times: number[] } = { units: [], times: [] };
    // Of events that are counted, those that come in time are.
    let [counted, inTime] = [0, 0];
    if (splitBy === 'number')
      for (let event = 0; event < times.length; event++) inTime += times[event] < duration ? 1 : 0;
    const each = Math.max(1, Math.floor(inTime / T));
    for (let event = 0; event < times.length; event++) {
      const unit = unitOf(event);
      if (times[event] >= duration) continue;
      // A time just before the end may be rounded up to it.
      const place = splitBy === 'time' ? (times[event] * T) / duration : counted++ / each;
      const step = Math.min(T - 1, Math.floor(place));
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
