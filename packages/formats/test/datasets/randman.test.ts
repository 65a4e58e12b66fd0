/** Randman: the same times as an independent program, and a task in which rates say nothing. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SpikeTrainSplit, SpikeTrains } from '../../../../src/common/spike-trains';
import { checkSpikeTrains } from '../../../../src/common/spike-trains';
import { randmanFile } from '../../../../test/support/golden';
import { randman } from '../../datasets';

for (const { options, times } of randmanFile().exact) {
  test(`every spike time is that of an independent program, ${JSON.stringify(options)}`, () => {
    const data = randman(options);
    checkSpikeTrains(data);
    const bytes = Buffer.from(times, 'base64');
    const expected = Array.from({ length: bytes.length / 2 }, (_, i) => bytes.readUInt16LE(2 * i));
    assert.deepEqual([...data.train.times, ...data.test.times], expected);
    assert.equal(data.train.count, options.train);
    assert.equal(data.test.count, options.test);
  });
}

const splits = ({ train, test }: SpikeTrains): SpikeTrainSplit[] => [train, test];

test('every unit fires exactly once in every sample, and the classes take turns', () => {
  const data = randman({ seed: 1, train: 500, test: 107 });
  for (const [split, from] of [
    [data.train, 0],
    [data.test, 500],
  ] as const) {
    split.units.forEach((unit, i) => {
      assert.equal(unit, i % 20);
    });
    assert.deepEqual(
      split.starts,
      Uint32Array.from({ length: split.count + 1 }, (_, i) => 20 * i),
    );
    assert.deepEqual(
      split.labels,
      Uint8Array.from({ length: split.count }, (_, i) => (from + i) % 10),
    );
  }
});

test('in each class every unit has a first step 0 and a last step T − 1', () => {
  const data = randman({ seed: 2, T: 50, classes: 3, train: 200, test: 100 });
  for (let label = 0; label < 3; label++) {
    for (let unit = 0; unit < 20; unit++) {
      const of = splits(data).flatMap(({ times, labels }) =>
        Array.from(times).filter((_, i) => i % 20 === unit && labels[Math.floor(i / 20)] === label),
      );
      assert.equal(Math.min(...of), 0);
      assert.equal(Math.max(...of), 49);
    }
  }
});

test('times are spread, and neighbours lie as near, as in data sets made from the random numbers of numpy', () => {
  const { options, sets, samples, ...expected } = randmanFile().statistics;
  const tenths = new Float64Array(10);
  let apart = 0;
  let nearest = 0;
  for (let seed = 0; seed < sets; seed++) {
    const { times } = randman({ ...options, seed, train: samples, test: 1 }).train;
    for (const time of times) tenths[Math.floor(time / 10)] += 1 / (times.length * sets);
    for (let label = 0; label < 10; label++) {
      const some = Array.from({ length: samples / 10 }, (_, i) =>
        times.subarray((i * 10 + label) * 20, (i * 10 + label + 1) * 20),
      );
      const distances = some.map((a) =>
        some.map((b) => a.reduce((sum, t, unit) => sum + Math.abs(t - b[unit]), 0) / 20),
      );
      const others = distances.map((row, i) => row.filter((_, j) => j !== i));
      const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
      apart += mean(others.flat()) / (10 * sets);
      nearest += mean(others.map((row) => Math.min(...row))) / (10 * sets);
    }
  }
  tenths.forEach((share, i) => {
    assert.ok(
      Math.abs(share - expected.tenths[i]) < 0.01,
      `tenth ${i}: expected ${expected.tenths[i]}, found ${share}`,
    );
  });
  assert.ok(Math.abs(apart / expected.apart - 1) < 0.03, `apart: expected ${expected.apart}, found ${apart}`);
  assert.ok(Math.abs(nearest / expected.nearest - 1) < 0.05, `nearest: expected ${expected.nearest}, found ${nearest}`);
});

test('another seed gives other times, the same seed the same ones', () => {
  const times = (seed: number) => randman({ seed, train: 20, test: 10 }).train.times;
  assert.deepEqual(times(4), times(4));
  assert.notDeepEqual(times(4), times(5));
});

test('wrong options are refused in one line', () => {
  for (const [options, message] of [
    [{ seed: -1 }, /^RangeError: seed: expected a whole number from 0 to 4294967295, found -1$/],
    [{ units: 4097 }, /^RangeError: units: expected a whole number from 1 to 4096, found 4097$/],
    [{ classes: 11 }, /^RangeError: classes: expected a whole number from 2 to 10, found 11$/],
    [{ T: 1 }, /^RangeError: T: expected a whole number from 2 to 10000, found 1$/],
    [{ dimensions: 0 }, /^RangeError: dimensions: expected a whole number from 1 to 10, found 0$/],
    [{ alpha: 0.5 }, /^RangeError: alpha: expected a number from 1 to 10, found 0.5$/],
    [{ alpha: Number.NaN }, /^RangeError: alpha: expected a finite number, found NaN$/],
    [{ train: 0 }, /^RangeError: train: expected a whole number from 1 to 1000000, found 0$/],
    [{ test: 0 }, /^RangeError: test: expected a whole number from 1 to 1000000, found 0$/],
  ] as const) {
    assert.throws(() => randman(options), message);
  }
});
