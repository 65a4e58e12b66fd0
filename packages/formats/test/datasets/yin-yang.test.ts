/** Yin-Yang: the classes of its authors' definition, in equal numbers, spread over their areas. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkSpikeTrains, type SpikeTrainSplit } from '../../../../src/common/spike-trains';
import { yinYang } from '../../datasets';

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

test('each sample lies in the disc, in the area of its class, and the classes take turns', () => {
  checkSpikeTrains(fine);
  assert.deepEqual([fine.units, fine.T, fine.train.count, fine.test.count], [4, 10_000, 9000, 300]);
  let onEdges = 0;
  samples.forEach(({ label, x, y }, i) => {
    assert.equal(label, i % 3);
    assert.ok(Math.hypot(x - 0.5, y - 0.5) < 0.5 + ROUNDED);
    const around = [-1, 1].flatMap((a) => [-1, 1].map((b) => classOf(x + a * ROUNDED, y + b * ROUNDED)));
    const isInside = around.every((other) => other === around[0]);
    if (isInside) assert.equal(label, around[0], `sample ${i} at ${x}, ${y}`);
    else onEdges++;
  });
  assert.ok(onEdges < 50, `${onEdges} samples lie within ${ROUNDED} of an edge`);
});

test('units 2 and 3 fire as much before the end as units 0 and 1 fire after the beginning', () => {
  for (const { x, y, mirrored } of samples) {
    assert.ok(Math.abs(mirrored[0] - (1 - x)) <= ROUNDED && Math.abs(mirrored[1] - (1 - y)) <= ROUNDED);
  }
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

test('fewer steps round the same points, and more training samples change neither the first nor the test samples', () => {
  const coarse = yinYang({ seed: 3, T: 11, train: 30, test: 300 });
  const rounded = (time: number) => Math.floor((time / 9999) * 10 + 0.5);
  const near = (few: Uint16Array, many: Uint16Array) =>
    few.every(
      (time, i) => Math.abs(time - rounded(many[i])) <= Number(Math.abs((((many[i] / 9999) * 10) % 1) - 0.5) < 0.01),
    );
  assert.ok(near(coarse.train.times, fine.train.times) && near(coarse.test.times, fine.test.times));
});

test('another seed gives other points, the same seed the same ones', () => {
  const times = (seed: number) => yinYang({ seed, train: 20, test: 10 }).train.times;
  assert.deepEqual(times(4), times(4));
  assert.notDeepEqual(times(4), times(5));
});

test('wrong options are refused in one line', () => {
  for (const [options, message] of [
    [{ seed: -1 }, /^RangeError: seed: expected a whole number from 0 to 4294967295, found -1$/],
    [{ T: 1 }, /^RangeError: T: expected a whole number from 2 to 10000, found 1$/],
    [{ train: 0 }, /^RangeError: train: expected a whole number from 1 to 1000000, found 0$/],
    [{ test: 0 }, /^RangeError: test: expected a whole number from 1 to 1000000, found 0$/],
  ] as const) {
    assert.throws(() => yinYang(options), message);
  }
});
