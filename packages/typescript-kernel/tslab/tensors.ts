// Prints tensors by type and shape, and models by their layers, instead of the internals of TensorFlow.js.
import { inspect } from 'node:util';

/** Tensors up to this size also show their values. */
const SMALL_TENSOR = 20;

/** The properties of a tensor that are printed. */
interface Tensor {
  dtype: string;
  shape: number[];
  size: number;
  rank: number;
  isDisposed: boolean;
  dataSync(): ArrayLike<unknown>;
}

/** The properties of a layer that are printed. A model is a layer made of others. */
interface Layer {
  name: string;
  layers?: Layer[];
  getClassName(): string;
}

interface Class {
  prototype: object;
}

/** Exports of TensorFlow.js files. */
interface Loaded {
  Tensor: Class;
  layers: { Layer: Class };
}

/** For each class: the file of TensorFlow.js that exports it, the class, and how its objects are printed. */
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

/** Patches the TensorFlow.js that cells have loaded, if any. */
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
