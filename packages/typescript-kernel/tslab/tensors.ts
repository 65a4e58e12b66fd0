// A tensor is printed by its type and shape, a model by its layers. Without this both print the insides of
// TensorFlow.js.
import { inspect } from 'node:util';

/** Tensors up to this size show their values, too. */
const SMALL_TENSOR = 20;

/** What is looked at in a tensor. */
interface Tensor {
  dtype: string;
  shape: number[];
  size: number;
  rank: number;
  isDisposed: boolean;
  dataSync(): ArrayLike<unknown>;
}

/** What is looked at in a layer. A model is one, too, made of others. */
interface Layer {
  name: string;
  layers?: Layer[];
  getClassName(): string;
}

interface Class {
  prototype: object;
}

/** What the files of TensorFlow.js export. */
interface Loaded {
  Tensor: Class;
  layers: { Layer: Class };
}

/** TensorFlow.js by its file, its class, and what an object of the class says of itself. */
const SHORT: [file: RegExp, classOf: (loaded: Loaded) => Class, describe: (this: never) => string][] = [
  [/[\\/]@tensorflow[\\/]tfjs-core[\\/]dist[\\/]tf-core\.node\.js$/, (core) => core.Tensor, describeTensor],
  [
    /[\\/]@tensorflow[\\/]tfjs-layers[\\/]dist[\\/]tf-layers\.node\.js$/,
    (layers) => layers.layers.Layer,
    describeLayer,
  ],
];

function describeTensor(this: Tensor) {
  const head = `${this.constructor.name} ${this.dtype} [${this.shape.join(', ')}]`;
  if (this.isDisposed) return `${head} (disposed)`;
  if (this.size > SMALL_TENSOR) return head;
  // A float32 has seven decimal digits.
  const values = this.rank === 0 ? shortNumber(this.dataSync()[0]) : this.toString().replace(/^Tensor\s*/, '');
  return `${head}:${values.includes('\n') ? '\n    ' : ' '}${values}`;
}

const shortNumber = (value: unknown) => String(typeof value === 'number' ? Number(value.toPrecision(7)) : value);

function describeLayer(this: Layer) {
  const kind = this.getClassName();
  return this.layers
    ? `${kind}: ${this.layers.map((layer) => layer.getClassName()).join(' → ')}`
    : `${kind} ${this.name}`;
}

/** Teaches the TensorFlow.js that the cells have loaded, if they have, to describe its objects. */
export function shortenTensors() {
  for (const id of Object.keys(require.cache)) {
    const found = SHORT.find(([file]) => file.test(id));
    if (!found) continue;
    const prototype = found[1](require.cache[id]?.exports)?.prototype;
    if (prototype && !Object.hasOwn(prototype, inspect.custom)) {
      Object.defineProperty(prototype, inspect.custom, { value: found[2], configurable: true });
    }
  }
}
