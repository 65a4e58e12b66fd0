import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { before, describe, test } from 'node:test';
import { build, type Metafile } from 'esbuild';

const root = resolve(__dirname, '..');
const ROOMS = ['common', 'snn', 'training', 'event', 'visualizing', 'exercises', 'records', 'host'];

const sources = (folder: string): string[] =>
  readdirSync(join(root, 'src', folder), { recursive: true })
    .map((name) => `src/${folder}/${String(name).replaceAll('\\', '/')}`)
    .filter((file) => file.endsWith('.ts') && !file.startsWith('src/event/kernel/'));

describe('The rooms without a host', () => {
  let bundled: Metafile;
  before(async () => {
    // An import of Node in one of them, or in what it imports, is an error of this build that names the file.
    const { metafile } = await build({
      absWorkingDir: root,
      entryPoints: ROOMS.flatMap(sources),
      bundle: true,
      platform: 'browser',
      format: 'esm',
      write: false,
      outdir: 'nowhere',
      metafile: true,
      logLevel: 'silent',
    });
    bundled = metafile;
  });

  test('can be bundled for a browser, and bring no file of a host', () => {
    const files = Object.keys(bundled.inputs);
    assert.ok(files.length > 40, `${files.length} files`);
    assert.deepEqual(
      files.filter((file) => /^src\/(node|browser)\//.test(file)),
      [],
    );
  });

  test('import no module of Node', () => {
    const imports = Object.entries(bundled.inputs).flatMap(([file, input]) =>
      input.imports
        .filter(({ path, external }) => external || path.startsWith('node:'))
        .map(({ path }) => [file, path]),
    );
    assert.deepEqual(imports, []);
  });

  test('load TensorFlow only in snn, training and exercises', () => {
    const users = Object.entries(bundled.inputs)
      .filter(([, input]) => input.imports.some(({ path }) => path.includes('node_modules/@tensorflow/')))
      .map(([file]) => file.split('/'))
      .filter(([top]) => top === 'src')
      .map(([, room]) => room);
    assert.deepEqual([...new Set(users)].sort(), ['exercises', 'snn', 'training']);
  });
});

describe('The host of the browser', () => {
  let bundled: Metafile;
  before(async () => {
    const { metafile } = await build({
      absWorkingDir: root,
      entryPoints: ['src/browser/index.ts'],
      bundle: true,
      platform: 'browser',
      format: 'esm',
      write: false,
      metafile: true,
      logLevel: 'silent',
    });
    bundled = metafile;
  });

  test('brings no file and no module of Node', () => {
    const wrong = Object.entries(bundled.inputs).flatMap(([file, input]) => [
      ...(file.startsWith('src/node/') ? [file] : []),
      ...input.imports.filter(({ path }) => path.startsWith('node:')).map(({ path }) => `${file}: ${path}`),
    ]);
    assert.deepEqual(wrong, []);
  });

  test('offers what Node offers, under the same names, but files and pictures', async () => {
    const ofNode = await build({
      absWorkingDir: root,
      entryPoints: ['src/node/index.ts'],
      bundle: true,
      packages: 'external',
      platform: 'node',
      format: 'esm',
      write: false,
      metafile: true,
      logLevel: 'silent',
    });
    const namesOf = ({ outputs }: Metafile) => Object.values(outputs)[0].exports;
    const onlyNode = ['renderPng', 'renderSvg', 'saveFigure'];
    const wanted = namesOf(ofNode.metafile).filter((name) => !onlyNode.includes(name));
    assert.deepEqual(namesOf(bundled).sort(), wanted.sort());
  });
});

test('no file of the package is longer than 350 lines', async () => {
  const { readFileSync } = await import('node:fs');
  const long = [...ROOMS, 'node', 'browser']
    .flatMap(sources)
    .filter((file) => readFileSync(join(root, file), 'utf8').split('\n').length > 351);
  assert.deepEqual(long, []);
});
