/**
 * Writes TensorBoard's event files: TFRecords, each with a `tensorflow.Event`
 * (wall_time = 1, step = 2, file_version = 3, summary = 5 { value = 1 { tag = 1, simple_value = 2 } }).
 */
import { CRC32C, concatenated, crc, littleEndian, utf8, wholeNumber } from './bytes';

/** The curves that SpikingJelly's example logs. */
export interface Curves {
  /** Accuracy of each training batch. */
  trainAccs: ArrayLike<number>;
  /** Accuracy on the test images after each epoch. */
  testAccs: ArrayLike<number>;
  /** Accuracy on the held-back images after each epoch. */
  heldBackAccs?: ArrayLike<number>;
}

export interface Scalars {
  addScalar(tag: string, value: number, step: number): void;
}

/**
 * Adds the example's curves, `train_batch_accuracy` over batches and `test_accuracy` over epochs, and if images are held
 * back, `held_back_accuracy` over epochs.
 */
export function addCurves(writer: Scalars, { trainAccs, testAccs, heldBackAccs = [] }: Curves): void {
  const add = (tag: string, values: ArrayLike<number>) => {
    for (let step = 0; step < values.length; step++) writer.addScalar(tag, values[step], step);
  };
  add('train_batch_accuracy', trainAccs);
  add('test_accuracy', testAccs);
  add('held_back_accuracy', heldBackAccs);
}

/** The bytes of an event file with the curves of a finished training. */
export function encodeEvents(curves: Curves): Uint8Array {
  const records = [fileVersion()];
  addCurves({ addScalar: (tag, value, step) => void records.push(scalarEvent(tag, value, step)) }, curves);
  return concatenated(records);
}

/** The record that begins every file. */
export const fileVersion = (): Uint8Array => record(event(0, field(3, utf8('brain.Event:2'))));

/** The record of one value of a curve. */
export function scalarEvent(tag: string, value: number, step: number): Uint8Array {
  const simple = [Uint8Array.of((2 << 3) | 5), littleEndian(Float32Array.of(value))];
  return record(event(step, field(5, field(1, concatenated([field(1, utf8(tag)), ...simple])))));
}

function event(step: number, what: Uint8Array): Uint8Array {
  const time = [Uint8Array.of((1 << 3) | 1), littleEndian(Float64Array.of(Date.now() / 1000))];
  return concatenated([...time, Uint8Array.of(2 << 3, ...varint(step)), what]);
}

/** A TFRecord: length, its checksum, content, its checksum. */
function record(content: Uint8Array): Uint8Array {
  const length = wholeNumber(8, content.length);
  return concatenated([length, maskedCrc(length), content, maskedCrc(content)]);
}

/** A length-delimited field of a protocol buffer. */
function field(number: number, content: Uint8Array): Uint8Array {
  return concatenated([Uint8Array.of((number << 3) | 2, ...varint(content.length)), content]);
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return [...bytes, rest];
}

/** The masked CRC-32C of TensorFlow's record files. */
function maskedCrc(bytes: Uint8Array): Uint8Array {
  const check = crc(CRC32C, bytes);
  return wholeNumber(4, (((check >>> 15) | (check << 17)) + 0xa282ead8) >>> 0);
}
