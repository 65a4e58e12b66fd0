/** What a leak by shifts does to a whole potential. */
import { exercise, mistake as m } from '../../engine/exercise';

type TauOf = (first: number, second: number) => number;
type StuckAt = (start: number, shift: number) => number;

/** What is left of 1 after both leaks. */
const left: TauOf = (first, second) => (1 - 2 ** -first) * (1 - 2 ** -second);

/** Leaks until nothing changes any more. */
const settle =
  (leak: (v: number, shift: number) => number): StuckAt =>
  (start, shift) => {
    let v = start;
    for (let n = 0; n < 1000 && leak(v, shift) !== 0; n++) v -= leak(v, shift);
    return v;
  };

export const onAChipLeak = {
  'chip-tau': exercise<TauOf>({
    minutes: 5,
    names: ['first', 'second'],
    probes: [
      [1, 2],
      [2, 3],
      [3, 3],
      [4, 6],
    ],
    oracle: (first, second) => 1 / (1 - left(first, second)),
    mistakes: {
      'adds-leaks': m(
        'lets both shifts leak from the same potential',
        'Both of your leaks take from the full potential. From what does the second one take?',
        (first, second) => 1 / (2 ** -first + 2 ** -second),
      ),
      'multiplies-taus': m(
        'multiplies both time constants',
        'Your potential would leak more slowly than with one shift alone. Does a second leak make it slower?',
        (first, second) => 2 ** (first + second),
      ),
      'adds-taus': m(
        'adds both time constants',
        'Two leaks leave less than one, but your tau is longer than either. Which share is left after both?',
        (first, second) => 2 ** first + 2 ** second,
      ),
      'what-is-left': m(
        'returns the share that is left',
        'This is the share that is left after a step. How is it written with tau?',
        left,
      ),
      'what-leaks': m(
        'returns the share that leaks',
        'This is the share that leaks in a step. What is it the inverse of?',
        (first, second) => 1 - left(first, second),
      ),
      'one-over-left': m(
        'returns 1 / the share that is left',
        'Your tau falls where more is left. Is the share that is left 1 / tau, or 1 - 1 / tau?',
        (first, second) => 1 / left(first, second),
      ),
      'first-alone': m(
        'takes the first shift alone',
        'The second shift makes no difference in your tau. What does it leave of the rest?',
        (first) => 2 ** first,
      ),
    },
    forms: [
      (first, second) => 1 / (2 ** -first + 2 ** -second - 2 ** -(first + second)),
      (first, second) => {
        let v = 1;
        v -= v / 2 ** first;
        v -= v / 2 ** second;
        return 1 / (1 - v);
      },
    ],
  }),

  'chip-stuck': exercise<StuckAt>({
    minutes: 5,
    names: ['start', 'shift'],
    probes: [
      [100, 1],
      [100, 4],
      [7, 4],
      [16, 4],
      [-100, 3],
      [-1, 2],
    ],
    tolerance: 0,
    oracle: settle((v, shift) => v >> shift),
    mistakes: {
      'to-0': m('leaks to 0', 'With a point a potential would get there in the end. What is 1 >> 1?', () => 0),
      'always-the-same': m(
        'returns 2^shift - 1 from every start',
        'Some starts are below the number that you return. Does a potential rise by leaking?',
        (_, shift) => 2 ** shift - 1,
      ),
      'lower-of-two': m(
        'takes the lower of the start and 2^shift - 1',
        'Above 0 this is right. What is -1 >> 2, and what does taking it away do?',
        (start, shift) => Math.min(start, 2 ** shift - 1),
      ),
      'one-too-high': m(
        'stops at 2^shift',
        'From the number where you stop, one more leak is possible. What is 16 >> 4?',
        (start, shift) => (start < 0 ? 0 : Math.min(start, 2 ** shift)),
      ),
      'towards-0': m(
        'rounds the leak toward 0',
        'Your negative potentials stop before 0. In which direction does >> round?',
        settle((v, shift) => Math.trunc(v / 2 ** shift)),
      ),
      'one-leak': m(
        'leaks once',
        'This is what one step leaves. Does the next one take nothing more?',
        (start, shift) => start - (start >> shift),
      ),
    },
    forms: [
      (start, shift) => (start < 0 ? 0 : Math.min(start, (1 << shift) - 1)),
      (start, shift) => {
        let v = start;
        while (Math.floor(v / 2 ** shift) !== 0) v -= Math.floor(v / 2 ** shift);
        return v;
      },
    ],
  }),
};
