/** What a pixel reports, the unit of an event, and the step of an event. */
import { exercise, mistake as m } from '../engine/exercise';
import { range, toList } from '../engine/values';

type Pixel = (greys: number[], on: number, off: number) => number[];
type Unit = (x: number, y: number, polarity: number, width: number, height: number, pool: number) => number;
type Steps = (times: number[], T: number, duration: number, by: 'time' | 'number') => number[];

const FLOOR = 0.03;
const logOf = (grey: number) => Math.log(grey / 255 + FLOOR);

/** Events of each look, by what is compared, and by the level after them. */
const pixel =
  (
    count: (change: number, threshold: number) => number,
    after: (level: number, moved: number, now: number, n: number) => number,
    seen = logOf,
    thresholdOf = (change: number, on: number, off: number) => (change > 0 ? on : off),
  ): Pixel =>
  (greys, on, off) => {
    let level = seen(greys[0]);
    return greys.map((grey) => {
      const now = seen(grey);
      const threshold = thresholdOf(now - level, on, off);
      const n = count(now - level, threshold);
      level = after(level, n * threshold, now, n);
      return n;
    });
  };
const truncated = (change: number, threshold: number) => Math.trunc(change / threshold);
const moved = (level: number, by: number) => level + by;

/** The unit of an event, by the order of what it is made of. */
const unit =
  (
    of: (column: number, row: number, polarity: number, columns: number, rows: number) => number,
    cell = (at: number, pool: number) => Math.floor(at / pool),
    count = (size: number, pool: number) => Math.ceil(size / pool),
  ): Unit =>
  (x, y, polarity, width, height, pool) =>
    of(cell(x, pool), cell(y, pool), polarity, count(width, pool), count(height, pool));
const inOrder = (column: number, row: number, polarity: number, columns: number, rows: number) =>
  (polarity * rows + row) * columns + column;

const byTime =
  (step: (time: number, T: number, duration: number, times: number[]) => number): Steps =>
  (times, T, duration, by) =>
    by === 'time' ? times.map((time) => step(time, T, duration, times)) : counted(times, T);
const byNumber =
  (step: (place: number, T: number, events: number) => number): Steps =>
  (times, T, duration, by) =>
    by === 'number' ? times.map((_, place) => step(place, T, times.length)) : timed(times, T, duration);
const timed = (times: number[], T: number, duration: number) => times.map((time) => Math.floor((time * T) / duration));
const counted = (times: number[], T: number) => {
  const each = Math.floor(times.length / T);
  return times.map((_, place) => Math.min(T - 1, Math.floor(place / each)));
};

