/**
 * What set-up starts: npm and pip, which may fall silent, and the installer that @tensorflow/tfjs-node brings along, which set-up runs where its server answers, with the newer
 * packages that `overrides` in package.json give it. A server on this machine has small archives in place of the real ones.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { delimiter, dirname, join, resolve } from 'node:path';
import { describe, test } from 'node:test';
import { run } from '../../../packages/system/run';
import { ended, temporaryFolder } from '../../../test/support/notebooks';
import { assertSucceeded, runWithRetry } from '../../packages.mjs';

const modules = resolve(__dirname, '..', '..', '..', 'node_modules');
const installed = join(modules, '@tensorflow', 'tfjs-node');
/** Windows gets a zip file of the library, which this test does not make. */
const skip = process.platform === 'win32';

test("the installer of tfjs-node's native backend replaces what is there by library and addon", { skip }, async () => {
  const scratch = temporaryFolder('installer');
  const copy = join(scratch, 'tfjs-node');
  mkdirSync(copy);
  for (const name of ['package.json', 'scripts']) cpSync(join(installed, name), join(copy, name), { recursive: true });
  mkdirSync(join(copy, 'deps', 'old'), { recursive: true });
  // The same packages are found from here as from the installed one.
  const own = join(installed, 'node_modules');
  if (existsSync(own)) symlinkSync(own, join(copy, 'node_modules'), 'junction');
  symlinkSync(modules, join(scratch, 'node_modules'), 'junction');

  const library = process.platform === 'darwin' ? 'libtensorflow.dylib' : 'libtensorflow.so.2.9.1';
  const addon = join('napi-v8', 'tfjs_binding.node');
  const tar = createRequire(join(installed, 'package.json'))('tar');
  for (const file of [join('lib', library), addon]) {
    mkdirSync(dirname(join(scratch, file)), { recursive: true });
    writeFileSync(join(scratch, file), 'content');
    await tar.create({ gzip: true, cwd: scratch, file: join(scratch, file === addon ? 'addon' : 'library') }, [file]);
  }
  const server = createServer((request, response) => {
    response.end(readFileSync(join(scratch, request.url?.includes('libtensorflow') ? 'library' : 'addon')));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const { HTTPS_PROXY, https_proxy, HTTP_PROXY, http_proxy, ...others } = process.env;
  const env = {
    ...others,
    PATH: [join(own, '.bin'), join(modules, '.bin'), process.env.PATH].join(delimiter),
    CDN_STORAGE: address,
    npm_config_tfjs_binding_binary_host_mirror: address,
  };
  const child = spawn(process.execPath, [join('scripts', 'install.js')], { cwd: copy, env });
  const { status, lines } = await ended(child);
  server.close();
  assert.equal(status, 0, lines.join('\n'));
  for (const file of [join('deps', 'lib', library), join('lib', addon)])
    assert.equal(readFileSync(join(copy, file), 'utf8'), 'content');
  assert.equal(existsSync(join(copy, 'deps', 'old')), false);
});

describe('npm or pip', () => {
  const silence = 0.5;
  const node = (script: string, more = {}) =>
    runWithRetry(run, process.execPath, ['-e', script, '--'], { silence, ...more });

  test('that hears nothing is given up', async () => {
    const script = 'setInterval(() => {}, 1000);';
    const silent = await node(script);
    assert.throws(() => assertSucceeded(silent, 'npm ci'), /^UserError: no network: .* \(timed out\)/);
  });

  test('that has received something may be silent for as long as it takes', async () => {
    const { code } = await node("console.log('Downloading a'); setTimeout(() => {}, 3000);", {
      silence: 2,
    });
    assert.equal(code, 0);
  });

  test('that failed for another reason is shown with its lines', () => {
    const lines = ['npm error code EUSAGE', 'npm error Missing: is-network-error@1.0.0 from lock file'];
    assert.throws(
      () => assertSucceeded({ code: 1, lines }, 'npm ci'),
      /^UserError|`npm ci` failed \(exit 1\):\n.*EUSAGE\n.*/,
    );
  });
});
