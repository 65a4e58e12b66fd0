/** The table that comes with the package, and one of one's own. */
import assert from 'node:assert/strict';
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { formatOptions } from '../../../packages/runs/map';
import { fingerprint } from '../../../packages/runs/node/fingerprint';
import { projectPath } from '../../../packages/system/files.cjs';
import { temporaryFolder } from '../../../test/support/data';
import { tableText } from '../../../test/support/map';
import { readMap as readMapInBrowser } from '../../browser/map';
import { makeRecompute } from '../../contract/recompute';
import { makeWithBar } from '../../contract/with-bar';
import { loadMnist } from '../data';
import { createEngine } from '../engines';
import { readMap } from '../map';

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
  await assert.rejects(readMap({ file: 'a\nb' }), /^Error: a\ufffdb: expected the table of the map, found none/);
  writeFileSync(file, tableText({}).slice(0, -20));
  await assert.rejects(readMap({ file }), (error: Error) => {
    assert.match(error.message, /damaged\.csv: line 2: weights_sha256: expected 64 hexadecimal digits, found \w+; /);
    return true;
  });
});

test('a table that is too long, no file, or has what a terminal would obey is refused in one line that names it', async () => {
  const file = join(folder, 'hostile.csv');
  await assert.rejects(readMap({ file: folder }), { message: `${folder}: expected a file, found a folder` });
  writeFileSync(file, '');
  truncateSync(file, 2e9);
  await assert.rejects(readMap({ file }), { message: `${file}: expected at most 33554432 bytes, found 2000000000` });
  writeFileSync(file, tableText({}).replace(/,mnist,/, ',\u001b[31mred,'));
  await assert.rejects(
    readMap({ file }),
    /hostile\.csv: line 2: dataset: expected mnist, randman, rows or yin-yang, found \ufffd\[31mred; /,
  );
});

describe('The committed table', () => {
  test('is the same on each host', async () => {
    const csv = readFileSync(projectPath('editions', 'map', 'map.csv'));
    const server = createServer((request, response) => {
      response.statusCode = request.url === '/site/lif-fc-mnist/map.csv' ? 200 : 404;
      response.end(response.statusCode === 200 ? csv : '');
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as AddressInfo;
    const kernels = globalThis as Record<symbol, unknown>;
    const key = Symbol.for('jupyterlite-typescript-kernel');
    kernels[key] = { siteUrl: `http://127.0.0.1:${port}/site/` };
    try {
      assert.deepEqual((await readMapInBrowser()).rows, (await readMap()).rows);
    } finally {
      delete kernels[key];
      server.close();
    }
  });

  test('has rows whose commands mean the runs that their ids name', async () => {
    const { runOfOptions } = (await import(
      pathToFileURL(projectPath('editions', 'map', 'settings.mjs')).href
    )) as typeof import('../../../editions/map/settings.mjs');
    for (const row of (await readMap()).rows)
      assert.equal(runOfOptions(formatOptions(row).split(' ').filter(Boolean)).id, row.id);
  });

  test('is computed again to the byte: an SNN with every option, an ANN, and a run on Randman', async () => {
    const withBar = makeWithBar({
      createEngine,
      liveFigure: () => assert.fail('expected no live figure'),
      progressBar: () => ({ update: () => {}, finish: () => {} }),
      interruptible: (work) => work(new AbortController().signal),
    });
    const recompute = makeRecompute({ createEngine, fingerprint, loadMnist, withBar });
    const short = (await readMap()).where({ grid: 'short' });
    for (const choice of [{ softReset: true }, { network: 'ann', loss: 'mse' }, { dataset: 'randman' }] as const) {
      const [row] = short.where(choice).rows;
      assert.equal(await recompute(row), row.weightsSha256);
    }
  });
});
