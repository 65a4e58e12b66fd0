#!/usr/bin/env node
// The TypeScript kernel for JupyterLite as packages: a wheel for pip, a tarball for npm. The same sources give the same
// bytes, in any folder. Needs npm, and a Python with hatchling and hatch-nodejs-version.
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildKernel } from '../jupyterlite/build.mjs';

const source = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const windows = process.platform === 'win32';

/**
 * Builds both.
 * @param {string} out the folder to make; what was there before is removed
 * @param {object} [options]
 * @param {string} [options.python] that has hatchling
 * @param {object} [options.settings] fields of package.json: author, homepage, repository, bugs
 * @param {(doing: string) => void} [options.onStep] told what begins
 */
export async function buildPackages(out, { python = defaultPython(), settings = {}, onStep = () => {} } = {}) {
  const work = mkdtempSync(join(tmpdir(), 'kernel-'));
  try {
    const copy = join(work, 'source');
    const isOwn = (/** @type {string} */ path) =>
      !/[\\/](node_modules|test|tslab|labextension|dist|build|\.\w+)$/.test(path);
    cpSync(source, copy, { recursive: true, filter: isOwn });
    const path = join(copy, 'package.json');
    const manifest = { ...JSON.parse(readFileSync(path, 'utf8')), ...settings };
    // As people write it; npm's form is no address that a page could lead to.
    const url = manifest.repository?.url ?? manifest.repository;
    if (url) manifest.repository = { type: 'git', url: url.replace(/^git\+|\.git$/g, '') };
    writeFileSync(path, `${JSON.stringify(manifest, null, 2)}\n`);
    onStep('bundling the scripts');
    await buildKernel({ out: join(copy, 'labextension') });
    const packages = join(work, 'packages');
    mkdirSync(packages);
    /** @type {import('node:child_process').ExecFileSyncOptions} */
    const options = { cwd: copy, stdio: ['ignore', 'pipe', 'inherit'] };
    onStep('wheel, by hatchling');
    execFileSync(python, ['-m', 'hatchling', 'build', '-t', 'wheel', '-d', packages], options);
    const pack = ['pack', '--silent', '--ignore-scripts', '--pack-destination', packages];
    onStep('tarball, by npm');
    execFileSync('npm', pack, { ...options, shell: windows });
    rmSync(out, { recursive: true, force: true });
    cpSync(packages, out, { recursive: true });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/**
 * That of an environment in this folder, if there is one: set-up's PYTHON only made it, and has no packages of its own.
 */
export function defaultPython() {
  const ofFolder = resolve('.venv', ...(windows ? ['Scripts', 'python.exe'] : ['bin', 'python']));
  return existsSync(ofFolder) ? ofFolder : (process.env.PYTHON ?? 'python3');
}

const HELP = `Usage: node publish/kernel.mjs [folder]

Wheel and npm tarball of the TypeScript kernel, in a folder (dist). Author, homepage, repository and bugs are those of the
current folder's package.json. Python, with hatchling and hatch-nodejs-version, is its .venv or else PYTHON.`;

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const options = /** @type {const} */ ({ help: { type: 'boolean', short: 'h' } });
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const [out = 'dist'] = positionals;
  if (values.help) console.log(HELP);
  else {
    const { author, homepage, repository, bugs } = JSON.parse(readFileSync('package.json', 'utf8'));
    const onStep = (/** @type {string} */ doing) => console.log(`kernel: ${doing}`);
    await buildPackages(out, { settings: { author, homepage, repository, bugs }, onStep });
    for (const name of readdirSync(out)) {
      console.log(`kernel: ${out}/${name}, ${(statSync(join(out, name)).size / 1e6).toFixed(2)} MB`);
    }
  }
}
