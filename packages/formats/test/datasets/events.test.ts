/**
 * Files of events: N-MNIST's, made here from the published format, and those of test/golden/events in the layouts of
 * SHD and DVS128 Gesture.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import type { SpikeTrainSplit } from '../../../networks/spike-trains';
import { eventTrains, readEvents, readGestures, readShd } from '../../datasets';
import type { EventTrainsOptions } from '../../datasets/events';
import { readAedat } from '../../datasets/gestures';
import type { ShdOptions } from '../../datasets/shd';
import { type Group, hdf5Bytes } from '../../hdf5/writer';

/** Of 40 bits, the highest first, x has 8, y 8, the polarity 1 and the time 23. */
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
  assert.throws(() => readEvents(new Uint8Array()), /^DatasetError: events: expected .*, found an empty file$/);
  assert.throws(() => readEvents([1, 2] as never), /^RangeError: events: .* Uint8Array, found Array$/);
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
    recordings: [readEvents(file([1, 599_999].map((time): Event => [1, 1, 0, time])))],
    labels: [1],
  };
  const data = eventTrains({ train: labelled, test: late, T: 6 });
  assert.deepEqual([...data.train.times], [0, 2, 1]);
  assert.deepEqual([...data.test.times], [0, 5]);
  const short = eventTrains({ train: labelled, test: late, T: 6, duration: 300_000 });
  assert.deepEqual([...short.test.times], [0]);
});

test('recordings that do not fit are refused in one line', () => {
  const outside = { recordings: [recording, readEvents(file([[34, 0, 0, 5]]))], labels: [0, 1] };
  const faults: [Partial<EventTrainsOptions>, RegExp][] = [
    [{ train: outside }, /^RangeError: train: recording 1: x: expected a whole number from 0 to 33, found 34$/],
    [{ pool: 1, width: 64, height: 64 }, /^RangeError: pool: .* found 2 × 64 × 64 = 8192; raise pool/],
    [{ train: undefined }, /^TypeError: train: expected \{ recordings, labels \}, found undefined$/],
    [{ T: 0 }, /^RangeError: T: expected a whole number from 1 to 10000, found 0$/],
  ];
  const { x, polarity, times } = recording;
  const change = (change: object) => ({ train: { recordings: [{ ...recording, ...change }], labels: [4] } });
  const range = 'expected a whole number from 0 to';
  const arrays: [object, string][] = [
    [{ x: x.slice(1) }, 'expected as many x as y, polarity and times, found 2 x, 3 y, 3 polarity, 3 times'],
    [{ polarity: undefined }, 'expected as many .* found 3 x, 3 y, no polarity, 3 times'],
    [{ x: Float64Array.from(x).fill(Number.NaN, 1, 2) }, `x: ${range} 33, found NaN`],
    [{ polarity: polarity.map(() => 2) }, `polarity: ${range} 1, found 2`],
    [{ times: Float64Array.from(times, (time) => time / 1e6) }, 'times .microseconds.: .* found 0.299999'],
  ];
  for (const [changed, message] of arrays)
    faults.push([change(changed), new RegExp(`^RangeError: train: recording 0: ${message}$`)]);
  for (const [options, message] of faults) {
    assert.throws(() => eventTrains({ train: labelled, test: labelled, ...options }), message);
  }
});

const FOLDER = resolve(__dirname, '..', '..', '..', '..', 'test', 'golden', 'events');
const bytesOf = (name: string) => new Uint8Array(readFileSync(join(FOLDER, name)));
const golden = JSON.parse(readFileSync(join(FOLDER, 'golden.json'), 'utf8'));
const TABLE = readFileSync(join(FOLDER, 'user01_lab_labels.csv'), 'utf8');

