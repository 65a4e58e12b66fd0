'use strict';
// A tensor is printed by its type and shape, a model by its layers. Without this both print the insides of
// TensorFlow.js.
const { inspect } = require('node:util');

/** Tensors up to this size show their values, too. */
const SMALL_TENSOR = 20;

/**
 * TensorFlow.js by its file, its class, and what an object of the class says of itself.
 * @type {[file: RegExp, classOf: (loaded: any) => any, describe: (this: any) => string][]}
 */
const SHORT = [
  [/[\\/]@tensorflow[\\/]tfjs-core[\\/]dist[\\/]tf-core\.node\.js$/, (core) => core.Tensor, describeTensor],
  [
    /[\\/]@tensorflow[\\/]tfjs-layers[\\/]dist[\\/]tf-layers\.node\.js$/,
    (layers) => layers.layers.Layer,
    describeLayer,
  ],
];

/** @this {any} a tensor */
function describeTensor() {
  const head = `${this.constructor.name} ${this.dtype} [${this.shape.join(', ')}]`;
  if (this.isDisposed) return `${head} (disposed)`;
  if (this.size > SMALL_TENSOR) return head;
  // A float32 has seven decimal digits.
  const values = this.rank === 0 ? shortNumber(this.dataSync()[0]) : this.toString().replace(/^Tensor\s*/, '');
  return `${head}:${values.includes('\n') ? '\n    ' : ' '}${values}`;
}

const shortNumber = (/** @type {unknown} */ value) =>
  String(typeof value === 'number' ? Number(value.toPrecision(7)) : value);

/**
 * A model is a layer, too, made of others.
 * @this {any} a layer
 */
function describeLayer() {
  const kind = this.getClassName();
  return this.layers
    ? `${kind}: ${this.layers.map((/** @type {any} */ layer) => layer.getClassName()).join(' → ')}`
    : `${kind} ${this.name}`;
}

/** Teaches the TensorFlow.js that the cells have loaded, if they have, to describe its objects. */
exports.shortenTensors = () => {
  for (const id of Object.keys(require.cache)) {
    const found = SHORT.find(([file]) => file.test(id));
    const prototype = found?.[1](require.cache[id]?.exports)?.prototype;
    if (prototype && !Object.hasOwn(prototype, inspect.custom)) {
      Object.defineProperty(prototype, inspect.custom, { value: found[2], configurable: true });
    }
  }
};
