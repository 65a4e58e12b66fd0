/** The kernel's packages: the same bytes wherever they are built, and what pip and npm expect of them. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { defaultPython } from '../../publish/kernel';
import { root, source } from '../in-node';

const build = join(root, 'build');
mkdirSync(build, { recursive: true });
const folder = mkdtempSync(join(build, 'wheel-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const manifest = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'));

/** What is set where they are built. */
const SETTINGS = {
  author: 'Ada <ada@example.org>',
  homepage: 'https://example.org/a',
  repository: { url: 'git+https://example.org/b.git' },
};

/** What somebody writes who has the package from npm. */
const PROGRAM = `import { buildDeclarations, buildKernel } from 'jupyterlite-typescript-kernel';
await buildKernel({ out: 'kernel' });
buildDeclarations({ out: 'declarations.json', root: '.', modules: {} });`;

/** Builds with the package's sources in a folder. */
async function pack(from: string, name: string, settings: object): Promise<string> {
  const { buildPackages }: typeof import('../../publish/kernel') = require(join(from, 'publish', 'kernel.ts'));
  await buildPackages(join(folder, name), { settings });
  return join(folder, name);
}

/** Reads packages by Python's own means. */
const READ = `
import email, glob, json, tarfile, zipfile
wheel = zipfile.ZipFile(glob.glob('*.whl')[0])
names = wheel.namelist()
read = lambda end: wheel.read(next(name for name in names if name.endswith(end))).decode()
meta = email.message_from_string(read('.dist-info/METADATA'))
npm = tarfile.open(glob.glob('*.tgz')[0])
print(json.dumps({
    'names': names, 'times': sorted({entry.date_time for entry in wheel.infolist()}),
    'meta': {key: meta.get_all(key) for key in ['Name', 'Version', 'License-Expression', 'Requires-Dist', 'Project-URL', 'Author-email']},
    'classifiers': meta.get_all('Classifier'),
    'npm': [name.split('/', 1)[1] for name in npm.getnames()],
    'manifest': json.load(npm.extractfile('package/package.json')),
}))`;

const read = (packages: string) =>
  JSON.parse(execFileSync(defaultPython(), ['-c', READ], { cwd: packages, encoding: 'utf8' }));

describe('The packages', () => {
  let first: string;
  const { PYTHON } = process.env;
  before(async () => {
    // Whoever chose a Python for set-up still has it chosen, and hatchling is in .venv alone.
    process.env.PYTHON = 'a Python without hatchling';
    first = await pack(source, 'first', SETTINGS);
  });
  after(() => {
    if (PYTHON === undefined) delete process.env.PYTHON;
    else process.env.PYTHON = PYTHON;
  });

  test('have the same bytes when they are built again, in another time zone, below a tsconfig.json that asks for something else', async () => {
    const above = join(folder, 'else where');
    const copy = join(above, 'kernel');
    const own = readdirSync(source).filter(
      (name) => !/^(node_modules|test|build|dist|tsconfig\.json|\..*)$/.test(name),
    );
    for (const name of own) cpSync(join(source, name), join(copy, name), { recursive: true });
    const compilerOptions = { useDefineForClassFields: false, experimentalDecorators: true, target: 'es2020' };
    writeFileSync(join(above, 'tsconfig.json'), JSON.stringify({ compilerOptions }));
    const { TZ } = process.env;
    try {
      process.env.TZ = 'Asia/Tokyo';
      const second = await pack(copy, 'second', SETTINGS);
      const names = readdirSync(first);
      assert.deepEqual(readdirSync(second), names);
      assert.equal(names.length, 2);
      for (const name of names)
        assert.ok(readFileSync(join(first, name)).equals(readFileSync(join(second, name))), name);
    } finally {
      if (TZ === undefined) delete process.env.TZ;
      else process.env.TZ = TZ;
    }
  });

  test('for npm builds the extension and the declarations in an empty folder, with the packages that it names', () => {
    const user = join(folder, 'user');
    const modules = join(user, 'node_modules');
    const own = join(modules, manifest.name);
    mkdirSync(own, { recursive: true });
    const tarball = readdirSync(first).find((name) => name.endsWith('.tgz')) as string;
    execFileSync('tar', ['-xzf', join(first, tarball), '-C', own, '--strip-components=1']);
    for (const name of Object.keys(manifest.peerDependencies)) {
      mkdirSync(dirname(join(modules, name)), { recursive: true });
      symlinkSync(join(root, 'node_modules', name), join(modules, name), 'junction');
    }
    writeFileSync(join(user, 'build.mjs'), PROGRAM);
    execFileSync(process.execPath, ['build.mjs'], { cwd: user, stdio: 'pipe' });
    const built = readdirSync(join(user, 'kernel', 'static')).map((name) => name.replace(/\.[0-9a-f]{12}\./, '.'));
    const scripts = ['cells-worker.js', 'declarations.json', 'logo.svg', 'remoteEntry.js', 'types-worker.js'];
    assert.deepEqual(built.sort(), ['LICENSES.txt', ...scripts]);
    assert.ok(existsSync(join(user, 'declarations.json')));
  });

  test('say to pip what they are, what they need, whose they are, and where the extension is', () => {
    const { names, meta, classifiers, times } = read(first);
    assert.deepEqual(meta, {
      Name: [manifest.name],
      Version: [manifest.version],
      'License-Expression': ['MIT'],
      'Requires-Dist': ['jupyterlite-core<0.9,>=0.7'],
      'Project-URL': ['Homepage, https://example.org/a', 'Repository, https://example.org/b'],
      'Author-email': ['Ada <ada@example.org>'],
    });
    assert.ok(classifiers.includes('Framework :: Jupyter :: JupyterLab :: 4'), classifiers);
    assert.equal(times.length, 1);
    const share = `jupyterlite_typescript_kernel-${manifest.version}.data/data/share/jupyter/labextensions/${manifest.name}/`;
    const own = names.filter((name: string) => name.startsWith(share)).map((name: string) => name.slice(share.length));
    assert.deepEqual(own.filter((name: string) => !name.includes('/')).sort(), ['package.json']);
    assert.ok(own.includes('static/LICENSES.txt'));
    assert.equal(names.length, own.length + 4, 'and nothing twice');
  });
});
