import { ROW_BYTES, TABLE_ROW } from './addresses';

/** The 16 partial sums of four rows: row b of `table` is the sum of the rows whose bit in b is 1. */
export function sumsOfFour(table: usize, row0: usize, row1: usize, row2: usize, row3: usize): void {
  for (let q: usize = 0; q < ROW_BYTES; q += 16) {
    const out = table + q;
    const r0 = v128.load(row0 + q);
    const r1 = v128.load(row1 + q);
    const r2 = v128.load(row2 + q);
    const r3 = v128.load(row3 + q);
    const r01 = f32x4.add(r0, r1);
    const r23 = f32x4.add(r2, r3);
    v128.store(out, f32x4.splat(0));
    v128.store(out, r0, 1 * TABLE_ROW);
    v128.store(out, r1, 2 * TABLE_ROW);
    v128.store(out, r01, 3 * TABLE_ROW);
    v128.store(out, r2, 4 * TABLE_ROW);
    v128.store(out, f32x4.add(r0, r2), 5 * TABLE_ROW);
    v128.store(out, f32x4.add(r1, r2), 6 * TABLE_ROW);
    v128.store(out, f32x4.add(r01, r2), 7 * TABLE_ROW);
    v128.store(out, r3, 8 * TABLE_ROW);
    v128.store(out, f32x4.add(r0, r3), 9 * TABLE_ROW);
    v128.store(out, f32x4.add(r1, r3), 10 * TABLE_ROW);
    v128.store(out, f32x4.add(r01, r3), 11 * TABLE_ROW);
    v128.store(out, r23, 12 * TABLE_ROW);
    v128.store(out, f32x4.add(r0, r23), 13 * TABLE_ROW);
    v128.store(out, f32x4.add(r1, r23), 14 * TABLE_ROW);
    v128.store(out, f32x4.add(r01, r23), 15 * TABLE_ROW);
  }
}

/** The size of a list's entry, 4, if any of 16 bits is set; else 0. In arithmetic, as `?:` may become a branch. */
export function entryIf(bits: u32): usize {
  return ((bits + 0xffff) >> 16) << 2;
}
