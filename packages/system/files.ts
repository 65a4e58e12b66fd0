// Files: read only if they are files, written so that a reader finds the old or the new content, never half of it.
// No library: write-file-atomic writes through links, joins parts with commas, and what a killed process leaves of it
// does not tell whose it is.
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

/** What there is in place of a file. */
const kindOf = (found: Stats) =>
  found.isDirectory() ? 'a folder' : found.isFIFO() ? 'a named pipe' : found.isSocket() ? 'a socket' : 'a device';

/**
 * A file's bytes.
 * @param most bytes that it may have: of a longer file nothing is read
 * @throws Error as `openSync`; also for what is not a file, such as a named pipe, which would block for ever, and for a
 *   longer file
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

/** A file's bytes. @throws Error as `readFile`, which begins with what the file is called */
export function readNamed(name: string, file: string, most?: number) {
  try {
    return readFile(file, most);
  } catch (error) {
    throw new Error(`${name}: ${(error as Error).message}`);
  }
}

/** a list is written part by part: a large file needs no copy in memory */
type Content = Uint8Array | string | readonly Uint8Array[];

/** `name.PID.unfinished` is what the process PID has written of the file `name` so far. */
const UNFINISHED = /^(.+)\.(\d+)\.unfinished$/;

export const unfinishedName = (file: string) => `${file}.${process.pid}.unfinished`;

const notWritten = (file: string, error: unknown) => {
  const why = `${file}: cannot be written (${(error as Error).message})`;
  return new Error(why.replace(/\p{Cc}/gu, '\ufffd'), { cause: error }); // a name may hold anything, also a line's end
};

/** A part of a file as bytes, even those of another realm, such as a notebook's cell. */
function bytesOf(file: string, part: unknown): Uint8Array {
  if (typeof part === 'string') return Buffer.from(part);
  if (isUint8Array(part)) return part;
  const found = part === undefined || part === null ? String(part) : Object(part).constructor?.name;
  throw new RangeError(`${file}: expected bytes in a Uint8Array, found ${found}`);
}

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
 * Writes a file that is not there yet, at once with its whole content; what has its name, be it a link, is kept.
 * @returns false if there was one
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

/** Writes content to a file beside the one that is meant, and hands it over once it is on the disk. */
function writeBeside(file: string, content: Content, mode: number | undefined, finish: (unfinished: string) => void) {
  const unfinished = unfinishedName(file);
  const parts = (Array.isArray(content) ? content : [content]).map((part) => bytesOf(file, part));
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
 * Renames a file, or a link, to a name that nothing has. `rename` alone would replace what got that name a moment ago.
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

/** Whether a path is a link to nothing. A file that is written there would take the place of the link. */
export function isDangling(path: string) {
  try {
    return !existsSync(path) && lstatSync(path).isSymbolicLink();
  } catch {
    return false;
  }
}

/**
 * Checks that `writeFileAtomic` will be able to write a file, without changing it.
 * @throws Error in one line that names the file and the reason
 */
export function assertWritable(file: string) {
  const found = statSync(file, { throwIfNoEntry: false });
  // A device would be replaced by a file, too.
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
 * The same for two paths that lead to one thing: by links, by folders that are links, or by letters that a file system
 * takes for one another. Nothing has to be there yet.
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
export function makeFolder(folder: string) {
  // One by one: Node's own recursive mkdir never returns in a folder that takes no new one, such as /proc.
  const paths = [resolve(folder)];
  while (!existsSync(paths[0]) && dirname(paths[0]) !== paths[0]) paths.unshift(dirname(paths[0]));
  if (existsSync(paths[0]) && !statSync(paths[0]).isDirectory())
    throw new Error(`${folder}: cannot be made (${paths[0]} is a file)`);
  for (const path of paths) {
    try {
      if (!existsSync(path)) mkdirSync(path);
    } catch (error) {
      // Another process may have made it meanwhile.
      if (!existsSync(path))
        throw new Error(`${folder}: cannot be made (${(error as Error).message})`, { cause: error });
    }
  }
}

/**
 * Removes what a killed process left unfinished in a folder.
 * @param isOwn tells from a file's name whether we may have written it; everything else
 *   stays, and so does what a living process writes
 */
export function removeUnfinished(folder: string, isOwn: (name: string) => boolean) {
  for (const entry of existsSync(folder) ? readdirSync(folder, { withFileTypes: true }) : []) {
    const [, name, pid] = UNFINISHED.exec(entry.name) ?? [];
    if (name && entry.isFile() && isOwn(name) && !isAlive(Number(pid)))
      rmSync(join(folder, entry.name), { force: true });
  }
}
