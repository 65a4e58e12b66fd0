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
