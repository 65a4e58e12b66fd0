/** Images and recordings of one's own. PNG files are written here by Python's zlib, from the format's specification. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { loadFolder } from '../../../../hosts/node/data';
import { createEngine } from '../../../../hosts/node/engines';
import { temporaryFolder } from '../../../../test/support/data';
import { python } from '../../../../test/support/python';
import { train } from '../../../networks/train';
import { eventFolder, fromArrays, fromIdx, imageFolder } from '../../datasets';
import { unzipFolder } from '../../datasets/folders';

/** Five pixels wide, three high: every kind of pixel that PNG has, and what each should be read as. */
const WRITE = `
import struct, zlib
def chunk(kind, data):
    return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))
def png(name, depth, colour, rows, extra=b''):
    head = struct.pack('>IIBBBBB', 5, len(rows), depth, colour, 0, 0, 0)
    data = zlib.compress(b''.join(b'\\0' + bytes(row) for row in rows))
    open(name, 'wb').write(b'\\x89PNG\\r\\n\\x1a\\n' + chunk(b'IHDR', head) + extra + chunk(b'IDAT', data) + chunk(b'IEND', b''))
grey = [[10 * x + y for x in range(5)] for y in range(3)]
rgb = [[v for x in range(5) for v in (x, y, 200)] for y in range(3)]
png('grey.png', 8, 0, grey)
png('low.png', 8, 0, grey[:2])
png('grey-alpha.png', 8, 4, [[v for g in row for v in (g, 128)] for row in grey])
png('grey16.png', 16, 0, [[v for g in row for v in (g, 77)] for row in grey])
png('rgb.png', 8, 2, rgb)
png('rgba.png', 8, 6, [[v for x in range(5) for v in (x, y, 200, 9)] for y in range(3)])
png('bit.png', 1, 0, [[0b10101000], [0b01010000], [0b11111000]])
png('two-bits.png', 2, 0, [[0b00011011, 0b00000000], [0b11111111, 0b11000000], [0, 0]])
png('palette.png', 4, 3, [[0x01, 0x20, 0x10], [0x00, 0x00, 0x00], [0x22, 0x22, 0x20]],
    chunk(b'PLTE', bytes([1, 2, 3, 40, 50, 60, 255, 0, 9])))
`;

const folder = temporaryFolder();
python(WRITE, folder);
const png = (name: string) => new Uint8Array(readFileSync(join(folder, `${name}.png`)));
/** A folder of two classes in which `a/0.png` is this file, and the others are of its size. */
const around = (first: Uint8Array, other = first) => ({
  'a/0.png': first,
  'a/1.png': other,
  'b/0.png': other,
  'b/1.png': other,
});
/** The pixels of the image, whichever split it is in. */
function pixelsOf(name: string): { pixels: number[]; channels: number } {
  const { train, channels } = imageFolder({
    'train/a/0.png': png(name),
    'train/b/0.png': png(name),
    'test/a/0.png': png(name),
  });
  return { pixels: Array.from(train.images.subarray(0, 15 * channels)), channels };
}
const GREY = Array.from({ length: 15 }, (_, i) => 10 * (i % 5) + Math.floor(i / 5));

