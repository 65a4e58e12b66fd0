/**
 * The installer that @tensorflow/tfjs-node brings along, which set-up runs where its archives are reachable, with the
 * newer packages that `overrides` in package.json give it. A server on this machine has small archives in place of the
 * real ones, and is reached through a proxy.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { delimiter, join, resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { filesUnder } from '../../../packages/system/project.mjs';
import { temporaryFolder } from '../../../test/support/notebooks';
import { python } from '../../../test/support/python';

const root = resolve(__dirname, '..', '..', '..');
const modules = join(root, 'node_modules');
const installed = join(modules, '@tensorflow', 'tfjs-node');

const LIBRARY = { linux: 'libtensorflow.so.2.9.1', darwin: 'libtensorflow.dylib', win32: 'tensorflow.dll' };
const library = LIBRARY[process.platform as keyof typeof LIBRARY];

/** Made by Python, so that the archives come from another hand than what unpacks them. */
const MAKE_ARCHIVES = `
import io, tarfile, zipfile
def pack(name, files):
    with tarfile.open(name, 'w:gz') as archive:
        for path, text in files.items():
            info = tarfile.TarInfo(path)
            info.size = len(text)
            archive.addfile(info, io.BytesIO(text))
pack('library.tar.gz', {'lib/${library}': b'a library', 'include/c_api.h': b'a header'})
pack('addon.tar.gz', {'napi-v8/tfjs_binding.node': b'an addon'})
with zipfile.ZipFile('library.zip', 'w', zipfile.ZIP_DEFLATED) as archive:
    archive.writestr('lib/${library}', 'a library')
`;

describe("the installer of tfjs-node's native backend", () => {
  const scratch = temporaryFolder('installer');
  const copy = join(scratch, 'tfjs-node');
  const asked: string[] = [];
  let tunnels = 0;
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    asked.push(path);
    const name = path.includes('libtensorflow')
      ? `library.${path.endsWith('.zip') ? 'zip' : 'tar.gz'}`
      : 'addon.tar.gz';
    response.end(readFileSync(join(scratch, name)));
  });
  server.on('connect', (request, socket) => {
    tunnels++;
    const [host, port] = (request.url ?? '').split(':');
    const other = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      socket.pipe(other).pipe(socket);
    });
  });

  before(async () => {
    python(MAKE_ARCHIVES, scratch);
    mkdirSync(copy);
    for (const name of ['package.json', 'scripts'])
      cpSync(join(installed, name), join(copy, name), { recursive: true });
    // The same packages are found from here as from the installed one.
    const own = join(installed, 'node_modules');
    if (existsSync(own)) symlinkSync(own, join(copy, 'node_modules'), 'junction');
    symlinkSync(modules, join(scratch, 'node_modules'), 'junction');
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  after(() => server.close());

  async function run(args: string[]): Promise<void> {
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const env = {
      ...process.env,
      PATH: [join(installed, 'node_modules', '.bin'), join(modules, '.bin'), process.env.PATH].join(delimiter),
      CDN_STORAGE: address,
      npm_config_tfjs_binding_binary_host_mirror: address,
      HTTPS_PROXY: address,
      HTTP_PROXY: address,
      http_proxy: address,
    };
    const child = spawn(process.execPath, args, { cwd: copy, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let printed = '';
    for (const pipe of [child.stdout, child.stderr]) {
      pipe.setEncoding('utf8').on('data', (text: string) => {
        printed += text;
      });
    }
    const [code] = await once(child, 'close');
    assert.equal(code, 0, printed);
  }

  test('replaces what an earlier one left, and unpacks the library and the addon', async () => {
    const manifest = readFileSync(join(copy, 'package.json'), 'utf8');
    mkdirSync(join(copy, 'deps', 'old'), { recursive: true });
    await run([join('scripts', 'install.js')]);
    assert.equal(readFileSync(join(copy, 'deps', 'lib', library), 'utf8'), 'a library');
    assert.equal(readFileSync(join(copy, 'lib', 'napi-v8', 'tfjs_binding.node'), 'utf8'), 'an addon');
    assert.equal(existsSync(join(copy, 'deps', 'old')), false);
    assert.deepEqual(JSON.parse(readFileSync(join(copy, 'package.json'), 'utf8')), JSON.parse(manifest));
    assert.equal(asked.length, 2, asked.join(' '));
    assert.equal(tunnels, 2, 'expected both downloads to go through the proxy');
  });

  test('unpacks a zip file, as it gets on Windows', async () => {
    const target = join(scratch, 'unzipped');
    mkdirSync(target);
    writeFileSync(
      join(copy, 'unzip.cjs'),
      `require('./scripts/resources.js').downloadAndUnpackResource(process.env.CDN_STORAGE + 'libtensorflow.zip', ${JSON.stringify(target)});`,
    );
    await run(['unzip.cjs']);
    assert.deepEqual(filesUnder(target), [join('lib', library)]);
    assert.equal(readFileSync(join(target, 'lib', library), 'utf8'), 'a library');
  });
});
