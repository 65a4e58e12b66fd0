import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, test } from 'node:test';
import { FROM_SOURCES } from '../../../test/support/python';

const root = resolve(__dirname, '..', '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'lif-backend-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a program that has `tf` and `initBackend` in its own process; returns the lines that it printed. */
function run(before: string, program: string, env: NodeJS.ProcessEnv = {}): string[] {
  const source = `${before}
    const { tf, initBackend } = require('./hosts/node/backend.ts');
    (async () => { ${program} })();`;
  const child = spawnSync(process.execPath, [...FROM_SOURCES, '-e', source], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, LIF_FC_MNIST_BACKEND: '', TF_CPP_MIN_LOG_LEVEL: '3', ...env },
  });
  // An error in the backend's WebAssembly module comes with all of its source, in one line.
  const error = child.stderr.split('\n').filter((line) => line.length < 500);
  assert.equal(child.status, 0, error.join('\n'));
  return child.stdout.trim().split('\n');
}

test('the native backend that set-up installed works, also where Node lacks what tfjs-node calls', () => {
  const { outcome } = JSON.parse(readFileSync(join(root, 'node_modules', '.setup', 'native.json'), 'utf8'));
  // As on Node 23 and later, whatever runs this test.
  const before = "const util = require('node:util'); delete util.isNullOrUndefined; delete util.isArray;";
  const [name, product] = run(
    before,
    `console.log(await initBackend());
     console.log(tf.ones([3, 5]).matMul(tf.ones([5, 2])).dataSync().join(' '));`,
  );
  assert.equal(product, '5 5 5 5 5 5');
  if (outcome === 'none') assert.match(name as string, /^wasm .*; not native, since /);
  else assert.equal(name, 'tensorflow (native, tfjs-node)');
});

test('without the native backend a model is saved to and loaded from a folder all the same', () => {
  const url = `file://${join(folder, 'model').replaceAll('\\', '/')}`;
  const [name, ...outputs] = run(
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