describe('PNG files in a folder for each class', () => {
  test('every kind of grey pixel is read as a byte', () => {
    for (const name of ['grey', 'grey-alpha', 'grey16'])
      assert.deepEqual(pixelsOf(name), { pixels: GREY, channels: 1 }, name);
    assert.deepEqual(pixelsOf('bit').pixels, [255, 0, 255, 0, 255, 0, 255, 0, 255, 0, 255, 255, 255, 255, 255]);
    assert.deepEqual(pixelsOf('two-bits').pixels, [0, 85, 170, 255, 0, 255, 255, 255, 255, 255, 0, 0, 0, 0, 0]);
  });

  test('colours keep their channels, also out of a palette, and grey ones among them become grey colours', () => {
    const rgb = Array.from({ length: 45 }, (_, i) => [Math.floor(i / 3) % 5, Math.floor(i / 15), 200][i % 3]);
    for (const name of ['rgb', 'rgba']) assert.deepEqual(pixelsOf(name), { pixels: rgb, channels: 3 }, name);
    const colours = [
      [1, 2, 3],
      [40, 50, 60],
      [255, 0, 9],
    ];
    const indices = [0, 1, 2, 0, 1, 0, 0, 0, 0, 0, 2, 2, 2, 2, 2];
    assert.deepEqual(
      pixelsOf('palette').pixels,
      indices.flatMap((i) => colours[i]),
    );
    const mixed = imageFolder({
      'train/a/0.png': png('grey'),
      'train/b/0.png': png('rgb'),
      'test/a/0.png': png('grey'),
    });
    assert.equal(mixed.channels, 3);
    assert.deepEqual(Array.from(mixed.train.images.subarray(3, 6)), [10, 10, 10]);
  });

  test('classes are the folders in order, and what is hidden or no PNG is left out', () => {
    const files = {
      ...around(png('grey')),
      '.git/0.png': png('rgb'),
      'a/.x.png': png('rgb'),
      'a/notes.txt': Uint8Array.of(1),
    };
    const { names, classes, rows, columns, train, test } = imageFolder(files);
    assert.deepEqual({ names, classes, rows, columns }, { names: ['a', 'b'], classes: 2, rows: 3, columns: 5 });
    assert.deepEqual(
      [Array.from(train.labels), Array.from(test.labels)],
      [
        [0, 1],
        [0, 1],
      ],
    );
  });

  const grey = png('grey');
  const damaged = Uint8Array.from(grey);
  damaged[45] ^= 1;
  const huge = Uint8Array.from(grey);
  huge[17] = 1;
  const broken: [title: string, files: Record<string, Uint8Array>, message: RegExp][] = [
    ['no files', {}, /^DatasetError: folder: expected files \*\.png in a folder for each class, found none$/],
    [
      'a file that is in no class',
      { ...around(grey), 'c.png': grey },
      /^DatasetError: c\.png: expected CLASS\/NAME\.png/,
    ],
    ['a file too deep', { ...around(grey), 'a/b/c.png': grey }, /^DatasetError: a\/b\/c\.png: expected CLASS/],
    [
      'another kind of file',
      around(new Uint8Array(40), grey),
      /^DatasetError: a\/0\.png: expected a PNG file, found another/,
    ],
    [
      'half a file',
      around(grey.subarray(0, 50), grey),
      /^DatasetError: a\/0\.png: expected a PNG file, found a damaged/,
    ],
    ['a few bytes', around(grey.subarray(0, 20), grey), /^DatasetError: a\/0\.png: .* 20 bytes \(file truncated\?\)$/],
    ['a changed bit', around(damaged, grey), /^DatasetError: a\/0\.png: expected a PNG file, found a damaged/],
    [
      'an image that says it is huge',
      around(huge, grey),
      /^RangeError: a\/0\.png: columns: .* from 1 to 128, found 65541$/,
    ],
    ['one class', { 'a/0.png': grey, 'a/1.png': grey }, /^RangeError: labels: expected 2 to 1000 classes, found 1$/],
    [
      'a class of one',
      { ...around(grey), 'c/0.png': grey },
      /^RangeError: test: expected two samples .* class 2, found one$/,
    ],
    ['bytes that are none', around('x' as never, grey), /^RangeError: a\/0\.png: expected bytes .* found String$/],
  ];
  for (const [title, files, message] of broken) {
    test(`${title}: refused in one line`, () => assert.throws(() => imageFolder(files), message));
  }

  test('an image of another size is refused with both sizes', () => {
    assert.throws(
      () => imageFolder(around(grey, png('low'))),
      /a\/1\.png: expected 5 × 3 pixels, as a\/0\.png has, found 5 × 2$/,
    );
  });
});

describe('A zip file of a folder', () => {
  const zip = (folders: string) => {
    const inside = temporaryFolder();
    python(
      `import zipfile
with zipfile.ZipFile('a.zip', 'w') as z:
    z.writestr('${folders}one/1.bin', bytes(range(100)) * 9, zipfile.ZIP_DEFLATED)
    z.writestr('${folders}two/2.bin', b'stored', zipfile.ZIP_STORED)`,
      inside,
    );
    return new Uint8Array(readFileSync(join(inside, 'a.zip')));
  };

  test('gives the bytes of its files by their paths in the folder', () => {
    const expected = {
      'one/1.bin': Uint8Array.from({ length: 900 }, (_, i) => i % 100),
      'two/2.bin': new TextEncoder().encode('stored'),
    };
    assert.deepEqual(unzipFolder(zip('leaves/'), 'leaves'), expected);
    assert.deepEqual(unzipFolder(zip(''), 'leaves'), expected);
  });

  test('is refused if it is damaged, or says that a file is larger than it can be', () => {
    const bytes = zip('');
    assert.throws(() => unzipFolder(bytes.subarray(0, 60), 'leaves'), /^Error: it has no directory/);
    const lie = Uint8Array.from(bytes);
    // The size in the directory of the zip file, which begins with PK 1 2.
    const entry = lie.findIndex(
      (_, at) => lie[at] === 0x50 && lie[at + 1] === 0x4b && lie[at + 2] === 1 && lie[at + 3] === 2,
    );
    lie[entry + 27] = 0x10;
    assert.throws(() => unzipFolder(lie, 'leaves'), /^Error: one\/1\.bin says that it has \d+ bytes$/);
  });
});

