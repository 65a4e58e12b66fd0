/** A film that runs backwards, delays that detect motion, and lamps that stand still. */

import { exercise, mistake as m } from '../../engine/exercise';
import { range, toList } from '../../engine/values';

type Event = [time: number, polarity: number];
type Backwards = (events: Event[], duration: number) => Event[];
type Delays = (pixels: number, stepsPerPixel: number, way: 'left' | 'right') => number[];
type Rates = (mains: number, rates: number[]) => ArrayLike<number>;

const backwards =
  (time: (time: number, duration: number, events: Event[]) => number, polarity = (p: number) => 1 - p): Backwards =>
  (events, duration) =>
    events.map(([t, p]): Event => [time(t, duration, events), polarity(p)]).reverse();
const mirrored = (time: number, duration: number) => duration - 1 - time;

/** The delay of each pixel, by its place counted from where a thing comes in. */
const delaysBy =
  (delay: (place: number, pixels: number, steps: number) => number): Delays =>
  (pixels, stepsPerPixel, way) =>
    range(pixels).map((x) => delay(way === 'right' ? x : pixels - 1 - x, pixels, stepsPerPixel));

const ratesBy =
  (holds: (rate: number, mains: number) => boolean): Rates =>
  (mains, rates) =>
    rates.filter((rate) => holds(rate, mains));

