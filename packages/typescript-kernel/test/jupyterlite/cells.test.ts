/** What of a cell needs no browser: whether its text is whole, how it is translated, what it prints, what is shown before it runs. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import ts from 'typescript';
import { CellSyntaxError, compileCell, isUnfinished } from '../../jupyterlite/src/cells/compile';
import { limited } from '../../jupyterlite/src/cells/limit';
import { kernelClass } from '../../jupyterlite/src/page/kernel';
import { PLUGIN, readSettings } from '../../jupyterlite/src/page/settings';
import type { TypeProblem } from '../../jupyterlite/src/protocol';
import { emit } from '../../jupyterlite/src/types/emit';
import { KNOWS_USING } from '../../jupyterlite/src/using';

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
    assert.deepEqual(refusal('const a = `\nnamespace Text {\n`;\nnamespace Some {\n}'), [4, `Namespaces ${WITHOUT}`]);
    assert.deepEqual(refusal('const a = `\nnamespace Text {\n`; // module Comment {'), []);
    assert.deepEqual(refusal('@some\nclass A {}'), [1, `Decorators ${WITHOUT}`]);
    assert.deepEqual(refusal('class A {\n  accessor size = 1;\n}'), [2, `Accessors ${WITHOUT}`]);
  });
});

test('The value of a translated cell is that of what stands before its types', () => {
  const values = (code: string) => emit(ts, `namespace N { export const x = 1 }\n${code}`, false)?.hasValue;
  assert.equal(values('N.x\ntype T = number;\ninterface I {}\ndeclare const outside: I;'), true);
  assert.equal(values('const own = N.x;\ntype T = number;'), false);
  const exported = 'namespace N { export const x = 1 }\nN.x\nexport type T = number;';
  assert.match(
    compileCell(exported, () => false, emit(ts, exported, false)),
    /__cell__\.value = \(N\.x\)/,
  );
});

test('What an import says to the loader is passed on', async () => {
  const asked: unknown[] = [];
  const cell = {
    declare() {},
    defaultOf: (module: unknown) => module,
    load: async (...given: unknown[]) => asked.push(given),
  };
  const code =
    "import data from './data.json' with { type: 'json' };\nawait import('./m.js', {});\nawait import('./n.js');";
  // biome-ignore lint/security/noGlobalEval: as the kernel does.
  await globalThis.eval(compileCell(code, () => false))(cell);
  assert.deepEqual(asked, [['./data.json', { with: { type: 'json' } }, []], ['./m.js', {}], ['./n.js']]);
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

describe('What a cell prints', () => {
  const print = (texts: Iterable<string>) => {
    const shown = { stdout: '', stderr: '' };
    const output = limited((name, text) => {
      shown[name] += text;
    });
    for (const text of texts) output.write('stdout', text);
    return { shown, output };
  };
  const LAST = '… A cell prints 10,000 lines or 5,000,000 characters at most: it goes on, and prints no more.\n';

  test('ends after 10,000 lines, however they come, with one line that says so', () => {
    const lines = Array.from({ length: 10_010 }, (_, i) => `${i}\n`);
    for (const texts of [lines, [lines.join('')]]) {
      const { shown } = print(texts);
      assert.deepEqual([shown.stdout.split('\n').length - 1, shown.stderr], [10_000, LAST]);
      assert.ok(shown.stdout.endsWith('\n9999\n'));
    }
  });

  test('ends after 5,000,000 characters', () => {
    const { shown } = print(Array.from({ length: 6 }, () => `${'x'.repeat(999_999)}\n`));
    assert.deepEqual([shown.stdout.length, shown.stderr], [5_000_000, LAST]);
  });

  test('is all there up to that, and begins anew with each cell', () => {
    const { shown, output } = print(['a', 'b\n', '']);
    assert.deepEqual(shown, { stdout: 'ab\n', stderr: '' });
    output.write('stdout', '\n'.repeat(20_000));
    output.reset();
    output.write('stdout', 'c');
    assert.ok(shown.stdout.endsWith('\nc'));
  });
});

describe('The kernel in the page', () => {
  /** A kernel whose worker runs each cell in no time, and types that find what they are told. */
  const open = (
    given: object,
    problems: TypeProblem[] = [],
    check: () => Promise<unknown> = async () => ({ problems }),
  ) => {
    const settings = readSettings(JSON.stringify({ [PLUGIN]: given }), 'http://localhost/');
    let shown = '';
    class Base {
      location = '';
      stream({ text }: { text: string }) {
        shown += text;
      }
    }
    const posted: string[] = [];
    const workers: Quick[] = [];
    class Quick {
      constructor() {
        workers.push(this);
      }
      onmessage = (_: object) => {};
      onerror = () => {};
      postMessage({ type, id }: { type: string; id: number }) {
        posted.push(type);
        const data = { type: 'reply', id, content: { status: 'ok' } };
        if (type === 'execute') queueMicrotask(() => this.onmessage({ data }));
      }
    }
    Object.assign(globalThis, { Worker: Quick });
    const types = { begin() {}, starts() {}, ended() {}, check };
    const Kernel = kernelClass(...([Base, '', settings, types] as unknown as Parameters<typeof kernelClass>));
    const kernel = new Kernel({ sendMessage() {} } as never) as unknown as {
      executeRequest(cell: { code: string }): Promise<{ status: string }>;
      isCompleteRequest(cell: { code: string }): Promise<unknown>;
      interrupt(): void;
    };
    return {
      kernel,
      posted,
      workers,
      settings,
      async run() {
        shown = '';
        const { status } = await kernel.executeRequest({ code: '' });
        return [status, shown];
      },
    };
  };

  test('shows a line for each setting that is wrong, once, and when that turns out', async () => {
    const { run, settings } = open({ strict: 'yes' });
    assert.deepEqual(await run(), ['ok', `${PLUGIN}: strict: expected true, false, found "yes"\n`]);
    assert.deepEqual(await run(), ['ok', '']);
    settings.faults.push('later');
    assert.deepEqual(await run(), ['ok', 'later\n']);
  });

  test('shows type errors, with what to do; as warnings without that, which the error says with which the cell fails', async () => {
    const problem = { line: 1, column: 18, code: 2304, messageText: "Cannot find name 'undeclared'." };
    const text = `1:18 - ${problem.messageText}`;
    const hint = ' If a cell above declares it, run that cell first.';
    assert.deepEqual(await open({}, [problem]).run(), ['error', `${text}${hint}\n`]);
    assert.deepEqual(await open({ typeErrors: 'warn' }, [problem]).run(), ['ok', `warning ${text}\n`]);
    assert.deepEqual(await open({ typeErrors: 'off' }, [problem]).run(), ['ok', '']);
  });

  test('runs nothing of a cell that is interrupted while its types are on their way, and ends it at once', async () => {
    const { kernel, posted, run } = open({}, [], () => new Promise(() => {}));
    const running = run();
    kernel.interrupt();
    assert.deepEqual(await running, ['error', 'Interrupted.\n']);
    assert.deepEqual(posted, ['start']);
  });

  test('says that it does not know whether a text is complete, where the worker that reads it cannot be loaded', async () => {
    const { kernel, workers } = open({});
    const asked = kernel.isCompleteRequest({ code: '1 +' });
    workers[1]?.onerror();
    assert.deepEqual(await asked, { status: 'unknown' });
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