describe('Images in arrays', () => {
  const images = Array.from({ length: 40 }, (_, i) => Array.from({ length: 6 }, (_, p) => i + p));
  const labels = images.map((_, i) => i % 4);

  test('are split by a seed: the same share of every class, each image once', () => {
    const split = (seed: number) => fromArrays({ rows: 2, columns: 3, images, labels, seed, test: 0.3 });
    const { train, test, classes } = split(1);
    assert.deepEqual([train.count, test.count, classes], [28, 12, 4]);
    for (let label = 0; label < 4; label++) assert.equal(test.labels.filter((each) => each === label).length, 3);
    const firsts = [train, test].flatMap((part) => Array.from({ length: part.count }, (_, i) => part.images[6 * i]));
    assert.deepEqual(
      firsts.sort((a, b) => a - b),
      images.map(([first]) => first),
    );
    assert.deepEqual(split(1), split(1));
    assert.notDeepEqual(split(1).test.images, split(2).test.images);
  });

  test('come in one array or in many, and test images apart', () => {
    const test = { images: [images[0]], labels: [0] };
    const many = fromArrays({ rows: 2, columns: 3, images, labels, test });
    assert.deepEqual(many, fromArrays({ rows: 2, columns: 3, images: Float32Array.from(images.flat()), labels, test }));
    assert.deepEqual([Array.from(many.test.images), many.train.count], [[0, 1, 2, 3, 4, 5], 40]);
  });

  test('what does not fit is refused by its place', () => {
    const with_ = (changed: object) => () => fromArrays({ rows: 2, columns: 3, images, labels, ...changed });
    assert.throws(with_({ rows: 129 }), /^RangeError: rows: expected a whole number from 1 to 128, found 129$/);
    assert.throws(with_({ channels: 2 }), /^RangeError: channels: expected 1 \(grey\) or 3 \(colours\), found 2$/);
    assert.throws(
      with_({ labels: [0, 1] }),
      /^RangeError: images: expected 2 images of 6 numbers, .*, found 40 images$/,
    );
    assert.throws(with_({ labels: labels.with(7, -1) }), /^RangeError: images: label of image 7: .* found -1$/);
    assert.throws(
      with_({ labels: labels.with(7, 9) }),
      /^RangeError: test: expected two samples or more of class 9, found one$/,
    );
    assert.throws(
      with_({ images: images.with(3, [1, 2]) }),
      /^RangeError: images: expected 6 numbers of image 3, found 2$/,
    );
    assert.throws(with_({ images: images.with(3, [0, 1, 2, 3, 4, 256]) }), /from 0 to 255 in image 3, found 256$/);
    assert.throws(with_({ test: 1 }), /^RangeError: test: expected a share between 0 and 1, found 1$/);
    assert.throws(with_({ names: ['a'] }), /^RangeError: names: expected 4, one for each class, found 1$/);
    assert.throws(with_({ images: null }), /^RangeError: images: expected a value, found null/);
  });
});

