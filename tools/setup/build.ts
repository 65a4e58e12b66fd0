// Builds dist/: the package with tsc, the event engine's kernel with asc. Each is rebuilt only if its inputs have changed.
// A build is made in build/ and then replaces dist/, so a failed build keeps the former one.
import { cpSync, existsSync, mkdirSync, renameSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { codeOf } from '../../packages/system/processes';
import { runProgram } from '../../packages/system/program';
import {
  filesUnder,
  hashOf,
  nodeModules,
  readJson,
  remove,
  removeLeftOvers,
  root,
  UserError,
  writeJson,
} from '../../packages/system/project';
import { run, seconds } from '../../packages/system/run';

const dist = join(root, 'dist');
const stampFile = '.build.json';
const kernel = join('packages', 'event-engine', 'kernel');
const entry = join(kernel, 'index.ts');
const config = join(kernel, 'asconfig.json');
/** Read by both compilers. */
const layout = join('packages', 'event-engine', 'layout.ts');
const hasKernel = () => existsSync(join(root, entry)) && existsSync(join(root, config));

const filesOf = (folder: string) => filesUnder(join(root, folder)).map((name) => join(folder, name));

/** The sources of `dist/`: sorted paths from the root, without tests. */
export function sourceFiles() {
  const folders: string[] = readJson(join(root, 'tsconfig.build.json')).include;
  return folders
    .flatMap(filesOf)
    .filter((name) => /\.(ts|json)$/.test(name) && !name.split(sep).includes('test'))
    .sort();
}

/** Sources of which dist/ has those that the listed folders import. */
const system = () => filesOf(join('packages', 'system')).filter((file) => !file.split(sep).includes('test'));

const versionOf = (name: string) => readJson(join(nodeModules, name, 'package.json'))?.version ?? 'missing';

/** Hashes of the inputs of both parts of dist/. */
function inputs() {
  const source = sourceFiles().filter((file) => !file.startsWith(kernel + sep));
  return {
    package: hashOf(
      ['tsconfig.json', 'tsconfig.build.json', 'package-lock.json', 'notebooks/chapters.json', ...source, ...system()],
      versionOf('typescript-7'),
    ),
    kernel: hasKernel() ? hashOf([layout, ...filesOf(kernel)], versionOf('assemblyscript')) : '',
  };
}

/** The hash of all files of a build. */
function outputOf(folder: string) {
  return hashOf(
    filesUnder(folder).filter((name) => name !== stampFile),
    '',
    folder,
  );
}

/** The inputs that dist/ was built from; none if a file in it is missing or changed. */
function built() {
  const { output, ...then } = readJson(join(dist, stampFile)) ?? {};
  return output === outputOf(dist) ? then : {};
}

export function isBuilt() {
  const now = inputs();
  const then = built();
  return now.package === then.package && now.kernel === then.kernel;
}

async function compile(name: string, script: string[], args: string[]) {
  const tool = join(nodeModules, ...script);
  const { code, lines } = await run(process.execPath, [tool, ...args], { cwd: root });
  if (code !== 0) throw new UserError(`${name} failed:\n${lines.map((line) => `  ${line}`).join('\n')}`);
}

/** Brings dist/ up to date; a part whose inputs have not changed is copied from the former one. */
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
      // A folder of a container image cannot be renamed, only removed.
      if (codeOf(error) !== 'EXDEV') throw error;
      remove(dist);
    }
    renameSync(next, dist);
    remove(former);
  } finally {
    remove(next);
  }
}

async function main() {
  if (isBuilt()) return console.log('dist is up to date');
  const begin = performance.now();
  await build();
  console.log(`built dist in ${seconds(begin)}`);
}

if (require.main === module) runProgram('build', main);
