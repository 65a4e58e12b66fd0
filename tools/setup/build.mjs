#!/usr/bin/env node
// Builds dist/: the package with tsc, the kernel of the event engine with asc. Each is rebuilt only if its inputs have
// changed. A build is made next to dist/ and then replaces it, so a failed build leaves the former dist untouched.
import { cpSync, existsSync, mkdirSync, renameSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { codeOf } from '../../packages/system/processes.cjs';
import { describe } from '../../packages/system/program.mjs';
import {
  filesUnder,
  hashOf,
  nodeModules,
  readJson,
  remove,
  removeLeftOvers,
  root,
  sourceFiles,
  UserError,
  writeJson,
} from '../../packages/system/project.mjs';
import { run } from '../../packages/system/run.mjs';

const dist = join(root, 'dist');
const stampFile = '.build.json';
const kernel = join('packages', 'event-engine', 'kernel');
const entry = join(kernel, 'index.ts');
const config = join(kernel, 'asconfig.json');
/** What both compilers read. */
const layout = join('packages', 'event-engine', 'layout.ts');
const hasKernel = () => existsSync(join(root, entry)) && existsSync(join(root, config));

const filesOf = (/** @type {string} */ folder) => filesUnder(join(root, folder)).map((name) => join(folder, name));

const versionOf = (/** @type {string} */ name) =>
  readJson(join(nodeModules, name, 'package.json'))?.version ?? 'missing';

/** Hashes of the inputs of each half of dist. */
function inputs() {
  const source = sourceFiles().filter((file) => !file.startsWith(kernel + sep));
  return {
    package: hashOf(
      ['tsconfig.json', 'tsconfig.build.json', 'package-lock.json', ...source],
      versionOf('typescript-7'),
    ),
    kernel: hasKernel() ? hashOf([layout, ...filesOf(kernel)], versionOf('assemblyscript')) : '',
  };
}

/** The hash of all that a build has put into a folder. */
function outputOf(/** @type {string} */ folder) {
  return hashOf(
    filesUnder(folder).filter((name) => name !== stampFile),
    '',
    folder,
  );
}

/** The inputs that dist was built from; none where something in it is missing or is not what was built. */
function built() {
  const { output, ...then } = readJson(join(dist, stampFile)) ?? {};
  return output === outputOf(dist) ? then : {};
}

export function isBuilt() {
  const now = inputs();
  const then = built();
  return now.package === then.package && now.kernel === then.kernel;
}

/**
 * @param {string} name
 * @param {string[]} script
 * @param {string[]} args
 */
async function compile(name, script, args) {
  const tool = join(nodeModules, ...script);
  if (!existsSync(tool)) throw new UserError(`${name} is not installed: run \`npm run setup\``);
  const { code, lines } = await run(process.execPath, [tool, ...args], { cwd: root });
  if (code !== 0) throw new UserError(`${name} failed:\n${lines.map((line) => `  ${line}`).join('\n')}`);
}

/** Brings dist up to date; a half whose inputs have not changed is copied from the former dist. */
export async function build() {
  const now = inputs();
  const then = built();
  mkdirSync(join(root, 'build'), { recursive: true });
  removeLeftOvers('dist');
  const next = join(root, 'build', `dist-${process.pid}`);
  remove(next);
  mkdirSync(next);
  const wasm = join('packages', 'event-engine', 'kernel.wasm');
  try {
    if (now.package === then.package) cpSync(dist, next, { recursive: true });
    else await compile('tsc', ['typescript-7', 'bin', 'tsc'], ['-p', 'tsconfig.build.json', '--outDir', next]);
    if (hasKernel()) {
      mkdirSync(join(next, dirname(wasm)), { recursive: true });
      if (now.kernel === then.kernel) cpSync(join(dist, wasm), join(next, wasm));
      else {
        const args = [entry, '--config', config, '--outFile', relative(root, join(next, wasm))];
        await compile('asc', ['assemblyscript', 'bin', 'asc.js'], args);
      }
    }
    writeJson(join(next, stampFile), { ...now, output: outputOf(next) });
    const former = `${next}.former`;
    try {
      if (existsSync(dist)) renameSync(dist, former);
    } catch (error) {
      // In a container, a folder of the image cannot be renamed, only removed.
      if (codeOf(error) !== 'EXDEV') throw error;
      remove(dist);
    }
    renameSync(next, dist);
    remove(former);
  } finally {
    remove(next);
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const begin = performance.now();
  try {
    if (isBuilt()) console.log('dist is up to date');
    else {
      await build();
      console.log(`built dist in ${((performance.now() - begin) / 1000).toFixed(1)} s`);
    }
  } catch (error) {
    console.error(`build: ${describe(error)}`);
    process.exitCode = 1;
  }
}