export const anEventCameraMotion = {
  'camera-backwards': exercise<Backwards>({
    minutes: 5,
    names: ['events', 'duration'],
    probes: [
      [
        [
          [0, 1],
          [10, 1],
          [70, 0],
        ],
        100,
      ],
      [
        [
          [5, 0],
          [20, 0],
          [30, 1],
          [99, 0],
        ],
        100,
      ],
      [
        [
          [50, 1],
          [90, 0],
        ],
        98,
      ],
    ],
    tolerance: 0,
    oracle: backwards(mirrored),
    mistakes: {
      'keeps-polarity': m(
        'keeps the polarity',
        'What became brighter still does so here. What does a pixel see that brightens if the film runs backwards?',
        backwards(mirrored, (p) => p),
      ),
      'times-alone': m(
        'turns the polarity, and keeps the times',
        'Here the last event is still the last. When does it come if the film runs backwards?',
        (events) => events.map(([t, p]): Event => [t, 1 - p]),
        (events) => events.map(([t, p]): Event => [t, 1 - p]).reverse(),
      ),
      'one-too-late': m(
        'lets time 0 become the duration',
        'The first event now comes after the end. What is the last time that there is?',
        backwards((time, duration) => duration - time),
      ),
      'from-the-last': m(
        'counts from the last event',
        'Your film begins with the last event. How long was it still before?',
        backwards((time, _, events) => events[events.length - 1][0] - time),
      ),
      'sorted-as-text': m(
        'sorts without comparing numbers',
        '“sort()” compares numbers as texts, so 11 comes before 2. Which function must you give it?',
        (events, duration) => backwards(mirrored)(events, duration).sort(),
      ),
      'not-in-order': m(
        'leaves the events in their old order',
        'Your times fall from event to event. Which event comes first now?',
        (events, duration) => events.map(([t, p]): Event => [mirrored(t, duration), 1 - p]),
      ),
    },
    forms: [
      (events, duration) =>
        events.map(([t, p]): Event => [duration - t - 1, p === 1 ? 0 : 1]).sort(([a], [b]) => a - b),
      (events, duration) => {
        const out: Event[] = [];
        for (let i = events.length - 1; i >= 0; i--) out.push([duration - (events[i][0] + 1), events[i][1] ^ 1]);
        return out;
      },
    ],
  }),
  'camera-delays': exercise<Delays>({
    minutes: 5,
    names: ['pixels', 'stepsPerPixel', 'way'],
    probes: [
      [4, 2, 'right'],
      [3, 3, 'left'],
      [5, 0.5, 'right'],
    ],
    tolerance: 0,
    oracle: delaysBy((place, pixels, steps) => (pixels - 1 - place) * steps),
    mistakes: {
      'wrong-way': m(
        'delays the pixel that comes last',
        'Your spikes meet if the thing goes the other way. Which pixel has to wait longest?',
        delaysBy((place, _, steps) => place * steps),
      ),
      'one-way': m(
        'detects the same way always',
        'Left and right have the same delays here. Which pixel does a thing pass first that moves left?',
        (pixels, steps) => range(pixels).map((x) => (pixels - 1 - x) * steps),
      ),
      'waits-at-the-end': m(
        'lets the last pixel wait, too',
        'The last pixel has a delay here. Whom does it wait for?',
        delaysBy((place, pixels, steps) => (pixels - place) * steps),
      ),
      'pixels-per-step': m(
        'takes steps per pixel for pixels per step',
        'A thing that is twice as slow gets half the delay here. How many steps are there from one pixel to the next?',
        delaysBy((place, pixels, steps) => (pixels - 1 - place) / steps),
      ),
      'one-step-each': m(
        'leaves the speed out',
        'Your delays grow by one from pixel to pixel. How long does the thing take for one?',
        delaysBy((place, pixels) => pixels - 1 - place),
      ),
    },
    forms: [
      (pixels, stepsPerPixel, way) => {
        const passed = range(pixels).map((x) => x * stepsPerPixel * (way === 'right' ? 1 : -1));
        return passed.map((time) => Math.max(...passed) - time);
      },
      (pixels, stepsPerPixel, way) => {
        const right = Array.from({ length: pixels }, (_, x) => stepsPerPixel * (pixels - x - 1));
        return way === 'right' ? right : right.reverse();
      },
    ],
  }),
  'camera-lamps': exercise<Rates>({
    minutes: 4,
    optional: true,
    names: ['mains', 'rates'],
    probes: [
      [50, [24, 25, 30, 50, 60, 100]],
      [60, [15, 25, 40, 60, 80, 120, 240]],
      [50, [10, 20, 75, 200]],
    ],
    compared: toList,
    tolerance: 0,
    oracle: ratesBy((rate, mains) => (2 * mains) % rate === 0),
    mistakes: {
      'mains-alone': m(
        'takes the frequency of the mains for that of the lamp',
        'Here a lamp is bright once in a period. The current flows both ways in one: how often is the lamp bright?',
        ratesBy((rate, mains) => mains % rate === 0),
      ),
      'rate-by-lamp': m(
        'asks for frames that are a multiple of the flicker',
        'With two frames for each flash, every other one is dark. How many flashes lie between two frames that look alike?',
        ratesBy((rate, mains) => rate % (2 * mains) === 0),
        ratesBy((rate, mains) => rate % mains === 0),
      ),
      slower: m(
        'takes every rate below that of the lamp',
        'Here all slow cameras are at rest. Does 30 go into 100 a whole number of times?',
        ratesBy((rate, mains) => rate <= 2 * mains),
        ratesBy((rate, mains) => rate < 2 * mains),
        ratesBy((rate, mains) => rate <= mains),
      ),
      'fast-enough': m(
        'takes rates that would see the flicker',
        'A camera that is fast enough sees the lamp flicker. Which one always sees it at the same moment of a flash?',
        ratesBy((rate, mains) => rate >= 4 * mains),
        ratesBy((rate, mains) => rate > 2 * mains),
      ),
      divisors: m(
        'lists those that move',
        'With these the lamp seems to move. Which rates are asked for?',
        ratesBy((rate, mains) => (2 * mains) % rate !== 0),
      ),
    },
    forms: [
      (mains, rates) => rates.filter((rate) => Number.isInteger((2 * mains) / rate)),
      (mains, rates) => {
        const out: number[] = [];
        for (const rate of rates) for (let k = 1; k <= 2 * mains; k++) if (k * rate === 2 * mains) out.push(rate);
        return out;
      },
    ],
  }),
};
