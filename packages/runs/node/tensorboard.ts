/** Writes TensorBoard event files; see `packages/formats/tensorboard.ts` for the format. */
import { closeSync, fsyncSync, ftruncateSync, lstatSync, openSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, join } from 'node:path';
import { concatenated } from '../../formats/bytes';
import { fileVersion, scalarEvent } from '../../formats/tensorboard';
import { assertWritable, makeFolder } from '../../system/files';

/** Name and length of an event file, which a later writer needs to continue it. */
export interface EventsPosition {
  /** File name without folder. */
  file: string;
  /** In bytes. */
  length: number;
}

/** Whether this is the name of an event file, without a path. */
export function isEventsName(name: unknown): name is string {
  return typeof name === 'string' && /^events\.out\.tfevents\.[\p{L}\p{N}._-]+$/u.test(name);
}

/** Writes scalars that TensorBoard shows as curves. A new file is created at the first flush. */
export class SummaryWriter {
  /** Name of the event file. */
  readonly file: string;
  /** Whether an earlier writer's file is continued. */
  readonly continues: boolean;
  private handle: number | undefined;
  private pending: Uint8Array[] = [];
  /** Bytes written so far. */
  private end = 0;

  /**
   * @param folder created if missing
   * @param earlier an earlier writer's file in that folder, and its length; anything after that is cut off, so that no
   *   step occurs twice. If the file is missing, shorter, or a symbolic link, a new one is started.
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
      // TensorBoard's naming scheme.
      const host = hostname().replace(/[^\p{L}\p{N}._-]/gu, '_');
      this.file = join(folder, `events.out.tfevents.${Math.floor(Date.now() / 1000)}.${host}.${process.pid}`);
      // Fails early rather than after the first epoch.
      assertWritable(this.file);
      this.pending.push(fileVersion());
    }
  }

  /** Adds a point to a curve. */
  addScalar(tag: string, value: number, step: number): void {
    this.pending.push(scalarEvent(tag, value, step));
  }

  /**
   * Writes all points added so far.
   * @returns what a later writer needs to continue here
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

  /** Discards what was added since the last flush. */
  discard(): void {
    if (this.handle !== undefined) closeSync(this.handle);
  }
}

/** Whether there is a file of at least this length. Symbolic links do not count, since they may lead anywhere. */
function holds(file: string, length: number): boolean {
  const found = lstatSync(file, { throwIfNoEntry: false });
  return found?.isFile() === true && found.size >= length;
}
