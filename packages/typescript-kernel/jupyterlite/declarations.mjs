// The declarations that the language service reads, as one JSON: TypeScript's libraries, the modules that cells may
// import, and whatever those import.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const COMPILER = '@tslab/typescript-for-tslab';

/** What every cell may import. */
const OWN = { tslab: join(dirname(fileURLToPath(import.meta.url)), 'src', 'types', 'tslab.d.ts') };

/** What runs in a worker has the names of a worker. */
const LIB = ['es2022', 'webworker'];

/** Comments that say under which licence a file is; the licences are those of the packages. */
const LICENCE = /^\s*\/\*\*?(?:(?!\*\/)[\s\S])*?(Licensed|Copyright)[\s\S]*?\*\/\s*/;

/**
 * Writes the declarations.
 * @param {object} options
 * @param {string} options.out the file to write
 * @param {string} options.root the folder that paths in the file are relative to
 * @param {Record<string, string>} options.modules path of the `.d.ts` of each module, by the name that cells import
 * @param {string[]} [options.ambient] paths of `.d.ts` that are always there, such as of globals
 * @returns {{ files: number, bytes: number }}
 */
export function buildDeclarations({ out, root, modules: given, ambient = [] }) {
  const modules = { ...OWN, ...given };
  const ts = require(COMPILER);
  const libFolder = dirname(require.resolve(COMPILER));
  const options = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Node10,
    lib: LIB.map((name) => `lib.${name}.d.ts`),
    types: [],
    skipLibCheck: true,
  };
  const host = ts.createCompilerHost(options);
  const { readFile } = host;
  const packages = new Set();
  host.readFile = (path) => {
    if (path.endsWith('/package.json')) packages.add(path);
    return readFile(path);
  };
  const slashes = (path) => resolve(path).replaceAll('\\', '/');
  const roots = [...Object.values(modules), ...ambient].map(slashes);
  for (const path of roots) {
    if (!host.fileExists(path)) throw new Error(`${path}: expected a file of declarations, found none`);
  }
  const program = ts.createProgram(roots, options, host);

  const lib = slashes(libFolder);
  const place = (path) => {
    const full = slashes(path);
    if (full.startsWith(`${lib}/`)) return `/lib/${full.slice(lib.length + 1)}`;
    const at = full.lastIndexOf('/node_modules/');
    if (at >= 0) return full.slice(at);
    if (full === slashes(OWN.tslab)) return '/declarations/tslab.d.ts';
    if (!full.startsWith(`${slashes(root)}/`)) throw new Error(`${path}: expected a path below ${root}`);
    return `/declarations/${full.slice(slashes(root).length + 1)}`;
  };
  // Nobody reads the comments of a browser's interfaces here, and they are half of them.
  const printer = ts.createPrinter({ removeComments: true });
  const bare = (path, text) => {
    const file = ts.createSourceFile(path, text, options.target);
    const references = text.match(/^\/\/\/ <reference [^\n]*$/gm) ?? [];
    return `${references.join('\n')}\n${printer.printFile(file).replace(/^ +/gm, '')}`;
  };
  const files = {};
  for (const { fileName, text } of program.getSourceFiles()) {
    const to = place(fileName);
    files[to] = /^\/lib\/lib\.(dom|webworker)|@webgpu/.test(to) ? bare(to, text) : text.replace(LICENCE, '');
  }
  for (const path of packages) {
    if (!path.includes('/node_modules/')) continue;
    const { name, version, types, typings, main } = JSON.parse(readFileSync(path, 'utf8'));
    files[place(path)] = JSON.stringify({ name, version, types: types ?? typings, main });
  }
  const content = {
    files,
    modules: Object.fromEntries(Object.entries(modules).map(([name, path]) => [name, place(path)])),
    lib: LIB,
    ambient: ambient.map(place),
  };
  mkdirSync(dirname(out), { recursive: true });
  const text = JSON.stringify(content);
  writeFileSync(out, text);
  return { files: Object.keys(files).length, bytes: text.length };
}
