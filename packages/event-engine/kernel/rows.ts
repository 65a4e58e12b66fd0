// Single rows. `memory.fill` and `memory.copy` are calls that cost more than the three vectors of a row.

export function clearRow(row: usize): void {
  const zeros = f32x4.splat(0);
  v128.store(row, zeros);
  v128.store(row, zeros, 16);
  v128.store(row, zeros, 32);
}

export function copyRow(to: usize, from: usize): void {
  v128.store(to, v128.load(from));
  v128.store(to, v128.load(from, 16), 16);
  v128.store(to, v128.load(from, 32), 32);
}
