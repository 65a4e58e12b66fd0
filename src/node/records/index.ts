/**
 * What a run leaves behind: .npy arrays, TensorBoard scalars, a layers model, a checkpoint. No TensorFlow is needed.
 */
import { createHash } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, ftruncateSync, openSync, readFileSync, statSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { NeuronOptions, Trace } from '../../common/engine';
import { CLASSES, IMAGE_SIDE, IMAGE_SIZE } from '../../common/mnist';
import type { History } from '../../training/history';
import { makeFolder, removeUnfinished, writeFileAtomic, writeFolderAtomic } from '../files';

/** An array as numpy has it. */
export interface NpyArray {
  data: Float32Array | Float64Array;
  shape: number[];
}

/** numpy's .npy format, version 1.0, little-endian, row-major. */
export function npyBytes({ data, shape }: NpyArray): Uint8Array {
  const size = shape.reduce((product, extent) => product * extent, 1);
  if (size !== data.length)
    throw new RangeError(`npy: expected ${size} values for shape [${shape}], found ${data.length}`);
  const type = data instanceof Float32Array ? '<f4' : '<f8';
  const extents = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const header = `{'descr': '${type}', 'fortran_order': False, 'shape': (${extents}), }`;
  const length = Math.ceil((10 + header.length + 1) / 64) * 64;
  const bytes = new Uint8Array(length + data.byteLength);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, (length - 10) & 255, (length - 10) >> 8]);
  bytes.set(Buffer.from(`${header.padEnd(length - 11)}\n`), 10);
  const view = new DataView(bytes.buffer, length);
  for (let i = 0; i < data.length; i++) {
    if (type === '<f4') view.setFloat32(i * 4, data[i], true);
    else view.setFloat64(i * 8, data[i], true);
  }
  return bytes;
}

/** Writes an array; the file is whole or not there. */
export function writeNpy(file: string, array: NpyArray): void {
  writeFileAtomic(file, npyBytes(array));
}

/**
 * Reads a .npy file of float32 or float64.
 * @throws Error that says what was expected and found
 */
export function readNpy(file: string): NpyArray {
  const bytes = readFileSync(file);
  const name = basename(file);
  if (bytes.length < 10 || bytes.toString('latin1', 1, 6) !== 'NUMPY') {
    throw new Error(`${name}: expected a .npy file, found other content`);
  }
  const start = 10 + bytes.readUInt16LE(8);
  const header = bytes.toString('latin1', 10, start);
  const type = /'descr': '([^']+)'/.exec(header)?.[1];
  const shape = (/'shape': \(([^)]*)\)/.exec(header)?.[1] ?? '')
    .split(',')
    .filter((s) => s.trim() !== '')
    .map(Number);
  if (type !== '<f4' && type !== '<f8')
    throw new Error(`${name}: expected float32 or float64 (<f4, <f8), found ${type}`);
  const size = shape.reduce((product, extent) => product * extent, 1);
  const width = type === '<f4' ? 4 : 8;
  if (bytes.length !== start + size * width) {
    throw new Error(`${name}: expected ${start + size * width} bytes, found ${bytes.length} (file truncated?)`);
  }
  const data = type === '<f4' ? new Float32Array(size) : new Float64Array(size);
  for (let i = 0; i < size; i++) {
    data[i] = type === '<f4' ? bytes.readFloatLE(start + i * 4) : bytes.readDoubleLE(start + i * 8);
  }
  return { data, shape };
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0x82f63b78 : c >>> 1;
  return c;
});

/** The masked CRC-32C of TensorFlow's record files. */
function maskedCrc(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = CRC_TABLE[(crc ^ byte) & 255] ^ (crc >>> 8);
  crc = ~crc >>> 0;
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return [...bytes, rest];
}

/** A length-delimited field of a protocol buffer. */
function field(number: number, content: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...varint(content.length)]), content]);
}

/**
 * TensorBoard scalars: a file of TFRecords, each a `tensorflow.Event`
 * (wall_time = 1, step = 2, file_version = 3, summary = 5 { value = 1 { tag = 1, simple_value = 2 } }).
 */
