/** What numpy reads, writes and prints: arrays, and a run's last lines. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { RandomStream } from '../../../../src/common/random';
import { temporaryFolder } from '../../../../test/support/data';
import { python } from '../../../../test/support/python';
import { type NpyArray, npyBytes } from '../../../formats/npy';
import { fingerprint, formatRow, readNpy } from '../../node';

const writeNpy = (file: string, array: NpyArray) => writeFileSync(file, npyBytes(array));

describe('.npy files written here', () => {
  test('are read by numpy with their shapes, types and values', () => {
    const folder = temporaryFolder();
    writeNpy(join(folder, 'a.npy'), { data: Float32Array.of(0.1, -2, 3e-30, 4, 5, 6), shape: [2, 3] });
    writeNpy(join(folder, 'b.npy'), { data: Float64Array.of(1 / 3, 2), shape: [2] });
    writeNpy(join(folder, 'c.npy'), { data: Float64Array.of(7), shape: [] });
    writeNpy(join(folder, 'd.npy'), { data: new Float32Array(), shape: [3, 0] });
    const read = python(
      `import numpy as np
a, b, c, d = [np.load(n + '.npy') for n in 'abcd']
print(a.dtype, a.shape, a.flatten().tolist() == np.float32([0.1, -2, 3e-30, 4, 5, 6]).tolist(), b.dtype, b.shape, b.tolist())
print(c.shape, c.item(), d.dtype, d.shape)`,
      folder,
    );
    assert.equal(read, 'float32 (2, 3) True float64 (2,) [0.3333333333333333, 2.0]\n() 7.0 float32 (3, 0)');
  });

  test('are a view’s own part of its memory', () => {
    const file = join(temporaryFolder(), 'view.npy');
    writeNpy(file, { data: Float32Array.of(1, 2, 3, 4).subarray(1, 3), shape: [2] });
    assert.deepEqual(readNpy(file), { data: Float32Array.of(2, 3), shape: [2] });
  });

  const refused: [string, NpyArray, RegExp][] = [
    [
      'values that do not fill the shape',
      { data: new Float32Array(5), shape: [2, 3] },
      /expected 6 values .*, found 5/,
    ],
    ['negative extents', { data: new Float32Array(2), shape: [-1, -2] }, /shape of whole numbers, .*, found \[-1,-2\]/],
    ['extents that are not whole', { data: new Float32Array(3), shape: [1.5, 2] }, /shape of whole numbers/],
    [
      'integers',
      { data: new Int32Array(2) as unknown as Float32Array, shape: [2] },
      /expected a Float32Array or a Float64Array, found Int32Array/,
    ],
    ['a list', { data: [1] as unknown as Float32Array, shape: [1] }, /a Float64Array, found Array/],
  ];
  test('are not made of what does not fit', () => {
    for (const [name, array, message] of refused) assert.throws(() => npyBytes(array), message, name);
  });
});

describe('.npy files written by numpy', () => {
  const folder = temporaryFolder();
  python(
    `import numpy as np
from numpy.lib import format
a = np.arange(24).reshape(2, 3, 4) / 7
for version in (1, 2, 3):
    for type in ('<f4', '<f8', '>f4', '>f8'):
        for order in 'CF':
            with open(f'{version}{order}{type[1:]}{"big" if type[0] == ">" else "little"}.npy', 'wb') as f:
                format.write_array(f, np.array(a, dtype=type, order=order), version=(version, 0))
np.save('number.npy', np.float64(0.1))
np.save('empty.npy', np.zeros((0,), np.float32))
np.save('none.npy', np.zeros((2, 0, 3), np.float64))
np.save('i8.npy', np.arange(3))
np.save('f2.npy', np.zeros(3, np.float16))
np.save('bool.npy', np.zeros(3, bool))
np.save('record.npy', np.zeros(3, [('x', '<f4'), ('y', '<f8')]))
np.save('two.npy', a)
with open('two.npy', 'ab') as f: np.save(f, a)`,
    folder,
  );
  const sevenths = Array.from({ length: 24 }, (_, i) => i / 7);

  test('in each format and order, with either end first, are read row by row', () => {
    for (const version of [1, 2, 3]) {
      for (const order of ['C', 'F']) {
        for (const bytes of ['little', 'big']) {
          const read = (type: string) => readNpy(join(folder, `${version}${order}${type}${bytes}.npy`));
          assert.deepEqual(read('f8'), { data: Float64Array.from(sevenths), shape: [2, 3, 4] });
          assert.deepEqual(read('f4'), { data: Float32Array.from(sevenths), shape: [2, 3, 4] });
        }
      }
    }
  });

  test('of a single number, and of no numbers, are read', () => {
    assert.deepEqual(readNpy(join(folder, 'number.npy')), { data: Float64Array.of(0.1), shape: [] });
    assert.deepEqual(readNpy(join(folder, 'empty.npy')), { data: new Float32Array(), shape: [0] });
    assert.deepEqual(readNpy(join(folder, 'none.npy')), { data: new Float64Array(), shape: [2, 0, 3] });
  });

  test('of other types are refused by name', () => {
    const types = { i8: '<i8', f2: '<f2', bool: '|b1', record: 'a record type' };
    for (const [name, found] of Object.entries(types)) {
      const message = `${name}.npy: expected float32 or float64 (f4, f8), found ${found}; convert it with numpy's astype`;
      assert.throws(() => readNpy(join(folder, `${name}.npy`)), new RegExp(message.replace(/[().|]/g, '\\$&')));
    }
  });

  test('that hold two arrays are refused', () => {
    assert.throws(
      () => readNpy(join(folder, 'two.npy')),
      /two\.npy: expected 320 bytes .*, found 640; .*more than one/,
    );
  });
});

describe('what is no .npy file', () => {
  const file = join(temporaryFolder(), 'd.npy');
  writeNpy(file, { data: new Float32Array(10), shape: [10] });
  const whole = readFileSync(file);

  /** A file of this header, and no numbers. */
  const npyOf = (header: string) => {
    const length = String.fromCharCode(header.length & 255, header.length >> 8);
    return `\x93NUMPY\x01\x00${length}${header}`;
  };
  const cases: [string, Uint8Array | string, RegExp][] = [
    ['one that is cut', whole.subarray(0, 140), /d\.npy: expected 168 bytes .*, found 140; is the file truncated\?/],
    ['one that is cut in its header', whole.subarray(0, 40), /d\.npy: expected a header of 128 bytes, found 40/],
    ['other content', 'hello', /d\.npy: expected a \.npy file, found other content/],
    [
      'a later format',
      Uint8Array.from(whole, (byte, i) => (i === 6 ? 9 : byte)),
      /expected the \.npy format .*, found 9\.0/,
    ],
    [
      'a thousand axes',
      npyOf(`{'descr': '<f4', 'fortran_order': True, 'shape': (${'0,'.repeat(1000)}), }`),
      /expected at most 64 axes, as in numpy, found 1000$/,
    ],
    [
      'a header of sixty megabytes',
      Buffer.concat([whole.subarray(0, 6), Buffer.from([2, 0, 0, 0, 0, 4]), Buffer.alloc(2 ** 26, ',')]),
      /expected a header of at most 10000 bytes, found 67108864$/,
    ],
    ['a name that a terminal would obey', npyOf("{'descr': '\u001b[2J'}"), /found \ufffd\[2J; convert it/],
    ['a header without a shape', whole.toString('latin1').replace("'shape'", "'shade'"), /'fortran_order' and 'shape'/],
  ];
  test('is refused in one line', () => {
    for (const [name, content, message] of cases) {
      writeFileSync(file, typeof content === 'string' ? Buffer.from(content, 'latin1') : content);
      assert.throws(() => readNpy(file), message, name);
    }
  });
});

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
