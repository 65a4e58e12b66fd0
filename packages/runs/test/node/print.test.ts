import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { RandomStream } from '../../../../src/common/random';
import { python } from '../../../../test/support/python';
import { fingerprint, formatRow } from '../../node';

describe('firing rates', () => {
  const chance = new RandomStream(5, 4);
  const rates = (T: number) => Array.from({ length: 10 }, () => Math.floor(chance.uniform() ** 4 * (T + 1)) / T);
  const rows = [
    [0, 0, 0, 0, 0, 0, 0, 1, 0, 0],
    [0, 0.02, 1, 0.5, 0.13, 0, 0, 0, 0, 0],
    [0, Math.fround(1 / 3), 1],
    [1e-30],
    [0, 0.0005, 1],
    [0.001, 1],
    [0.00099, 1],
    [0.15, 0.00025],
    [1.2345678e-4, 1],
    ...[7, 100, 300, 2000, 10_000].flatMap((T) => [rates(T), rates(T), rates(T)]),
  ];

  test('are printed as numpy prints a float32 row', () => {
    const printed = python(
      `import numpy as np
np.set_printoptions(linewidth=1000)
for r in ${JSON.stringify(rows)}: print(np.array([r], dtype=np.float32))`,
    );
    assert.deepEqual(rows.map(formatRow), printed.split(/\r?\n/));
  });
});

describe('a fingerprint', () => {
  test('is the SHA-256 of the float32 bytes, as Python has it', () => {
    const values = [0.1, -2, 3e-30, 0];
    const expected = python(
      `import hashlib, struct; print(hashlib.sha256(struct.pack('<4f', *${JSON.stringify(values)})).hexdigest())`,
    );
    assert.equal(fingerprint(Float32Array.from(values)), expected);
    assert.notEqual(fingerprint(Float32Array.of(0.1, -2, 3e-30, -0)), expected);
  });
});
