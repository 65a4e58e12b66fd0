// The Poisson encoder: `poissonBlock` of src/snn/poisson-block.ts, bit for bit.

import * as table from '../layout';
import { Control } from '../layout';
import {
  ALWAYS,
  ALWAYS_COUNT,
  BRIGHT,
  BRIGHT_COUNT,
  DIM,
  IMAGE,
  INPUT,
  INTENSITY,
  PART,
  PART_BYTES,
  PIXEL_AT,
  PIXELS,
  PLACE,
  SLOTS,
  SPIKES,
  STREAM,
  UNDECIDED,
} from './addresses';
import { layerAt, readControl } from './network';
import { entryIf } from './rows';

// The counter-based generator of src/common/random.ts, four lanes at once.

/** Philox4x32-10 of the counter (index, epoch, block, last) under the key (seed, 0); four words to `out`. */
export function philox(out: usize, index: u32, epoch: u32, block: u32, last: u32, seed: u32): void {
  let c0 = index;
  let c1 = epoch;
  let c2 = block;
  let c3 = last;
  let k0 = seed;
  let k1: u32 = 0;
  for (let round = 0; round < 10; round++) {
    const p0 = u64(c0) * 0xd2511f53;
    const p1 = u64(c2) * 0xcd9e8d57;
    c0 = u32(p1 >> 32) ^ c1 ^ k0;
    c1 = u32(p1);
    c2 = u32(p0 >> 32) ^ c3 ^ k1;
    c3 = u32(p0);
    k0 += 0x9e3779b9;
    k1 += 0xbb67ae85;
  }
  store<u32>(out, c0);
  store<u32>(out, c1, 16);
  store<u32>(out, c2, 32);
  store<u32>(out, c3, 48);
}

/** The state of a stream, four vectors a, b, c, counter at `state`: a lane is an sfc32 generator. */
export function seedStream(state: usize, seed: u32, purpose: u32, epoch: u32, index: u32, block: u32): void {
  for (let lane: u32 = 0; lane < 4; lane++) philox(state + 4 * lane, index, epoch, block, purpose * 4 + lane, seed);
}

/** The next 128 bits of the stream at `state`. */
export function next(state: usize): v128 {
  const b = v128.load(state, 16);
  const c = v128.load(state, 32);
  const counter = v128.load(state, 48);
  const sum = i32x4.add(i32x4.add(v128.load(state), b), counter);
  v128.store(state, v128.xor(b, i32x4.shr_u(b, 9)));
  v128.store(state, i32x4.add(c, i32x4.shl(c, 3)), 16);
  v128.store(state, i32x4.add(v128.or(i32x4.shl(c, 21), i32x4.shr_u(c, 11)), sum), 32);
  v128.store(state, i32x4.add(counter, i32x4.splat(1)), 48);
  return sum;
}

/** Number of pixels decided by chance. */
let decided: usize = 0;
/** Address of given spikes; 0 to draw them. */
let given: usize = 0;
/** Where the intensities of the presented image lie, and how many there are. */
export let image: usize = 0;
export let pixels: usize = PIXELS;
/** Number of inputs: one for all pixels, one per 784 units of given spikes. */
export let inputs: usize = 1;

/** Address of the input of the first pixels or units, and of further inputs. */
export function inputAt(scratch: usize, i: usize): usize {
  return scratch + (i ? <usize>load<u32>(layerAt(0), table.READS) + (i - 1) * table.INPUT_BYTES : INPUT);
}

