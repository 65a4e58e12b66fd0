/** Links that carry cells: texts and code arrive as they were, without anything else, and nothing else is believed. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { deflateRawSync, deflateSync } from 'node:zlib';
import type { NotebookContent } from '../../page/jupyter';
import { isShared, NOTE, readShared, shareAddress } from '../../page/share';

const SITE = 'https://a.example/b/lite/';
const cell = (cell_type: string, source: string | string[], more = {}) => ({
  cell_type,
  source,
  metadata: {},
  ...more,
});
const hashOf = async (...cells: NotebookContent['cells']) => new URL(await shareAddress({ cells }, SITE)).hash;
/** A link with what nobody has checked. */
const forged = (content: unknown) => `#cells=${deflateSync(JSON.stringify(content)).toString('base64url')}`;

describe('A link with cells', () => {
  test('carries code and text as they are, and neither outputs nor what else a notebook says', async () => {
    const cells = [
      cell('markdown', ['# Über τ\n', '<details>\n\nMore\n\n</details>']),
      cell('code', 'const 𝛼 = `<img>`;\n', {
        outputs: [{ data: { 'text/html': '<script>' } }],
        metadata: { trusted: true },
      }),
      cell('raw', 'x'),
      cell('code', ' \n'),
    ];
    const address = await shareAddress({ cells }, SITE);
    assert.match(address, /^https:\/\/a\.example\/b\/lite\/notebooks\/index\.html#cells=[\w-]+$/);
    const { hash } = new URL(address);
    assert.ok(isShared(hash) && !isShared('#A-heading'));
    const notebook = await readShared(hash);
    assert.deepEqual(notebook.cells, [
      cell('markdown', NOTE),
      cell('markdown', '# Über τ\n<details>\n\nMore\n\n</details>'),
      cell('code', 'const 𝛼 = `<img>`;\n', { outputs: [], execution_count: null }),
    ]);
    assert.deepEqual(Object.keys(notebook.metadata), ['kernelspec', 'language_info']);
    assert.equal(await hashOf(...notebook.cells), hash, 'the note is not carried on');
  });

  test('has at most 8192 characters', async () => {
    // Letters by a generator, so that they hardly become shorter.
    let state = 1;
    const next = () => {
      state = (48271 * state) % 2147483647;
      return (state % 36).toString(36);
    };
    const letters = (count: number) => Array.from({ length: count }, next).join('');
    assert.ok((await hashOf(cell('code', letters(8000)))).length < 8192);
    await assert.rejects(hashOf(cell('code', letters(12_000))), {
      name: 'RangeError',
      message: /^expected an address of up to 8192 characters, found \d+$/,
    });
    await assert.rejects(
      readShared(`#cells=${'A'.repeat(8192)}`),
      /^RangeError: expected up to 8192 characters, found 8199$/,
    );
  });

  test('is showRefusal if its end is missing, or one letter is another and does not mean the same', async () => {
    const hash = await hashOf(cell('code', 'const pay = 100; console.log(pay);'));
    const whole = await readShared(hash);
    for (let i = '#cells='.length; i < hash.length; i++) {
      const other = `${hash.slice(0, i)}${hash[i] === 'A' ? 'Q' : 'A'}${hash.slice(i + 1)}`;
      // Some bits fill the last byte up.
      const read = await readShared(other).catch((error: Error) => assert.equal(error.name, 'RangeError'));
      if (read) assert.deepEqual(read, whole);
      await assert.rejects(readShared(hash.slice(0, i)), RangeError, hash.slice(0, i));
    }
  });

  test('is showRefusal in one line if it holds anything but cells, or what a page loads or shows in another order', async () => {
    const cells = /^RangeError: expected cells, found something else, or a part of them$/;
    const loads = /^RangeError: expected texts without pictures and HTML, which load from anywhere, found some$/;
    const turns = /^RangeError: expected plain text, found characters that show code in another order than it runs in$/;
    const showRefusal: [hash: string, RegExp][] = [
      ['#cells=', cells],
      ['#cells=<b>', /^RangeError: cells: expected base64 of an address, found something else$/],
      [`#cells=${deflateRawSync('[["code","1"]]').toString('base64url')}`, cells],
      ...[
        {},
        null,
        'code',
        [1],
        ['code'],
        [['code', 1]],
        [['code', '1', {}]],
        [['raw', '1']],
        [['__proto__', '1']],
      ].map((content): [string, RegExp] => [forged(content), cells]),
      [forged([]), /^RangeError: expected 1 to 200 cells, found 0$/],
      [forged(Array(201).fill(['code', '1'])), /^RangeError: expected 1 to 200 cells, found 201$/],
      // 6 MB in as many bytes as a link has at most.
      [forged([['code', 'x'.repeat(6e6)]]), /^RangeError: expected up to 100000 characters of cells, found 6000000$/],
      ...['![a](https://b.example/c.png)', '<img src=x>', '<b style="background: url(//b.example)">', '<!-- -->'].map(
        (text): [string, RegExp] => [forged([['markdown', text]]), loads],
      ),
      [forged([['code', 'const a = "\u202e";']]), turns],
    ];
    for (const [hash, message] of showRefusal) {
      await assert.rejects(readShared(hash), (error: Error) => {
        assert.match(String(error), message, hash.slice(0, 60));
        return true;
      });
    }
  });
});
