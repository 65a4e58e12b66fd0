/**
 * Poisson spikes by comparing random bits: what the encoder draws, and bit for bit what the event engine's kernel
 * draws.
 */
import type { RandomStream } from '../common/random';

/** An intensity that always fires: 2²⁴ − 1. */
export const ALWAYS = 0xffffff;

/** An intensity x in [0, 1] as a chance in units of 2⁻²⁴: round(x (2²⁴ − 1)); a pixel k/255 gives k · 65793 exactly. */
export function firingChance(x: number): number {
  return Math.round(Math.min(Math.max(x, 0), 1) * ALWAYS);
}

/**
 * One block of 128 Poisson steps of a whole image.
 *
 * A step fires if a fresh 24-bit number R is below the chance m, so with probability m / 2²⁴
 * (SpikingJelly: `rand ≤ x`). The block is drawn in eight parts of 16 steps. In each, every pixel draws the top byte of
 * R for its 16 steps at once. Where it equals m's (once in 256), the next byte decides, and then the last; they are
 * drawn after all pixels' top bytes. A random byte is read as signed, and R's is that plus 128: SIMD compares
 * signed bytes fastest.
 *
 * @param chances [pixels] of `firingChance`
 * @param out [pixels × 4] words; bit i of word 4 p + l says whether pixel p fires in step 32 l + i of the block
 */
export function poissonBlock(chances: ArrayLike<number>, stream: RandomStream, out: Uint32Array): void {
  for (let part = 0; part < PARTS; part++) poissonPart(part, chances, stream, out);
}

/** Steps in a part of a block. */
export const STEPS_IN_PART = 16;
const PARTS = 8;

/** The 16 steps of one part of a block, from 0; the stream stands where the part before has left it. */
export function poissonPart(part: number, chances: ArrayLike<number>, stream: RandomStream, out: Uint32Array): void {
  const undecided: { pixel: number; steps: number }[] = [];
  const compared = { below: 0, equal: 0 };
  const word = part >> 1;
  const shift = (part & 1) * STEPS_IN_PART;
  if (part === 0) {
    for (let p = 0; p < chances.length; p++) out.fill(chances[p] === ALWAYS ? 0xffffffff : 0, p * 4, p * 4 + 4);
  }
  for (let p = 0; p < chances.length; p++) {
    const m = chances[p];
    if (m === 0 || m === ALWAYS) continue;
    compare(stream.next(), m >>> 16, compared);
    out[p * 4 + word] |= compared.below << shift;
    if (compared.equal) undecided.push({ pixel: p, steps: compared.equal });
  }
  for (const { pixel, steps } of undecided) {
    const m = chances[pixel];
    compare(stream.next(), (m >>> 8) & 0xff, compared);
    out[pixel * 4 + word] |= (compared.below & steps) << shift;
    const left = compared.equal & steps;
    if (left === 0) continue;
    compare(stream.next(), m & 0xff, compared);
    out[pixel * 4 + word] |= (compared.below & left) << shift;
  }
}

/** Which of 16 random bytes of R are below a byte of m, and which are equal to it: a bit for each. */
function compare(bits: Uint32Array, byte: number, result: { below: number; equal: number }): void {
  const signed = byte - 128;
  let below = 0;
  let equal = 0;
  for (let step = 0; step < 16; step++) {
    const random = (bits[step >> 2] << (24 - (step & 3) * 8)) >> 24;
    below |= ((random - signed) >>> 31) << step; // the sign: no branch on chance
    if (random === signed) equal |= 1 << step;
  }
  result.below = below;
  result.equal = equal;
}
