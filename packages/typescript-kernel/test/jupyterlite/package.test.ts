/** The kernel for JupyterLite as a separate npm package, away from this project. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { root, source } from '../in-node';

const folder = mkdtempSync(join(tmpdir(), 'typescript-kernel-package-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const PROGRAM = `import { buildDeclarations, buildKernel } from 'jupyterlite-typescript-kernel';
await buildKernel({ out: 'kernel' });
buildDeclarations({ out: 'declarations.json', root: '.', modules: {} });`;

test('builds the extension and the declarations in an empty folder, from its tarball and the packages that it names', () => {
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const packed = execFileSync(npm, ['pack', '--json', '--pack-destination', folder], { cwd: source, encoding: 'utf8' });
  const [{ filename, files }] = JSON.parse(packed) as [{ filename: string; files: { path: string }[] }];
  const paths = files.map(({ path }) => path);
  for (const path of ['core/errors.cjs', 'README.md', 'CHANGELOG.md', 'LICENSE', 'demo/files/1-language.ipynb']) {
    assert.ok(paths.includes(path), path);
  }
  assert.ok(!paths.some((path) => path.startsWith('tslab/')), 'what is bent of tslab is no part of it');

  const modules = join(folder, 'node_modules');
  mkdirSync(modules);
  execFileSync('tar', ['-xzf', filename], { cwd: folder });
  renameSync(join(folder, 'package'), join(modules, 'jupyterlite-typescript-kernel'));
  const { peerDependencies } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'));
  for (const name of Object.keys(peerDependencies)) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), join(modules, name), 'junction');
  }
  writeFileSync(join(folder, 'build.mjs'), PROGRAM);
  execFileSync(process.execPath, ['build.mjs'], { cwd: folder, stdio: 'pipe' });
  const built = readdirSync(join(folder, 'kernel', 'static')).map((name) => name.replace(/\.[0-9a-f]{12}\./, '.'));
  assert.deepEqual(built.sort(), [
    'LICENSES.txt',
    'cells-worker.js',
    'declarations.json',
    'logo.svg',
    'remoteEntry.js',
    'types-worker.js',
  ]);
  assert.ok(existsSync(join(folder, 'declarations.json')));
});
