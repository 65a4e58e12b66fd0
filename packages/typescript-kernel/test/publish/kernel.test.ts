/** The wheel of the TypeScript kernel: the same bytes wherever it is built, and what pip expects of one. */
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { python } from '../../../../test/support/python';
import { makeWheel } from '../../publish/wheel.mjs';

const root = resolve(__dirname, '..', '..', '..', '..');
const source = join(root, 'packages', 'typescript-kernel');
mkdirSync(join(root, 'build'), { recursive: true });
const folder = mkdtempSync(join(root, 'build', 'wheel-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const manifest = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'));

/** Builds the extension from the package's sources in a folder, and its wheel. */
async function build(from: string, out: string): Promise<{ file: string; bytes: Uint8Array }> {
  const { buildKernel } = await import(pathToFileURL(join(from, 'jupyterlite', 'build.mjs')).href);
  await buildKernel({ out });
  return makeWheel({ extension: out, source: from });
}

/** Reads a wheel by Python's own means: its names in order, which of them RECORD has wrong, and what metadata says. */
const READ = `
import base64, csv, email, hashlib, io, json, zipfile
wheel = zipfile.ZipFile('wheel.whl')
names = wheel.namelist()
record = next(name for name in names if name.endswith('.dist-info/RECORD'))
rows = {name: (digest, size) for name, digest, size in csv.reader(io.StringIO(wheel.read(record).decode()))}
def right(name):
    if name == record: return rows.get(name) == ('', '')
    content = wheel.read(name)
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b'=').decode()
    return rows.get(name) == (f'sha256={digest}', str(len(content)))
meta = email.message_from_string(wheel.read(record.replace('RECORD', 'METADATA')).decode())
print(json.dumps({
    'names': names, 'wrong': [name for name in names if not right(name)], 'only listed': sorted(set(rows) - set(names)),
    'name': meta['Name'], 'version': meta['Version'], 'licence': meta['License-Expression'],
    'licences': [wheel.read(record.replace('RECORD', 'licenses/' + name)).decode()[:40] for name in meta.get_all('License-File')],
    'times': sorted({entry.date_time for entry in wheel.infolist()}),
    'urls': meta.get_all('Project-URL'),
    'headings': [line for line in meta.get_payload().splitlines() if line.startswith('# ')],
}))`;

describe('The wheel', () => {
  let first: { file: string; bytes: Uint8Array };
  before(async () => {
    first = await build(source, join(folder, 'extension'));
    writeFileSync(join(folder, 'wheel.whl'), first.bytes);
  });

  test('has the same bytes when it is built again, in another folder and another time zone', async () => {
    const copy = join(folder, 'elsewhere', 'kernel');
    cpSync(source, copy, { recursive: true });
    const { TZ } = process.env;
    try {
      process.env.TZ = 'Asia/Tokyo';
      const second = await build(copy, join(folder, 'another'));
      assert.equal(second.file, first.file);
      assert.ok(Buffer.from(first.bytes).equals(Buffer.from(second.bytes)));
    } finally {
      if (TZ === undefined) delete process.env.TZ;
      else process.env.TZ = TZ;
    }
  });

  test('lists each of its files with its hash and size, and says what it is', () => {
    const read = JSON.parse(python(READ, folder));
    assert.deepEqual([read.wrong, read['only listed']], [[], []]);
    assert.deepEqual([read.name, read.version, read.licence], [manifest.name, manifest.version, manifest.license]);
    assert.equal(first.file, `jupyterlite_typescript_kernel-${manifest.version}-py3-none-any.whl`);
    assert.deepEqual(read.times, [[1980, 1, 1, 0, 0, 0]]);
    assert.match(read.licences[0], /^MIT License/);
    assert.match(read.licences[1], /^acorn \d/, 'of what is bundled');
    assert.deepEqual(read.headings, ['# jupyterlite-typescript-kernel', '# Changes']);
    const share = `jupyterlite_typescript_kernel-${manifest.version}.data/data/share/jupyter/labextensions/jupyterlite-typescript-kernel/`;
    const own = read.names
      .filter((name: string) => name.startsWith(share))
      .map((name: string) => name.slice(share.length));
    assert.ok(own.includes('install.json') && own.includes('package.json'), own.join());
    const { jupyterlab, jupyterlite } = JSON.parse(readFileSync(join(folder, 'extension', 'package.json'), 'utf8'));
    assert.ok(own.includes(jupyterlab._build.load), jupyterlab._build.load);
    assert.equal(jupyterlite.liteExtension, true);
  });

  test('leads to the addresses that its package.json has, and to none without them', () => {
    assert.equal(JSON.parse(python(READ, folder)).urls, null);
    const copy = join(folder, 'addresses');
    mkdirSync(copy);
    for (const name of ['README.md', 'CHANGELOG.md', 'LICENSE']) cpSync(join(source, name), join(copy, name));
    const addresses = { homepage: 'https://example.org/a', repository: { url: 'git+https://example.org/b.git' } };
    writeFileSync(join(copy, 'package.json'), JSON.stringify({ ...manifest, ...addresses }));
    writeFileSync(join(copy, 'wheel.whl'), makeWheel({ extension: join(folder, 'extension'), source: copy }).bytes);
    assert.deepEqual(JSON.parse(python(READ, copy)).urls, [
      'Homepage, https://example.org/a/',
      'Source, https://example.org/b',
    ]);
  });
});
