/**
 * The one source of randomness: a counter-based generator of 32-bit operations.
 *
 * Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC'11) turns a counter
 * (index, epoch, block, purpose and lane) under the key `seed` into the state of an sfc32 generator
 * (Doty-Humphrey's "small fast counting" generator, of PractRand). So each (seed, purpose, epoch, image, block of
 * 128 steps) has its own stream, and an image's spikes depend neither on its batch, nor on the thread, the engine
 * or the machine. `packages/event-engine/kernel` does the same, bit for bit.
 */
import { checkWhole } from './checks';

/** The highest seed, and the highest epoch, that the streams tell apart. */
export const MAX_UINT32 = 2 ** 32 - 1;

/** What a random number is for. Streams of different purposes never meet; later chapters have more of them. */
export const Purpose = { InitialWeights: 0, Shuffle: 1, TrainSpikes: 2, TestSpikes: 3, Demonstration: 4 } as const;

/** The highest number of a purpose. */
const MAX_PURPOSE = 255;

/** High 32 bits of the product of two unsigned 32-bit numbers. */
function mulHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const carry = aLow * bHigh + (middle & 0xffff);
  return (aHigh * bHigh + Math.floor(middle / 65536) + Math.floor(carry / 65536)) >>> 0;
}

/** Philox4x32 with 10 rounds: four 32-bit words out of a counter of four words and a key of two. */
export function philox4x32(counter: readonly number[], key: readonly number[]): number[] {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < 10; round++) {
    const high0 = mulHigh(0xd2511f53, c0);
    const low0 = Math.imul(0xd2511f53, c0);
    const high1 = mulHigh(0xcd9e8d57, c2);
    const low1 = Math.imul(0xcd9e8d57, c2);
    c0 = (high1 ^ c1 ^ k0) >>> 0;
    c1 = low1 >>> 0;
    c2 = (high0 ^ c3 ^ k1) >>> 0;
    c3 = low0 >>> 0;
    k0 = (k0 + 0x9e3779b9) >>> 0;
    k1 = (k1 + 0xbb67ae85) >>> 0;
  }
  return [c0, c1, c2, c3];
}

/** Four sfc32 generators side by side: each call of `next` gives 128 fresh random bits. */
export class RandomStream {
  /** The bits of the last `next`: lane l holds bits 32 l to 32 l + 31. */
  readonly bits = new Uint32Array(4);
  /** The words a, b, c and the counter of each lane. */
  private readonly state = new Int32Array(16);
  private lane = 4;

  /**
   * @param seed a whole number from 0 to 2³² − 1
   * @param purpose what the numbers are for
   * @param epoch which epoch, from 0
   * @param index which image (or 0)
   * @param block which block of 128 steps (or 0)
   * @throws RangeError unless seed and epoch are whole numbers from 0 to 2³² − 1
   */
  constructor(seed: number, purpose: number, epoch = 0, index = 0, block = 0) {
    checkWhole('seed', seed, 0, MAX_UINT32);
    checkWhole('epoch', epoch, 0, MAX_UINT32);
    for (let lane = 0; lane < 4; lane++) {
      this.state.set(philox4x32([index, epoch, block, purpose * 4 + lane], [seed, 0]), lane * 4);
    }
  }

  /** Draws the next 128 bits into `bits`. */
  next(): Uint32Array {
    const { state, bits } = this;
    for (let at = 0; at < 16; at += 4) {
      const b = state[at + 1];
      const c = state[at + 2];
      const sum = (state[at] + b + state[at + 3]) | 0;
      bits[at >> 2] = sum;
      state[at] = b ^ (b >>> 9);
      state[at + 1] = c + (c << 3);
      state[at + 2] = ((c << 21) | (c >>> 11)) + sum;
      state[at + 3]++;
    }
    return bits;
  }

  /** A whole number from 0 to 2³² − 1. */
  uint32(): number {
    if (this.lane === 4) {
      this.next();
      this.lane = 0;
    }
    return this.bits[this.lane++];
  }

  /** A multiple of 2⁻²⁴ in [0, 1), as float32 holds it exactly. */
  uniform(): number {
    return (this.uint32() >>> 8) / 0x1000000;
  }
}

/**
 * `Math.random` with a seed: each call returns the next number in [0, 1), and the same seed always returns the same
 * ones.
 * @param seed a whole number from 0 to 2³² − 1
 */
export function seededRandom(seed: number): () => number {
  const stream = new RandomStream(seed, Purpose.Demonstration);
  return () => stream.uniform();
}

/** Most random numbers that are drawn at once. */
const MOST_NUMBERS = 2 ** 24;

/**
 * PyTorch's initial weights of a Linear layer without bias: [inputs × outputs] of U(−1/√inputs, 1/√inputs).
 * @throws RangeError unless the sizes are whole numbers of at least 1 whose product is at most 2²⁴
 */
export function initialWeights(
  seed: number,
  inputs: number,
  outputs: number,
  purpose: number = Purpose.InitialWeights,
  index = 0,
): Float32Array {
  checkWhole('inputs', inputs, 1, MOST_NUMBERS);
  checkWhole('outputs', outputs, 1, Math.floor(MOST_NUMBERS / inputs));
  checkWhole('purpose', purpose, 0, MAX_PURPOSE);
  checkWhole('index', index, 0, MAX_UINT32);
  const stream = new RandomStream(seed, purpose, 0, index);
  const bound = 1 / Math.sqrt(inputs);
  return Float32Array.from({ length: inputs * outputs }, () => (2 * stream.uniform() - 1) * bound);
}

/**
 * The order of the `length` training images in one epoch.
 * @throws RangeError unless the length is a whole number up to 2²⁴, and as `RandomStream`
 */
export function shuffled(seed: number, epoch: number, length: number): Uint32Array {
  checkWhole('length', length, 0, MOST_NUMBERS);
  const order = Uint32Array.from({ length }, (_, i) => i);
  return shuffle(order, new RandomStream(seed, Purpose.Shuffle, epoch));
}

/** Puts the values in a random order, in place (Fisher and Yates). */
export function shuffle<A extends Uint16Array | Uint32Array>(values: A, stream: RandomStream): A {
  for (let last = values.length - 1; last > 0; last--) {
    const other = Math.floor((stream.uint32() / 0x100000000) * (last + 1));
    const kept = values[last];
    values[last] = values[other];
    values[other] = kept;
  }
  return values;
}
