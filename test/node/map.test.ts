/** The table that comes with the package, and one of one's own. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readMap } from '../../src/node/map';
import { temporaryFolder } from '../support/data';
import { tableText } from '../support/map';

const folder = temporaryFolder();

test('a table of one’s own is read from its file', async () => {
  const file = join(folder, 'map.csv');
  writeFileSync(file, tableText({ tau: 3 }, { tau: 4 }));
  const map = await readMap({ file });
  assert.deepEqual(map.values('tau'), [3, 4]);
});

test('a table that is missing or damaged is refused in one line that names it', async () => {
  const file = join(folder, 'damaged.csv');
  await assert.rejects(readMap({ file }), {
    message: `${file}: expected the table of the map, found none; \`npm run map\` makes it`,
  });
  writeFileSync(file, tableText({}).slice(0, -20));
  await assert.rejects(readMap({ file }), (error: Error) => {
    assert.match(error.message, /damaged\.csv: line 2: weights_sha256: expected 64 hexadecimal digits, found \w+; /);
    return true;
  });
});
