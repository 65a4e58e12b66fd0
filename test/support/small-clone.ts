/** A clone that set-up is done with in seconds. */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = resolve(__dirname, '..', '..');

/**
 * A clone with the real scripts, but with the compiler as its only Node package and with no Python packages, so that
 * all its steps run in seconds and without a network.
 */
export function smallClone(folder: string): string {
  mkdirSync(folder, { recursive: true });
  for (const part of ['tools', join('packages', 'system')])
    cpSync(join(root, part), join(folder, part), { recursive: true });
  cpSync(join(root, '.npmrc'), join(folder, '.npmrc'));
  const stub = join(folder, 'stub', 'typescript-7');
  mkdirSync(join(stub, 'bin'), { recursive: true });
  writeFileSync(join(stub, 'package.json'), JSON.stringify({ name: 'typescript-7', version: '1.0.0' }));
  const tsc = pathToFileURL(join(root, 'node_modules', 'typescript-7', 'lib', 'tsc.js')).href;
  writeFileSync(join(stub, 'bin', 'tsc'), `import(${JSON.stringify(tsc)});\n`);
  const { name, version, engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const dependencies = { 'lif-fc-mnist': 'file:.', 'typescript-7': 'file:stub/typescript-7' };
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
    'node_modules/typescript-7': { resolved: 'stub/typescript-7', link: true },
    'stub/typescript-7': { version: '1.0.0' },
  };
  const lock = { name, version, lockfileVersion: 3, requires: true, packages };
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(lock));
  return folder;
}