/** Finds the pixels of the image that are not black: the places of INPUT. */
export function present(scratch: usize): void {
  const input = scratch + INPUT;
  let n: usize = 0;
  let low: usize = 0;
  let high: usize = SLOTS;
  let full: usize = 0;
  for (let from: usize = 0; from < PIXELS; from += 16) {
    let lit = i8x16.bitmask(i8x16.ne(v128.load(scratch + IMAGE + from), i8x16.splat(0)));
    for (; lit; lit &= lit - 1) {
      const pixel = from + ctz(lit);
      const intensity: u32 = load<u8>(scratch + IMAGE + pixel);
      if (intensity === 255) {
        store<u16>(input + ALWAYS + 2 * full++, pixel);
        continue;
      }
      const isBright = usize(intensity >= BRIGHT);
      high -= isBright;
      const place = low + isBright * (high - low);
      low += 1 - isBright;
      store<u8>(scratch + INTENSITY + n, intensity ^ 0x80);
      store<u16>(scratch + PLACE + 2 * n, u16(place));
      store<u16>(input + PIXEL_AT + 2 * place, u16(pixel));
      n++;
    }
  }
  decided = n;
  store<u32>(input, low, DIM);
  store<u32>(input, SLOTS - high, BRIGHT_COUNT);
  store<u32>(input, full, ALWAYS_COUNT);
  given = 0;
  inputs = 1;
  image = scratch + IMAGE;
  pixels = PIXELS;
  padPlaces(input, low, PIXELS);
}

/** Presents an image of more pixels than `present` does, for direct input: `count` bytes, and zeros up to a multiple of 16. */
export function presentPixels(scratch: usize, bytes: usize, count: usize): void {
  image = bytes;
  pixels = count;
  let lit: u32 = 0;
  for (let pixel: usize = 0; pixel < count; pixel++) lit += u32(load<u8>(bytes + pixel) !== 0);
  const input = scratch + INPUT;
  store<u32>(input, lit, DIM);
  store<u32>(input, 0, BRIGHT_COUNT);
  store<u32>(input, 0, ALWAYS_COUNT);
}

/**
 * Presents given spikes: [blocks][inputs][8][SLOTS] of 16 bits at `spikes`; unit 784 i + p is place p of input i.
 */
export function presentSpikes(scratch: usize, spikes: usize, units: usize): void {
  decided = 0;
  given = spikes;
  inputs = (units + PIXELS - 1) / PIXELS;
  for (let i: usize = 0; i < inputs; i++) {
    const input = inputAt(scratch, i);
    const first = i * PIXELS;
    const count = min<usize>(PIXELS, units - first);
    for (let p: usize = 0; p < count; p++) store<u16>(input + PIXEL_AT + 2 * p, u16(first + p));
    store<u32>(input, u32(count), DIM);
    store<u32>(input, 0, BRIGHT_COUNT);
    store<u32>(input, 0, ALWAYS_COUNT);
    padPlaces(input, count, max<usize>(PIXELS, units));
  }
}

/** Dim places are used 16 at a time; the ones left over hold the pixel behind the last one, whose weights are 0. */
function padPlaces(input: usize, dim: usize, none: usize): void {
  for (let place = dim; place & 15; place++) store<u16>(input + PIXEL_AT + 2 * place, u16(none));
}

/** Draws `steps` steps (0 to 128) of a block of the presented image. @param index of the image */
export function encode(scratch: usize, index: u32, block: usize, steps: usize): void {
  const spikes = scratch + (INPUT + SPIKES);
  for (let i: usize = 0; given && i < inputs; i++) {
    memory.copy(inputAt(scratch, i) + SPIKES, given + (block * inputs + i) * 8 * PART_BYTES, 8 * PART_BYTES);
  }
  if (given) return;
  const stream = scratch + STREAM;
  seedStream(
    stream,
    readControl(Control.Seed),
    readControl(Control.Purpose),
    readControl(Control.Epoch),
    index,
    u32(block),
  );
  for (let start: usize = 0; start < steps; start += PART) {
    const left = steps - start;
    drawPart(scratch, spikes + (start / PART) * PART_BYTES, left < PART ? (1 << u32(left)) - 1 : 0xffff);
  }
}