/** The spikes of each train as pairs of unit and step, in order, and its label. */
const pairsOf = ({ units, times, starts, labels }: SpikeTrainSplit) => ({
  trains: Array.from(labels, (_, train) =>
    Array.from({ length: starts[train + 1] - starts[train] }, (_, i) => [
      units[starts[train] + i],
      times[starts[train] + i],
    ]).sort(([a, b], [c, d]) => a - c || b - d),
  ),
  labels: [...labels],
});

const shd = { train: bytesOf('shd_train.h5'), test: bytesOf('shd_test.h5') };
const gestures = readGestures(bytesOf('user01_lab.aedat'), TABLE);

test('SHD is what h5py and NumPy read: as PyTables writes half floats, and as h5py compresses float32', () => {
  const { classes, T, duration, train, test } = golden.shd;
  const data = readShd({ ...shd, classes, T, duration });
  assert.deepEqual([data.units, data.T], [700, 1000]);
  assert.deepEqual(pairsOf(data.train), train);
  assert.deepEqual(pairsOf(data.test), test);
  assert.equal(readShd(shd).T, 100);
});

test('gestures are what SpikingJelly cuts out of the recording', () => {
  const { trains, labels, ...options } = golden.gestures;
  const data = eventTrains({ train: gestures, test: gestures, ...options });
  assert.equal(data.units, 512);
  // In the order of the table; the golden ones are in that of the classes, which is the same.
  assert.deepEqual(pairsOf(data.train), { trains, labels });
});

test('steps of equal time, and of equally many events, have the units of the frames that Tonic makes', () => {
  const { T, duration, left, ...frames } = JSON.parse(readFileSync(join(FOLDER, 'frames.json'), 'utf8'));
  const events: Event[] = frames.events;
  const stepsOf = (some: Event[], splitBy: 'time' | 'number') => {
    const labelled = { recordings: [readEvents(file(some))], labels: [0] };
    const data = eventTrains({ train: labelled, test: labelled, pool: 1, T, duration, splitBy });
    return pairsOf(data.train).trains[0];
  };
  const inOrder = (pairs: number[][]) => pairs.sort(([a, b], [c, d]) => a - c || b - d);
  assert.deepEqual(stepsOf(events, 'time'), inOrder(frames.time));
  // What is left over is in the last step here, and in none of Tonic's.
  const inTime = events.filter(([, , , time]) => time < duration);
  assert.ok(left > 0 && inTime.length < events.length);
  const rest = inTime.slice(-left).map(([x, y, polarity]) => `${(polarity * 34 + y) * 34 + x},${T - 1}`);
  const all = new Set([...frames.number.map(String), ...rest]);
  assert.deepEqual(new Set(stepsOf(events, 'number').map(String)), all);
});

/** The bytes with others from a place on. */
function patched(bytes: Uint8Array, at: number, values: number[]): Uint8Array {
  const out = bytes.slice();
  out.set(values, at);
  return out;
}
const whole = (bytes: number, value: number | bigint) =>
  Array.from({ length: bytes }, (_, i) => Number((BigInt(value) >> BigInt(8 * i)) & 0xffn));
/** Where these letters are, for the first or the last time. */
const find = (bytes: Uint8Array, letters: string) => Buffer.from(bytes).indexOf(letters, 0, 'latin1');

/** A file whose root has a thousand messages, which say nothing. */
function crowded(): Uint8Array {
  const empty = hdf5Bytes({});
  const root = [...Buffer.from('OHDR'), 2, 2, ...whole(4, 4000), ...new Array<number>(4004).fill(0)];
  return Uint8Array.from([...patched(empty, 36, whole(8, empty.length)), ...root]);
}

/** The file with so many empty objects more in its first heap, which lies at its end. */
function fullHeap(more: number): Uint8Array {
  const at = find(shd.train, 'GCOL');
  const heap = shd.train.slice(at, at + Buffer.from(shd.train).readUInt32LE(at + 8));
  const start = patched(heap.slice(0, 16), 8, whole(8, heap.length + 16 * more));
  const empty = Buffer.from([...whole(2, 60_000), ...new Array<number>(14).fill(0)]);
  const address = (of: number) => String.fromCharCode(...whole(8, of));
  const file = Buffer.from(shd.train).toString('latin1').replaceAll(address(at), address(shd.train.length));
  return Uint8Array.from(
    Buffer.concat([Buffer.from(file, 'latin1'), start, Buffer.alloc(16 * more, empty), heap.slice(16)]),
  );
}

