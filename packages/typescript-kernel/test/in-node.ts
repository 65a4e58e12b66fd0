/** Cells on the kernel's core in Node, without a page, and the module that they import. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { buildDeclarations } from '../jupyterlite/build';
import type { Shown } from './cells';

/** The kernel's own folder. */
export const source = resolve(__dirname, '..');

/** Where the packages of npm are: the repository, whether it holds the kernel alone or other things, too. */
let folder = source;
while (!existsSync(join(folder, 'node_modules'))) folder = dirname(folder);
export const root = folder;

const CODE = `export const answer = 42;
export class Counter {
  count = 0;
  next() { return ++this.count; }
}
function inner(values) { return values.total.length; }
export function total(values) { return inner(values); }
export default function twice(x) { return 2 * x; }
`;

const TYPES = `/** The answer. */
export declare const answer: number;
/** Counts. */
export declare class Counter {
  /** How often it was asked. */
  count: number;
  /** The next number. */
  next(): number;
}
export interface Options { size: number }
/** The sum of values. */
export declare function total(values: number[]): number;
export default function twice(x: number): number;
`;

/** Its name. */
export const THINGS = 'things';

/** Where it is: `node_modules/things` for tslab, which takes CommonJS, and an ES module for a page. */
export function writeThings(folder: string): { module: string; types: string } {
  const inTslab = join(folder, 'node_modules', THINGS);
  mkdirSync(inTslab, { recursive: true });
  const plain = CODE.replace(/export (default )?/g, '');
  const exported = 'answer, Counter, total, default: twice';
  writeFileSync(
    join(inTslab, 'index.js'),
    `${plain}\nObject.defineProperty(exports, '__esModule', { value: true });\nObject.assign(exports, { ${exported} });\n`,
  );
  writeFileSync(join(inTslab, 'index.d.ts'), TYPES);
  const module = join(folder, 'things.mjs');
  writeFileSync(module, CODE);
  return { module, types: join(inTslab, 'index.d.ts') };
}

/** TypeScript as in tslab. */
export const TSLABS = '@tslab/typescript-for-tslab';

/** Runs cells from top to bottom; goes on after one that fails. What it needs is written to `folder`. */
export async function runInNode(cells: string[], folder: string): Promise<Shown[]> {
  const { module, types } = writeThings(folder);
  const declarations = join(folder, 'declarations.json');
  buildDeclarations({ out: declarations, root: folder, modules: { [THINGS]: types }, typescript: TSLABS });
  const input = JSON.stringify({ cells, modules: { [THINGS]: module }, declarations });
  const args = ['--import', 'tsx', join(__dirname, 'harness.ts')];
  const running = promisify(execFile)(process.execPath, args, { cwd: root, maxBuffer: 1 << 28 });
  running.child.stdin?.end(input);
  return JSON.parse((await running).stdout);
}
