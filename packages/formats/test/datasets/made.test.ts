/**
 * Data sets that are made. Randman: the same times as an independent program, and a task in which rates say nothing.
 * Yin-Yang: the classes of its authors' definition, in equal numbers, spread over their areas. MNIST row by row.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createEngine } from '../../../../hosts/node/engines';
import { wholeMnist } from '../../../../test/support/data';
import { randmanFile } from '../../../../test/support/golden';
import { resolveEngineOptions } from '../../../networks/options/engine';
import { checkSpikeTrains, type SpikeTrainSplit, type SpikeTrains } from '../../../networks/spike-trains';
import { train } from '../../../networks/train';
import { exchangeUnits, permuteSteps, randman, shuffleTimes, yinYang } from '../../datasets';
import { rows } from '../../datasets/rows';

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
  for (const make of [randman, yinYang]) {
    const times = (seed: number) => make({ seed, train: 20, test: 10 }).train.times;
    assert.deepEqual(times(4), times(4));
    assert.notDeepEqual(times(4), times(5));
  }
});

test('wrong options are refused in one line', () => {
  for (const [options, message] of [
    [{ seed: -1 }, /^RangeError: seed: expected a whole number from 0 to 4294967295, found -1$/],
    [{ T: 1 }, /^RangeError: T: expected a whole number from 2 to 10000, found 1$/],
  ] as const) {
    for (const make of [randman, yinYang]) assert.throws(() => make(options), message);
  }
  for (const [options, message] of [
    [{ units: 4097 }, /^RangeError: units: expected a whole number from 1 to 4096, found 4097$/],
    [{ alpha: 0.5 }, /^RangeError: alpha: expected a number from 1 to 10, found 0.5$/],
  ] as const) {
    assert.throws(() => randman(options), message);
  }
});

/** The definition as its authors write it: distances to the two dots, and three criteria. */
function classOf(x: number, y: number): number {
  const [toRight, toLeft] = [Math.hypot(x - 0.75, y - 0.5), Math.hypot(x - 0.25, y - 0.5)];
  if (toRight < 0.1 || toLeft < 0.1) return 2;
  const first = toRight <= 0.1;
  const second = toLeft > 0.1 && toLeft <= 0.25;
  const third = y > 0.5 && toRight > 0.25;
  return Number(first || second || third);
}

const samplesOf = ({ times, labels }: SpikeTrainSplit, last: number) =>
  Array.from(labels, (label, i) => {
    const [x, y, ...mirrored] = times.subarray(4 * i, 4 * i + 4);
    return { label, x: x / last, y: y / last, mirrored: mirrored.map((time) => time / last) };
  });

const fine = yinYang({ seed: 3, T: 10_000, train: 9000, test: 300 });
const samples = samplesOf(fine.train, 9999);
/** A distance that a rounded coordinate cannot cross. */
const ROUNDED = 1e-4;

test('each sample lies in the disc, in the area of its class, with units that mirror others, and the classes take turns', () => {
  checkSpikeTrains(fine);
  assert.deepEqual([fine.units, fine.T, fine.train.count, fine.test.count], [4, 10_000, 9000, 300]);
  let onEdges = 0;
  samples.forEach(({ label, x, y, mirrored }, i) => {
    assert.equal(label, i % 3);
    assert.ok(Math.hypot(x - 0.5, y - 0.5) < 0.5 + ROUNDED);
    assert.ok(Math.abs(mirrored[0] - (1 - x)) <= ROUNDED && Math.abs(mirrored[1] - (1 - y)) <= ROUNDED);
    const around = [-1, 1].flatMap((a) => [-1, 1].map((b) => classOf(x + a * ROUNDED, y + b * ROUNDED)));
    const isInside = around.every((other) => other === around[0]);
    if (isInside) assert.equal(label, around[0], `sample ${i} at ${x}, ${y}`);
    else onEdges++;
  });
  assert.ok(onEdges < 50, `${onEdges} samples lie within ${ROUNDED} of an edge`);
});

test('samples are spread evenly: each tenth of the plane has its share of the area of a class', () => {
  const area = (inside: (x: number, y: number) => boolean, label: number) => {
    let [all, some] = [0, 0];
    for (let i = 0; i < 250_000; i++) {
      const [x, y] = [((i % 500) + 0.5) / 500, (Math.floor(i / 500) + 0.5) / 500];
      if (Math.hypot(x - 0.5, y - 0.5) > 0.5 || classOf(x, y) !== label) continue;
      all++;
      if (inside(x, y)) some++;
    }
    return some / all;
  };
  for (const label of [0, 1, 2]) {
    const own = samples.filter((sample) => sample.label === label);
    for (let tenth = 0; tenth < 10; tenth++) {
      const inX = (x: number) => x >= tenth / 10 && x < (tenth + 1) / 10;
      const [byX, byY] = [area((x) => inX(x), label), area((_, y) => inX(y), label)];
      // Three standard deviations of a share of 3,000 are at most 0.027.
      assert.ok(Math.abs(own.filter(({ x }) => inX(x)).length / own.length - byX) < 0.03, `class ${label}, x ${tenth}`);
      assert.ok(Math.abs(own.filter(({ y }) => inX(y)).length / own.length - byY) < 0.03, `class ${label}, y ${tenth}`);
    }
  }
});

