/** Files of event cameras, made here from the published format: x 8 bits, y 8, polarity 1, time 23, the highest bit first. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type EventTrainsOptions, eventTrains, readEvents } from '../../src/datasets';
import { createEngine } from '../../src/node/engines';

type Event = [x: number, y: number, polarity: number, time: number];

/** A file of these events, each a number of 40 bits. */
function file(events: Event[]): Uint8Array {
  const bytes = events.flatMap(([x, y, polarity, time]) => {
    const word = (BigInt(x) << 32n) | (BigInt(y) << 24n) | (BigInt(polarity) << 23n) | BigInt(time);
    return [32n, 24n, 16n, 8n, 0n].map((shift) => Number((word >> shift) & 0xffn));
  });
  return Uint8Array.from(bytes);
}

const EVENTS: Event[] = [
  [0, 0, 0, 0],
  [33, 1, 1, 299_999],
  [7, 33, 0, 150_000],
  [255, 128, 1, 0x7fffff],
];

test('events are read as they were written, also from the middle of other bytes', () => {
  const content = file(EVENTS);
  const around = new Uint8Array(content.length + 3);
  around.set(content, 3);
  for (const bytes of [content, around.subarray(3)]) {
    const { x, y, polarity, times } = readEvents(bytes);
    assert.deepEqual(
      EVENTS.map((_, i) => [x[i], y[i], polarity[i], times[i]]),
      EVENTS,
    );
    assert.equal(times.length, EVENTS.length);
  }
});

test('a file that holds no whole events is refused in one line', () => {
  const content = file(EVENTS);
  assert.throws(
    () => readEvents(content.subarray(0, 18), '00002.bin'),
    /^DatasetError: 00002\.bin: expected events of 5 bytes, found 18 bytes, which is 3 too many \(file truncated\? fetch it again\)$/,
  );
  assert.throws(
    () => readEvents(new Uint8Array()),
    /^DatasetError: events: expected at least one event, found an empty file$/,
  );
  assert.throws(
    () => readEvents([1, 2] as never),
    /^DatasetError: events: expected the bytes .* Uint8Array, found Array$/,
  );
});

const recording = readEvents(file(EVENTS.slice(0, 3)));
const labelled = { recordings: [recording], labels: [4] };

test('an event is a spike of its pixels and polarity, in its step', () => {
  const data = eventTrains({ train: labelled, test: labelled, T: 30, duration: 300_000 });
  assert.equal(data.units, 2 * 17 * 17);
  assert.equal(data.T, 30);
  // Two rows or columns of pixels share a unit; brighter ones come behind the 289 of darker ones.
  assert.deepEqual([...data.train.units], [0, 17 * 17 + 16, 16 * 17 + 3]);
  assert.deepEqual([...data.train.times], [0, 29, 15]);
  assert.deepEqual([...data.test.labels], [4]);
});

test('without a duration the last event of all recordings falls into the last step; with one, later events are left out', () => {
  const late = {
    recordings: [
      readEvents(
        file([
          [1, 1, 0, 0],
          [1, 1, 0, 599_999],
        ]),
      ),
    ],
    labels: [1],
  };
  const data = eventTrains({ train: labelled, test: late, T: 6 });
  assert.deepEqual([...data.train.times], [0, 2, 1]);
  assert.deepEqual([...data.test.times], [0, 5]);
  const short = eventTrains({ train: labelled, test: late, T: 6, duration: 300_000 });
  assert.deepEqual([...short.test.times], [0]);
});

test('an engine takes recordings', async () => {
  const engine = await createEngine('event', { data: eventTrains({ train: labelled, test: labelled, T: 30 }) });
  const spikes = await engine.spikes({ split: 'train', epoch: 0, index: 0 });
  assert.equal(
    spikes.reduce((a, b) => a + b, 0),
    3,
  );
  await engine.close();
});

test('recordings that do not fit are refused in one line', () => {
  const outside = { recordings: [recording, readEvents(file([[34, 0, 0, 5]]))], labels: [0, 1] };
  const faults: [Partial<EventTrainsOptions>, RegExp][] = [
    [{ train: outside }, /^RangeError: train: recording 1: x: expected a whole number from 0 to 33, found 34$/],
    [{ height: 33 }, /^RangeError: train: recording 0: y: expected a whole number from 0 to 32, found 33$/],
    [
      { pool: 1 },
      /^RangeError: pool: expected at most 784 units, found 2 × 34 × 34 = 2312; let more pixels share a unit$/,
    ],
    [{ T: 0 }, /^RangeError: T: expected a whole number from 1 to 10000, found 0$/],
    [{ duration: 0 }, /^RangeError: duration: expected a finite number above 0, found 0$/],
    [
      { test: { recordings: [], labels: [] } },
      /^RangeError: data\.test: expected at least one spike train, found none$/,
    ],
    [
      { test: { recordings: [recording], labels: [10] } },
      /^RangeError: data\.test: expected labels from 0 to 9, found 10 of train 0$/,
    ],
  ];
  for (const [options, message] of faults) {
    assert.throws(() => eventTrains({ train: labelled, test: labelled, ...options }), message);
  }
});