export class SummaryWriter {
  readonly file: string;
  /** Whether the earlier writer's file was there to go on with. */
  readonly goesOn: boolean;
  private readonly handle: number;
  private pending: Buffer[] = [];

  /**
   * @param folder made if it is not there
   * @param goOn an earlier writer's file and how much of it counts: what comes after is cut off, so that no step stands twice
   */
  constructor(folder: string, goOn?: { file: string; length: number }) {
    makeFolder(folder);
    const earlier = goOn && join(folder, goOn.file);
    if (earlier && existsSync(earlier) && statSync(earlier).size >= goOn.length) {
      this.goesOn = true;
      this.file = earlier;
      this.handle = openSync(earlier, 'r+');
      ftruncateSync(this.handle, goOn.length);
      this.end = goOn.length;
    } else {
      this.goesOn = false;
      const seconds = Math.floor(Date.now() / 1000);
      this.file = join(folder, `events.out.tfevents.${seconds}.${hostname()}.${process.pid}`);
      this.handle = openSync(this.file, 'wx');
      this.add(field(3, Buffer.from('brain.Event:2')), 0);
    }
  }

  private end = 0;

  /** One value of one curve. */
  addScalar(tag: string, value: number, step: number): void {
    const simple = Buffer.alloc(5);
    simple[0] = (2 << 3) | 5;
    simple.writeFloatLE(value, 1);
    this.add(field(5, field(1, Buffer.concat([field(1, Buffer.from(tag)), simple]))), step);
  }

  private add(what: Buffer, step: number): void {
    const head = Buffer.alloc(9);
    head[0] = (1 << 3) | 1;
    head.writeDoubleLE(Date.now() / 1000, 1);
    const event = Buffer.concat([head, Buffer.from([2 << 3, ...varint(step)]), what]);
    const length = Buffer.alloc(12);
    length.writeBigUInt64LE(BigInt(event.length));
    length.writeUInt32LE(maskedCrc(length.subarray(0, 8)), 8);
    const check = Buffer.alloc(4);
    check.writeUInt32LE(maskedCrc(event));
    this.pending.push(length, event, check);
  }

  /**
   * Puts all that was added on the disk.
   * @returns what a later writer needs to go on from here
   * @throws Error that names the file if the disk is full
   */
  flush(): { file: string; length: number } {
    const bytes = Buffer.concat(this.pending);
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(this.handle, bytes, at, bytes.length - at, this.end + at);
      fsyncSync(this.handle);
    } catch (error) {
      throw new Error(`${this.file}: cannot be written (${(error as Error).message})`);
    }
    this.end += bytes.length;
    this.pending = [];
    return { file: basename(this.file), length: this.end };
  }

  close(): void {
    this.flush();
    closeSync(this.handle);
  }
}

/** Writes weights [784, 10] as a layers model (`model.json`, `weights.bin`) that `tf.loadLayersModel` reads. */
export function writeLayersModel(folder: string, weights: Float32Array, neuron: NeuronOptions): void {
  const layer = (class_name: string, config: object) => ({ class_name, config });
  const modelTopology = {
    class_name: 'Sequential',
    config: {
      name: 'lif_snn_mnist',
      layers: [
        layer('Flatten', {
          name: 'flatten',
          trainable: true,
          batch_input_shape: [null, IMAGE_SIDE, IMAGE_SIDE],
          dtype: 'float32',
        }),
        layer('Dense', { name: 'dense', trainable: true, units: CLASSES, activation: 'linear', use_bias: false }),
        layer('LIFNode', { name: 'lif', trainable: true, ...neuron }),
      ],
    },
    keras_version: 'tfjs-layers 4.22.0',
    backend: 'tensor_flow.js',
  };
  const model = {
    format: 'layers-model',
    generatedBy: 'lif-fc-mnist',
    convertedBy: null,
    modelTopology,
    weightsManifest: [
      {
        paths: ['weights.bin'],
        weights: [{ name: 'dense/kernel', shape: [IMAGE_SIZE, CLASSES], dtype: 'float32' }],
      },
    ],
  };
  const files = { 'model.json': JSON.stringify(model, null, 1), 'weights.bin': littleEndian(weights) };
  writeFolderAtomic(folder, files);
}

