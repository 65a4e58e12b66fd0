/** Cells on the kernel's core in Node, without a page. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Shown } from './cells';
import { root } from './root';
import { THINGS, writeThings } from './things';

/** TypeScript as in tslab. */
export const TSLABS = '@tslab/typescript-for-tslab';

/** Runs cells from top to bottom; goes on after one that fails. What it needs is written to `folder`. */
export async function runInNode(cells: string[], folder: string): Promise<Shown[]> {
  const { buildDeclarations } = await import('../jupyterlite/declarations.mjs');
  const { module, types } = writeThings(folder);
  const declarations = join(folder, 'declarations.json');
  buildDeclarations({ out: declarations, root: folder, modules: { [THINGS]: types }, typescript: TSLABS });
  const input = JSON.stringify({ cells, modules: { [THINGS]: module }, declarations });
  const args = ['--import', 'tsx', join(__dirname, 'harness.ts')];
  const running = promisify(execFile)(process.execPath, args, { cwd: root, maxBuffer: 1 << 28 });
  running.child.stdin?.end(input);
  return JSON.parse((await running).stdout);
}
