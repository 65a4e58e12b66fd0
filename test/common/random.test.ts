import assert from 'node:assert/strict';
import { test } from 'node:test';
import { moveImage, shiftOf } from '../../packages/networks/shift';
import { initialWeights, Purpose, philox4x32, RandomStream, seededRandom, shuffled } from '../../src/common/random';

const hex = (words: number[]) => words.map((word) => word.toString(16).padStart(8, '0')).join(' ');

test('philox4x32 gives the known answers of Random123', () => {
  const all = 0xffffffff;
  assert.equal(hex(philox4x32([0, 0, 0, 0], [0, 0])), '6627e8d5 e169c58d bc57ac4c 9b00dbd8');
  assert.equal(hex(philox4x32([all, all, all, all], [all, all])), '408f276d 41c83b0e a20bc7c6 6d5451fd');
  const pi = [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344];
  assert.equal(hex(philox4x32(pi, [0xa4093822, 0x299f31d0])), 'd16cfe09 94fdcceb 5001e420 24126ea1');
});

/** sfc32 of PractRand, in whole numbers of any size. */
function* sfc32([a, b, c, counter]: bigint[]): Generator<bigint> {
  const mask = 0xffffffffn;
  for (;;) {
    const sum = (a + b + counter++) & mask;
    a = b ^ (b >> 9n);
    b = (c + (c << 3n)) & mask;
    c = (((c << 21n) | (c >> 11n)) + sum) & mask;
    yield sum;
  }
}

test('a stream is four sfc32 generators that start from Philox', () => {
  const stream = new RandomStream(7, Purpose.TestSpikes, 3, 59999, 2);
  const lanes = [0, 1, 2, 3].map((lane) =>
    sfc32(philox4x32([59999, 3, 2, Purpose.TestSpikes * 4 + lane], [7, 0]).map(BigInt)),
  );
  for (let i = 0; i < 1000; i++) {
    const expected = lanes.map((lane) => Number(lane.next().value));
    assert.deepEqual(Array.from(stream.next()), expected);
  }
});

test('initial weights are uniform in ±1/√784, and the order of an epoch is a permutation', () => {
  const weights = initialWeights(0, 784, 10);
  const bound = 1 / 28;
  assert.ok(weights.every((w) => Math.abs(w) <= Math.fround(bound)));
  const variance = weights.reduce((sum, w) => sum + w * w, 0) / weights.length;
  assert.ok(Math.abs(variance / (bound ** 2 / 3) - 1) < 0.03, `variance ${variance}`);
  const order = shuffled(0, 0, 1000);
  assert.deepEqual(
    Array.from(order).sort((a, b) => a - b),
    Array.from({ length: 1000 }, (_, i) => i),
  );
  assert.notDeepEqual(order, shuffled(0, 1, 1000));
});

test('an image is moved by each of the pixels as often as by any other, the same for the same seed, epoch and index', () => {
  const moves = Array.from({ length: 25_000 }, (_, i) => String(shiftOf(3, 1, i, 2)));
  const counts = new Map<string, number>();
  for (const move of moves) counts.set(move, (counts.get(move) ?? 0) + 1);
  assert.equal(counts.size, 25);
  // Chi-square of 24 degrees of freedom, of which 51.2 is the last in a thousand.
  const chi = [...counts.values()].reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
  assert.ok(chi < 51.2, `chi-square ${chi}`);
  for (const [seed, epoch, index] of [
    [4, 1, 0],
    [3, 2, 0],
    [3, 1, 1],
  ]) {
    const others = Array.from({ length: 100 }, (_, i) => String(shiftOf(seed, epoch, index + i, 2)));
    assert.notDeepEqual(others, moves.slice(0, 100));
  }
});

test('an image that is moved is black where it came from, and loses what leaves it', () => {
  const image = Uint8Array.from({ length: 784 }, (_, i) => 1 + (i % 251));
  for (let down = -4; down <= 4; down++) {
    for (let right = -4; right <= 4; right++) {
      const expected = new Uint8Array(784);
      for (let y = 0; y < 28; y++) {
        for (let x = 0; x < 28; x++) {
          const [row, column] = [y - down, x - right];
          const isInside = row >= 0 && row < 28 && column >= 0 && column < 28;
          expected[28 * y + x] = isInside ? image[28 * row + column] : 0;
        }
      }
      const moved = new Uint8Array(784).fill(7);
      moveImage(image, [down, right], moved);
      assert.deepEqual(moved, expected, `${down} down, ${right} right`);
    }
  }
});

test('seededRandom() returns numbers from 0 to 1, the same for the same seed', () => {
  const draw = (seed: number) => Array.from({ length: 1000 }, seededRandom(seed));
  const numbers = draw(3);
  assert.deepEqual(draw(3), numbers);
  assert.notDeepEqual(draw(4), numbers);
  assert.ok(numbers.every((x) => x >= 0 && x < 1));
  const mean = numbers.reduce((a, b) => a + b) / 1000;
  assert.ok(Math.abs(mean - 0.5) < 4 / Math.sqrt(12 * 1000), `mean ${mean}`);
  assert.throws(() => seededRandom(-1), /seed: expected a whole number from 0 to 4294967295, found -1/);
});
