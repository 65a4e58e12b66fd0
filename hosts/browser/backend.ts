/** TensorFlow.js on WebAssembly: `import { tf } from 'lif-fc-mnist'`. */
import * as tf from '@tensorflow/tfjs';
import { kernel } from './kernel';

export { tf };

let ready: Promise<string> | undefined;

/**
 * Makes the backend ready; every notebook awaits it once, before the first tensor.
 * @returns the backend's name
 */
export function initBackend(): Promise<string> {
  ready ??= choose();
  return ready;
}

async function choose(): Promise<string> {
  // Loaded here: it is the default as soon as it is loaded, and would look for its files elsewhere. Until then, and in
  // a check that runs before, tensors are plain JavaScript's.
  const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
  // One thread on every page, whether it can share memory or not.
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  setWasmPaths(new URL('lif-fc-mnist/tfjs/', kernel().siteUrl).href);
  if (!(await tf.setBackend('wasm'))) await tf.setBackend('cpu');
  await tf.ready();
  return tf.getBackend() === 'wasm' ? 'wasm (WebAssembly), one thread' : 'cpu (plain JavaScript)';
}
