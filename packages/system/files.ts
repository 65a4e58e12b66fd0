// Files: read only if they are regular files, written so that a reader finds the old or the new content, never half of it.
// No library: write-file-atomic writes through links, joins parts with commas, and the temporary file that a killed
// process leaves behind does not tell which process wrote it.
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { isUint8Array } from 'node:util/types';
import { codeOf, isAlive } from './processes';

/** The folder of package.json: this file runs in place and, one folder deeper, as a part of `dist/`. */
const ROOT = [resolve(__dirname, '..', '..'), resolve(__dirname, '..', '..', '..')].find((folder) =>
  existsSync(join(folder, 'package.json')),
) as string;

/** A path inside the project, whichever folder the notebook's kernel was started in. */
export const projectPath = (...parts: string[]) => resolve(ROOT, ...parts);

/** What a path that is no regular file leads to. */
const kindOf = (found: Stats) =>
  found.isDirectory() ? 'a folder' : found.isFIFO() ? 'a named pipe' : found.isSocket() ? 'a socket' : 'a device';

/**
 * A file's bytes.
 * @param most its largest size in bytes; nothing is read of a larger file
 * @throws Error as `openSync`; also for a larger file, and for anything but a regular file: a named pipe would block
 *   for ever
 */
export function readFile(file: string, most: number = Number.POSITIVE_INFINITY) {
  // Windows has neither such pipes nor the flag.
  const handle = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const found = fstatSync(handle);
    if (!found.isFile()) throw new Error(`expected a file, found ${kindOf(found)}`);
    if (found.size > most) throw new Error(`expected at most ${most} bytes, found ${found.size}`);
    return readFileSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** A file's bytes. @throws Error as `readFile`, with `name` in front */
export function readNamed(name: string, file: string, most?: number) {
  try {
    return readFile(file, most);
  } catch (error) {
    throw new Error(`${name}: ${(error as Error).message}`);
  }
}

/** A list is written part by part, so that a large file needs no second copy in memory. */
type Content = Uint8Array | string | readonly Uint8Array[];

/** `name.PID.unfinished` is the file `name` while the process PID is writing it. */
const UNFINISHED = /^(.+)\.(\d+)\.unfinished$/;

export const unfinishedName = (file: string) => `${file}.${process.pid}.unfinished`;

const notWritten = (file: string, error: unknown) => {
  const why = `${file}: cannot be written (${(error as Error).message})`;
  return new Error(why.replace(/\p{Cc}/gu, '\ufffd'), { cause: error }); // a file name may contain line breaks
};

/**
 * Replaces a file, or the link of that name, by one with this content. If that fails (on a full disk, say), the old
 * file is kept.
 * @param mode who may read it
 * @throws Error in one line that names the file and the reason, RangeError for content of another kind
 */
export function writeFileAtomic(file: string, content: Content, mode?: number) {
  writeBeside(file, content, mode, (unfinished) => renameSync(unfinished, file));
}

/**
 * Creates a file, which appears with its whole content at once. Keeps whatever has that name, even a link.
 * @returns false if the name was taken
 * @throws Error in one line that names the file and the reason
 */
export function writeFileNew(file: string, content: Content): boolean {
  try {
    writeBeside(file, content, undefined, (unfinished) => {
      try {
        linkSync(unfinished, file);
      } catch (error) {
        if (codeOf(error) === 'EEXIST') throw error;
        moveToNew(unfinished, file); // a file system without links, such as a memory stick's
      }
    });
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Writes content to a temporary file beside the target, and calls `finish` once it is on the disk. */
function writeBeside(file: string, content: Content, mode: number | undefined, finish: (unfinished: string) => void) {
  const unfinished = unfinishedName(file);
  const whole = typeof content === 'string' ? Buffer.from(content) : content;
  const parts: Uint8Array[] = Array.isArray(whole) ? whole : [whole];
  for (const part of parts) {
    if (isUint8Array(part)) continue; // even one of another realm, such as a notebook's cell
    throw new RangeError(`${file}: expected bytes in a Uint8Array, found ${Object(part).constructor.name}`);
  }
  try {
    const handle = openSync(unfinished, 'w', mode);
    try {
      for (const part of parts) writeFileSync(handle, part);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    finish(unfinished);
  } catch (error) {
    throw notWritten(file, error);
  } finally {
    if (existsSync(unfinished)) rmSync(unfinished);
  }
}

/**
 * Renames a file or a link to a name that is free. `rename` alone would replace a file created a moment ago.
 * @throws Error with the code EEXIST if something has the name
 */
export function moveToNew(file: string, to: string) {
  closeSync(openSync(to, 'wx')); // the name is ours from here on
  try {
    renameSync(file, to);
  } catch (error) {
    rmSync(to);
    throw error;
  }
}

/** Whether a path is a link to nothing. A file written there would replace the link. */
export function isDangling(path: string) {
  try {
    return !existsSync(path) && lstatSync(path).isSymbolicLink();
  } catch {
    return false;
  }
}

/**
 * Checks that `writeFileAtomic` can write a file, without changing it.
 * @throws Error in one line that names the file and the reason
 */
export function assertWritable(file: string) {
  const found = statSync(file, { throwIfNoEntry: false });
  // `rename` would replace a device, too.
  if (found && !found.isFile()) throw new Error(`${file}: expected a file or nothing, found ${kindOf(found)}`);
  if (isDangling(file)) throw new Error(`${file}: expected a file or nothing, found a link to nothing`);
  const unfinished = unfinishedName(file);
  try {
    closeSync(openSync(unfinished, 'w'));
    rmSync(unfinished);
  } catch (error) {
    throw notWritten(file, error);
  }
}

/**
 * A key that two paths share if they lead to the same file: through links, linked folders, or upper and lower case. The
 * file need not exist yet.
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
 * Creates a folder and its parents.
 * @throws Error in one line that says which path is in the way
 */
export function makeFolder(folder: string) {
  // One by one: Node's recursive mkdir never returns in a folder that refuses new ones, such as /proc.
  const paths = [resolve(folder)];
  while (!existsSync(paths[0]) && dirname(paths[0]) !== paths[0]) paths.unshift(dirname(paths[0]));
  if (existsSync(paths[0]) && !statSync(paths[0]).isDirectory())
    throw new Error(`${folder}: cannot be made (${paths[0]} is a file)`);
  for (const path of paths) {
    try {
      if (!existsSync(path)) mkdirSync(path);
    } catch (error) {
      // Another process may have created it meanwhile.
      if (!existsSync(path))
        throw new Error(`${folder}: cannot be made (${(error as Error).message})`, { cause: error });
    }
  }
}

/**
 * Removes the temporary files that a killed process left in a folder.
 * @param isOwn whether we may have written a file of this name; all other files stay, and so do those that a live
 *   process is writing
 */
export function removeUnfinished(folder: string, isOwn: (name: string) => boolean) {
  for (const entry of existsSync(folder) ? readdirSync(folder, { withFileTypes: true }) : []) {
    const [, name, pid] = UNFINISHED.exec(entry.name) ?? [];
    if (name && entry.isFile() && isOwn(name) && !isAlive(Number(pid)))
      rmSync(join(folder, entry.name), { force: true });
  }
}
