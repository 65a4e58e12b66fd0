// Builds the extension: a folder that `jupyter lite build` takes (`LiteBuildConfig.federated_extensions`). esbuild
// makes one script for the page and one for each worker; CONTRIBUTING.md compares that with JupyterLab's own builder.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { makeDeclarations } from './declarations';

export { buildDeclarations, type DeclarationsOptions, makeDeclarations } from './declarations';
export { LANGUAGE_INFO } from './language';

/** What {@link buildKernel} takes. */
export interface KernelOptions {
  /** The folder to make; what was there before is removed. */
  out: string;
  /** The package of TypeScript that checks cells: `typescript` by default. */
  typescript?: string;
  /** Whether the types of the language and of a worker come with the extension: true by default. */
  library?: boolean;
}

const here = __dirname;
const { name, version, description, license } = JSON.parse(readFileSync(join(here, '..', 'package.json'), 'utf8'));

/** Node's modules that TypeScript imports in Node; in a page they are empty. */
const NODE_MODULES = ['fs', 'path', 'os', 'crypto', 'inspector', 'perf_hooks', 'source-map-support', 'buffer', 'util'];

/**
 * Parts of sucrase for what cells do not have: JSX, Flow, CommonJS, source maps. It imports them, but does not call them.
 */
const UNUSED_SUCRASE = [
  ...['CJSImportTransformer', 'FlowTransformer', 'JSXTransformer', 'JestHoistTransformer'],
  ...['ReactDisplayNameTransformer', 'ReactHotLoaderTransformer', 'CJSImportProcessor', 'computeSourceMap'],
  ...['plugins/flow', './flow', 'plugins/jsx/index', './jsx'],
];

/** Leaves modules out of a bundle, by the ends of their import paths. */
const without = (names: string[]): Plugin => ({
  name: 'without',
  setup(builder) {
    const filter = new RegExp(`(^|/)(${names.join('|')})$`);
    builder.onResolve({ filter }, ({ path }) => ({ path, namespace: 'nothing' }));
    builder.onLoad({ filter: /.*/, namespace: 'nothing' }, () => ({ contents: 'module.exports = {}' }));
  },
});

/** Resolves packages of the page to those that the container loaded from it. */
const pageModules: Plugin = {
  name: 'of-page',
  setup(builder) {
    builder.onResolve({ filter: /^@jupyter/ }, ({ path }) => ({ path, namespace: 'of-page' }));
    builder.onLoad({ filter: /.*/, namespace: 'of-page' }, ({ path }) => ({
      contents: `module.exports = require('./container').pageModules[${JSON.stringify(path)}]`,
      resolveDir: join(here, 'src', 'page'),
    }));
  },
};

/** The licences of the packages that files belong to. */
function licences(files: string[]) {
  const folders = files.flatMap(
    (file) => /^.*node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(resolve(file))?.[0] ?? [],
  );
  const texts = [...new Set(folders)].filter(existsSync).map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const files = readdirSync(folder).filter((one) => /^(licen[cs]e|thirdpartynotice)/i.test(one));
    const parts = files.map((one) => readFileSync(join(folder, one), 'utf8').trim());
    return `${[`${name} ${version} (${license})`, ...parts].join('\n\n')}\n`;
  });
  return texts.sort().join(`\n${'-'.repeat(80)}\n\n`);
}

/** A name by which a host that caches cannot take another edition's file for this one. */
function hashedName(name: string, content: string | Uint8Array) {
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 12);
  return name.replace(/\.\w+$/, (ending) => `.${hash}${ending}`);
}

/** Writes the extension. The same sources give the same bytes, wherever they are. */
export async function buildKernel({ out, typescript = 'typescript', library = true }: KernelOptions): Promise<void> {
  const target = join(out, 'static');
  rmSync(out, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  const common = {
    bundle: true,
    minify: true,
    target: 'es2022',
    // Not what a tsconfig.json of some folder above says: the bytes are the same wherever this is built.
    tsconfigRaw: {},
    platform: 'browser',
    legalComments: 'none',
    logLevel: 'warning',
    metafile: true,
    write: false,
  } satisfies BuildOptions;
  const inputs: string[] = [];
  /** Writes a file under its hashed name, which it returns. */
  const put = (name: string, content: string | Uint8Array) => {
    const hashed = hashedName(name, content);
    writeFileSync(join(target, hashed), content);
    return hashed;
  };
  const script = async (entry: string, name: string, options: Omit<BuildOptions, 'metafile' | 'write'>) => {
    const built = await build({ ...common, ...options, entryPoints: [join(here, 'src', entry)] });
    inputs.push(...Object.keys(built.metafile.inputs));
    return put(name, built.outputFiles[0].contents);
  };
  const [cells, types] = await Promise.all([
    script('cells/worker.ts', 'cells-worker.js', { format: 'esm', plugins: [without(UNUSED_SUCRASE)] }),
    script('types/worker.ts', 'types-worker.js', {
      format: 'esm',
      plugins: [without(NODE_MODULES)],
      alias: { typescript },
    }),
  ]);
  const logo = put('logo.svg', readFileSync(join(here, 'src', 'logo.svg')));
  // Without its own files it has no root; the paths in it are those of the packages.
  const declarations = library
    ? put('declarations.json', JSON.stringify(makeDeclarations({ root: here, modules: {}, typescript })))
    : undefined;
  const { version: full } = require(typescript) as typeof import('typescript');
  const [language] = /^\d+\.\d+/.exec(full) as RegExpExecArray;
  const define = {
    VERSION: JSON.stringify(version),
    LANGUAGE: JSON.stringify(language),
    FILES: JSON.stringify({ cells, types, logo, declarations }),
    HERE: 'here',
  };
  // Which script runs is known only while it is loaded, and the plugin is evaluated later.
  const entry = await script('page/container.ts', 'remoteEntry.js', {
    format: 'iife',
    define,
    plugins: [pageModules],
    banner: { js: "{const here=new URL('.',document.currentScript.src).href;" },
    footer: { js: '}' },
  });
  writeFileSync(join(target, 'LICENSES.txt'), licences(inputs));
  const jupyterlab = { extension: true, _build: { load: `static/${entry}`, extension: './extension' } };
  const manifest = { name, version, description, license, jupyterlab, jupyterlite: { liteExtension: true } };
  writeFileSync(join(out, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}
