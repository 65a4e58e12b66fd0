/** TensorBoard's event files, written without TensorFlow. */
import { closeSync, fsyncSync, ftruncateSync, lstatSync, openSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, join } from 'node:path';
import { makeFolder, writeFileAtomic, writeWhole } from '../files';

/** How much of an event file is on the disk: all that a later writer needs to continue it. */
export interface EventsPosition {
  /** The file's name, without its folder. */
  file: string;
  /** In bytes. */
  length: number;
}

/** The curves of a training as the original logs them. */
export interface Curves {
  /** Accuracy of each training batch. */
  trainAccs: ArrayLike<number>;
  /** Accuracy on the test images after each epoch. */
  testAccs: ArrayLike<number>;
}

/** Anything that takes scalars. */
type Scalars = Pick<SummaryWriter, 'addScalar'>;

/** Adds the original's two curves: `train_batch_accuracy` over batches, `test_accuracy` over epochs. */
export function addCurves(writer: Scalars, { trainAccs, testAccs }: Curves): void {
  for (let batch = 0; batch < trainAccs.length; batch++) {
    writer.addScalar('train_batch_accuracy', trainAccs[batch], batch);
  }
  for (let epoch = 0; epoch < testAccs.length; epoch++) writer.addScalar('test_accuracy', testAccs[epoch], epoch);
}

/** Whether this is the bare name of an event file, which TensorBoard would read in its folder. */
export function isEventsName(name: unknown): name is string {
  return typeof name === 'string' && /^events\.out\.tfevents\.[\p{L}\p{N}._-]+$/u.test(name);
}

/** Bytes that a writer keeps in memory. */
const MOST_PENDING = 1 << 20;

/** Writes scalars that TensorBoard shows as curves. */
export class SummaryWriter {
  /** The event file. */
  readonly file: string;
  /** Whether the earlier writer's file was there to be continued. */
  readonly continues: boolean;
  private readonly handle: number;
  private pending: Buffer[] = [];
  private pendingBytes = 0;
  /** Bytes of the file that were written. */
  private end = 0;

  /**
   * @param folder made if it is missing
   * @param earlier an earlier writer's file in that folder and how much of it counts: what comes after is cut off, so no
   *   step is there twice. If the file is missing, shorter, or a link, a new one is begun.
   * @throws RangeError if `earlier` is no position in an event file
   */
  constructor(folder: string, earlier?: EventsPosition) {
    if (earlier && !(isEventsName(earlier.file) && Number.isSafeInteger(earlier.length) && earlier.length >= 0)) {
      const found = `${earlier.file}, ${earlier.length}`;
      throw new RangeError(
        `events: expected the bare name of an events.out.tfevents file and a length, found ${found}`,
      );
    }
    makeFolder(folder);
    this.continues = earlier !== undefined && holds(join(folder, earlier.file), earlier.length);
    if (earlier && this.continues) {
      this.file = join(folder, earlier.file);
      this.handle = openSync(this.file, 'r+');
      ftruncateSync(this.handle, earlier.length);
      this.end = earlier.length;
    } else {
      [this.file, this.handle] = openNew(folder);
      this.add(fileVersion());
    }
  }

  /** Adds one value of one curve. */
  addScalar(tag: string, value: number, step: number): void {
    this.add(scalarEvent(tag, value, step));
  }

  private add(event: Buffer): void {
    const bytes = record(event);
    this.pending.push(bytes);
    this.pendingBytes += bytes.length;
    if (this.pendingBytes >= MOST_PENDING) this.write();
  }

  private write(): void {
    const bytes = Buffer.concat(this.pending);
    try {
      writeWhole(this.handle, bytes, this.end);
    } catch (error) {
      throw new Error(`${this.file}: cannot be written (${(error as Error).message})`);
    }
    this.end += bytes.length;
    this.pending = [];
    this.pendingBytes = 0;
  }

