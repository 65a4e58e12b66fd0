// Loads tfjs-node in its own process (a damaged library can crash the process) and multiplies two matrices.
import util from 'node:util';

// tfjs-node 4.22 still calls these; Node 23 removed them.
const former = util as { isNullOrUndefined?(value: unknown): boolean; isArray?(value: unknown): boolean };
former.isNullOrUndefined ??= (value) => value === null || value === undefined;
former.isArray ??= Array.isArray;

const tf = require('@tensorflow/tfjs-node') as typeof import('@tensorflow/tfjs-node');

const product = tf
  .ones([3, 5])
  .matMul(tf.ones([5, 2]))
  .dataSync();
if (tf.getBackend() !== 'tensorflow') throw new Error(`expected the backend 'tensorflow', found '${tf.getBackend()}'`);
if (product.length !== 6 || product.some((value) => value !== 5)) throw new Error(`wrong product: ${product}`);
process.stdout.write(`native backend: TensorFlow ${tf.version_core ?? ''} works\n`);
