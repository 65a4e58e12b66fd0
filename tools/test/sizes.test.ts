/** Sizes in texts: written from what is built, and said to be out of date. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, test } from 'node:test';
import { temporaryFolder } from '../../test/support/notebooks';
import { fits } from '../setup/bundle.mjs';
import { outdatedSizes, writeSizes } from '../sizes.mjs';

const root = resolve(__dirname, '..', '..');
const clone = temporaryFolder('sizes');

describe('A size in a text', () => {
  const text = (lite: string) =>
    `It has <!-- size: build/lite -->${lite}<!-- end -->, both <!-- size: build/book + build/lite -->9 MB<!-- end -->.\n`;
  for (const [file, bytes] of Object.entries({ 'build/lite/a/b': 1_400_000, 'build/lite/c': 99_200_000 })) {
    mkdirSync(join(clone, file, '..'), { recursive: true });
    writeFileSync(join(clone, file), new Uint8Array(bytes));
  }
  const outdated = (lite: string) => {
    for (const page of ['editions/book/hosting.md', 'editions/class/README.md']) {
      mkdirSync(join(clone, page, '..'), { recursive: true });
      writeFileSync(join(clone, page), page.includes('book') ? text(lite) : '');
    }
    return outdatedSizes(/build\/lite/, clone);
  };

  test('is that of the folder, with the number of its files where it says one; one that is not built stays', () => {
    assert.equal(writeSizes(text('1 MB in 1 files'), clone), text('101 MB in 2 files'));
    assert.equal(writeSizes(text('1 MB'), clone), text('101 MB'));
  });

  test('may be 3 % away from what is built, and beyond that a line names page, size and what to do', () => {
    for (const near of ['101 MB in 2 files', '99 MB', '103 MB in 2 files']) assert.deepEqual(outdated(near), []);
    for (const far of ['97 MB', '101 MB in 3 files']) {
      assert.equal(outdated(far).length, 1);
      assert.match(
        outdated(far)[0] ?? '',
        /^editions\/book\/hosting\.md: .*101 MB.*: node tools\/sizes\.mjs writes it$/,
      );
    }
  });

  test('of a bundle is that of the one made here for the same packages, if there is one', () => {
    const kinds = join(root, 'build', 'bundle', 'kinds.json');
    if (!existsSync(kinds)) return;
    const [kind] = Object.keys(JSON.parse(readFileSync(kinds, 'utf8')));
    const { packages, python } = JSON.parse(readFileSync(join(kinds, '..', kind as string, 'bundle.json'), 'utf8'));
    const { packages: now, python: nowToo } = fits();
    if (packages === now && python === nowToo) assert.deepEqual(outdatedSizes(/^build\/bundle$/), []);
  });
});
