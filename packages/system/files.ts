/** Atomic file writes: write a temporary file next to the target, sync it, then rename it. */
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { checkUint8 } from '../../src/common/checks';
import { isAlive } from './process-identity';

/** A path inside the project, whichever folder the notebook's kernel was started in. */
export function projectPath(...parts: string[]): string {
  return resolve(ROOT, ...parts);
}

/** The folder of package.json: this file runs in place and, one folder deeper, as a part of `dist/`. */
const ROOT = [resolve(__dirname, '..', '..'), resolve(__dirname, '..', '..', '..')].find((folder) =>
  existsSync(join(folder, 'package.json')),
) as string;

/**
 * Opens a file to be read.
 * @param most bytes that it may have
 * @throws Error as `openSync`; also for what is not a file, such as a named pipe, which would block for ever, and for a longer
 *   file
 */
export function openFile(file: string, most = Number.POSITIVE_INFINITY): number {
  // Windows has neither such pipes nor the flag.
  const handle = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  const found = fstatSync(handle);
  if (found.isFile() && found.size <= most) return handle;
  closeSync(handle);
  if (found.isFile()) throw new Error(`expected at most ${most} bytes, found ${found.size}`);
  throw new Error(`expected a file, found ${kindOf(found)}`);
}

/** What there is in place of a file. */
const kindOf = (found: Stats): string =>
  found.isDirectory() ? 'a folder' : found.isFIFO() ? 'a named pipe' : found.isSocket() ? 'a socket' : 'a device';

/** A file's bytes. Arguments and errors are those of `openFile`. */
export function readFile(file: string, most?: number): Buffer {
  const handle = openFile(file, most);
  try {
    return readFileSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** A file's content; a list is written part by part, so that a large file needs no copy in memory. */
export type Content = Uint8Array | string | readonly Uint8Array[];

/** `name.PID.unfinished` is what the process PID has written of the file `name` so far. */
const UNFINISHED = /^(.+)\.(\d+)\.unfinished$/;
const unfinishedName = (file: string): string => `${file}.${process.pid}.unfinished`;

/**
 * Replaces a file, or the link of that name, by one with this content. If that fails (on a full disk, say), the old file is
 * kept.
 * @throws Error in one line that names the file and the reason, RangeError for content of another kind
 */
export function writeFileAtomic(file: string, content: Content): void {
  const unfinished = unfinishedName(file);
  const parts: readonly (Uint8Array | string)[] = Array.isArray(content) ? content : [content];
  for (const part of parts) if (typeof part !== 'string') checkUint8(file, part);
  try {
    const handle = openSync(unfinished, 'w');
    try {
      for (const part of parts) writeAll(handle, typeof part === 'string' ? Buffer.from(part) : part);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(unfinished, file);
  } catch (error) {
    if (existsSync(unfinished)) rmSync(unfinished);
    throw new Error(`${file}: cannot be written (${(error as Error).message})`);
  }
}

/**
 * Checks that `writeFileAtomic` will be able to write a file, without changing it.
 * @throws Error in one line that names the file and the reason
 */
export function assertWritable(file: string): void {
  const found = statSync(file, { throwIfNoEntry: false });
  // A device would be replaced by a file, too.
  if (found && !found.isFile()) throw new Error(`${file}: expected a file or nothing, found ${kindOf(found)}`);
  const unfinished = unfinishedName(file);
  try {
    closeSync(openSync(unfinished, 'w'));
    rmSync(unfinished);
  } catch (error) {
    throw new Error(`${file}: cannot be written (${(error as Error).message})`);
  }
}

/**
 * Writes all bytes to an open file.
 * @param position where in the file; by default after what was written last
 */
export function writeAll(handle: number, bytes: Uint8Array, position?: number): void {
  for (let written = 0; written < bytes.length; ) {
    const place = position === undefined ? null : position + written;
    written += writeSync(handle, bytes, written, bytes.length - written, place);
  }
}

/**
 * The same for two paths that lead to one thing: by links, by folders that are links, or by letters that a file system takes
 * for one another. Nothing has to be there yet.
 */
export function identityOf(path: string): string {
  try {
    const { dev, ino } = statSync(path, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    const above = dirname(path);
    return above === path ? path : `${identityOf(above)}/${basename(path).toLowerCase()}`;
  }
}

/**
 * Makes a folder and those above it.
 * @throws Error in one line that says which path is in the way
 */
export function makeFolder(folder: string): void {
  // One by one: Node's own recursive mkdir never returns in a folder that takes no new one, such as /proc.
  const missing: string[] = [];
  let above = resolve(folder);
  while (!existsSync(above) && dirname(above) !== above) {
    missing.push(above);
    above = dirname(above);
  }
  if (existsSync(above) && !statSync(above).isDirectory()) {
    throw new Error(`${folder}: cannot be made (${above} is a file)`);
  }
  for (const path of missing.reverse()) {
    try {
      mkdirSync(path);
    } catch (error) {
      // Another process may have made it meanwhile.
      if (!existsSync(path)) throw new Error(`${folder}: cannot be made (${(error as Error).message})`);
    }
  }
}

/**
 * Removes what a killed process left unfinished in a folder.
 * @param isOwn tells from a file's name whether we may have written it; everything else stays, and so does what a living
 *   process writes
 */
export function removeUnfinished(folder: string, isOwn: (name: string) => boolean): void {
  for (const entry of existsSync(folder) ? readdirSync(folder, { withFileTypes: true }) : []) {
    const [, name, pid] = UNFINISHED.exec(entry.name) ?? [];
    if (name && entry.isFile() && isOwn(name) && !isAlive(Number(pid)))
      rmSync(join(folder, entry.name), { force: true });
  }
}