export const anEventCamera = {
  'camera-pixel': exercise<Pixel>({
    minutes: 7,
    names: ['greys', 'on', 'off'],
    probes: [
      [[20, 200, 190, 0, 255, 255, 3], 0.3, 0.5],
      [[100, 110, 121, 133, 146, 160, 176, 100, 91, 83, 75, 68, 62], 0.25, 0.2],
      [[50, 60, 70, 60, 50, 40, 30, 60], 0.2, 0.35],
      // Just above and just below one threshold: 256 or 254 in place of 255 shows.
      [[255, 0], 1, 3.535],
      [[255, 0], 1, 3.538],
      [[0, 255], 3.535, 1],
      [[0, 255], 3.538, 1],
    ],
    tolerance: 0,
    oracle: pixel(truncated, moved),
    mistakes: {
      'last-look': m(
        'compares with the last look',
        'Here a change that comes slowly is never reported. With which level does a pixel compare?',
        pixel(truncated, (_level, _by, now) => now),
      ),
      'forgets-the-rest': m(
        'takes the light itself for the reported level',
        'After a report, what was left of the change is forgotten here. By how much does the level move?',
        pixel(truncated, (level, _by, now, n) => (n === 0 ? level : now)),
      ),
      'rounds-down': m(
        'rounds down instead of towards 0',
        'A tiny step into the dark is an OFF event here. To which side does a half threshold below 0 have to be rounded?',
        pixel((change, threshold) => Math.floor(change / threshold), moved),
      ),
      nearest: m(
        'rounds to the nearest whole number',
        'Here half a threshold is enough for an event. How much of a change is left over?',
        pixel((change, threshold) => Math.round(change / threshold), moved),
      ),
      'no-logarithm': m(
        'compares intensities',
        'Here the same difference counts as much in the light as in the dark. What makes a factor out of it?',
        pixel(truncated, moved, (grey) => grey / 255),
        pixel(truncated, moved, (grey) => grey / 255 + FLOOR),
      ),
      'one-threshold': m(
        'uses the threshold of ON events for both',
        'Your darker and brighter events have the same threshold. Which one is for OFF?',
        pixel(truncated, moved, logOf, (_, on) => on),
      ),
      'moved-by-on': m(
        'moves the level by the threshold of ON events, whichever side it is',
        'Your level moves by the same threshold to both sides. By how much has the light changed at an OFF event?',
        (greys, on, off) => pixel(truncated, (level, _by, _now, n) => level + n * on)(greys, on, off),
      ),
      'on-alone': m(
        'reports nothing where it becomes darker',
        'Your pixel never reports that it gets darker. Which threshold is for that?',
        pixel((change, threshold) => Math.max(0, truncated(change, threshold)), moved),
      ),
      exchanged: m(
        'exchanges both thresholds',
        'Brighter light is measured by the threshold for OFF here. Which one belongs to which side?',
        pixel(truncated, moved, logOf, (change, on, off) => (change > 0 ? off : on)),
      ),
      'one-event': m(
        'sends one event at most',
        'However large the change, there is one event here. How many thresholds fit into it?',
        pixel((change, threshold) => Math.sign(truncated(change, threshold)), moved),
      ),
    },
    forms: [
      (greys, on, off) => {
        let level = logOf(greys[0]);
        return greys.map((grey) => {
          let n = 0;
          for (; logOf(grey) - level >= on; n++) level += on;
          for (; level - logOf(grey) >= off; n--) level -= off;
          return n;
        });
      },
      (greys, on, off) => {
        const out: number[] = [];
        let level = Math.log(greys[0] / 255 + 0.03);
        for (const grey of greys) {
          const change = Math.log(grey / 255 + 0.03) - level;
          const threshold = change > 0 ? on : off;
          const n = change > 0 ? Math.floor(change / on) : -Math.floor(-change / off);
          level += n * threshold;
          out.push(n);
        }
        return out;
      },
    ],
  }),
  'camera-unit': exercise<Unit>({
    minutes: 4,
    names: ['x', 'y', 'polarity', 'width', 'height', 'pool'],
    probes: [
      [7, 33, 0, 34, 34, 2],
      [5, 3, 1, 10, 7, 4],
      [9, 6, 1, 10, 7, 3],
      [0, 5, 0, 12, 8, 1],
      [11, 2, 1, 12, 8, 5],
      [3, 1, 1, 6, 20, 2],
    ],
    tolerance: 0,
    oracle: unit(inOrder),
    mistakes: {
      'exchanges-rows': m(
        'numbers the units column by column',
        'Your units go down each column. Which neighbour has the next number, the one to the right or the one below?',
        unit((column, row, polarity, columns, rows) => (polarity * columns + column) * rows + row),
      ),
      'rows-for-columns': m(
        'takes the number of rows for that of columns',
        'Here a row is as long as a column is high. By how much does the number grow from one row to the next?',
        unit((column, row, polarity, columns, rows) => polarity * rows * columns + row * rows + column),
      ),
      'polarity-inside': m(
        'puts both polarities of a cell side by side',
        'Both polarities of a cell are neighbours here. How many units of darker events come first?',
        unit((column, row, polarity, columns) => 2 * (row * columns + column) + polarity),
      ),
      'brighter-first': m(
        'puts brighter events first',
        'Your first half is that of brighter events. Which polarity is 0?',
        unit((column, row, polarity, columns, rows) => inOrder(column, row, 1 - polarity, columns, rows)),
      ),
      'no-polarity': m(
        'leaves the polarity out',
        'Brighter and darker events of a cell have the same unit here. Where do the brighter ones begin?',
        unit((column, row, _, columns) => row * columns + column),
      ),
      'cuts-the-edge': m(
        'leaves out a cell at the edge that is not whole',
        'A last cell with fewer pixels has no place here. How many cells does a row of 10 pixels have, four to a cell?',
        unit(
          inOrder,
          (at, pool) => Math.floor(at / pool),
          (size, pool) => Math.floor(size / pool),
        ),
      ),
      'pixels-wide': m(
        'counts pixels in place of cells',
        'Your rows are as long as those of pixels. How many cells are in one?',
        unit(
          inOrder,
          (at, pool) => Math.floor(at / pool),
          (size) => size,
        ),
      ),
      'rounds-up': m(
        'rounds a place up',
        'The first pixel of a cell belongs to the cell before it here. Which cell has the pixels 0 to 3 if four share one?',
        unit(inOrder, (at, pool) => Math.round(at / pool)),
        unit(inOrder, (at, pool) => Math.ceil(at / pool)),
      ),
    },
    forms: [
      (x, y, polarity, width, height, pool) => {
        const columns = Math.floor((width + pool - 1) / pool);
        const rows = Math.floor((height + pool - 1) / pool);
        return polarity * rows * columns + Math.trunc(y / pool) * columns + Math.trunc(x / pool);
      },
      (x, y, polarity, width, height, pool) => {
        let number = 0;
        for (let p = 0; p < 2; p++)
          for (let top = 0; top < height; top += pool)
            for (let left = 0; left < width; left += pool) {
              if (p === polarity && y - top >= 0 && y - top < pool && x - left >= 0 && x - left < pool) return number;
              number++;
            }
        return number;
      },
    ],
  }),
  'camera-step': exercise<Steps>({
    minutes: 6,
    names: ['times', 'T', 'duration', 'by'],
    probes: [
      [[100, 190, 250, 399, 400, 999], 5, 1000, 'time'],
      [[30, 40, 50, 60, 61, 62, 63, 700, 701, 990], 4, 1000, 'number'],
      [[5, 15, 77, 90], 3, 120, 'time'],
      [[1, 2, 3, 4, 5, 6, 7], 3, 10, 'number'],
      [[3.2, 6.5, 9.5], 3, 10, 'time'], // a step lasts no whole number of units
    ],
    tolerance: 0,
    oracle: (times, T, duration, by) => (by === 'time' ? timed(times, T, duration) : counted(times, T)),
    mistakes: {
      'from-the-first': m(
        'begins at the first event',
        'Your first step begins with the first event. When does the recording begin?',
        byTime((time, T, duration, times) => Math.floor(((time - times[0]) * T) / duration)),
        byTime((time, T, duration, times) => Math.floor(((time - times[0]) * T) / (duration - times[0]))),
      ),
      'to-the-last': m(
        'ends at the last event',
        'Here the last event ends the last step. What does the duration say?',
        byTime((time, T, _, times) => Math.min(T - 1, Math.floor((time * T) / times[times.length - 1]))),
        byTime((time, T, _, times) => Math.floor((time * T) / (times[times.length - 1] + 1))),
      ),
      nearest: m(
        'rounds to the nearest step',
        'An event late in a step counts for the next one here. When does step 1 begin?',
        byTime((time, T, duration) => Math.round((time * T) / duration)),
      ),
      'whole-units': m(
        'rounds the duration of a step down',
        'Your last step lasts longer than the others. Must the duration of a step be a whole number?',
        byTime((time, T, duration) => Math.min(T - 1, Math.floor(time / Math.floor(duration / T)))),
      ),
      'one-step-more': m(
        'gives what is left over a step of its own',
        'Your last events come in step T. What is the number of the last step?',
        byNumber((place, T, events) => Math.floor(place / Math.floor(events / T))),
      ),
      'spreads-the-rest': m(
        'spreads what is left over',
        'Here the steps differ by one event, wherever it falls. Which step takes all that is left over?',
        byNumber((place, T, events) => Math.floor((place * T) / events)),
      ),
      'rounds-up': m(
        'rounds the events of a step up',
        'Your first steps have more events than the last one. To which side is the number of a step rounded?',
        byNumber((place, T, events) => Math.floor(place / Math.ceil(events / T))),
      ),
      'deals-out': m(
        'deals the events out one by one',
        'Events that follow one another come in different steps here. Which events does the first step have?',
        byNumber((place, T) => place % T),
      ),
    },
    forms: [
      (times, T, duration, by) => {
        const each = Math.trunc(times.length / T);
        return times.map((time, i) => {
          const step = by === 'time' ? Math.trunc(time / (duration / T)) : (i - (i % each)) / each;
          return Math.min(step, T - 1);
        });
      },
      (times, T, duration, by) =>
        times.map((time, i) => {
          const starts = range(T).map((step) =>
            by === 'time' ? (step * duration) / T : step * Math.floor(times.length / T),
          );
          return starts.filter((start) => start <= (by === 'time' ? time : i)).length - 1;
        }),
    ],
  }),
};

// A film that runs backwards, delays that detect motion, and lamps that stand still.

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
