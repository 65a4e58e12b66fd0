/**
 * The types that come with the extension: TypeScript of today, its libraries, and what the site's settings say to it.
 */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import ts from 'typescript';
import { problemLines } from '../../core/hints';
import { makeDeclarations } from '../../jupyterlite/build';
import type { CompilerSettings, Lost } from '../../jupyterlite/src/protocol';
import { type Declarations, Library, NotebookTypes } from '../../jupyterlite/src/types/notebook';

const DEFAULTS: CompilerSettings = {
  strict: false,
  modules: {},
  siteUrl: 'http://localhost/',
};

describe('The types of the extension', () => {
  let declarations: Declarations;
  /** What notebooks share that ask for the same, as those of a page do; by settings. */
  const libraries = new Map<string, Library>();
  let notebooks = 0;
  const open = (settings: Partial<CompilerSettings> = {}) => {
    const key = JSON.stringify(settings);
    const library = libraries.get(key) ?? new Library(ts, declarations, { ...DEFAULTS, ...settings });
    libraries.set(key, library);
    return new NotebookTypes(library, `notebook ${++notebooks}`);
  };
  /** What is wrong with a cell. */
  const told = (notebook: NotebookTypes, code: string) => notebook.check(code).map(({ messageText }) => messageText);
  const check = (code: string, settings: Partial<CompilerSettings> = {}) => told(open(settings), code);
  /** Runs a cell, up to what was lost of it. */
  const run = (notebook: NotebookTypes, code: string, lost: Lost = []) => {
    notebook.starts(code);
    notebook.ended(lost);
  };
  before(() => {
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
    const notebook = open();
    run(notebook, 'let size = 1;\ninterface Box { size: number }');
    run(notebook, "const box: Box = { size };\nthrow 1;\nlet size = 'text';", ['size']);
    assert.deepEqual(told(notebook, 'size = box.size + 1;'), []);
    run(notebook, "let size = 'text';");
    assert.deepEqual(told(notebook, 'size = box.size;'), ["Type 'number' is not assignable to type 'string'."]);
    run(notebook, 'const gone = 1;', 'all');
    assert.deepEqual(told(notebook, 'gone;'), ["Cannot find name 'gone'."]);
  });

  test('know the names of all earlier cells of a long notebook, and no file but those of cells', () => {
    const notebook = open();
    for (let i = 0; i < 70; i++) {
      assert.deepEqual(notebook.check(`const name${i} = ${i};`), []);
      run(notebook, `const name${i} = ${i};`);
    }
    assert.deepEqual(notebook.check('[name0, name63, name64, name69].map((value) => value + 1);'), []);
    const [problem] = notebook.check('name70;');
    assert.match(problem?.messageText ?? '', /^Cannot find name 'name70'\./);
    assert.equal(notebook.check("import { x } from 'beside';\nx;").length, 1);
  });

  test('know what a declaration names by its own folder', () => {
    const path = '/declarations/part/index.d.ts';
    const text = "export interface Part { size: number }\nexport declare const take: (part: import('.').Part) => void;";
    const { files, modules, ...rest } = declarations;
    const more = { ...rest, files: { ...files, [path]: text }, modules: { ...modules, part: path } };
    const notebook = new NotebookTypes(new Library(ts, more, DEFAULTS), 'notebook');
    const problems = told(notebook, "import { take } from 'part';\ntake({ size: 'text' });");
    assert.deepEqual(problems, ["Type 'string' is not assignable to type 'number'."]);
  });

  test('know the names of a cell while it runs, and forget those that it did not come to', () => {
    const notebook = open();
    const membersOf = (code: string) => notebook.complete(code, code.length).matches.map(({ text }) => text);
    notebook.starts("const soon = [1];\nawait long();\nconst late = 'text';");
    assert.ok(membersOf('soon.ma').includes('map') && membersOf('late.toUp').includes('toUpperCase'));
    assert.deepEqual(notebook.check('late;'), []);
    notebook.ended(['late']);
    assert.equal(membersOf('soon.ma')[0], 'map');
    assert.deepEqual(told(notebook, 'late;'), ["Cannot find name 'late'."]);
  });

  test('say of what kind each completion is', () => {
    const notebook = open();
    const kindOf = (code: string) => notebook.complete(code, code.length).matches[0]?.kind;
    const CASES = {
      'Math.ma': 'function',
      'Math.P': 'property',
      'class Own {}\nnew Ow': 'class',
      'const own = 1; ow': 'instance',
      functio: 'keyword',
    };
    for (const [code, kind] of Object.entries(CASES)) assert.equal(kindOf(code), kind, code);
  });

  test('say how a function is called where there is nothing to be looked at, with its comment', () => {
    const notebook = open();
    const DOCUMENTED = `/**
 * The mean.
 * @param values which
 */
function mean(values: number[], digits = 2): number { return values[0] + digits; }`;
    run(notebook, DOCUMENTED);
    const found = 'mean(values: number[], digits?: number): number\n\nThe mean.\n@param values which';
    assert.equal(notebook.inspect('mean(', 4), `function ${found}`);
    for (const code of ['mean(', 'mean([1], ', 'mean([1],\n  )', 'mean( )']) {
      assert.equal(notebook.inspect(code, code.replace(/\)$/, '').length), found, code);
    }
    assert.match(
      notebook.inspect("'a'.padStart(2, ", 16) ?? '',
      /^padStart\(maxLength: number, fillString\?: string\)/,
    );
    assert.equal((notebook.inspect('new Date(', 9)?.match(/^Date\(/gm) ?? []).length >= 3, true, 'each of its forms');
    assert.equal(notebook.inspect('1 +  ', 4), null);
    assert.equal(notebook.inspect('nobodyHasDeclaredIt', 4), null);
  });

  test('know what shows and asks without any import', () => {
    const code = `import { display } from 'tslab';
display.raw('application/vnd.vega.v5+json', { mark: 'bar' });
const answer: Promise<string> = prompt('Name? ', 'Ada');`;
    assert.deepEqual(check(code), []);
    assert.deepEqual(check('const own: string = prompt();'), [
      "Type 'Promise<string>' is not assignable to type 'string'.",
    ]);
    assert.deepEqual(check('const prompt = 1;'), []);
  });

  test('know what browsers have and TypeScript does not yet', () => {
    const code = `const set: boolean = /[\\p{L}--[a-z]]/v.test('A');
const text: string = RegExp.escape('a.b');
const bytes: Uint8Array = Uint8Array.fromBase64('AQI=');
const hex: string = bytes.toHex();
const sum: number = Math.sumPrecise([0.1, 0.2]);
const today = Temporal.Now.plainDateISO();`;
    assert.deepEqual(check(code), []);
  });

  test('say what is wrong from top to bottom', () => {
    const places = open()
      .check("const a: number = 'a';\nlet b = 1;\nlet b = 2;\nconst c: number = 'c';")
      .map(({ line }) => line);
    assert.deepEqual(places, [1, 2, 3, 4]);
  });

  test('are strict, if the setting says so', () => {
    const code = 'const found: number = [1].find((x) => x > 1);';
    assert.deepEqual(check(code), []);
    assert.match(check(code, { strict: true })[0] ?? '', /undefined/);
  });

  test('take what is imported by URL or from a file for any, and say what else can be imported', () => {
    const code = `import thing, { other } from 'https://example.org/thing.js';
import * as data from 'data:text/javascript,export const x = 1';
import { helper } from './helper.js';
import numbers from './numbers.json' with { type: 'json' };
const later = await import('../later.mjs');
const all: [number, string] = [thing.a.b, helper(data.x, later.y, numbers.z)];
let typed: other.Type<string>;`;
    assert.deepEqual(check(code), []);
    const CASES = {
      lodash: 'This page has none. A URL can be imported, too.',
      'node:fs': "It belongs to Node; a cell has a browser's names.",
    };
    for (const [name, advice] of Object.entries(CASES)) {
      assert.deepEqual(check(`import { x } from '${name}';`), [`Cannot find module '${name}'. ${advice}`]);
    }
  });

  test('take a module of the settings for any where nobody has declared it', () => {
    const modules = { lodash: 'http://localhost/lodash.js' };
    for (const strict of [false, true]) {
      assert.deepEqual(check("import { x } from 'lodash';\nx.y.z;", { modules, strict }), []);
    }
    assert.match(check("import { x } from 'lodash/x';", { modules })[0] ?? '', /^Cannot find module 'lodash\/x'/);
  });

  test('say what a person can do about a name that belongs to Node, to a page, or to no module yet', () => {
    const CASES = {
      'process.argv;': "Cannot find name 'process'. It belongs to Node; a cell has a browser's names.",
      "document.title = 'x';": "Cannot find name 'document'. It belongs to a page; a cell runs outside of one.",
      'window.x;': "Cannot find name 'window'. It belongs to a page; a cell runs outside of one.",
      'localStorage.x;': "Cannot find name 'localStorage'. It belongs to a page; a cell runs outside of one.",
      'test(1);': "Cannot find name 'test'. If a cell above declares it, run that cell first.",
      '$.x;': "Cannot find name '$'. If a cell above declares it, run that cell first.",
    };
    for (const [code, message] of Object.entries(CASES)) {
      assert.equal(problemLines(open().check(code), code).replace(/^1:\d+ - /, ''), `${message}\n`, code);
    }
  });
});
