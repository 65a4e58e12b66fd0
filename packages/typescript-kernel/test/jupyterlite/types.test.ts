/**
 * The types that come with the extension: TypeScript of today, its libraries, and what the site's settings say to it.
 */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import ts from 'typescript';
import { problemLines } from '../../core/hints.cjs';
import type { CompilerSettings, Lost } from '../../jupyterlite/src/protocol';
import { type Declarations, Library, NotebookTypes } from '../../jupyterlite/src/types/notebook';
import { Remote, readDeclarations } from '../../jupyterlite/src/types/remote';

const DEFAULTS: CompilerSettings = {
  strict: false,
  experimentalDecorators: false,
  typeErrors: 'block',
  modules: {},
  siteUrl: 'http://localhost/',
};

/** The folder of notebooks whose imports lead nowhere. */
const HERE = 'http://localhost/';

describe('The types of the extension', () => {
  let declarations: Declarations;
  /** What notebooks share that ask for the same, as those of a page do; by settings. */
  const libraries = new Map<string, Library>();
  let notebooks = 0;
  const open = (settings: Partial<CompilerSettings> = {}, folder = HERE, patience = 60_000) => {
    const key = JSON.stringify(settings);
    const known = folder === HERE ? libraries.get(key) : undefined;
    const library = known ?? new Library(ts, declarations, { ...DEFAULTS, ...settings }, new Remote(ts, patience));
    if (folder === HERE) libraries.set(key, library);
    return new NotebookTypes(library, `notebook ${++notebooks}`, folder);
  };
  /** What is wrong with a cell. */
  const told = (notebook: NotebookTypes, code: string) => notebook.check(code).map(({ messageText }) => messageText);
  const check = (code: string, settings: Partial<CompilerSettings> = {}) => told(open(settings), code);
  /** Runs a cell, up to what was lost of it. */
  const run = (notebook: NotebookTypes, code: string, lost: Lost = []) => {
    notebook.starts(code);
    notebook.ended(lost);
  };
  /** Declarations with more files and modules. */
  const withMore = (files: Record<string, string>, modules: Record<string, string>): NotebookTypes => {
    const more = {
      ...declarations,
      files: { ...declarations.files, ...files },
      modules: { ...declarations.modules, ...modules },
    };
    return new NotebookTypes(new Library(ts, more, DEFAULTS, new Remote(ts)), 'notebook', HERE);
  };
  before(async () => {
    const { makeDeclarations } = await import('../../jupyterlite/declarations.mjs');
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
    const notebook = withMore({ [path]: text }, { part: path });
    const problems = told(notebook, "import { take } from 'part';\ntake({ size: 'text' });");
    assert.deepEqual(problems, ["Type 'string' is not assignable to type 'number'."]);
  });

  test('know the names of a cell while it runs, and forget those that it did not come to', async () => {
    const notebook = open();
    const membersOf = async (code: string) =>
      (await notebook.complete(code, code.length)).matches.map(({ text }) => text);
    notebook.starts("const soon = [1];\nawait long();\nconst late = 'text';");
    assert.ok((await membersOf('soon.ma')).includes('map') && (await membersOf('late.toUp')).includes('toUpperCase'));
    assert.deepEqual(notebook.check('late;'), []);
    notebook.ended(['late']);
    assert.equal((await membersOf('soon.ma'))[0], 'map');
    assert.deepEqual(told(notebook, 'late;'), ["Cannot find name 'late'."]);
  });

  test('say of what kind each completion is', async () => {
    const notebook = open();
    const kindOf = async (code: string) => (await notebook.complete(code, code.length)).matches[0]?.kind;
    const CASES = {
      'Math.ma': 'function',
      'Math.P': 'property',
      'class Own {}\nnew Ow': 'class',
      'const own = 1; ow': 'instance',
      functio: 'keyword',
    };
    for (const [code, kind] of Object.entries(CASES)) assert.equal(await kindOf(code), kind, code);
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
const answer: Promise<string> = prompt('Name? ', 'Ada');
await Jupyter.display(Jupyter.html\`<b>\${1}</b>\`, { display_id: 'a', update: true });
Jupyter.md\`*x*\`;`;
    assert.deepEqual(check(code), []);
    assert.deepEqual(check('const own: string = prompt();'), [
      "Type 'Promise<string>' is not assignable to type 'string'.",
    ]);
    assert.deepEqual(check('const prompt = 1; namespace Jupyter { export const a = prompt; }'), []);
  });

  test('say of what is passed on by a module of what kind it is there', async () => {
    const files = {
      '/declarations/own.d.ts':
        'export function run(): void;\nexport class Runner {}\nexport const runs: number;\nexport interface Running {}',
      '/declarations/all.d.ts':
        "export { run, Runner, runs, Running } from './own.js';\nexport * as runAll from './own.js';",
    };
    const notebook = withMore(files, { all: '/declarations/all.d.ts' });
    const code = "import { run } from 'all';";
    const { matches } = await notebook.complete(code, code.indexOf(' }'));
    assert.deepEqual(Object.fromEntries(matches.map(({ text, kind }) => [text, kind])), {
      run: 'function',
      runAll: 'module',
      Runner: 'class',
      Running: 'type',
      runs: 'instance',
    });
  });

  test('know an older language, if the setting says so', () => {
    assert.match(
      check('[1].toSorted();', { lib: ['es2022', 'webworker'] })[0] ?? '',
      /^Property 'toSorted' does not exist/,
    );
    assert.deepEqual(check('[1].toSorted();', { lib: ['ES2023', 'WebWorker'] }), []);
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
import numbers from './numbers.json' with { type: 'json' };
const later = await import('../later.mjs');
const all: [number, string] = [thing.a.b, helper(data.x, later.y, numbers.z)];
let typed: other.Type<string>;`;
    assert.deepEqual(check(code), []);
    const CASES = {
      lodash: 'This page has none. A URL can be imported, too.',
      'node:fs': "It belongs to Node; a cell has a browser's names.",
      'npm:zod': "A cell imports a package by URL: 'https://esm.sh/…'.",
    };
    for (const [name, advice] of Object.entries(CASES)) {
      assert.deepEqual(check(`import { x } from '${name}';`), [`Cannot find module '${name}'. ${advice}`]);
    }
    assert.match(check("import 'node:fs';\nimport { x } from 'node:fs';", { cdn: 'https://esm.sh/' })[0] ?? '', /Node/);
    assert.deepEqual(check("import { x } from 'lodash';\nx.y.z;", { cdn: 'https://esm.sh/' }), []);
    assert.deepEqual(check("import { x } from 'lodash';\nx.y.z;", { cdn: 'https://esm.sh/', strict: true }), []);
  });

  test('take a module of the settings for any where nobody has declared it', () => {
    const modules = { lodash: 'http://localhost/lodash.js' };
    for (const strict of [false, true]) {
      assert.deepEqual(check("import { x } from 'lodash';\nx.y.z;", { modules, strict }), []);
    }
    assert.match(check("import { x } from 'lodash/x';", { modules })[0] ?? '', /^Cannot find module 'lodash\/x'/);
  });

  test('say what a person can do about a name that belongs to Node, to a page, or to no module yet', () => {
    const INPUT = "To ask: await prompt('…')";
    const CASES = {
      'process.argv;': "Cannot find name 'process'. It belongs to Node; a cell has a browser's names.",
      "document.title = 'x';": "Cannot find name 'document'. It belongs to a page; a cell runs outside of one.",
      'window.x;': "Cannot find name 'window'. It belongs to a page; a cell runs outside of one.",
      'localStorage.x;': "Cannot find name 'localStorage'. It belongs to a page; a cell runs outside of one.",
      "const name = await input('Name? ');": `Cannot find name 'input'. ${INPUT}`,
      "alert('x');": "Cannot find name 'alert'. To print: console.log(…)",
      'test(1);': "Cannot find name 'test'. If a cell above declares it, run that cell first.",
      '$.x;': "Cannot find name '$'. If a cell above declares it, run that cell first.",
    };
    for (const [code, message] of Object.entries(CASES)) {
      assert.equal(problemLines(open().check(code), code).replace(/^1:\d+ - /, ''), `${message}\n`, code);
    }
  });

  describe('of what is imported by URL', () => {
    const FILES: Record<string, string> = {
      '/header.js': 'export const size = 3;',
      '/types/index.d.ts':
        "import { Part } from './part.js';\nexport declare const size: number;\nexport declare const part: Part;",
      '/types/part.d.ts': '/** A part. */\nexport interface Part { name: string }',
      '/reference.js': '/// <reference types="./types/index.d.ts" />\nexport const size = 3;',
      '/self.js': '/* A licence. */\n// @ts-self-types="./types/index.d.ts"\nexport const size = 3;',
      '/none.js': 'export const size = 3;',
      '/broken.js': '/// <reference types="./gone.d.ts" />',
      '/one.js': '/// <reference types="./types/shared.d.ts" />',
      '/two.js': '/// <reference types="./types/shared.d.ts" />',
      '/types/shared.d.ts': "import { Part } from './slow.js';\nexport declare const part: Part;",
      '/types/slow.d.ts': "export { Part } from './part.js';",
    };
    let arrived = Promise.resolve();
    const asked: string[] = [];
    const server = createServer(async ({ url = '' }, response) => {
      asked.push(url);
      const text = FILES[url];
      if (url === '/types/slow.d.ts') await arrived;
      if (url === '/header.js') response.setHeader('X-TypeScript-Types', '/types/index.d.ts');
      response.writeHead(text === undefined ? 404 : 200).end(text);
    });
    let host = '';
    before(async () => {
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      host = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    });
    after(() => server.close());
    const prepared = async (notebook: NotebookTypes, code: string) => {
      await notebook.prepare(code);
      return told(notebook, code);
    };
    const checked = (code: string, settings: Partial<CompilerSettings> = {}) =>
      prepared(open(settings, `${host}/`), code);
    const WRONG = ["Property 'nmae' does not exist on type 'Part'."];

    test('are those that the module names, with what they import', async () => {
      for (const name of ['header', 'reference', 'self']) {
        asked.length = 0;
        const code = `import { part } from '${host}/${name}.js';\npart.name;\npart.nmae;`;
        assert.deepEqual(await checked(code), WRONG, name);
        assert.deepEqual(asked, [`/${name}.js`, '/types/index.d.ts', '/types/part.d.ts']);
      }
    });

    test('also of a file beside the notebook, and of a bare name that comes from a CDN', async () => {
      assert.deepEqual(await checked("const { part } = await import('./header.js');\npart.nmae;"), WRONG);
      assert.deepEqual(await checked("import { part } from 'self';\npart.nmae;", { cdn: `${host}/{name}.js` }), WRONG);
    });

    test('are any where the module names none, or they are not there', async () => {
      for (const name of ['none', 'broken', 'nowhere']) {
        assert.deepEqual(await checked(`import { part } from '${host}/${name}.js';\npart.nmae;`), [], name);
      }
    });

    test('of a file that is still on its way are any, for whoever shares it, and known once it is there', async () => {
      let arrive = () => {};
      arrived = new Promise((resolve) => {
        arrive = resolve;
      });
      const notebook = open({}, `${host}/`, 1000);
      const codes = ['one', 'two'].map((name) => `import { part } from '${host}/${name}.js';\npart.nmae;`);
      for (const code of codes) assert.deepEqual(await prepared(notebook, code), []);
      arrive();
      for (const code of codes) assert.deepEqual(await prepared(notebook, code), WRONG);
    });

    test('are there for the check of a text that was asked about before, without them', async () => {
      const notebook = open({}, `${host}/`);
      const code = `import { part } from '${host}/header.js';\npart.nmae;`;
      await notebook.complete(code, code.length);
      notebook.inspect(code, code.length - 2);
      assert.deepEqual(await prepared(notebook, code), WRONG);
    });

    test('are asked for again where they could not be read', async () => {
      const notebook = open({}, `${host}/`);
      const code = `import { part } from '${host}/later.js';\npart.nmae;`;
      const found = () => prepared(notebook, code);
      assert.deepEqual(await found(), []);
      FILES['/later.js'] = '/// <reference types="./types/later.d.ts" />';
      assert.deepEqual(await found(), []);
      FILES['/types/later.d.ts'] =
        '/// <reference path="globals.d.ts" />\nexport declare const part: Part & LaterGlobal;\nimport { Part } from "./part.js";';
      FILES['/types/globals.d.ts'] = 'interface LaterGlobal { later: number }';
      assert.deepEqual(await found(), ["Property 'nmae' does not exist on type 'Part & LaterGlobal'."]);
    });

    test('complete its members, and are asked for once', async () => {
      const notebook = open({}, `${host}/`);
      const code = `import { part } from '${host}/header.js';\npart.n`;
      asked.length = 0;
      await notebook.prepare(code);
      await notebook.prepare(`${code}ame`);
      assert.deepEqual((await notebook.complete(code, code.length)).matches[0], { text: 'name', kind: 'property' });
      assert.equal(asked.length, 3);
    });
  });

  test('are read from the first file that is one, with a line about each before it, and never from a stale copy', async () => {
    const asked: unknown[] = [];
    const server = createServer(({ url, headers }, response) => {
      asked.push([url, headers['cache-control']]);
      const text = { '/own.json': '{"files":{}}', '/page.json': '<p>Not found</p>', '/other.json': '{}' }[url ?? ''];
      response.writeHead(text === undefined ? 404 : 200).end(text);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const host = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const read = (...names: string[]) => readDeclarations(names.map((name) => `${host}/${name}.json`));
    try {
      const { declarations, faults } = await read('gone', 'page', 'other', 'own');
      assert.deepEqual(declarations, { files: {} });
      const [gone, page, other] = faults;
      const instead = '; cells have only the types that the extension brings';
      assert.equal(gone, `declarations: ${host}/gone.json: 404 Not Found${instead}`);
      assert.match(page ?? '', /^declarations: .*page\.json: .*JSON.*extension brings$/);
      assert.equal(other, `declarations: ${host}/other.json: no file of buildDeclarations${instead}`);
      assert.deepEqual(asked[0], ['/gone.json', 'max-age=0']);
      await assert.rejects(read('gone'), /gone\.json: 404 Not Found$/);
    } finally {
      server.close();
    }
  });

  test('name the libraries that there are, where the setting asks for another', () => {
    const faults: string[] = [];
    const library = new Library(ts, declarations, { ...DEFAULTS, lib: ['dom'] }, new Remote(ts), faults);
    assert.match(faults.join('\n'), /^lib: expected some of es5, .*esnext.*webworker.*, found dom$/);
    const notebook = new NotebookTypes(library, 'notebook', 'http://localhost/');
    assert.deepEqual(notebook.check('[1].toSorted();'), [], 'and has its default');
  });
});
