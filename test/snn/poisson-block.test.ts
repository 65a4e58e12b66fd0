import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Purpose, RandomStream } from '../../src/common/random';
import { firingChance, poissonBlock } from '../../src/snn/poisson-block';

const PIXELS = 256;
const BLOCKS = 800;
const STEPS = BLOCKS * 128;

/** Spikes of all 256 intensities, [pixel][step], from blocks of many images. */
function spikesOfAllIntensities(): Uint8Array[] {
  const chances = Uint32Array.from({ length: PIXELS }, (_, k) => firingChance(k / 255));
  const words = new Uint32Array(PIXELS * 4);
  const spikes = Array.from({ length: PIXELS }, () => new Uint8Array(STEPS));
  for (let block = 0; block < BLOCKS; block++) {
    poissonBlock(chances, new RandomStream(1, Purpose.TrainSpikes, 0, block, block % 5), words);
    for (let k = 0; k < PIXELS; k++) {
      for (let t = 0; t < 128; t++) spikes[k][block * 128 + t] = (words[k * 4 + (t >> 5)] >>> (t & 31)) & 1;
    }
  }
  return spikes;
}

const spikes = spikesOfAllIntensities();
const countOf = (train: Uint8Array) => train.reduce((sum, spike) => sum + spike, 0);
const counts = spikes.map(countOf);

/** How many standard deviations a chi-square value lies above what chance gives (Wilson and Hilferty, 1931). */
function deviations(chiSquare: number, freedom: number): number {
  const spread = 2 / (9 * freedom);
  return (Math.cbrt(chiSquare / freedom) - (1 - spread)) / Math.sqrt(spread);
}

test('a pixel of intensity k/255 has the chance 65793 k', () => {
  for (let k = 0; k < 256; k++) assert.equal(firingChance(k / 255), 65793 * k);
});

test('black never fires, white always', () => {
  assert.equal(counts[0], 0);
  assert.equal(counts[255], STEPS);
});

test('every intensity fires with its probability (chi-square over all 256)', () => {
  let chiSquare = 0;
  for (let k = 1; k < 255; k++) {
    const p = k / 255;
    const square = (counts[k] - STEPS * p) ** 2 / (STEPS * p * (1 - p));
    assert.ok(square < 4.5 ** 2, `intensity ${k}: ${counts[k]} spikes in ${STEPS} steps`);
    chiSquare += square;
  }
  assert.ok(Math.abs(deviations(chiSquare, 254)) < 3, `chi-square ${chiSquare} with 254 degrees of freedom`);
});

/** Sum over pairs of the squared correlation's z value. */
function dependence(pairs: [Uint8Array, Uint8Array, number, number][]): number {
  return pairs.reduce((sum, [a, b, p, q]) => {
    let both = 0;
    for (let t = 0; t < b.length; t++) both += a[t] & b[t];
    const n = b.length;
    // Covariance under the known probabilities, which has variance n p (1 - p) q (1 - q) if the two are independent.
    const covariance = both - countOf(a.subarray(0, n)) * q - countOf(b) * p + n * p * q;
    return sum + covariance ** 2 / (n * p * (1 - p) * q * (1 - q));
  }, 0);
}

for (const lag of [1, 2, 16, 32, 128]) {
  test(`steps that are ${lag} apart are independent`, () => {
    const pairs = spikes.slice(1, 255).map((train, i): [Uint8Array, Uint8Array, number, number] => {
      const p = (i + 1) / 255;
      return [train.subarray(0, STEPS - lag), train.subarray(lag), p, p];
    });
    const chiSquare = dependence(pairs);
    assert.ok(Math.abs(deviations(chiSquare, 254)) < 3.5, `chi-square ${chiSquare} with 254 degrees of freedom`);
  });
}

for (const distance of [1, 2, 4, 28]) {
  test(`pixels that are ${distance} apart are independent`, () => {
    const pairs: [Uint8Array, Uint8Array, number, number][] = [];
    for (let k = 1; k + distance < 255; k++) {
      pairs.push([spikes[k], spikes[k + distance], k / 255, (k + distance) / 255]);
    }
    const chiSquare = dependence(pairs);
    assert.ok(Math.abs(deviations(chiSquare, pairs.length)) < 3.5, `chi-square ${chiSquare} of ${pairs.length}`);
  });
}

test('spikes do not depend on what else is drawn: each seed, purpose, epoch, image and block has its own', () => {
  const chances = new Uint32Array(64).fill(firingChance(0.5));
  const draw = (...key: [number, Purpose, number, number, number]) => {
    const words = new Uint32Array(256);
    poissonBlock(chances, new RandomStream(...key), words);
    return words.join();
  };
  const streams = [
    draw(0, Purpose.TrainSpikes, 0, 0, 0),
    draw(1, Purpose.TrainSpikes, 0, 0, 0),
    draw(0, Purpose.TestSpikes, 0, 0, 0),
    draw(0, Purpose.TrainSpikes, 1, 0, 0),
    draw(0, Purpose.TrainSpikes, 0, 1, 0),
    draw(0, Purpose.TrainSpikes, 0, 0, 1),
  ];
  assert.equal(new Set(streams).size, streams.length);
  assert.equal(draw(0, Purpose.TrainSpikes, 0, 0, 0), streams[0]);
});