  /**
   * Puts all that was added on the disk.
   * @returns what a later writer needs to continue from here
   * @throws Error that names the file if the disk is full
   */
  flush(): EventsPosition {
    this.write();
    try {
      fsyncSync(this.handle);
    } catch (error) {
      throw new Error(`${this.file}: cannot be written (${(error as Error).message})`);
    }
    return { file: basename(this.file), length: this.end };
  }

  /** Puts all that was added on the disk, and ends. */
  close(): void {
    try {
      this.flush();
    } finally {
      closeSync(this.handle);
    }
  }

  /** Ends without what was added since the last flush; a file that holds nothing yet is removed. */
  discard(): void {
    closeSync(this.handle);
    if (this.end === 0) rmSync(this.file, { force: true });
  }
}

/** Writes both curves of a finished training as one event file, atomically. */
export function writeCurves(file: string, curves: Curves): void {
  const records = [record(fileVersion())];
  addCurves({ addScalar: (tag, value, step) => void records.push(record(scalarEvent(tag, value, step))) }, curves);
  writeFileAtomic(file, Buffer.concat(records));
}

/** Whether there is a file of at least this length. A link, which may lead anywhere, does not count. */
function holds(file: string, length: number): boolean {
  const found = lstatSync(file, { throwIfNoEntry: false });
  return found?.isFile() === true && found.size >= length;
}

/** Opens a file whose name nobody has yet; two writers may begin in the same second. */
function openNew(folder: string): [string, number] {
  const host = hostname().replace(/[^\p{L}\p{N}._-]/gu, '_');
  const name = `events.out.tfevents.${Math.floor(Date.now() / 1000)}.${host}.${process.pid}`;
  for (let count = 0; ; count++) {
    const file = join(folder, count === 0 ? name : `${name}.${count}`);
    try {
      return [file, openSync(file, 'wx')];
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code !== 'EEXIST') throw new Error(`${file}: cannot be written (${message})`);
    }
  }
}

// The format: a file of TFRecords, each a `tensorflow.Event`
// (wall_time = 1, step = 2, file_version = 3, summary = 5 { value = 1 { tag = 1, simple_value = 2 } }).

/** The first record of each file. */
const fileVersion = () => event(0, field(3, Buffer.from('brain.Event:2')));

function scalarEvent(tag: string, value: number, step: number): Buffer {
  const simple = Buffer.alloc(5);
  simple[0] = (2 << 3) | 5;
  simple.writeFloatLE(value, 1);
  return event(step, field(5, field(1, Buffer.concat([field(1, Buffer.from(tag)), simple]))));
}

function event(step: number, what: Buffer): Buffer {
  const head = Buffer.alloc(9);
  head[0] = (1 << 3) | 1;
  head.writeDoubleLE(Date.now() / 1000, 1);
  return Buffer.concat([head, Buffer.from([2 << 3, ...varint(step)]), what]);
}

/** Length, its checksum, the event, its checksum. */
function record(content: Buffer): Buffer {
  const bytes = Buffer.alloc(12 + content.length + 4);
  bytes.writeBigUInt64LE(BigInt(content.length));
  bytes.writeUInt32LE(maskedCrc(bytes.subarray(0, 8)), 8);
  bytes.set(content, 12);
  bytes.writeUInt32LE(maskedCrc(content), 12 + content.length);
  return bytes;
}

/** A length-delimited field of a protocol buffer. */
function field(number: number, content: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...varint(content.length)]), content]);
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return [...bytes, rest];
}

/** The masked CRC-32C of TensorFlow's record files. */
function maskedCrc(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = crcTable()[(crc ^ byte) & 255] ^ (crc >>> 8);
  crc = ~crc >>> 0;
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

let table: Uint32Array | undefined;

function crcTable(): Uint32Array {
  table ??= Uint32Array.from({ length: 256 }, (_, n) => {
    let c = n;
    for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0x82f63b78 : c >>> 1;
    return c;
  });
  return table;
}
