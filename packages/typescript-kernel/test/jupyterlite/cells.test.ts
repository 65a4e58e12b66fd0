/**
 * What of a cell needs no browser: whether its text is whole, how it is translated, what it prints, what is shown
 * before it runs.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { inspect as inspectInNode } from 'node:util';
import ts from 'typescript';
import { describeValue } from '../../core/values';
import { CellSyntaxError, compileCell } from '../../jupyterlite/src/cells/compile';
import { inspect } from '../../jupyterlite/src/cells/inspect';
import { createOutput } from '../../jupyterlite/src/cells/output';
import { withCallerFrames } from '../../jupyterlite/src/cells/session';
import { type Options, TypeScriptKernel } from '../../jupyterlite/src/page/kernel';
import { readSettings } from '../../jupyterlite/src/page/settings';
import { completeness } from '../../jupyterlite/src/types/describe';
import { emit } from '../../jupyterlite/src/types/emit';

describe('A text that is not finished', () => {
  const UNFINISHED = [
    ...['const a = {', 'f(', 'a.', 'interface A {', '`a\nb', 'f(); /** open\n * more', '(x: number) =>', 'x as'],
    ...['import { a } from', 'try { a(); }', 'function f(a: number):', 'do { }'],
  ];
  for (const text of UNFINISHED) {
    test(JSON.stringify(text), () => assert.equal(completeness(ts, text), 'incomplete'));
  }
});

test('A cell that only TypeScript itself can translate is refused with the reason where it is not there', () => {
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
  assert.deepEqual(refusal('const a = `\nnamespace Text {\n`;\nnamespace Some {\n}'), [4, `Namespaces ${WITHOUT}`]);
  assert.deepEqual(refusal('const a = `\nnamespace Text {\n`; // module Comment {'), []);
  assert.deepEqual(refusal('@some\nclass A {}'), [1, `Decorators ${WITHOUT}`]);
  assert.deepEqual(refusal('class A {\n  accessor size = 1;\n}'), [2, `Accessors ${WITHOUT}`]);
  assert.deepEqual(refusal('using a = open();'), [1, `Declarations with using ${WITHOUT}`]);
  assert.deepEqual(refusal('let a = 1;\n{ let a; }\nlet a = 2;'), [3, "Identifier 'a' has already been declared"]);
});

test('The value of a translated cell is that of what stands before its types', () => {
  const values = (code: string) => emit(ts, `namespace N { export const x = 1 }\n${code}`)?.hasValue;
  assert.equal(values('N.x\ntype T = number;\ninterface I {}\ndeclare const outside: I;'), true);
  assert.equal(values('const own = N.x;\ntype T = number;'), false);
  const exported = 'namespace N { export const x = 1 }\nN.x\nexport type T = number;';
  assert.match(
    compileCell(exported, () => false, emit(ts, exported)),
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

test('A cell with using runs by TypeScript itself, declares its own names alone, and has the value of its last line', async () => {
  const code = `using handle = { size: 3, [Symbol.dispose]() { log('disposed'); } };
const size: number = handle.size;
log(size);
size + 1;`;
  const logged: unknown[] = [];
  let declared: string[] = [];
  const cell = {
    value: undefined,
    names: { log: (value: unknown) => logged.push(value) },
    declare(names: object) {
      declared = Object.keys(names);
    },
  };
  const compiled = compileCell(code, (name) => name === 'log', emit(ts, code));
  // biome-ignore lint/security/noGlobalEval: as the kernel does.
  await globalThis.eval(compiled)(cell);
  assert.deepEqual(logged, [3, 'disposed']);
  assert.deepEqual(declared.sort(), ['handle', 'size']);
  assert.equal(cell.value, 4);
});

describe('A value in a page', () => {
  const printed = (value: unknown) => describeValue(inspect, value);
  const printedInNode = (value: unknown) => describeValue(inspectInNode, value);

  test('is printed at once, however long its arrays are', () => {
    const data = {
      images: new Float32Array(40_000_000),
      labels: Array.from({ length: 200_000 }, () => 7),
      name: 'all',
    };
    // Of the processor: beside other tests a millisecond of the clock has less of it.
    const begin = process.cpuUsage();
    const text = printed(data);
    const { user, system } = process.cpuUsage(begin);
    assert.equal(text, printedInNode(data));
    assert.ok(user + system < 400_000, `${user + system} µs`);
  });

  test('of a short array shows what else is on it', () => {
    assert.equal(printed(Object.assign([1, 2], { unit: 'mV' })), "[ 1, 2, unit: 'mV' ]");
    assert.deepEqual(Object.getOwnPropertyDescriptors([1]), { ...Object.getOwnPropertyDescriptors([1]) });
    assert.equal(Object.keys(Object.getOwnPropertyDescriptors(new Uint8Array(20_000))).length, 20_000, 'for cells');
  });
});

describe('What a cell shows', () => {
  const open = () => {
    const shown = { stdout: '', stderr: '', displays: [] as unknown[], messages: 0 };
    const output = createOutput((message) => {
      shown.messages++;
      if (message.type === 'stream') shown[message.name] += message.text;
      else if (message.type === 'display') {
        const { bundle, displayId, update } = message;
        shown.displays.push([bundle.data['text/html'], displayId, update]);
      }
    });
    const html = (text: string) => ({ data: { 'text/html': text } });
    return { shown, output, html };
  };
  const print = (texts: Iterable<string>) => {
    const { shown, output } = open();
    for (const text of texts) output.print('stdout', text);
    output.flush();
    return { shown, output };
  };
  const LAST = '… A cell prints 10,000 lines or 5,000,000 characters at most: it goes on, and prints no more.\n';
  const LAST_DISPLAY = '… A cell shows 1,000 displays at most: it goes on, and shows no more.\n';

  test('ends after 10,000 lines, however they come, with one line that says so', () => {
    const lines = Array.from({ length: 10_010 }, (_, i) => `${i}\n`);
    for (const texts of [lines, [lines.join('')]]) {
      const { shown, output } = print(texts);
      assert.deepEqual([shown.stdout.split('\n').length - 1, shown.stderr], [10_000, LAST]);
      assert.ok(shown.stdout.endsWith('\n9999\n') && output.isFull());
    }
  });

  test('ends after 5,000,000 characters, and begins anew with each cell', () => {
    const { shown, output } = print(Array.from({ length: 6 }, () => `${'x'.repeat(999_999)}\n`));
    assert.deepEqual([shown.stdout.length, shown.stderr], [5_000_000, LAST]);
    output.reset();
    output.print('stdout', 'c');
    output.flush();
    assert.ok(shown.stdout.endsWith('\nc'));
  });

  test('comes in some hundred messages a second, however many pieces of text come one by one', async () => {
    const { shown, output } = open();
    const begin = performance.now();
    let pieces = 0;
    for (; performance.now() - begin < 600; pieces++) {
      output.print('stdout', '.');
      await new Promise(setImmediate);
    }
    const took = performance.now() - begin;
    output.flush();
    assert.equal(shown.stdout.length, pieces);
    assert.ok(shown.messages <= 200 * (1 + Math.ceil(took / 250)) + took / 50, `${shown.messages} in ${took} ms`);
  });

  test('ends after 1,000 displays, while text goes on', () => {
    const { shown, output, html } = open();
    for (let i = 0; i < 2000; i++) output.display(html(String(i)));
    output.print('stdout', 'text');
    output.flush();
    assert.deepEqual([shown.displays.length, shown.stdout, shown.stderr], [1000, 'text', LAST_DISPLAY]);
  });

  test('of updates is the last of each display, when many come at once', async () => {
    const { shown, output, html } = open();
    for (let i = 0; i < 10_000; i++) {
      output.update(html(`a${i}`), 'a');
      output.update(html(`b${i}`), 'b');
    }
    assert.ok(shown.displays.length < 2000, `${shown.displays.length}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
    assert.deepEqual(
      new Set(shown.displays.slice(-2)),
      new Set([
        ['a9999', 'a', true],
        ['b9999', 'b', true],
      ]),
    );
  });
});

describe('The kernel in the page', () => {
  /** A kernel whose worker runs each cell in no time, and types with given answers. */
  const open = (text: string, check: () => Promise<unknown> = async () => ({ text })) => {
    const settings = readSettings('', 'http://localhost/');
    let shown = '';
    const posted: string[] = [];
    class Quick {
      onmessage = (_: object) => {};
      postMessage({ type, id }: { type: string; id: number }) {
        posted.push(type);
        const data = { type: 'reply', id, content: { status: 'ok' } };
        if (type === 'execute') queueMicrotask(() => this.onmessage({ data }));
      }
    }
    Object.assign(globalThis, { Worker: Quick });
    const types = { send() {}, ask: async (type: string) => (type === 'check' ? check() : undefined) };
    const page = { id: '', name: '', location: '', script: '', settings, types };
    const kernel = new TypeScriptKernel({
      ...page,
      sendMessage({ header, content }: { header: { msg_type: string }; content: { text: string } }) {
        if (header.msg_type === 'stream') shown += content.text;
      },
    } as unknown as Options);
    return {
      kernel,
      posted,
      async run() {
        shown = '';
        const { status } = await kernel.executeRequest({ code: '' });
        return [status, shown];
      },
    };
  };

  test('shows what the types say, and does not run the cell then', async () => {
    const text = "1:18 - Cannot find name 'undeclared'.\n";
    assert.deepEqual(await open(text).run(), ['error', text]);
    assert.deepEqual(await open('').run(), ['ok', '']);
  });

  test('runs nothing of a cell that is interrupted while its types are on their way, and ends it at once', async () => {
    const { kernel, posted, run } = open('', () => new Promise(() => {}));
    const running = run();
    kernel.interrupt();
    assert.deepEqual(await running, ['error', 'Interrupted.\n']);
    assert.deepEqual(posted, ['start']);
  });

  test('says that it does not know whether a text is complete, where there are no types', async () => {
    const { kernel } = open('');
    assert.deepEqual(await kernel.isCompleteRequest({ code: '1 +' }), { status: 'unknown' });
  });
});

