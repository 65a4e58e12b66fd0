/** A clone that set-up is done with in seconds. */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = resolve(__dirname, '..', '..');

/**
 * A clone with the real scripts, but with the compilers as its only Node packages and with no Python packages, so that
 * all its steps run in seconds and without a network.
 */
export function smallClone(folder: string): string {
  mkdirSync(folder, { recursive: true });
  for (const part of ['tools', join('packages', 'system')])
    cpSync(join(root, part), join(folder, part), { recursive: true });
  cpSync(join(root, '.npmrc'), join(folder, '.npmrc'));
  // Stubs of what set-up starts, each of which is this clone's.
  const stubs = {
    'typescript-7': ['bin/tsc', 'lib/tsc.js'],
    tsx: ['cjs.js', 'dist/cjs/index.cjs'],
    commander: ['index.js', 'index.js'],
  };
  for (const [name, [file, real]] of Object.entries(stubs) as [string, [string, string]][]) {
    const stub = join(folder, 'stub', name, file);
    mkdirSync(dirname(stub), { recursive: true });
    writeFileSync(join(folder, 'stub', name, 'package.json'), JSON.stringify({ name, version: '1.0.0' }));
    const url = pathToFileURL(join(root, 'node_modules', name, real)).href;
    writeFileSync(
      stub,
      name === 'typescript-7'
        ? `import(${JSON.stringify(url)});\n`
        : `module.exports = require(${JSON.stringify(fileURLToPath(url))});\n`,
    );
  }
  const { name, version, engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const names = Object.keys(stubs);
  const own = Object.fromEntries(names.map((name) => [name, `file:stub/${name}`]));
  const dependencies = { 'lif-fc-mnist': 'file:.', ...own };
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, version, engines, dependencies }));
  // Without the types of a browser, which take the compiler a second.
  const library = { lib: ['ES5'], types: [], skipLibCheck: true };
  const compilerOptions = { rootDir: 'src', outDir: 'dist', module: 'commonjs', strict: true, ...library };
  writeFileSync(join(folder, 'tsconfig.build.json'), JSON.stringify({ compilerOptions, include: ['src'] }));
  writeFileSync(join(folder, 'requirements.txt'), '# nothing\n');
  mkdirSync(join(folder, 'src'));
  writeFileSync(join(folder, 'src', 'index.ts'), 'export const answer: number = 42;\n');
  const packages = {
    '': { name, version, dependencies },
    'node_modules/lif-fc-mnist': { resolved: '', link: true },
    ...Object.fromEntries(names.map((name) => [`node_modules/${name}`, { resolved: `stub/${name}`, link: true }])),
    ...Object.fromEntries(names.map((name) => [`stub/${name}`, { version: '1.0.0' }])),
  };
  const lock = { name, version, lockfileVersion: 3, requires: true, packages };
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(lock));
  return folder;
}
