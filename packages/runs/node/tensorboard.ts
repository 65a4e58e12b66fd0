/** TensorBoard's event files on the disk; `packages/formats/tensorboard.ts` knows the format. */
import { closeSync, fsyncSync, ftruncateSync, lstatSync, openSync, renameSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, join } from 'node:path';
import { concatenated } from '../../../src/common/bytes';
import { type Curves, encodeEvents, fileVersion, scalarEvent } from '../../formats/tensorboard';
import { makeFolder, removeUnfinished, unfinishedName, writeAll, writeFileAtomic } from '../../system/files.cjs';

/** How much of an event file is on the disk: all that a later writer needs to continue it. */
export interface EventsPosition {
  /** The file's name, without its folder. */
  file: string;
  /** In bytes. */
  length: number;
}

/** The longest name that file systems take, in bytes. */
const LONGEST_NAME = 255;

/** Whether this is the bare name of an event file, which TensorBoard would read in its folder. */
export function isEventsName(name: unknown): name is string {
  if (typeof name !== 'string' || Buffer.byteLength(name) > LONGEST_NAME) return false;
  return /^events\.out\.tfevents\.[\p{L}\p{N}._-]+$/u.test(name);
}

const PREFIX = 'events.out.tfevents.';

/** This machine, as the names of its files have it. */
const host = () => hostname().replace(/[^\p{L}\p{N}._-]/gu, '_');

/** Removes the files of writers of this machine that were killed before their first flush. Everything else stays. */
export function removeUnfinishedEvents(folder: string): void {
  const start = `${host()}.`;
  removeUnfinished(folder, (name) => {
    const rest = name.startsWith(PREFIX) ? name.slice(PREFIX.length).replace(/^\d+\./, '') : '';
    return rest.startsWith(start) && /^\d+(\.\d+)?$/.test(rest.slice(start.length));
  });
}

/** Bytes that a writer keeps in memory. */
const MOST_PENDING = 1 << 20;

/** Writes scalars that TensorBoard shows as curves. A new file has its name from the first flush on. */
export class SummaryWriter {
  /** The event file. */
  readonly file: string;
  /** Whether the earlier writer's file was there to be continued. */
  readonly continues: boolean;
  private readonly handle: number;
  /** What the file is called before its first flush. */
  private unfinished: string | undefined;
  private pending: Uint8Array[] = [];
  private pendingBytes = 0;
  /** Bytes of the file that were written, and how many of them a flush has put on the disk. */
  private end = 0;
  private flushed = 0;

  /**
   * @param folder made if it is missing
   * @param earlier an earlier writer's file in that folder and how much of it counts: what comes after is cut off, so
   *   no step is there twice. If the file is missing, shorter, or a link, a new one is begun.
   * @throws RangeError if `earlier` is not a position in an event file
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
      this.end = this.flushed = earlier.length;
    } else {
      [this.file, this.unfinished, this.handle] = openNew(folder);
      this.add(fileVersion());
    }
  }

  /** Adds one value of one curve. */
  addScalar(tag: string, value: number, step: number): void {
    this.add(scalarEvent(tag, value, step));
  }

  private add(bytes: Uint8Array): void {
    this.pending.push(bytes);
    this.pendingBytes += bytes.length;
    if (this.pendingBytes >= MOST_PENDING) this.write();
  }

  private write(): void {
    const bytes = concatenated(this.pending);
    try {
      writeAll(this.handle, bytes, this.end);
    } catch (error) {
      throw new Error(`${this.file}: cannot be written (${(error as Error).message})`);
    }
    this.end += bytes.length;
    this.pending = [];
    this.pendingBytes = 0;
  }

  /**
   * Puts all that was added on the disk.
   * @param record keeps the position, before a new file gets its name: killed in between, a program leaves no file that
   *   looks like a run's
   * @returns what a later writer needs to continue from here
   * @throws Error that names the file if the disk is full
   */
  flush(record: (position: EventsPosition) => void = () => {}): EventsPosition {
    this.write();
    try {
      fsyncSync(this.handle);
    } catch (error) {
      throw new Error(`${this.file}: cannot be written (${(error as Error).message})`);
    }
    const position = { file: basename(this.file), length: this.end };
    record(position);
    if (this.unfinished) renameSync(this.unfinished, this.file);
    this.unfinished = undefined;
    this.flushed = this.end;
    return position;
  }

  /** Puts all that was added on the disk, and ends. */
  close(): void {
    try {
      this.flush();
    } finally {
      closeSync(this.handle);
    }
  }

  /** Ends without what was added since the last flush; a file that was never flushed is removed. */
  discard(): void {
    if (this.end > this.flushed) ftruncateSync(this.handle, this.flushed);
    closeSync(this.handle);
    if (this.unfinished) rmSync(this.unfinished, { force: true });
  }
}

/** Writes both curves of a finished training as one event file, atomically. */
export function writeCurves(file: string, curves: Curves): void {
  writeFileAtomic(file, encodeEvents(curves));
}

/** Whether there is a file of at least this length. A link, which may lead anywhere, does not count. */
function holds(file: string, length: number): boolean {
  const found = lstatSync(file, { throwIfNoEntry: false });
  return found?.isFile() === true && found.size >= length;
}

/** Opens a file with an unused name; two writers may begin in the same second. */
function openNew(folder: string): [file: string, unfinished: string, handle: number] {
  const name = `${PREFIX}${Math.floor(Date.now() / 1000)}.${host()}.${process.pid}`;
  for (let count = 0; ; count++) {
    const file = join(folder, count === 0 ? name : `${name}.${count}`);
    if (lstatSync(file, { throwIfNoEntry: false })) continue;
    const unfinished = unfinishedName(file);
    try {
      return [file, unfinished, openSync(unfinished, 'wx')];
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code !== 'EEXIST') throw new Error(`${file}: cannot be written (${message})`);
    }
  }
}
