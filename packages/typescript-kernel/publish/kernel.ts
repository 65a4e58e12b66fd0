// The TypeScript kernel for JupyterLite as packages: a wheel for pip, a tarball for npm. The same sources give the same
// bytes, in any folder. Needs npm, and a Python with hatchling and hatch-nodejs-version.
import { type ExecFileSyncOptions, execFileSync } from 'node:child_process';
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
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import * as ts from 'typescript';
import { buildKernel } from '../jupyterlite/build';

const source = resolve(__dirname, '..');
const windows = process.platform === 'win32';

/** The files of `jupyterlite/` that users of the npm package import. */
const IMPORTED = ['build', 'declarations'];

/** Replaces the sources of these files by JavaScript and declarations. */
async function compile(folder: string) {
  await build({
    absWorkingDir: source,
    entryPoints: [join(source, 'jupyterlite', 'build.ts')],
    outfile: join(folder, 'build.js'),
    bundle: true,
    packages: 'external',
    platform: 'node',
    target: 'node20',
    tsconfigRaw: {},
  });
  for (const name of IMPORTED) {
    const file = join(folder, `${name}.ts`);
    const { outputText } = ts.transpileDeclaration(readFileSync(file, 'utf8'), { fileName: file });
    writeFileSync(join(folder, `${name}.d.ts`), outputText);
    rmSync(file);
  }
}

interface PackagesOptions {
  /** one that has hatchling */
  python?: string;
  /** fields of package.json: author, homepage, repository, bugs */
  settings?: object;
  /** called when a step begins */
  onStep?: (doing: string) => void;
}

/**
 * Builds the wheel and the tarball.
 * @param out the folder to create; its former content is removed
 */
export async function buildPackages(
  out: string,
  { python = defaultPython(), settings = {}, onStep = () => {} }: PackagesOptions = {},
) {
  const work = mkdtempSync(join(tmpdir(), 'kernel-'));
  try {
    const copy = join(work, 'source');
    const isOwn = (path: string) => !/[\\/](node_modules|test|tslab|labextension|dist|build|\.\w+)$/.test(path);
    cpSync(source, copy, { recursive: true, filter: isOwn });
    const path = join(copy, 'package.json');
    const manifest = { ...JSON.parse(readFileSync(path, 'utf8')), ...settings };
    // npm's form is not an address that a browser can open.
    const url = manifest.repository?.url ?? manifest.repository;
    if (url) manifest.repository = { type: 'git', url: url.replace(/^git\+|\.git$/g, '') };
    writeFileSync(path, `${JSON.stringify(manifest, null, 2)}\n`);
    onStep('bundling the scripts');
    await buildKernel({ out: join(copy, 'labextension') });
    await compile(join(copy, 'jupyterlite'));
    const packages = join(work, 'packages');
    mkdirSync(packages);
    const options: ExecFileSyncOptions = { cwd: copy, stdio: ['ignore', 'pipe', 'inherit'] };
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
 * The Python of `.venv` in this folder, if it exists: PYTHON, which created it, lacks its packages.
 */
export function defaultPython() {
  const ofFolder = resolve('.venv', ...(windows ? ['Scripts', 'python.exe'] : ['bin', 'python']));
  return existsSync(ofFolder) ? ofFolder : (process.env.PYTHON ?? 'python3');
}

const HELP = `Usage: tsx publish/kernel.ts [folder]

Wheel and npm tarball of the TypeScript kernel, in a folder (dist). Author, homepage, repository and bugs are those of the
current folder's package.json. Python, with hatchling and hatch-nodejs-version, is its .venv or else PYTHON.`;

async function main(args: string[]) {
  const options = { help: { type: 'boolean', short: 'h' } } as const;
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
  const [out = 'dist'] = positionals;
  if (values.help) console.log(HELP);
  else {
    const { author, homepage, repository, bugs } = JSON.parse(readFileSync('package.json', 'utf8'));
    const onStep = (doing: string) => console.log(`kernel: ${doing}`);
    await buildPackages(out, { settings: { author, homepage, repository, bugs }, onStep });
    for (const name of readdirSync(out)) {
      console.log(`kernel: ${out}/${name}, ${(statSync(join(out, name)).size / 1e6).toFixed(2)} MB`);
    }
  }
}

if (require.main === module) main(process.argv.slice(2));
