/** Whether a text of a console is a whole cell, which its Enter key asks. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import ts from 'typescript';
import {
  CellSyntaxError,
  compileCell,
  isUnfinished,
} from '../../../../packages/typescript-kernel/jupyterlite/src/cells/compile';
import { emit } from '../../../../packages/typescript-kernel/jupyterlite/src/types/emit';
import { KNOWS_USING } from '../../../../packages/typescript-kernel/jupyterlite/src/using';

describe('A text that is not finished', () => {
  const UNFINISHED = [
    ...['const a = {', 'f(', 'a +', 'a.', 'if (a) b; else', 'class A {', 'interface A {', 'namespace A {', 'x ? 1 :'],
    ...['const a = `open', '`a\nb', 'const a = `x ${1', '/* open', 'f(); /** open\n * more', '(x: number) =>', 'x =>'],
    ...['const f = async (x: number) =>', 'const f = <T>(x: T): T =>', 'for (const a of', 'import { a } from', 'x as'],
    ...['try { a(); }', 'function f(a: number):', 'do { }'],
  ];
  for (const text of UNFINISHED) {
    test(JSON.stringify(text), () => assert.ok(isUnfinished(text)));
  }
});

describe('A cell that only TypeScript itself can translate', () => {
  const refusal = (code: string) => {
    try {
      compileCell(code, () => false);
    } catch (error) {
      assert.ok(CellSyntaxError.is(error));
      return [error.line, error.message];
    }
    return [];
  };
  const WITHOUT = 'need TypeScript itself, which is not there: this page has no types, or they have not loaded';

  test('is refused with the reason where there is no TypeScript', () => {
    assert.deepEqual(refusal('const a = 1;\nnamespace Some {\n}'), [2, `Namespaces ${WITHOUT}`]);
    assert.deepEqual(refusal('@some\nclass A {}'), [1, `Decorators ${WITHOUT}`]);
    assert.deepEqual(refusal('class A {\n  accessor size = 1;\n}'), [2, `Accessors ${WITHOUT}`]);
  });
});

describe('A cell with using', () => {
  const code = `using handle = { size: 3, [Symbol.dispose]() { log('disposed'); } };
const size: number = handle.size;
log(size);`;
  const run = async (compiled: string) => {
    const logged: unknown[] = [];
    let declared: string[] = [];
    const cell = {
      names: { log: (value: unknown) => logged.push(value) },
      declare(names: object) {
        declared = Object.keys(names);
      },
    };
    // biome-ignore lint/security/noGlobalEval: as the kernel does.
    await globalThis.eval(compiled)(cell);
    return { logged, declared };
  };

  test('runs by TypeScript itself where the engine does not know it, and declares its own names alone', async () => {
    const emitted = emit(ts, code, false, false);
    const { logged, declared } = await run(compileCell(code, (name) => name === 'log', emitted));
    assert.deepEqual(logged, [3, 'disposed']);
    assert.deepEqual(declared.sort(), ['handle', 'size']);
  });

  test('stays as it is where the engine knows it', () => assert.equal(emit(ts, code, false, true), undefined));

  test('is refused with the reason where there is neither', () => {
    const compile = () => compileCell(code, () => false);
    if (KNOWS_USING) assert.doesNotThrow(compile);
    else assert.throws(compile, /^SyntaxError: Here declarations with using need TypeScript itself/);
  });
});

describe('A text to which nothing can be added', () => {
  for (const text of ['const a = 3)', '}', '1 2', 'else', "'open", '"open\n', 'const = 3', 'f(]', 'let x = ;', '/[']) {
    test(JSON.stringify(text), () => {
      assert.throws(
        () => compileCell(text, () => false),
        (error) => CellSyntaxError.is(error),
      );
      assert.ok(!isUnfinished(text));
    });
  }
});
