/** Whatever a cell does to built-ins or to TypeScript, the kernel in Node answers. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { type Ended, runCells } from '../../../../test/support/jupyter-kernel';
import { drawBreakages, NEXT, SHOWN } from '../breakages';

const DEEP = `const deep = ${'['.repeat(1500)}${']'.repeat(1500)};`;
const LATER = `await new Promise((resolve) => setTimeout(resolve, 1));
(globalThis as any).JSON = null; (Promise.prototype as any).then = null;`;
const AFTERWARDS = 'setTimeout(() => { (globalThis as any).JSON = null; }, 1);\nvoid 0';
/** What people and libraries do, and the kernel can live with. */
const HARMLESS = `Math.random = () => 0.5; Error.stackTraceLimit = 7;
Object.defineProperty(String.prototype, 'loud', { get() { return this + '!'; }, configurable: true });
Object.defineProperty(Object.prototype, 'should', { get: () => 1, configurable: true, set(value) {
  Object.defineProperty(this, 'should', { value, writable: true, configurable: true, enumerable: true });
} });
(BigInt.prototype as any).toJSON = function () { return String(this); };
(Array.prototype as any).last = function () { return this[this.length - 1]; };
const { emit } = process as any;
(process as any).emit = function (...event: any[]) { return emit.apply(this, event); };
void 0`;
const USES =
  "[Math.random(), JSON.stringify(1n), ('a' as any).loud, ({} as any).should, ([1, 2] as any).last()].join()";

// Those that cannot be undone end the kernel, and each would need one of its own. Some share a cell.
const drawn = drawBreakages(1, 20).filter(({ locks }) => !locks);
const inCell = 8;
const shared = Array.from({ length: Math.ceil(drawn.length / inCell) }, (_, i) => {
  const some = drawn.slice(i * inCell, (i + 1) * inCell);
  const cell = some.map(({ cell }) => `try {\n${cell}\n} catch {}`).join('\n');
  return { name: some.map(({ name }) => name).join('; '), cell };
});
const cells = [DEEP, LATER, AFTERWARDS, ...shared.map(({ cell }) => cell)];
const inOne = runCells([HARMLESS, USES, ...cells.flatMap((cell) => [cell, NEXT])]);
const locked = runCells([
  "Object.defineProperty(Array.prototype, 'map', { value: null, writable: false, configurable: false });\nvoid 0",
]);

describe('On tslab', () => {
  let ended: Ended[];
  before(async () => {
    ended = await inOne;
  });
  const after = (i: number) => ended[2 + 2 * i] as Ended;

  test('what people and libraries do to built-ins stays as they have left it', () => {
    assert.deepEqual([ended[0]?.stdout, ended[0]?.stderr], ['', '']);
    assert.equal(ended[1]?.stdout, '0.5,"1",a!,1,2\n');
  });

  test('a cell of 1,500 nested brackets is told so', () => {
    assert.match(after(0).stderr, /^1:1 - This cell is nested too deeply for TypeScript: take it apart/);
  });

  test('what a cell has broken is put back when it has ended, and a line says so', () => {
    const line = (what: string) => `A cell has changed ${what} been put back: the kernel itself needs`;
    assert.equal(after(1).stdout, `${line('globalThis.JSON and 1 more built-in, which have')} them.\n`);
  });

  test('what cannot be put back ends the kernel, which Jupyter starts again, and a line says so', async () => {
    const [{ status, stdout }] = (await locked) as [Ended];
    const text =
      'Array.prototype.map so that it cannot be put back, so the kernel was restarted. Its variables are gone';
    assert.deepEqual([status, stdout], ['error', `A cell has changed ${text}: run the cells above again.\n`]);
  });

  for (const [i, name] of ['deep', 'later', 'afterwards', ...shared.map(({ name }) => name)].entries()) {
    test(`the next cell works: ${name}`, () => {
      const { status, stdout } = ended[3 + 2 * i] as Ended;
      assert.deepEqual([status, stdout.slice(-SHOWN.length)], ['ok', SHOWN], JSON.stringify(after(i)));
    });
  }
});