test('each bright pixel is a spike of its column in the step of its row, and nothing else is', () => {
  const mnist = wholeMnist();
  const data = rows(mnist);
  assert.deepEqual([data.units, data.T, data.train.count, data.test.count], [28, 28, 60000, 10000]);
  const { starts, units, times, labels } = data.test;
  // The chapter on memory shows the first: 71 spikes.
  assert.equal(starts[1], 71);
  assert.deepEqual(labels, mnist.test.labels);
  for (const index of [0, 1, 9999]) {
    const image = new Uint8Array(784);
    for (let k = starts[index]; k < starts[index + 1]; k++) image[28 * times[k] + units[k]]++;
    const pixels = mnist.test.images.subarray(index * 784, (index + 1) * 784);
    assert.deepEqual(
      image,
      pixels.map((pixel) => (pixel >= 128 ? 1 : 0)),
    );
  }
  assert.equal(starts[10000], units.length);
  assert.equal(resolveEngineOptions({ data }).T, 28);
});

/** Controls: what they keep, what they destroy, and that a network finds nothing where the time is gone. */

const data = randman({ seed: 3, train: 600, test: 200 });
const sorted = (values: Uint16Array) => Array.from(values).sort((a, b) => a - b);
const sample = ({ times, starts }: SpikeTrains['train'], i: number) => times.subarray(starts[i], starts[i + 1]);

test('shuffled times are those of the split, and no longer those of the sample', () => {
  const control = shuffleTimes(data);
  checkSpikeTrains(control);
  for (const split of ['train', 'test'] as const) {
    assert.deepEqual(sorted(control[split].times), sorted(data[split].times));
    assert.deepEqual(control[split].units, data[split].units);
    const same = control[split].times.filter((time, i) => time === data[split].times[i]).length;
    assert.ok(same < 0.05 * data[split].times.length, `${same} times stayed`);
  }
});

test('what is no data set is refused before anything is done with it', () => {
  for (const control of [shuffleTimes, exchangeUnits, permuteSteps]) {
    assert.throws(() => control(undefined as never), /^TypeError: data: expected spike trains, .* found undefined$/);
    assert.throws(() => control({ ...data, T: 1e9 }), /^RangeError: data\.T: .* from 1 to 10000, found 1000000000$/);
  }
});

test('exchanged units keep the times of each sample', () => {
  const control = exchangeUnits(data);
  checkSpikeTrains(control);
  for (let i = 0; i < data.train.count; i++) {
    assert.deepEqual(sorted(sample(control.train, i)), sorted(sample(data.train, i)));
  }
  assert.notDeepEqual(control.train.times, data.train.times);
});

test('one permutation of the steps is the same in all samples, and can be undone', () => {
  const control = permuteSteps(data);
  checkSpikeTrains(control);
  const step = new Map<number, number>();
  for (const split of ['train', 'test'] as const) {
    data[split].times.forEach((time, i) => {
      const to = control[split].times[i];
      assert.equal(step.get(time) ?? to, to);
      step.set(time, to);
    });
  }
  assert.equal(step.size, 100);
  assert.equal(new Set(step.values()).size, 100);
  const moved = [...step].filter(([from, to]) => from !== to).length;
  assert.ok(moved > 90, `${moved} of 100 steps moved`);
});

test('another seed changes other times, the data stay as they are, and a wrong seed is refused', () => {
  const before = data.train.times.slice();
  for (const control of [shuffleTimes, exchangeUnits, permuteSteps]) {
    assert.deepEqual(control(data, 1), control(data, 1));
    assert.notDeepEqual(control(data, 1), control(data, 2));
    assert.throws(
      () => control(data, -1),
      /^RangeError: seed: expected a whole number from 0 to 4294967295, found -1$/,
    );
  }
  assert.deepEqual(data.train.times, before);
});

test('where time is destroyed, a network that reads the same spikes finds at most 15 %', async () => {
  const whole = randman();
  const accuracy = async (data: SpikeTrains) => {
    const neuron = { tau: 20, decayInput: false, detachReset: true };
    const options = { data, hidden: 100, loss: 'cross-entropy-counts', learningRate: 5e-3, neuron } as const;
    const engine = await createEngine('event', options);
    const { testAccs } = await train({ engine, epochs: 4 });
    await engine.close();
    return testAccs[3];
  };
  assert.ok((await accuracy(whole)) > 0.8);
  assert.ok((await accuracy(shuffleTimes(whole))) <= 0.15);
  assert.ok((await accuracy(exchangeUnits(whole))) <= 0.15);
});