/**
 * Draws 16 steps of every pixel; `keep` has a bit for each step that is wanted.
 * All three bytes of the threshold 65793 k are k, of which the list has the signed k - 128.
 */
function drawPart(scratch: usize, spikes: usize, keep: u32): void {
  const stream = scratch + STREAM;
  const n = decided;
  const undecided = scratch + UNDECIDED;
  let end = undecided;
  // The state of the stream, in registers: this loop is `next` (see random.ts) for every pixel.
  let a = v128.load(stream);
  let b = v128.load(stream, 16);
  let c = v128.load(stream, 32);
  let counter = v128.load(stream, 48);
  const one = i32x4.splat(1);
  for (let i: usize = 0; i < n; i++) {
    const r = i32x4.add(i32x4.add(a, b), counter);
    a = v128.xor(b, i32x4.shr_u(b, 9));
    b = i32x4.add(c, i32x4.shl(c, 3));
    c = i32x4.add(v128.or(i32x4.shl(c, 21), i32x4.shr_u(c, 11)), r);
    counter = i32x4.add(counter, one);
    const byte = v128.load_splat<u8>(scratch + INTENSITY + i);
    const below = i8x16.bitmask(i8x16.lt_s(r, byte));
    const equal = i8x16.bitmask(i8x16.eq(r, byte));
    store<u16>(spikes + 2 * <usize>load<u16>(scratch + PLACE + 2 * i), below & keep);
    // Always written, but kept only if needed, since a branch on random bits would be mispredicted.
    store<u32>(end, u32(i) | (equal << 16));
    end += entryIf(equal);
  }
  v128.store(stream, a);
  v128.store(stream, b, 16);
  v128.store(stream, c, 32);
  v128.store(stream, counter, 48);
  for (let entry = undecided; entry < end; entry += 4) {
    const i = <usize>load<u16>(entry);
    const byte = v128.load_splat<u8>(scratch + INTENSITY + i);
    let left: u32 = load<u16>(entry, 2);
    let r = next(stream);
    let fires = left & i8x16.bitmask(i8x16.lt_s(r, byte));
    left &= i8x16.bitmask(i8x16.eq(r, byte));
    if (left) {
      r = next(stream);
      fires |= left & i8x16.bitmask(i8x16.lt_s(r, byte));
    }
    const at = spikes + 2 * <usize>load<u16>(scratch + PLACE + 2 * i);
    store<u16>(at, load<u16>(at) | (fires & keep));
  }
}

/** Number of spikes in an input's block. */
export function countSpikes(input: usize, steps: usize): usize {
  const dim = <usize>load<u32>(input, DIM);
  const bright = <usize>load<u32>(input, BRIGHT_COUNT);
  let count = <usize>load<u32>(input, ALWAYS_COUNT) * steps;
  for (let start: usize = 0; start < steps; start += PART) {
    const part = input + SPIKES + (start / PART) * PART_BYTES;
    for (let place: usize = 0; place < dim; place++) count += popcnt<u32>(load<u16>(part + 2 * place));
    for (let place: usize = SLOTS - bright; place < SLOTS; place++) count += popcnt<u32>(load<u16>(part + 2 * place));
  }
  return count;
}

/** Number of rows that `currents` adds for an input's block, including those for its tables. */
export function countRows(input: usize, steps: usize): usize {
  const bright = <usize>load<u32>(input, BRIGHT_COUNT);
  const groups = (<usize>load<u32>(input, DIM) + 3) >> 2;
  let rows = groups * (16 + steps) + bright + <usize>load<u32>(input, ALWAYS_COUNT);
  for (let start: usize = 0; start < steps; start += PART) {
    const part = input + SPIKES + (start / PART) * PART_BYTES;
    const wanted = min<usize>(PART, steps - start);
    for (let place = SLOTS - bright; place < SLOTS; place++) rows += wanted - popcnt<u32>(load<u16>(part + 2 * place));
  }
  return rows;
}
