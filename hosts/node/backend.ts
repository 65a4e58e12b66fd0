/**
 * TensorFlow.js with the fastest backend that this machine has: `import { tf } from 'lif-fc-mnist'`.
 *
 * tfjs-node registers its native backend with the very `@tensorflow/tfjs` that is exported here. Where its addon
 * is missing, the WebAssembly backend takes its place, then plain JavaScript; all the rest stays the same.
 */
import { dirname, join } from 'node:path';
import util from 'node:util';
import * as tf from '@tensorflow/tfjs';

export { tf };

// Otherwise the first tensor that is made before a backend was chosen, such as in the check of an exercise, prints
// TensorFlow.js's advice to install tfjs-node. `initBackend` tells which backend is used, and why.
tf.enableProdMode();

type BackendName = 'native' | 'wasm' | 'cpu';

const NAMES: Record<string, string> = {
  tensorflow: 'tensorflow (native, tfjs-node)',
  wasm: 'wasm (WebAssembly)',
  cpu: 'cpu (plain JavaScript)',
};

let ready: Promise<string> | undefined;

/**
 * Makes the backend ready; every notebook and program awaits it once, before the first tensor.
 * `LIF_FC_MNIST_BACKEND` = native, wasm or cpu asks for one of them.
 * @returns the backend's name and, if it is not the native one, the reason
 * @throws Error if the backend asked for is not there
 */
export function initBackend(): Promise<string> {
  ready ??= choose();
  return ready;
}

async function choose(): Promise<string> {
  const wanted = process.env.LIF_FC_MNIST_BACKEND as BackendName | undefined;
  if (wanted && !['native', 'wasm', 'cpu'].includes(wanted)) {
    throw new Error(`LIF_FC_MNIST_BACKEND: expected native, wasm or cpu, found ${wanted}`);
  }
  const whyNotNative = wanted === 'wasm' || wanted === 'cpu' ? `LIF_FC_MNIST_BACKEND=${wanted}` : loadNative();
  if (whyNotNative) {
    if (wanted === 'native') throw new Error(`native backend: ${whyNotNative} (see environment.md)`);
    loadWasm();
    if (wanted === 'cpu' || !(await tf.setBackend('wasm'))) await tf.setBackend('cpu');
  }
  await tf.ready();
  const name = NAMES[tf.getBackend()] ?? tf.getBackend();
  return whyNotNative ? `${name}; not native, since ${whyNotNative}` : name;
}

/** The GPU package is used when the command line asked for it; its backend has the same name. */
const GPU_PACKAGE = '@tensorflow/tfjs-node-gpu';

/** Whether npm has installed tfjs-node, an optional dependency. */
function isInstalled(): boolean {
  try {
    require.resolve('@tensorflow/tfjs-node/package.json');
    return true;
  } catch {
    return false;
  }
}

/** Loads tfjs-node, which registers its backend; returns why that failed, or nothing. */
function loadNative(): string {
  // Node 23 removed two functions that tfjs-node still calls.
  const patched = util as unknown as Record<string, (x: unknown) => boolean>;
  patched.isNullOrUndefined ??= (x) => x === null || x === undefined;
  patched.isArray ??= Array.isArray;
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '3';
  try {
    require(process.env.LIF_FC_MNIST_GPU ? GPU_PACKAGE : '@tensorflow/tfjs-node');
    return '';
  } catch (error) {
    // Where npm could not run its installer, it leaves the whole package out.
    if (!isInstalled()) return '@tensorflow/tfjs-node is not installed';
    // Without the path, since notebooks show the reason.
    return (error as Error).message
      .split('\n')[0]
      .replace(/ at path:.*/, '')
      .trim();
  }
}

function loadWasm(): void {
  const { setWasmPaths } = require('@tensorflow/tfjs-backend-wasm') as typeof import('@tensorflow/tfjs-backend-wasm');
  setWasmPaths(join(dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json')), 'wasm-out/'));
  if (!isInstalled()) return;
  // What tfjs-node would have registered: saving to and loading from file:// paths.
  const { nodeFileSystemRouter } = require('@tensorflow/tfjs-node/dist/io/file_system');
  tf.io.registerLoadRouter(nodeFileSystemRouter);
  tf.io.registerSaveRouter(nodeFileSystemRouter);
}
