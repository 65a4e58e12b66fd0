/** The types that come with the extension: TypeScript of today, its libraries, and what the site's settings say to it. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import ts from 'typescript';
import type { CompilerSettings, Lost } from '../../../../packages/typescript-kernel/jupyterlite/src/protocol';
import { createTypes, type Declarations } from '../../../../packages/typescript-kernel/jupyterlite/src/types/notebook';

const DEFAULTS: CompilerSettings = { strict: false, experimentalDecorators: false, hasCdn: false };

describe('The types of the extension', () => {
  let declarations: Declarations;
  const check = (code: string, settings: Partial<CompilerSettings> = {}) =>
    createTypes(ts, declarations, { ...DEFAULTS, ...settings })('notebook')
      .check(code)
      .map(({ messageText }) => messageText);
  before(async () => {
    const { makeDeclarations } = await import('../../../../packages/typescript-kernel/jupyterlite/declarations.mjs');
    declarations = makeDeclarations({ root: __dirname, modules: {} });
  });

  test('know the language of today', () => {
    const code = `[2, 1].toSorted().with(0, 3);
Object.groupBy([1, 2], (x) => (x % 2 ? 'odd' : 'even')).odd;
new Set([1]).union(new Set([2]));
const text: string = await new Response('x').text();
{ using handle = { [Symbol.dispose]() {} }; }`;
    assert.deepEqual(check(code), []);
  });

  test('know the names of earlier cells, but for those that a failed one did not come to', () => {
    const notebook = createTypes(ts, declarations, DEFAULTS)('notebook');
    const run = (code: string, lost: Lost = []) => {
      notebook.starts(code);
      notebook.ended(lost);
    };
    const messages = (code: string) => notebook.check(code).map(({ messageText }) => messageText);
    run('let size = 1;\ninterface Box { size: number }');
    run("const box: Box = { size };\nthrow 1;\nlet size = 'text';", ['size']);
    assert.deepEqual(messages('size = box.size + 1;'), []);
    run("let size = 'text';");
    assert.deepEqual(messages('size = box.size;'), ["Type 'number' is not assignable to type 'string'."]);
    run('const gone = 1;', 'all');
    assert.deepEqual(messages('gone;'), ["Cannot find name 'gone'."]);
  });

  test('know the names of a cell while it runs, and forget those that it did not come to', () => {
    const notebook = createTypes(ts, declarations, DEFAULTS)('notebook');
    const membersOf = (code: string) => notebook.complete(code, code.length).matches;
    notebook.starts("const soon = [1];\nawait long();\nconst late = 'text';");
    assert.ok(membersOf('soon.ma').includes('map') && membersOf('late.toUp').includes('toUpperCase'));
    assert.deepEqual(notebook.check('late;'), []);
    notebook.ended(['late']);
    assert.deepEqual(membersOf('soon.ma').slice(0, 1), ['map']);
    assert.deepEqual(
      notebook.check('late;').map(({ messageText }) => messageText),
      ["Cannot find name 'late'."],
    );
  });

  test('refuse what is wrong', () => {
    assert.deepEqual(check("const x: number = 'no';"), ["Type 'string' is not assignable to type 'number'."]);
  });

  test('know an older language, if the setting says so', () => {
    assert.match(
      check('[1].toSorted();', { lib: ['es2022', 'webworker'] })[0] ?? '',
      /^Property 'toSorted' does not exist/,
    );
    assert.deepEqual(check('[1].toSorted();', { lib: ['ES2023', 'WebWorker'] }), []);
  });

  test('are strict, if the setting says so', () => {
    const code = 'const found: number = [1].find((x) => x > 1);';
    assert.deepEqual(check(code), []);
    assert.match(check(code, { strict: true })[0] ?? '', /undefined/);
  });

  test('take the decorators of the language, and those before it, if the setting says so', () => {
    const today = 'const named = (value: Function, context: ClassDecoratorContext) => {};\n@named class A {}';
    assert.deepEqual(check(today), []);
    const former = 'const key = (target: object, name: string) => {};\nclass A { @key size = 1; }';
    assert.notDeepEqual(check(former), []);
    assert.deepEqual(check(former, { experimentalDecorators: true }), []);
  });

  test('take what is imported by URL or from a file for any, and a bare name, too, if the site has a CDN', () => {
    const code = `import thing, { other } from 'https://example.org/thing.js';
import * as data from 'data:text/javascript,export const x = 1';
import { helper } from './helper.js';
const later = await import('../later.mjs');
const all: [number, string] = [thing.a.b, helper(data.x, later.y)];
let typed: other.Type<string>;`;
    assert.deepEqual(check(code), []);
    assert.match(check("import { x } from 'lodash';")[0] ?? '', /^Cannot find module 'lodash'/);
    assert.deepEqual(check("import { x } from 'lodash';\nx.y.z;", { hasCdn: true }), []);
    assert.deepEqual(check("import { x } from 'lodash';\nx.y.z;", { hasCdn: true, strict: true }), []);
  });

  test('name the libraries that there are, where the setting asks for another', () => {
    assert.throws(
      () => check('1', { lib: ['dom'] }),
      /^Error: lib: expected some of es5, .*esnext.*webworker.*, found dom$/,
    );
  });
});
