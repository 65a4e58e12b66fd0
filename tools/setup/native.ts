// Installs the native backend of tfjs-node: from a bundle, by the package's own installer, or libtensorflow from a
// TensorFlow wheel, with the addon compiled against it.

import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import {
  filesUnder,
  nodeModules,
  program,
  readJson,
  remove,
  root,
  venvPython,
  writeJson,
} from '../../packages/system/project';
import { run, Stopped } from '../../packages/system/run';
import { describeMissingCompiler, findCompiler, nodeMajor, pythonEnv } from '../machine.mjs';
import { runWithRetry } from '../packages.mjs';
import type { Bundle } from './steps';

const pkg = join(nodeModules, '@tensorflow', 'tfjs-node');
const work = join(nodeModules, '.setup');
/** In node_modules, like the files of this step, so that both are removed together. */
const stampFile = join(work, 'native.json');
// The wheels need not match the local Python: only the library and its headers are used. 2.12 loads faster and is a
// quarter smaller than 2.21, and its C API is a superset of that of 2.9, for which the addon was written.
const WHEELS: Record<string, { requirement: string; sha256: string; platform: string }> = {
  'linux-x64': {
    requirement: 'tensorflow-cpu==2.12.1',
    sha256: '7ffb595707a8fb376deaddc768784c7a0242b16cbc6e06393b1733b2ce19f855',
    platform: 'manylinux_2_17_x86_64',
  },
  'linux-arm64': {
    requirement: 'tensorflow-cpu-aws==2.12.1',
    sha256: '7c3ead9d34f0a32a7dd0714c713a9e71361228620ffd7d0aa633b8c88a27971c',
    platform: 'manylinux_2_17_aarch64',
  },
  'darwin-arm64': {
    requirement: 'tensorflow-macos==2.12.0',
    sha256: '9c9b14fbb73ec4cb0f209722a1489020fd8614c92ae22589f2309c48cefdf21f',
    platform: 'macosx_12_0_arm64',
  },
  'darwin-x64': {
    requirement: 'tensorflow-cpu==2.12.1',
    sha256: 'b8013360cf5b53c33a9ab05fa56b5e61dd70b64a55be52a38036761e019c1c2e',
    platform: 'macosx_10_15_x86_64',
  },
};

interface Stamp {
  inputs: object;
  outcome: Outcome;
  reason?: string;
  files: Record<string, number>;
}
export type Outcome = 'present' | 'bundle' | 'installer' | 'wheel' | 'none';

type OnLine = (line: string) => void;

const version = () => readJson(join(pkg, 'package.json'))?.version;

/** The inputs of this step. Without a backend they include the compiler, so that installing one triggers a retry. */
const inputs = (outcome: string) => ({
  package: version(),
  node: nodeMajor,
  platform: `${process.platform}-${process.arch}`,
  ...(outcome === 'none' ? { compiler: findCompiler() ?? 'none' } : {}),
});

/** The installed libraries, with their sizes. */
const sizes = () =>
  Object.fromEntries(
    ['deps', 'lib']
      .flatMap((folder) => filesUnder(join(pkg, folder)).map((name) => join(folder, name)))
      .filter((name) => /\.(node|so|dylib|dll)[.\d]*$/.test(name))
      .map((name) => [name, statSync(join(pkg, name)).size]),
  );

function intact(stamp: Stamp) {
  return Object.entries(stamp.files).every(([file, size]) => {
    const path = join(pkg, file);
    return existsSync(path) && statSync(path).size === size;
  });
}

/** The outcome of the last run, if it is still valid. */
export function nativeState() {
  const stamp = readJson(stampFile);
  const fits = stamp !== undefined && JSON.stringify(stamp.inputs) === JSON.stringify(inputs(stamp.outcome));
  return fits && intact(stamp) ? stamp : undefined;
}

async function loads() {
  const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3', NODE_OPTIONS: '' };
  const result = await run(...program('tools/setup/check_native.ts'), { cwd: root, env, minutes: 2 });
  if (result.code === 0) return '';
  const error = result.lines.find((line) => /^\S*Error\b/.test(line)) ?? result.lines.at(-1) ?? 'it crashed';
  return error.replace(/\s+/g, ' ').slice(0, 200);
}

/**
 * Whether the installer's server answers: otherwise the installer tries for minutes. Node's fetch ignores proxies; behind
 * one, the installer itself fails at once if the server is unreachable.
 */
async function installerIsReachable() {
  if (process.env.HTTPS_PROXY ?? process.env.https_proxy) return true;
  const { host } = readJson(join(pkg, 'package.json')).binary;
  return fetch(host, { method: 'HEAD', signal: AbortSignal.timeout(4000) }).then(
    () => true,
    () => false,
  );
}

function clean() {
  for (const folder of ['deps', 'lib', 'build-tmp-napi-v8']) remove(join(pkg, folder));
}

async function runInstaller(onLine: OnLine) {
  if (!(await installerIsReachable())) return "the archives of the package's installer are unreachable";
  onLine('running the installer of @tensorflow/tfjs-node');
  const bins = [dirname(process.execPath), join(nodeModules, '.bin'), join(pkg, 'node_modules', '.bin')];
  const env = { ...process.env, PATH: [...bins, process.env.PATH].join(delimiter) };
  await run(process.execPath, [join('scripts', 'install.js')], { cwd: pkg, env, minutes: 10, onLine });
  const reason = await loads();
  return reason && `the package's installer: ${reason}`;
}

/**
 * @param stage a folder for temporary files
 * @returns why it failed, or ''
 */
