/** An event camera made of frames, and the scenes for it: against closed forms, and what Tonic makes of the same events. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createEngine } from '../../../../hosts/node/engines';
import type { SpikeTrains } from '../../../networks/spike-trains';
import {
  DIRECTIONS,
  EventCamera,
  events,
  eventTrains,
  makeSpikeTrains,
  movingThings,
  permuteSteps,
  type Recording,
  reverseTimes,
  saccades,
  splitByGroup,
} from '../../datasets';

const frame = (...grey: number[]) => Uint8Array.from(grey);
const list = ({ x, y, polarity, times }: Recording) => Array.from(x, (_, i) => [x[i], y[i], polarity[i], times[i]]);

test('a pixel reports each threshold that the logarithm of its intensity has crossed, and keeps the rest', () => {
  const [threshold, floor] = [0.3, 0.1];
  const camera = new EventCamera({ width: 1, height: 1, threshold, floor });
  const greys = [10, 200, 190, 0, 255, 255, 3];
  let level = Math.log(greys[0] / 255 + floor);
  greys.forEach((grey, k) => {
    const n = k === 0 ? 0 : Math.trunc((Math.log(grey / 255 + floor) - level) / threshold);
    level += n * threshold;
    assert.equal(camera.see(frame(grey)), Math.abs(n));
    assert.equal(camera.events[0], n);
    assert.ok(Math.abs(camera.levels[0] - level) < 1e-12);
  });
});

test('events of two frames come when the line between both logarithms crosses the next level', () => {
  const [threshold, floor, fps] = [0.25, 0.05, 10];
  const pair = [frame(20, 100), frame(150, 60)];
  const recording = events(pair, { width: 2, height: 1, threshold, floor, fps });
  const expected = [0, 1].flatMap((x) => {
    const [from, to] = pair.map((grey) => Math.log(grey[x] / 255 + floor));
    const count = Math.trunc(Math.abs(to - from) / threshold);
    return Array.from({ length: count }, (_, i) => {
      const at = Math.floor((((i + 1) * threshold) / Math.abs(to - from)) * 1e5);
      return [x, 0, to > from ? 1 : 0, at];
    });
  });
  expected.sort((a, b) => a[3] - b[3] || a[0] - b[0]);
  assert.ok(expected.length > 5);
  assert.deepEqual(list(recording), expected);
  const still = events([pair[0], pair[0], pair[0]], { width: 2, height: 1 });
  assert.equal(still.times.length, 0);
});

test('what is no frame, and what is no camera, is refused in one line', () => {
  const camera = { width: 2, height: 1 };
  for (const [call, message] of [
    [() => events([], camera), /^RangeError: frames: how many: expected a whole number from 1 to 100000, found 0$/],
    [() => events([frame(1, 2), [1, 2] as never], camera), /^TypeError: frame 1: expected .* Uint8Array, found Array$/],
    [() => events([frame(1, 2)], { ...camera, fps: 0 }), /^RangeError: fps: .* above 0, found 0$/],
    [
      () => new EventCamera({ ...camera, threshold: 1e-4 }),
      /^RangeError: threshold: .* at least 0\.001, found 0\.0001$/,
    ],
    [() => new EventCamera({ width: 0, height: 1 }), /^RangeError: width: .* from 1 to 256, found 0$/],
    [() => movingThings({ kinds: 3 } as never), /found the option 'kinds'$/],
  ] as [() => unknown, RegExp][])
    assert.throws(call, message);
});

test('an event that only rounding has kept back comes when the next frame begins, in the order of times', () => {
  const greys = [31, 31, 32, 31, 31, 15, 9, 9, 8, 9, 8, 19, 31, 31];
  const camera = { width: 1, height: 1, threshold: 0.1664879071712494 };
  const pixel = new EventCamera(camera);
  const counts = greys.map((grey) => pixel.see(frame(grey)));
  assert.equal(counts[13], 1, 'the last two frames are the same, and there is an event between them');
  const { times } = events(
    greys.map((grey) => frame(grey)),
    { ...camera, fps: 10 },
  );
  assert.equal(times[times.length - 1], 1_200_000);
  assert.deepEqual(
    Array.from(times),
    Array.from(times).sort((a, b) => a - b),
  );
});

test('a recording whose times or events are more than can be counted is refused in one line', () => {
  const flash = Array.from({ length: 3 }, (_, k) => frame(255 * (k % 2)));
  const slow = { width: 1, height: 1, fps: 2 / 4294 };
  // The third frame comes after 4294 s, before 32 bits of microseconds are full; the fourth would come after.
  const { times } = events(flash, slow);
  assert.ok(times[times.length - 1] > 4e9 && times.every((time, i) => i === 0 || time >= times[i - 1]));
  assert.throws(
    () => events([...flash, frame(255)], slow),
    /^RangeError: frames: expected at most 4294 s, .* found 4 frames in 6441 s \(a higher fps, or fewer frames\)$/,
  );
  const all = [0, 255, 0].map((grey) => new Uint8Array(256 * 256).fill(grey));
  assert.throws(
    () => events(all, { width: 256, height: 256, threshold: 1e-3 }),
    /^RangeError: frames: expected at most 8388608 events in a recording, found \d+ up to frame 1 \(raise the threshold,/,
  );
});

test('an eye that moves over an image sees it shifted, and is back at the end', () => {
  const image = new Uint8Array(784);
  image[14 * 28 + 14] = 255;
  const seen = saccades(image, 3);
  assert.equal(seen.length, 4);
  // Corners of the way: 2 up, 2 right and 2 down, 2 left and 2 down, 2 up. What the eye turns to moves the other way.
  const places = seen.map((grey) => grey.indexOf(255)).map((at) => [(at % 28) - 14, Math.floor(at / 28) - 14]);
  assert.equal(places.join(' '), '0,2 -2,-2 2,-2 0,2');
  const { polarity, times } = events(saccades(image), { width: 28, height: 28, threshold: 0.4, floor: 0.1 });
  assert.ok(polarity.includes(0) && polarity.includes(1));
  assert.ok(times.every((time) => time < 1e6));
});

const camera = { width: 32, height: 32, pool: 4, T: 12, duration: 400_000 };

test('things move the way of their class: the middle of bright events of a bright thing does', () => {
  const { train, test: other } = movingThings({ seed: 1, train: 100, test: 5, contrast: 'bright', place: 'middle' });
  assert.deepEqual(Array.from(other.labels), [0, 1, 2, 3, 4]);
  let right = 0;
  train.recordings.forEach(({ x, y, polarity, times }, i) => {
    const half = (isLate: boolean) => {
      const own = Array.from(times.keys()).filter((e) => polarity[e] === 1 && times[e] >= 200_000 === isLate);
      const mean = (of: ArrayLike<number>) => own.reduce((sum, e) => sum + of[e], 0) / own.length;
      return [mean(x), mean(y)];
    };
    const [[x0, y0], [x1, y1]] = [half(false), half(true)];
    const way = { left: x0 - x1, right: x1 - x0, up: y0 - y1, down: y1 - y0, nothing: 0 };
    const name = DIRECTIONS[train.labels[i]];
    if (name !== 'nothing' && way[name] === Math.max(...Object.values(way))) right++;
  });
  assert.ok(right >= 60, `${right} of 80`);
});

test('one seed gives the same recordings, and another gives others', () => {
  const make = (seed: number) => movingThings({ seed, train: 5, test: 5, flicker: 0.5 });
  assert.deepEqual(make(3), make(3));
  assert.notDeepEqual(make(3), make(4));
  assert.notDeepEqual(make(3).train, make(3).test);
});

test('a unit fires where at least so many of its pixels report in a step', () => {
  // Unit 0 of the darker half: two pixels, one of them twice. Of the brighter half: one pixel in each of two steps.
  const events = [
    [0, 0, 0, 1],
    [0, 0, 0, 2],
    [1, 1, 0, 3],
    [0, 0, 1, 4],
    [1, 0, 1, 15],
  ];
  const [x, y, polarity] = [0, 1, 2].map((i) => Uint8Array.from(events, (event) => event[i]));
  const times = Uint32Array.from(events, (event) => event[3]);
  const split = { recordings: [{ x, y, polarity, times }], labels: [0] };
  const of = (least: number, splitBy: 'time' | 'number' = 'time') => {
    const data = eventTrains({ train: split, test: split, width: 4, height: 2, T: 2, duration: 20, least, splitBy });
    return Array.from(data.train.units, (unit, i) => [unit, data.train.times[i]]);
  };
  const bright = 2;
  const text = (spikes: number[][]) => spikes.join(' ');
  assert.equal(text(of(1)), `0,0 ${bright},0 ${bright},1`);
  assert.deepEqual(of(2), [[0, 0]]);
  // By number: two events in the first step, three in the last.
  assert.equal(text(of(1, 'number')), `0,0 0,1 ${bright},1`);
  assert.throws(() => of(5), /^RangeError: least: expected a whole number from 1 to 4, found 5$/);
  assert.throws(() => of(1, 'events' as never), /^RangeError: splitBy: expected 'time' or 'number', found 'events'$/);
});

test('no person is in both parts of recordings that are split by person', () => {
  const { train } = movingThings({ train: 12, test: 1 });
  const people = Array.from({ length: 12 }, (_, i) => `person ${i % 4}`);
  const parts = splitByGroup(train, people, { share: 0.25, seed: 2 });
  const personOf = (recording: Recording) => people[train.recordings.indexOf(recording)];
  const [inTrain, inTest] = [parts.train, parts.test].map(({ recordings }) => new Set(recordings.map(personOf)));
  assert.deepEqual([inTrain.size, inTest.size], [3, 1]);
  assert.ok(![...inTest].some((person) => inTrain.has(person)));
  assert.equal(parts.train.recordings.length + parts.test.recordings.length, 12);
  const at = train.recordings.indexOf(parts.test.recordings[0]);
  assert.equal(parts.test.labels[0], train.labels[at]);
  assert.throws(
    () => splitByGroup(train, new Array(12).fill(1)),
    /^RangeError: groups: expected at least two, found 1$/,
  );
  assert.throws(() => splitByGroup(train, [1, 2]), /^RangeError: groups: expected 12, .*, found 2$/);
});

test('time runs backwards, and twice forwards', () => {
  const data = eventTrains({ ...movingThings({ train: 5, test: 5 }), ...camera });
  const back = reverseTimes(data);
  assert.deepEqual(
    [...back.train.times],
    [...data.train.times].map((time) => 11 - time),
  );
  assert.deepEqual(back.train.units, data.train.units);
  assert.deepEqual(reverseTimes(back), data);
  assert.throws(() => reverseTimes(undefined as never), /^TypeError: data: expected spike trains/);
});

test('a silent sample is one: both engines read it, and neither learns anything of it but that', async () => {
  const split = (units: number[][]) => ({
    trains: units.map((units) => ({ units, times: units })),
    labels: units.map((_, i) => i),
  });
  const data: SpikeTrains = makeSpikeTrains({
    units: 3,
    T: 3,
    train: split([[0, 1], [], [2]]),
    test: split([[], [1]]),
  });
  assert.deepEqual([...data.train.starts], [0, 2, 2, 3]);
  assert.deepEqual([...permuteSteps(data).train.starts], [0, 2, 2, 3]);
  const results = [];
  for (const name of ['tfjs', 'event'] as const) {
    const engine = await createEngine(name, { data, batchSize: 3, learningRate: 0.1, seed: 2 });
    try {
      for (let epoch = 0; epoch < 3; epoch++) await engine.trainBatch(epoch, Uint32Array.of(0, 1, 2));
      results.push(Array.from(await engine.rates({ split: 'test', epoch: 3, indices: [0, 1] })));
    } finally {
      await engine.close();
    }
  }
  assert.deepEqual(results[0], results[1]);
  assert.ok(results[0].slice(0, 10).every((rate) => rate === 0));
});
