/**
 * TensorFlow.js with the fastest backend available on this machine: `import { tf } from 'lif-fc-mnist'`.
 *
 * tfjs-node registers its native backend with the very `@tensorflow/tfjs` that is exported here. Where its addon
 * is missing, the WebAssembly backend takes its place, then plain JavaScript; all the rest stays the same.
 */
import { dirname, join } from 'node:path';
import util from 'node:util';
import * as tf from '@tensorflow/tfjs';

export { tf };

// Otherwise TensorFlow.js prints advice to install tfjs-node if a tensor is created before a backend is chosen, as in
// the check of an exercise. `initBackend` returns which backend is used, and why.
tf.enableProdMode();

type BackendName = 'native' | 'wasm' | 'cpu';

const NAMES: Record<string, string> = {
  tensorflow: 'tensorflow (native, tfjs-node)',
  wasm: 'wasm (WebAssembly)',
  cpu: 'cpu (plain JavaScript)',
};

let ready: Promise<string> | undefined;

/**
 * Initializes the backend; every notebook and program awaits it once, before the first tensor.
 * `LIF_FC_MNIST_BACKEND` = native, wasm or cpu selects one.
 * @returns the backend's name and, if it is not the native one, the reason
 * @throws Error if the selected backend is not available
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

/** The command line may select the GPU package, whose backend has the same name. */
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

/** Loads tfjs-node, which registers its backend; returns the reason if that failed. */
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
    // npm leaves the package out if its installer fails.
    if (!isInstalled()) return '@tensorflow/tfjs-node is not installed';
    // Notebooks show the reason, so it must not contain a path.
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
