// Single rows, and sums of rows. `memory.fill` and `memory.copy` are calls that cost more than the three vectors of a row.

import { TABLE, TABLE_ROW } from './addresses';

export function storeRow(row: usize, x: v128, y: v128, z: v128): void {
  v128.store(row, x);
  v128.store(row, y, 16);
  v128.store(row, z, 32);
}

export function clearRow(row: usize): void {
  const zeros = f32x4.splat(0);
  storeRow(row, zeros, zeros, zeros);
}

export function copyRow(to: usize, from: usize): void {
  storeRow(to, v128.load(from), v128.load(from, 16), v128.load(from, 32));
}

export function addToRow(row: usize, x: v128, y: v128, z: v128): void {
  v128.store(row, f32x4.add(v128.load(row), x));
  v128.store(row, f32x4.add(v128.load(row, 16), y), 16);
  v128.store(row, f32x4.add(v128.load(row, 32), z), 32);
}

export function subtractRow(from: usize, row: usize): void {
  v128.store(from, f32x4.sub(v128.load(from), v128.load(row)));
  v128.store(from, f32x4.sub(v128.load(from, 16), v128.load(row, 16)), 16);
  v128.store(from, f32x4.sub(v128.load(from, 32), v128.load(row, 32)), 32);
}

/**
 * The 16 partial sums of four rows: row b of `table` is the sum of the rows whose bit in b is 1. Row by row, as a
 * processor writes at once what goes to one cache line.
 */
export function sumsOfFour(table: usize, row0: usize, row1: usize, row2: usize, row3: usize): void {
  const zeros = f32x4.splat(0);
  const x0 = v128.load(row0);
  const y0 = v128.load(row0, 16);
  const z0 = v128.load(row0, 32);
  const x1 = v128.load(row1);
  const y1 = v128.load(row1, 16);
  const z1 = v128.load(row1, 32);
  const x01 = f32x4.add(x0, x1);
  const y01 = f32x4.add(y0, y1);
  const z01 = f32x4.add(z0, z1);
  storeRow(table, zeros, zeros, zeros);
  storeRow(table + TABLE_ROW, x0, y0, z0);
  storeRow(table + 2 * TABLE_ROW, x1, y1, z1);
  storeRow(table + 3 * TABLE_ROW, x01, y01, z01);
  for (let quarter: usize = 1; quarter < 4; quarter++) {
    table += 4 * TABLE_ROW;
    const row = quarter === 1 ? row2 : row3;
    let x = v128.load(row);
    let y = v128.load(row, 16);
    let z = v128.load(row, 32);
    if (quarter === 3) {
      x = f32x4.add(v128.load(row2), x);
      y = f32x4.add(v128.load(row2, 16), y);
      z = f32x4.add(v128.load(row2, 32), z);
    }
    storeRow(table, x, y, z);
    storeRow(table + TABLE_ROW, f32x4.add(x0, x), f32x4.add(y0, y), f32x4.add(z0, z));
    storeRow(table + 2 * TABLE_ROW, f32x4.add(x1, x), f32x4.add(y1, y), f32x4.add(z1, z));
    storeRow(table + 3 * TABLE_ROW, f32x4.add(x01, x), f32x4.add(y01, y), f32x4.add(z01, z));
  }
}

/** The size of a list's entry, 4, if any of 16 bits is set; else 0. In arithmetic, as `?:` may become a branch. */
export function entryIf(bits: u32): usize {
  return ((bits + 0xffff) >> 16) << 2;
}

/**
 * Adds to a row one row of each table: four bits of the 16 at `spikes` say which, and of the next four tables those
 * `stride` bytes on. It is compiled into the loop that calls it, once for each type Use: u16 where 16 bits are often
 * all 0.
 */
export function addRows<Use>(at: usize, spikes: usize, stride: usize, table: usize, groups: usize): void {
  let x = v128.load(at);
  let y = v128.load(at, 16);
  let z = v128.load(at, 32);
  let x1 = f32x4.splat(0);
  let y1 = x1;
  let z1 = x1;
  for (; groups >= 4; groups -= 4, spikes += stride, table += 4 * TABLE) {
    const bits = <usize>load<u16>(spikes);
    // Skips sixteen silent steps, which are frequent if each unit fires once.
    if (sizeof<Use>() === 2 && !bits) continue;
    // Four bits choose a row of 64 bytes.
    const row0 = table + ((bits << 6) & 0x3c0);
    const row1 = table + ((bits << 2) & 0x3c0);
    const row2 = table + ((bits >> 2) & 0x3c0);
    const row3 = table + ((bits >> 6) & 0x3c0);
    x = f32x4.add(x, v128.load(row0));
    y = f32x4.add(y, v128.load(row0, 16));
    z = f32x4.add(z, v128.load(row0, 32));
    x1 = f32x4.add(x1, v128.load(row1, TABLE));
    y1 = f32x4.add(y1, v128.load(row1, TABLE + 16));
    z1 = f32x4.add(z1, v128.load(row1, TABLE + 32));
    x = f32x4.add(x, v128.load(row2, 2 * TABLE));
    y = f32x4.add(y, v128.load(row2, 2 * TABLE + 16));
    z = f32x4.add(z, v128.load(row2, 2 * TABLE + 32));
    x1 = f32x4.add(x1, v128.load(row3, 3 * TABLE));
    y1 = f32x4.add(y1, v128.load(row3, 3 * TABLE + 16));
    z1 = f32x4.add(z1, v128.load(row3, 3 * TABLE + 32));
  }
  let rest = groups ? <usize>load<u16>(spikes) : 0;
  for (; groups > 0; groups--) {
    const row = table + ((rest << 6) & 0x3c0);
    x = f32x4.add(x, v128.load(row));
    y = f32x4.add(y, v128.load(row, 16));
    z = f32x4.add(z, v128.load(row, 32));
    rest >>= 4;
    table += TABLE;
  }
  storeRow(at, f32x4.add(x, x1), f32x4.add(y, y1), f32x4.add(z, z1));
}
