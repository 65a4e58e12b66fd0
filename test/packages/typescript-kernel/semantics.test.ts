/** Cells on the TypeScript kernel for JupyterLite show what they show on tslab. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type Ended, runCells } from '../../support/kernel';
import { ROWS, type Shown, THINGS } from './cells';

const root = resolve(__dirname, '..', '..', '..');
mkdirSync(join(root, 'build'), { recursive: true });
const folder = mkdtempSync(join(root, 'build', 'typescript-kernel-test-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** The module of the cells, once for each kernel: tslab takes CommonJS, a page ES modules. */
function writeThings(): { esm: string; types: string } {
  const inTslab = join(folder, 'node_modules', THINGS.name);
  mkdirSync(inTslab, { recursive: true });
  const names = [...THINGS.code.matchAll(/export (?:const|class|function) (\w+)/g)].map(([, name]) => name);
  const plain = THINGS.code.replace(/export default /, '').replace(/export /g, '');
  writeFileSync(
    join(inTslab, 'index.js'),
    `${plain}\nObject.assign(exports, { __esModule: true, ${names.join(', ')}, default: twice });\n`,
  );
  writeFileSync(join(inTslab, 'index.d.ts'), THINGS.types);
  const esm = join(folder, 'things.mjs');
  writeFileSync(esm, THINGS.code);
  return { esm, types: join(inTslab, 'index.d.ts') };
}

function inTslab(cells: string[]): Shown[] {
  const ids: string[] = [];
  const numberOf = (id: string) => (ids.includes(id) ? ids.indexOf(id) : ids.push(id) - 1);
  return runCells(cells, folder).map(({ status, ename, stdout, stderr, displays }: Ended) => ({
    status,
    ...(ename === undefined ? {} : { ename }),
    stdout,
    stderr,
    displays: displays.map(({ data, id, update }) => ({
      data,
      update,
      ...(id ? { id: numberOf(id) } : {}),
    })),
  }));
}

async function inThisKernel(cells: string[], esm: string, types: string): Promise<Shown[]> {
  const { buildDeclarations } = await import('../../../packages/jupyterlite-typescript-kernel/declarations.mjs');
  const declarations = join(folder, 'declarations.json');
  const tslab = join(root, 'node_modules', 'tslab', 'dist', 'public.d.ts');
  buildDeclarations({ out: declarations, root: folder, modules: { [THINGS.name]: types, tslab } });
  const input = JSON.stringify({ cells, modules: { [THINGS.name]: esm }, declarations });
  const args = ['--import', 'tsx', join(__dirname, 'harness.ts')];
  return JSON.parse(execFileSync(process.execPath, args, { cwd: root, input, encoding: 'utf8', maxBuffer: 1 << 28 }));
}

describe('A cell shows here what it shows on tslab', () => {
  let expected: Shown[];
  let found: Shown[];
  before(async () => {
    const cells = ROWS.map(({ cell }) => cell);
    const { esm, types } = writeThings();
    expected = inTslab(cells);
    found = await inThisKernel(cells, esm, types);
  });

  test('and the table has at least 60 rows', () => assert.ok(ROWS.length >= 60, `${ROWS.length} rows`));

  for (const [i, { name, differs, here }] of ROWS.entries()) {
    if (differs === undefined) test(`[${i + 1}] ${name}`, () => assert.deepEqual(found[i], expected[i]));
    else {
      test(`[${i + 1}] ${name}, but: ${differs}`, () => {
        assert.deepEqual(found[i], { status: 'ok', stdout: '', stderr: '', displays: [], ...here });
        assert.notDeepEqual(found[i], expected[i], 'they are alike now: take `differs` out of the table');
      });
    }
  }
});