describe('Images in idx files', () => {
  const header = (magic: number, ...sizes: number[]) => {
    const view = new DataView(new ArrayBuffer(4 + 4 * sizes.length));
    for (const [i, value] of [magic, ...sizes].entries()) view.setUint32(4 * i, value);
    return Array.from(new Uint8Array(view.buffer));
  };
  const images = Uint8Array.from([...header(0x803, 6, 2, 2), ...Array.from({ length: 24 }, (_, i) => i)]);
  const labels = Uint8Array.from([...header(0x801, 6), 0, 1, 0, 1, 0, 1]);

  test('of any size are read, also gzipped', () => {
    const data = fromIdx({ images, labels, test: { images, labels } });
    assert.deepEqual([data.rows, data.columns, data.classes, data.train.count], [2, 2, 2, 6]);
    assert.deepEqual(data.train.images.slice(), images.slice(16));
    const zipped = fromIdx({ images: gzipSync(images), labels: gzipSync(labels), test: { images, labels } });
    assert.deepEqual(zipped, data);
    assert.equal(fromIdx({ images, labels }).test.count, 2);
  });

  test('a damaged file is refused by its name', () => {
    assert.throws(() => fromIdx({ images: labels, labels }), /^DatasetError: images: expected an idx file .* 3 or 4/);
    assert.throws(() => fromIdx({ images: images.subarray(1), labels }), /^DatasetError: images: expected an idx/);
    assert.throws(
      () => fromIdx({ images: images.subarray(0, 30), labels }),
      /^DatasetError: images: expected 40 bytes/,
    );
    const five = Uint8Array.from([...header(0x801, 5), 0, 1, 0, 1, 0]);
    assert.throws(() => fromIdx({ images, labels: five }), /^DatasetError: labels: expected 6, .* found 5$/);
    const half = gzipSync(images).subarray(0, 40);
    assert.throws(() => fromIdx({ images: half, labels }), /^DatasetError: images: expected /);
    const short = Uint8Array.of(0x1f, 0x8b);
    assert.throws(
      () => fromIdx({ images: short, labels }),
      /^DatasetError: images: expected a gzip file, found 2 bytes$/,
    );
    const lie = Uint8Array.from(gzipSync(images)).fill(0x20, -4);
    assert.throws(() => fromIdx({ images: lie, labels }), /^DatasetError: images: expected at most \d+ bytes unpacked/);
    const colours = Uint8Array.from([...header(0x804, 6, 2, 2, 3), ...new Uint8Array(72)]);
    assert.throws(
      () => fromIdx({ images, labels, test: { images: colours, labels } }),
      /^DatasetError: test\.images: expected images of 2 × 2 × 1, found 2 × 2 × 3$/,
    );
  });
});

describe('Event files in a folder for each class', () => {
  /** Two events of 40 bits: x, y, polarity and time. */
  const event = (x: number, y: number, time: number) => [x, y, 0x80 | (time >> 16), (time >> 8) & 255, time & 255];
  const file = Uint8Array.from([...event(1, 2, 0), ...event(3, 2, 900)]);

  test('become spike trains with the labels of their folders', () => {
    const files = { 'left/0.bin': file, 'left/1.bin': file, 'right/0.bin': file, 'right/1.bin': file };
    const data = eventFolder(files, { width: 4, height: 4, pool: 1, T: 10 });
    assert.deepEqual([data.units, Array.from(data.train.labels), Array.from(data.test.labels)], [32, [0, 1], [0, 1]]);
    assert.deepEqual(Array.from(data.train.units.subarray(0, 2)), [16 + 4 * 2 + 1, 16 + 4 * 2 + 3]);
    assert.deepEqual(Array.from(data.train.times.subarray(0, 2)), [0, 9]);
    const bad = { ...files, 'left/1.bin': file.subarray(0, 7) };
    assert.throws(() => eventFolder(bad), /^DatasetError: left\/1\.bin: expected events of 5 bytes, found 7 bytes/);
  });
});

/** Twenty classes of twenty images, 8 × 8 in colours: a class is where a square lies and which colour it has. */
const WRITE_TWENTY = `
import os, random, struct, zlib
random.seed(1)
def chunk(kind, data):
    return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))
for label in range(20):
    os.makedirs(f'leaves/kind {label:02}')
    where, colour = divmod(label, 3)
    for i in range(20):
        rows = b''
        for y in range(8):
            rows += b'\\0' + bytes(220 + random.randrange(30) if (y // 3 * 3 + x // 3) == where and c == colour
                                  else random.randrange(40) for x in range(8) for c in range(3))
        head = struct.pack('>IIBBBBB', 8, 8, 8, 2, 0, 0, 0)
        open(f'leaves/kind {label:02}/{i}.png', 'wb').write(b'\\x89PNG\\r\\n\\x1a\\n' + chunk(b'IHDR', head) +
            chunk(b'IDAT', zlib.compress(rows)) + chunk(b'IEND', b''))
`;

test('twenty folders of PNG files become a trained network', async () => {
  python(WRITE_TWENTY, folder);
  const data = imageFolder(await loadFolder(join(folder, 'leaves')));
  const engine = await createEngine('event', { data, hidden: 50, T: 20, batchSize: 32, learningRate: 0.01 });
  const { testAccs } = await train({ engine, epochs: 15 });
  await engine.close();
  assert.deepEqual([data.classes, data.train.count, data.test.count], [20, 320, 80]);
  assert.ok(testAccs[14] > 0.9, `${testAccs}`);
});
