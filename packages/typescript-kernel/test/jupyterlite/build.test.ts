/** What the kernel's package builds: the extension, and the file of declarations. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import ts from 'typescript';
import { buildDeclarations, buildKernel, makeDeclarations } from '../../jupyterlite/build';
import { PLUGIN, readSettings } from '../../jupyterlite/src/page/settings';
import { Library, NotebookTypes } from '../../jupyterlite/src/types/notebook';
import { root, source } from '../in-node';

const TSLABS = '@tslab/typescript-for-tslab';
mkdirSync(join(root, 'build'), { recursive: true });
const folder = mkdtempSync(join(root, 'build', 'typescript-kernel-build-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const zipped = (file: string) => gzipSync(readFileSync(file)).length / 1000;

describe('The extension', () => {
  const out = join(folder, 'kernel');
  /** A file by its name without the hash of its content. */
  const built = (plain: string) => {
    const [stem, ending] = plain.split('.');
    const found = readdirSync(join(out, 'static')).filter((name) => name.replace(/\.[0-9a-f]{12}\./, '.') === plain);
    assert.equal(found.length, 1, `${stem}.<hash>.${ending}: ${found}`);
    return join(out, 'static', found[0] as string);
  };
  before(async () => {
    mkdirSync(out);
    writeFileSync(join(out, 'left-over'), '');
    await buildKernel({ out });
  });

  test('is a folder that JupyterLite takes, without what was there before', () => {
    const { name, version, jupyterlab } = JSON.parse(readFileSync(join(out, 'package.json'), 'utf8'));
    const own = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'));
    assert.deepEqual([name, version], [own.name, own.version]);
    assert.equal(jupyterlab.extension, true);
    assert.ok(existsSync(join(out, jupyterlab._build.load)));
    assert.deepEqual(readdirSync(out).sort(), ['package.json', 'static']);
  });

  test('names each script by its content, so a host that caches never mixes two editions', () => {
    for (const plain of ['remoteEntry.js', 'cells-worker.js', 'types-worker.js', 'declarations.json', 'logo.svg']) {
      const hash = createHash('sha256')
        .update(readFileSync(built(plain)))
        .digest('hex');
      assert.equal(built(plain).split('.').at(-2), hash.slice(0, 12), plain);
    }
    const page = readFileSync(built('remoteEntry.js'), 'utf8');
    for (const plain of ['cells-worker.js', 'types-worker.js', 'declarations.json', 'logo.svg']) {
      assert.ok(page.includes(basename(built(plain))), `the page asks for ${basename(built(plain))}`);
    }
  });

  test('brings nothing to a JupyterLab that has kernels of its own', async () => {
    const document = { currentScript: { src: 'http://localhost/x/remoteEntry.js' } };
    const script = `${readFileSync(built('remoteEntry.js'), 'utf8')}\nglobalThis`;
    const { _JUPYTERLAB: containers } = runInNewContext(script, { document, URL });
    const container = containers['jupyterlite-typescript-kernel'];
    container.init({ '@jupyterlab/coreutils': { '1.0.0': { get: async () => () => ({ PageConfig: {} }) } } });
    assert.deepEqual([...(await container.get())().default], []);
  });

  test('is small before the first cell can run, and keeps TypeScript out of that', () => {
    const page = zipped(built('remoteEntry.js'));
    const cells = zipped(built('cells-worker.js'));
    assert.ok(page < 5.5 && cells < 103, `page ${page} kB, cells ${cells} kB`);
    assert.ok(zipped(built('types-worker.js')) < 1100);
    assert.ok(zipped(built('declarations.json')) < 220);
  });
});

describe('The licences of the extension', () => {
  test('are those of every package in it', () => {
    const text = readFileSync(join(folder, 'kernel', 'static', 'LICENSES.txt'), 'utf8');
    for (const name of ['@jridgewell/sourcemap-codec', 'acorn', 'node-inspect-extracted', 'sucrase', 'typescript']) {
      assert.match(text, new RegExp(`^${name} [\\d.]+ \\(.+\\)\\n\\n.*\\S`, 'm'), name);
    }
    assert.match(text, /Apache License/);
    assert.match(text, /TypeScript ThirdPartyNotices[\s\S]*WHATWG/, 'what TypeScript itself owes, for its libraries');
  });
});

describe('The file of declarations', () => {
  const out = join(folder, 'declarations.json');
  const build = (modules: Record<string, string>) => buildDeclarations({ out, root, modules, typescript: TSLABS });

  test('holds a package and what it imports, in at most 400 kB, and no path of this machine', () => {
    const types = join(root, 'dist', 'hosts', 'node', 'index.d.ts');
    build({ 'lif-fc-mnist': types });
    const text = readFileSync(out, 'utf8');
    const { files, modules } = JSON.parse(text);
    const zipped = gzipSync(text).length / 1000;
    assert.ok(zipped < 400, `${zipped} kB`);
    assert.equal(modules['lif-fc-mnist'], '/declarations/dist/hosts/node/index.d.ts');
    for (const path of Object.values(modules)) assert.ok(files[path as string], String(path));
    assert.ok(Object.keys(files).some((path) => path.startsWith('/node_modules/@tensorflow/tfjs-core/')));
    assert.ok(files['/lib/lib.es2022.d.ts']);
    assert.ok(!text.includes(root), 'a path of this machine');
  });

  test('is not written for a module without declarations, and says so', () => {
    rmSync(out, { force: true });
    assert.throws(
      () => build({ gone: join(folder, 'gone.d.ts') }),
      /gone\.d\.ts: expected a file of declarations, found none/,
    );
    assert.ok(!existsSync(out));
  });
});

