/** Cells on the TypeScript kernel for JupyterLite show what they show on tslab. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { runCells } from '../../../test/support/jupyter-kernel';
import { ROWS, type Shown } from './cells';
import { root, runInNode, writeThings } from './in-node';

mkdirSync(join(root, 'build'), { recursive: true });
const folder = mkdtempSync(join(root, 'build', 'typescript-kernel-test-'));
after(() => rmSync(folder, { recursive: true, force: true }));

async function runOnTslab(cells: string[]): Promise<Shown[]> {
  writeThings(folder);
  const ids: string[] = [];
  const numberOf = (id: string) => (ids.includes(id) ? ids.indexOf(id) : ids.push(id) - 1);
  const ended = await runCells(cells, folder);
  return ended.map(({ status, ename, stdout, stderr, displays }) => ({
    status,
    ...(ename === undefined ? {} : { ename }),
    stdout,
    stderr,
    displays: displays.map(({ data, id, update }) => ({ data, update, ...(id ? { id: numberOf(id) } : {}) })),
  }));
}

describe('A cell shows here what it shows on tslab', () => {
  let expected: Shown[];
  let found: Shown[];
  before(async () => {
    const cells = ROWS.map(({ cell }) => cell);
    // tslab first: it waits after each error, and leaves a core to the other one.
    [expected, found] = await Promise.all([runOnTslab(cells), runInNode(cells, folder)]);
  });

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
