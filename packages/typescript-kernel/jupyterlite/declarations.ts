// Collects the declarations that the language service reads into one JSON file: TypeScript's libraries, the modules that
// cells may import, and what those import.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type * as TypeScript from 'typescript';
import type { Declarations } from './src/types/notebook';

/** What {@link buildDeclarations} takes. */
export interface DeclarationsOptions {
  /** The file to write. */
  out: string;
  /** The folder that paths in the file are relative to; that of the process by default. */
  root?: string;
  /**
   * By the name that cells import: path of the module's `.d.ts`, or the name of a package that is installed for `root`.
   */
  modules: Record<string, string>;
  /** The package of TypeScript: that which `buildKernel` was given. */
  typescript?: string;
}

/** What every cell may import. */
const own = join(__dirname, 'src', 'types');
const OWN = { tslab: join(own, 'tslab.d.ts') };

/** Whether this TypeScript knows the current language, except a few globals; that of tslab does not. */
const isCurrent = (ts: typeof TypeScript) => Number.parseFloat(ts.version) >= 5.9;

/** Cells run in a worker. */
const libOf = (ts: typeof TypeScript) => [isCurrent(ts) ? 'esnext' : 'es2022', 'webworker'];

const NODE_MODULES = '/node_modules/';

const DECLARATIONS = /\.d\.[cm]?ts$/;

/** A comment with the licence of a file, which the package states as well. */
const LICENCE = /^\s*\/\*\*?(?:(?!\*\/)[\s\S])*?(Licensed|Copyright)[\s\S]*?\*\/\s*/;

/**
 * Writes the declarations that the language service reads.
 * @returns how many files went in, and the size in characters
 */
export function buildDeclarations({ out, ...options }: DeclarationsOptions): { files: number; bytes: number } {
  const content = makeDeclarations(options);
  mkdirSync(dirname(out), { recursive: true });
  const text = JSON.stringify(content);
  writeFileSync(out, text);
  return { files: Object.keys(content.files).length, bytes: text.length };
}

/** The declarations as they are written. */
export function makeDeclarations({
  root = '.',
  modules: given,
  typescript = 'typescript',
}: Omit<DeclarationsOptions, 'out'>): Declarations {
  const ts: typeof TypeScript = require(typescript);
  const ambient = [OWN.tslab, ...(isCurrent(ts) ? [join(own, 'newer-globals.d.ts')] : [])];
  const libFolder = dirname(require.resolve(typescript));
  const lib = libOf(ts);
  const options = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    lib: lib.map((name) => `lib.${name}.d.ts`),
    types: [],
    skipLibCheck: true,
  };
  const host = ts.createCompilerHost(options);
  const { readFile } = host;
  const packages = new Set<string>();
  host.readFile = (path) => {
    if (path.endsWith('/package.json')) packages.add(path);
    return readFile(path);
  };
  const slashes = (path: string) => resolve(path).replaceAll('\\', '/');
  /** The declarations that TypeScript itself finds for a package. */
  const declarationsOf = (name: string) => {
    const { resolvedModule: found } = ts.resolveModuleName(name, slashes(join(root, 'index.ts')), options, host);
    if (found && DECLARATIONS.test(found.resolvedFileName)) return found.resolvedFileName;
    const wanted = `'${name}': expected an installed package with declarations, found none from ${resolve(root)}`;
    const [, scope, plain] = /^(?:@([^/]+)\/)?([^/]+)/.exec(name) ?? [];
    throw new Error(
      `${wanted}; many have theirs in a second one: npm install @types/${scope ? `${scope}__` : ''}${plain}`,
    );
  };
  const pathOf = (value: string) => (/\.[cm]?ts$/.test(value) ? value : declarationsOf(value));
  const modules = Object.fromEntries(
    Object.entries({ ...OWN, ...given }).map(([name, value]) => [name, pathOf(value)]),
  );
  const roots = [...Object.values(modules), ...ambient].map(slashes);
  for (const path of roots) {
    if (!host.fileExists(path)) throw new Error(`${path}: expected a file of declarations, found none`);
  }
  const program = ts.createProgram(roots, options, host);

  const libPath = slashes(libFolder);
  const place = (path: string) => {
    const full = slashes(path);
    if (full.startsWith(`${libPath}/`)) return `/lib/${full.slice(libPath.length + 1)}`;
    if (full.startsWith(`${slashes(own)}/`)) return `/declarations/${full.slice(slashes(own).length + 1)}`;
    // A package may have another version of one inside it; pnpm keeps each in a separate folder, by links.
    const at = full.includes('/.pnpm/') ? full.lastIndexOf(NODE_MODULES) : full.indexOf(NODE_MODULES);
    if (at >= 0) return full.slice(at);
    if (!full.startsWith(`${slashes(root)}/`)) throw new Error(`${path}: expected a path below ${root}`);
    return `/declarations/${full.slice(slashes(root).length + 1)}`;
  };
  // Comments of browser interfaces are not shown, and are half of the size.
  const printer = ts.createPrinter({ removeComments: true });
  const bare = (path: string, text: string) => {
    const file = ts.createSourceFile(path, text, options.target);
    const references = text.match(/^\/\/\/ <reference [^\n]*$/gm) ?? [];
    return `${references.join('\n')}\n${printer.printFile(file).replace(/^ +/gm, '')}`;
  };
  const flat = (text: string) => text.replace(LICENCE, '').replace(/\r|^ +/gm, '');
  const files: Record<string, string> = {};
  for (const { fileName, text } of program.getSourceFiles()) {
    const to = place(fileName);
    if (/^\/lib\/lib\.(dom|webworker)|@webgpu/.test(to)) files[to] = bare(to, text);
    else files[to] = to.startsWith('/lib/') ? flat(text) : text.replace(LICENCE, '');
  }
  for (const path of packages) {
    if (!path.includes(NODE_MODULES)) continue;
    const folder = place(path).slice(0, -'package.json'.length);
    if (!Object.keys(files).some((file) => file.startsWith(folder))) continue;
    const { name, version, types, typings, typesVersions, main, exports } = JSON.parse(readFileSync(path, 'utf8'));
    const manifest = { name, version, types: types ?? typings, typesVersions, main, exports };
    files[`${folder}package.json`] = JSON.stringify(manifest);
  }
  return {
    files,
    modules: Object.fromEntries(Object.entries(modules).map(([name, path]) => [name, place(path)])),
    lib,
    ambient: ambient.map(place),
  };
}