async function buildFromWheel(stage: string, onLine: OnLine): Promise<string> {
  const wheel = WHEELS[`${process.platform}-${process.arch}`];
  if (wheel === undefined) return `there is no TensorFlow wheel for ${process.platform} ${process.arch}`;
  const compiler = findCompiler();
  if (compiler === undefined) {
    const { cause, fix } = describeMissingCompiler();
    return `${cause}: ${fix}`;
  }

  const list = join(stage, 'wheel.txt');
  writeFileSync(list, `${wheel.requirement} --hash=sha256:${wheel.sha256}\n`);
  onLine(`downloading ${wheel.requirement} (about 230 MB)`);
  const unpacked = join(stage, 'unpacked');
  const platform = ['--python-version', '3.11', '--platform', wheel.platform];
  const install = ['-m', 'pip', 'install', '--no-deps', '--no-compile', '--only-binary=:all:', '--require-hashes'];
  const args = [...install, ...platform, '--progress-bar', 'off', '--target', unpacked, '-r', list];
  const pip = await runWithRetry(run, venvPython, args, {
    cwd: root,
    env: { ...pythonEnv(), TMPDIR: stage, TEMP: stage },
    minutes: 15,
  });
  if (pip.code !== 0) {
    const error = pip.lines.filter((line) => /^ERROR/.test(line)).at(-1) ?? pip.lines.at(-1);
    return `pip could not download ${wheel.requirement} (${error})`;
  }

  onLine('compiling the addon');
  const lib = join(stage, 'deps', 'lib');
  const addon = join(stage, 'lib', 'napi-v8', 'tfjs_binding.node');
  mkdirSync(dirname(addon), { recursive: true });
  const mac = process.platform === 'darwin';
  const names = mac
    ? ['libtensorflow_cc.2.dylib', 'libtensorflow_framework.2.dylib']
    : ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];
  mkdirSync(lib, { recursive: true });
  for (const name of names) renameSync(join(unpacked, 'tensorflow', name), join(lib, name));
  const headers = join(unpacked, 'tensorflow', 'include');
  const includes = [join(nodeModules, 'node-api-headers', 'include'), pkg, headers].flatMap((path) => ['-I', path]);
  const sources = ['tfjs_backend.cc', 'tfjs_binding.cc'].map((name) => join(pkg, 'binding', name));
  const link = mac
    ? ['-bundle', '-undefined', 'dynamic_lookup', '-Wl,-rpath,@loader_path/../../deps/lib']
    : ['-shared', '-Wl,-rpath,$ORIGIN/../../deps/lib'];
  const flags = ['-O2', '-std=c++17', '-fPIC', '-w', '-DNAPI_VERSION=8', ...includes, ...sources, '-o', addon];
  const compiled = await run(compiler, [...flags, ...names.map((name) => join(lib, name)), ...link], {
    cwd: root,
    env: { ...process.env, TMPDIR: stage },
  });
  if (compiled.code !== 0) {
    const error = compiled.lines.find((line) => /error/i.test(line)) ?? compiled.lines.at(-1);
    return `${compiler} could not compile the addon (${error})`;
  }

  for (const folder of ['deps', 'lib']) renameSync(join(stage, folder), join(pkg, folder));
  return loads();
}

/** Installs from a wheel, in a temporary folder. */
async function installFromWheel(onLine: OnLine) {
  const stage = mkdtempSync(join(work, 'native-'));
  try {
    return await buildFromWheel(stage, onLine);
  } catch (error) {
    if (error instanceof Stopped) throw error;
    return error instanceof Error ? error.message : String(error);
  } finally {
    remove(stage);
  }
}

/** The package tar, which tfjs-node's installer depends on, packs and unpacks the archives of bundles. */
const tar = () => createRequire(join(pkg, 'package.json'))('tar');

/** Packs the installed native backend; returns false if there is none. */
export async function packNative(file: string) {
  const state = nativeState();
  if (state === undefined || state.outcome === 'none') return false;
  await tar().create({ gzip: { level: 6 }, file, cwd: pkg, portable: true, noMtime: true }, ['deps', 'lib']);
  return true;
}

async function unpackBundle({ native }: Bundle, onLine: OnLine) {
  if (!native) return 'the bundle has no native backend for this machine';
  onLine('unpacking the native backend');
  await tar().extract({ file: native, cwd: pkg });
  return loads();
}

/**
 * Tries each source in turn until the backend loads, and stores the outcome in the stamp, for 'none' with the reasons.
 * With a bundle it tries nothing else, since there may be no network.
 */
export async function setUpNative(onLine: OnLine, bundle?: Bundle) {
  const former = readJson(stampFile);
  const damaged = former !== undefined && !intact(former);
  mkdirSync(work, { recursive: true });
  for (const name of readdirSync(work)) if (name.startsWith('native-')) remove(join(work, name));
  remove(stampFile);

  const finish = (outcome: Outcome, reason: string | undefined = undefined) => {
    const stamp: Stamp = { inputs: inputs(outcome), outcome, reason, files: outcome === 'none' ? {} : sizes() };
    writeJson(stampFile, stamp);
    return stamp;
  };

  if (!damaged && Object.keys(sizes()).length > 0 && (await loads()) === '') return finish('present');
  const reasons: string[] = [];
  const sources: [Outcome, (onLine: OnLine) => Promise<string>][] = bundle
    ? [['bundle', () => unpackBundle(bundle, onLine)]]
    : [
        ['installer', runInstaller],
        ['wheel', installFromWheel],
      ];
  for (const [outcome, install] of sources) {
    clean();
    const reason = await install(onLine);
    if (reason === '') return finish(outcome);
    reasons.push(reason);
  }
  clean();
  return finish('none', reasons.join('; '));
}