test('a file that is not SHD, or damaged, is refused in one line', () => {
  const numbers: Group = {
    times: { values: new Float32Array(2), shape: [2] },
    units: { values: [1n, 2n], shape: [2] },
  };
  // The first reference of a list is 4 bytes for its length, 8 for the heap's address and 4 for its place there.
  const heap = find(shd.train, 'GCOL');
  const reference = find(shd.train, String.fromCharCode(...whole(8, heap)));
  const extent = find(shd.train, '\n\0\0\0\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff');
  const faults: [Partial<ShdOptions>, RegExp][] = [
    [{ train: Uint8Array.of(0x1f, 0x8b, 8) }, /found a gzip file; unpack it first, such as with gunzip$/],
    [{ train: fullHeap(2 ** 20) }, /found more than 1048576 values in heaps$/],
    [{ test: crowded() }, /found an object of more than 500 messages$/],
    [{ train: shd.train.slice(0, 9000) }, /is it truncated\?$/],
    [{ train: hdf5Bytes({ spikes: numbers }) }, /found values of another type in place of lists of numbers$/],
    [{ train: patched(shd.train, reference + 8, whole(4, 999)) }, /found values that are missing from their heap/],
    [{ train: patched(shd.train, heap + 8, whole(8, 2n ** 40n)) }, /found a file that ends too early/],
    [
      { train: patched(shd.train, extent, whole(8, 2n ** 40n)) },
      /found \[1099511627776\] values, where at most 1048576/,
    ],
  ];
  assert.deepEqual(readShd({ ...shd, train: fullHeap(3) }), readShd(shd));
  for (const [options, message] of faults) {
    assert.throws(
      () => readShd({ ...shd, ...options }),
      (error: Error) => {
        assert.match(String(error), /^DatasetError: shd_/);
        assert.match(error.message, message);
        return !error.message.includes('\n');
      },
    );
  }
});

test('recordings of SHD that do not fit are refused in one line', () => {
  // In the first heap lie the times of recording 0, then its units: 2 bytes each, a header of 16 bytes before both.
  const times = find(shd.train, 'GCOL') + 32;
  const { byteOffset, buffer } = shd.train;
  const bytes = new DataView(buffer, byteOffset).getUint32(times - 8, true);
  const units = times + Math.ceil(bytes / 8) * 8 + 16;
  const labels = find(shd.train, '\0\0\x0d\0\x07\0\x13\0');
  const reference = find(shd.train, String.fromCharCode(...whole(8, times - 32))) - 4;
  const train = (at: number, values: number[]) => ({ train: patched(shd.train, at, values) });
  const unitsReference = find(shd.train, String.fromCharCode(...whole(4, bytes / 2), ...whole(8, times - 32), 2));
  const silent = { train: patched(patched(shd.train, reference, whole(4, 0)), unitsReference, whole(4, 0)) };
  const faults: [Partial<ShdOptions>, RegExp][] = [
    [train(units + 4, whole(2, 700)), /^RangeError: shd_train\.h5: recording 0: unit: .* from 0 to 699, found 700$/],
    [train(times, whole(2, 0x7e00)), /recording 0: expected times from 0 to 3600 s, found NaN$/],
    [train(labels + 2, [20]), /recording 1: label: .* from 0 to 19, found 20$/],
    [train(reference, whole(4, 1)), /recording 0: expected as many units as times, found \d+ and 1$/],
    [silent, /^RangeError: shd_train\.h5: recording 0: expected at least one spike, found none$/],
    [{ classes: [20] }, /^RangeError: classes: expected a whole number from 0 to 19, found 20$/],
    [{ classes: [3, 3] }, /^RangeError: classes: expected each once, found 3 twice$/],
    [{ duration: 1 }, /^RangeError: data\.train: expected at least one spike, found none$/],
  ];
  for (const [options, message] of faults) assert.throws(() => readShd({ ...shd, ...options }), message);
});