function littleEndian(values: Float32Array): Uint8Array {
  const bytes = Buffer.alloc(values.length * 4);
  for (let i = 0; i < values.length; i++) bytes.writeFloatLE(values[i], i * 4);
  return bytes;
}

/** What a finished run leaves. */
export interface Run {
  /** The first test image, shown to the trained network. */
  trace: Trace;
  history: History;
  weights: Float32Array;
  neuron: NeuronOptions;
}

/** Writes the original's four arrays and the model `lif_snn_mnist` into a folder. */
export function writeRun(folder: string, { trace, history, weights, neuron }: Run): void {
  makeFolder(folder);
  const T = trace.v.length / CLASSES;
  const vector = (values: number[]) => ({ data: Float64Array.from(values), shape: [values.length] });
  writeNpy(join(folder, 'v_t_array.npy'), { data: trace.v, shape: [T, CLASSES] });
  writeNpy(join(folder, 's_t_array.npy'), { data: trace.spike, shape: [T, CLASSES] });
  writeNpy(join(folder, 'train_accs.npy'), vector(history.trainAccs));
  writeNpy(join(folder, 'test_accs.npy'), vector(history.testAccs));
  writeLayersModel(join(folder, 'lif_snn_mnist'), weights, neuron);
}

/** Options that a run cannot change half way, by name. */
export type RunOptions = Record<string, string | number | boolean | null>;

export interface Checkpoint {
  options: RunOptions;
  history: History;
  /** The TensorBoard file and how much of it belongs to this checkpoint. */
  events: { file: string; length: number };
}

/** Typed arrays as base64, numbers of the histories as plain JSON (which gives each double back exactly). */
export function writeCheckpoint(file: string, checkpoint: Checkpoint): void {
  makeFolder(dirname(file));
  const body = JSON.stringify(checkpoint, (_, value) =>
    value instanceof Float32Array ? { float32: Buffer.from(littleEndian(value)).toString('base64') } : value,
  );
  writeFileAtomic(file, `${createHash('sha256').update(body).digest('hex')}\n${body}\n`);
}

/**
 * Reads a checkpoint, and removes what a killed run left beside it.
 * @throws Error in one line if there is none or it is damaged
 */
export function readCheckpoint(file: string): Checkpoint {
  if (!existsSync(file)) throw new Error(`${file}: expected a checkpoint to resume from, found none`);
  removeUnfinished(dirname(file));
  let content: string;
  try {
    content = readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`${file}: cannot be read (${(error as Error).message})`);
  }
  const [sum, body = ''] = content.split('\n');
  if (createHash('sha256').update(body).digest('hex') !== sum) {
    throw new Error(`${file}: expected a whole checkpoint, found a damaged one (its checksum differs)`);
  }
  return JSON.parse(body, (_, value) => {
    if (typeof value?.float32 !== 'string') return value;
    const bytes = Buffer.from(value.float32, 'base64');
    return Float32Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(i * 4));
  });
}

/** Numbers as numpy prints a float32 row: `[[0. 0. 0.02 1.]]`, the shortest digits that give each value back. */
export function formatRow(values: ArrayLike<number>): string {
  const shortest = (value: number) => {
    for (let digits = 0; digits < 8; digits++) {
      if (Math.fround(Number(value.toFixed(digits))) === Math.fround(value)) return value.toFixed(digits);
    }
    return value.toFixed(8);
  };
  const parts = Array.from(values, shortest).map((text) => (text.includes('.') ? text : `${text}.`));
  const width = Math.max(...parts.map((text) => text.length));
  return `[[${parts.map((text) => text.padEnd(width)).join(' ')}]]`;
}
