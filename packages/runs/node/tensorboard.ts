/** TensorBoard's event files on the disk; `packages/formats/tensorboard.ts` knows the format. */
import { closeSync, fsyncSync, ftruncateSync, lstatSync, openSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, join } from 'node:path';
import { concatenated } from '../../formats/bytes';
import { fileVersion, scalarEvent } from '../../formats/tensorboard';
import { assertWritable, makeFolder } from '../../system/files';

/** How much of an event file is on the disk: all that a later writer needs to continue it. */
export interface EventsPosition {
  /** The file's name, without its folder. */
  file: string;
  /** In bytes. */
  length: number;
}

/** Whether this is the bare name of an event file, which TensorBoard would read in its folder. */
export function isEventsName(name: unknown): name is string {
  return typeof name === 'string' && /^events\.out\.tfevents\.[\p{L}\p{N}._-]+$/u.test(name);
}

/** Writes scalars that TensorBoard shows as curves. A new file is there from the first flush on. */
export class SummaryWriter {
  /** The event file. */
  readonly file: string;
  /** Whether the earlier writer's file was there to be continued. */
  readonly continues: boolean;
  private handle: number | undefined;
  private pending: Uint8Array[] = [];
  /** Bytes of the file that were written. */
  private end = 0;

  /**
   * @param folder made if it is missing
   * @param earlier an earlier writer's file in that folder and how much of it counts: what comes after is cut off, so
   *   no step is there twice. If the file is missing, shorter, or a link, a new one is begun.
   */
  constructor(folder: string, earlier?: EventsPosition) {
    makeFolder(folder);
    this.continues = earlier !== undefined && holds(join(folder, earlier.file), earlier.length);
    if (earlier && this.continues) {
      this.file = join(folder, earlier.file);
      this.handle = openSync(this.file, 'r+');
      ftruncateSync(this.handle, earlier.length);
      this.end = earlier.length;
    } else {
      // As TensorBoard names them.
      const host = hostname().replace(/[^\p{L}\p{N}._-]/gu, '_');
      this.file = join(folder, `events.out.tfevents.${Math.floor(Date.now() / 1000)}.${host}.${process.pid}`);
      // Not after the first epoch alone.
      assertWritable(this.file);
      this.pending.push(fileVersion());
    }
  }

  /** Adds one value of one curve. */
  addScalar(tag: string, value: number, step: number): void {
    this.pending.push(scalarEvent(tag, value, step));
  }

  /**
   * Puts all that was added on the disk.
   * @returns what a later writer needs to continue from here
   * @throws Error that names the file if the disk is full
   */
  flush(): EventsPosition {
    const bytes = concatenated(this.pending);
    try {
      this.handle ??= openSync(this.file, 'wx');
      for (let written = 0; written < bytes.length; )
        written += writeSync(this.handle, bytes, written, bytes.length - written, this.end + written);
      fsyncSync(this.handle);
    } catch (error) {
      throw new Error(`${this.file}: cannot be written (${(error as Error).message})`);
    }
    this.end += bytes.length;
    this.pending = [];
    return { file: basename(this.file), length: this.end };
  }

  /** Ends without what was added since the last flush. */
  discard(): void {
    if (this.handle !== undefined) closeSync(this.handle);
  }
}

/** Whether there is a file of at least this length. A link, which may lead anywhere, does not count. */
function holds(file: string, length: number): boolean {
  const found = lstatSync(file, { throwIfNoEntry: false });
  return found?.isFile() === true && found.size >= length;
}