test('a recording or a table of gestures that does not fit is refused in one line', () => {
  const good = bytesOf('user01_lab.aedat');
  const packet = find(good, '#!END-HEADER') + 14;
  const row = (line: string) => `class,startTime_usec,endTime_usec\n${line}\n`;
  const faults: [Uint8Array, string, RegExp][] = [
    [patched(good, 9, [0x32]), TABLE, /found '#!AER-DAT2\.1' at its beginning$/],
    [good.slice(0, packet + 20), TABLE, /found half a packet at byte \d+ \(file truncated\?\)$/],
    [good.slice(0, -3), TABLE, /found 599 events of 8 bytes at byte \d+ of \d+ \(file truncated\?\)$/],
    [
      patched(good, packet + 16, [...whole(4, 2 ** 32 - 1), ...whole(4, 2 ** 32 - 1)]),
      TABLE,
      /found 4294967295 events of 8 bytes/,
    ],
    [patched(good, packet + 16, whole(4, 7)), TABLE, /found a damaged packet at byte \d+$/],
    [patched(good, packet + 12, whole(4, 1)), TABLE, /found times beyond 2\^31 µs, which are 36 minutes$/],
    [good.slice(0, packet), TABLE, /found no event$/],
    [good, row('1,\u001b[2J\r,2'), /^user01: line 2 of the table: .*, found '1,\ufffd\[2J\ufffd,2'$/],
    [good, row('0,1,2'), /^user01: line 2 of the table: class: expected a whole number from 1 to 11, found 0$/],
    [good, row('2,100,300\n1,5,101'), /^user01: line 2 .* after the one before has ended, at 101 µs, found 100$/],
    [good, row('1,300000,400000'), /expected events from 300000 to 400000 µs, found none \(file truncated\?\)$/],
  ];
  for (const [content, table, message] of faults) {
    assert.throws(() => readGestures(content, table, 'user01'), { message });
  }
});

test('a table of ten thousand gestures is read soon', () => {
  const good = bytesOf('user01_lab.aedat');
  const start = find(good, '#!END-HEADER') + 14;
  const count = 100_000;
  const packet = new DataView(new ArrayBuffer(28 + 8 * count));
  // Kind and source, bytes of an event, place of its time, overflows, capacity, events, valid ones.
  for (const [at, value] of [1, 8, 4, 0, count, count, count].entries()) packet.setUint32(4 * at, value, true);
  for (let event = 0; event < count; event++) {
    packet.setUint32(28 + 8 * event, 1, true);
    packet.setUint32(32 + 8 * event, event, true);
  }
  const aedat = Uint8Array.from(Buffer.concat([good.slice(0, start), new Uint8Array(packet.buffer)]));
  const lines = Array.from({ length: count / 10 }, (_, i) => `1,${10 * i},${10 * i + 10}`);
  const { user } = process.cpuUsage();
  const { recordings } = readGestures(aedat, ['class,startTime_usec,endTime_usec', ...lines].join('\n'));
  const seconds = (process.cpuUsage().user - user) / 1e6;
  assert.ok(recordings.length === count / 10 && recordings.every(({ times }) => times.length === 10));
  assert.ok(seconds < 2, `${seconds} s`);
});

test('events that the camera marked as invalid are left out', () => {
  const good = bytesOf('user01_lab.aedat');
  const first = find(good, '#!END-HEADER') + 14 + 28;
  const all = readAedat(good);
  const { times } = readAedat(patched(good, first, [good[first] & 0xfe]));
  assert.equal(all.times.length, 900);
  assert.deepEqual(times, all.times.slice(1));
});
