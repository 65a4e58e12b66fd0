/** The file of declarations of the package whose notebooks run on both kernels. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { root, TSLABS } from '../in-node';

mkdirSync(join(root, 'build'), { recursive: true });
const folder = mkdtempSync(join(root, 'build', 'typescript-kernel-types-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('The file of declarations holds the package and what it imports, in at most 400 kB, and no path of this machine', async () => {
  const { buildDeclarations } = await import('../../jupyterlite/declarations.mjs');
  const out = join(folder, 'declarations.json');
  const types = join(root, 'dist', 'hosts', 'node', 'index.d.ts');
  buildDeclarations({ out, root, modules: { 'lif-fc-mnist': types }, typescript: TSLABS });
  const text = readFileSync(out, 'utf8');
  const { files, modules } = JSON.parse(text);
  const zipped = gzipSync(text).length / 1000;
  assert.ok(zipped < 400, `${zipped} kB`);
  assert.equal(modules['lif-fc-mnist'], '/declarations/dist/hosts/node/index.d.ts');
  for (const path of Object.values(modules)) assert.ok(files[path as string], String(path));
  assert.ok(Object.keys(files).some((path) => path.startsWith('/node_modules/@tensorflow/tfjs-core/')));
  assert.ok(files['/lib/lib.es2022.d.ts']);
  assert.ok(!text.includes(root), 'a path of this machine');
});
