import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { decode } from '../../../../test/support/png';
import { encodePng } from '../../node/png';

test('a PNG keeps every colour, with and without transparent pixels', async () => {
  for (const alpha of [255, 0]) {
    const pixels = new Uint8Array(20 * 20 * 4);
    for (let i = 0; i < 400; i++) pixels.set([i & 255, i >> 8, 7, 255], i * 4);
    pixels.set([0, 0, 0, alpha], 0);
    const png = encodePng(pixels, 20, 20);
    assert.equal(png[25], alpha === 255 ? 2 : 6, 'colour type: RGB where all is opaque');
    const image = await decode(png);
    assert.deepEqual([image.width, image.height], [20, 20]);
    for (let i = 1; i < 400; i++) {
      assert.deepEqual(image.at(i % 20, Math.floor(i / 20)), [...pixels.subarray(i * 4, i * 4 + 3)]);
    }
  }
});

test('the bytes depend on the pixels alone', () => {
  // Written down once: another machine, Node version or release of the library would show here.
  const pixels = Uint8Array.from({ length: 300 * 200 * 4 }, (_, i) => (i % 4 === 3 ? 255 : (i * i * 31) >> 9));
  const digest = createHash('sha256')
    .update(encodePng(pixels, 300, 200))
    .digest('hex');
  assert.equal(digest, '20a91dc47f22e7340db8bf0c19788fc683b551f3bb2e7c7b4d7b84a7e9f490fb');
});

test('pixels that do not fit the size are refused', () => {
  assert.throws(() => encodePng(new Uint8Array(3), 1, 1), /expected 4 bytes for 1 × 1, found 3/);
});
