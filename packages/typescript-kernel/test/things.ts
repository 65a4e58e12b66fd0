/** The module that the table's cells import, as both kernels take it. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

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