test('An error without a place gets that of who has called, and any other keeps its own', async () => {
  const bare = Object.assign(new TypeError('no network'), { stack: 'TypeError: no network' });
  await assert.rejects(
    withCallerFrames(() => Promise.reject(bare)),
    ({ stack }: Error) => /^TypeError: no network\n {4}at .*cells\.test/s.test(stack ?? ''),
  );
  const { stack } = new Error('own');
  await assert.rejects(
    withCallerFrames(() => Promise.reject(Object.assign(new Error('own'), { stack }))),
    (error: Error) => error.stack === stack,
  );
});

test('An array on the last line shows as many items as it is told', () => {
  const long = Array.from({ length: 200 }, (_, i) => i);
  assert.match(describeValue(inspect, long), / 4,\n {2}\.\.\. 195 more items\n\]$|4, \.\.\. 195 more items/s);
  assert.equal(describeValue(inspect, long, 100), inspectInNode(long, { breakLength: 100 }));
});

describe('A text to which nothing can be added', () => {
  for (const text of ['const a = 3)', '}', '1 2', "'open", 'const = 3', 'f(]', '/[']) {
    test(JSON.stringify(text), () => {
      assert.throws(
        () => compileCell(text, () => false),
        (error) => CellSyntaxError.is(error),
      );
      assert.equal(completeness(ts, text), 'invalid');
    });
  }
});
