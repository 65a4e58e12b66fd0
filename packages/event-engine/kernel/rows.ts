// Single rows. `memory.fill` and `memory.copy` are calls that cost more than the three vectors of a row.

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