/** Packages as npm installs them: an `exports` map, declarations of each kind, and two versions of one package. */
const PACKAGES: Record<string, string> = {
  'shapes/package.json': JSON.stringify({
    name: 'shapes',
    version: '1.0.0',
    exports: {
      '.': { types: './out/index.d.mts', default: './out/index.mjs' },
      './round/*': { import: { types: './out/*.d.mts' } },
    },
  }),
  'shapes/out/index.d.mts': `import type { Unit } from 'units';
export * from './circle.mjs';
export declare const unit: Unit;`,
  'shapes/out/circle.d.mts': 'export interface Circle { radius: number }',
  'shapes/node_modules/units/package.json': JSON.stringify({ name: 'units', version: '2.0.0', types: 'index.d.ts' }),
  'shapes/node_modules/units/index.d.ts': "export type Unit = 'mm' | 'cm';",
  'units/package.json': JSON.stringify({ name: 'units', version: '1.0.0', exports: { types: './main.d.cts' } }),
  'units/main.d.cts': 'declare function unit(): number;\nexport = unit;',
  'plain/package.json': JSON.stringify({ name: 'plain', version: '1.0.0', main: 'index.js' }),
  'plain/index.js': 'export const plain = 1;',
  '@types/plain/package.json': JSON.stringify({ name: '@types/plain', version: '1.0.0', types: 'index.d.ts' }),
  '@types/plain/index.d.ts': 'export declare const plain: number;',
  'bare/package.json': JSON.stringify({ name: 'bare', version: '1.0.0', main: 'index.js' }),
  'bare/index.js': '',
};

describe('The declarations of packages', () => {
  const project = join(folder, 'project');
  const make = (...names: string[]) =>
    makeDeclarations({ root: project, modules: Object.fromEntries(names.map((name) => [name, name])) });
  before(() => {
    for (const [path, text] of Object.entries(PACKAGES)) {
      const file = join(project, 'node_modules', path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
  });

  test('are found by their names, wherever a package says that they are, with what they import', () => {
    const declarations = make('shapes', 'shapes/round/circle', 'units', 'plain');
    const settings = readSettings('', 'http://localhost/');
    settings.strict = true;
    const library = new Library(ts, declarations, settings);
    const notebook = new NotebookTypes(library, 'notebook');
    notebook.starts(`import { unit, type Circle } from 'shapes';
import type { Circle as Same } from 'shapes/round/circle';
import one from 'units';
import { plain } from 'plain';
const circle: Circle = { radius: one() + plain } satisfies Same;`);
    const code = "const a: 'mm' = unit;\nconst b: string = one();\nconst c: string = plain;";
    assert.deepEqual(
      notebook.check(code).map(({ line, messageText }) => [line, messageText]),
      [
        [1, "Type 'Unit' is not assignable to type '\"mm\"'."],
        [1, 'Type \'"cm"\' is not assignable to type \'"mm"\'.'],
        [2, "Type 'number' is not assignable to type 'string'."],
        [3, "Type 'number' is not assignable to type 'string'."],
      ],
    );
  });

  test('are missed in one line, where a package has none or is not there', () => {
    const MISSED = { bare: 'bare', gone: 'gone', '@some/part/deep': 'some__part' };
    for (const [name, types] of Object.entries(MISSED)) {
      assert.throws(() => make(name), {
        message: `'${name}': expected an installed package with declarations, found none from ${project}; many have theirs in a second one: npm install @types/${types}`,
      });
    }
  });
});

describe('The settings of the site', () => {
  const site = 'http://localhost/some/folder/';
  const own = `${site}extensions/kernel/declarations.json`;
  const read = (given: object) => readSettings(JSON.stringify({ [PLUGIN]: given }), site, own);

  test('give absolute addresses, and the declarations of the extension where the site names none', () => {
    const given = { modules: { things: 'files/things.js' }, declarations: 'types.json', name: 'tslab' };
    const { modules, declarations, name, displayName, preload } = read(given);
    assert.deepEqual([modules, declarations], [{ things: `${site}files/things.js` }, `${site}types.json`]);
    assert.deepEqual([name, displayName, preload], ['tslab', 'TypeScript', true]);
    assert.equal(read({}).declarations, own);
    assert.equal(readSettings('', site).declarations, undefined);
  });

  test('that are none are left out, each with a line in the console', (t) => {
    const warn = t.mock.method(console, 'warn', () => {});
    assert.deepEqual(read({ strict: 'yes', modul: {} }), read({}));
    assert.deepEqual(
      warn.mock.calls.map(({ arguments: [line] }) => line),
      [
        `${PLUGIN}: strict: expected a boolean, found "yes"`,
        `${PLUGIN}: modul: expected one of name, displayName, modules, declarations, strict, items, preload, found {}`,
      ],
    );
  });
});
