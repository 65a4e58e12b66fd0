'use strict';
// Files: read only if they are files, written so that a reader finds the old or the new content, never half of it.
// Set-up uses this before anything is built, the package once it is compiled: so this is CommonJS with types in
// comments.
const {
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
  statSync,
  writeSync,
} = require('node:fs');
const { basename, dirname, join, resolve } = require('node:path');
const { codeOf, isAlive } = require('./processes.cjs');

/** The folder of package.json: this file runs in place and, one folder deeper, as a part of `dist/`. */
const ROOT = /** @type {string} */ (
  [resolve(__dirname, '..', '..'), resolve(__dirname, '..', '..', '..')].find((folder) =>
    existsSync(join(folder, 'package.json')),
  )
);

/**
 * A path inside the project, whichever folder the notebook's kernel was started in.
 * @param {string[]} parts
 */
const projectPath = (...parts) => resolve(ROOT, ...parts);

/**
 * What there is in place of a file.
 * @param {import('node:fs').Stats} found
 */
const kindOf = (found) =>
  found.isDirectory() ? 'a folder' : found.isFIFO() ? 'a named pipe' : found.isSocket() ? 'a socket' : 'a device';

/**
 * Opens a file to be read.
 * @param {string} file
 * @param {number} [most] bytes that it may have: of a longer file nothing is read
 * @throws Error as `openSync`; also for what is not a file, such as a named pipe, which would block for ever, and for a
 *   longer file
 */
function openFile(file, most = Number.POSITIVE_INFINITY) {
  // Windows has neither such pipes nor the flag.
  const handle = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  const found = fstatSync(handle);
  if (found.isFile() && found.size <= most) return handle;
  closeSync(handle);
  if (found.isFile()) throw new Error(`expected at most ${most} bytes, found ${found.size}`);
  throw new Error(`expected a file, found ${kindOf(found)}`);
}

/**
 * A file's bytes. Arguments and errors are those of `openFile`.
 * @param {string} file
 * @param {number} [most]
 */
function readFile(file, most) {
  const handle = openFile(file, most);
  try {
    return readFileSync(handle);
  } finally {
    closeSync(handle);
  }
}

/**
 * @typedef {Uint8Array | string | readonly Uint8Array[]} Content a list is written part by part: a large file needs no
 * copy in memory
 */

/** `name.PID.unfinished` is what the process PID has written of the file `name` so far. */
const UNFINISHED = /^(.+)\.(\d+)\.unfinished$/;

/** @param {string} file */
const unfinishedName = (file) => `${file}.${process.pid}.unfinished`;

/**
 * @param {string} file
 * @param {unknown} error
 */
const notWritten = (file, error) => {
  const why = `${file}: cannot be written (${/** @type {Error} */ (error).message})`;
  return new Error(why.replace(/\p{Cc}/gu, '\ufffd'), { cause: error }); // a name may hold anything, also a line's end
};

/**
 * A part of a file as bytes, even those of another realm, such as a notebook's cell.
 * @param {string} file
 * @param {unknown} part
 * @returns {Uint8Array}
 */
function bytesOf(file, part) {
  if (typeof part === 'string') return Buffer.from(part);
  if (Object.prototype.toString.call(part) === '[object Uint8Array]') return /** @type {Uint8Array} */ (part);
  const found = part === undefined || part === null ? String(part) : Object(part).constructor?.name;
  throw new RangeError(`${file}: expected bytes in a Uint8Array, found ${found}`);
}

/**
 * Replaces a file, or the link of that name, by one with this content. If that fails (on a full disk, say), the old
 * file is kept.
 * @param {string} file
 * @param {Content} content
 * @param {number} [mode] who may read it
 * @throws Error in one line that names the file and the reason, RangeError for content of another kind
 */
function writeFileAtomic(file, content, mode) {
  writeBeside(file, content, mode, (unfinished) => renameSync(unfinished, file));
}

/**
 * Writes a file that is not there yet, at once with its whole content; what has its name, be it a link, is kept.
 * @param {string} file
 * @param {Content} content
 * @returns {boolean} false if there was one
 * @throws Error in one line that names the file and the reason
 */
function writeFileNew(file, content) {
  try {
    writeBeside(file, content, undefined, (unfinished) => {
      try {
        linkSync(unfinished, file);
      } catch (error) {
        if (codeOf(error) === 'EEXIST') throw error;
        moveToNew(unfinished, file); // a file system without links, such as a memory stick's
        return;
      }
      rmSync(unfinished);
    });
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Writes content to a file beside the one that is meant, and hands it over once it is on the disk.
 * @param {string} file
 * @param {Content} content
 * @param {number | undefined} mode
 * @param {(unfinished: string) => void} finish
 */
function writeBeside(file, content, mode, finish) {
  const unfinished = unfinishedName(file);
  const parts = (Array.isArray(content) ? content : [content]).map((part) => bytesOf(file, part));
  try {
    const handle = openSync(unfinished, 'w', mode);
    try {
      for (const part of parts) writeAll(handle, part);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    finish(unfinished);
  } catch (error) {
    if (existsSync(unfinished)) rmSync(unfinished);
    throw notWritten(file, error);
  }
}

/**
 * Renames a file, or a link, to a name that nothing has. `rename` alone would replace what got that name a moment ago.
 * @param {string} file
 * @param {string} to
 * @throws Error with the code EEXIST if something has the name
 */
function moveToNew(file, to) {
  closeSync(openSync(to, 'wx')); // the name is ours from here on
  try {
    renameSync(file, to);
  } catch (error) {
    rmSync(to);
    throw error;
  }
}

/**
 * Whether a path is a link to nothing. A file that is written there would take the place of the link.
 * @param {string} path
 */
function isDangling(path) {
  if (existsSync(path)) return false;
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  } catch {
    return false; // below a file there is nothing
  }
}

/**
 * Checks that `writeFileAtomic` will be able to write a file, without changing it.
 * @param {string} file
 * @throws Error in one line that names the file and the reason
 */
function assertWritable(file) {
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
 * Writes all bytes to an open file.
 * @param {number} handle
 * @param {Uint8Array} bytes
 * @param {number} [position] where in the file; by default after what was written last
 */
function writeAll(handle, bytes, position) {
  for (let written = 0; written < bytes.length; ) {
    const place = position === undefined ? null : position + written;
    written += writeSync(handle, bytes, written, bytes.length - written, place);
  }
}

/**
 * The same for two paths that lead to one thing: by links, by folders that are links, or by letters that a file system
 * takes for one another. Nothing has to be there yet.
 * @param {string} path
 * @returns {string}
 */
function identityOf(path) {
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
 * @param {string} folder
 * @throws Error in one line that says which path is in the way
 */
function makeFolder(folder) {
  // One by one: Node's own recursive mkdir never returns in a folder that takes no new one, such as /proc.
  const missing = [];
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
      if (existsSync(path)) continue;
      throw new Error(`${folder}: cannot be made (${/** @type {Error} */ (error).message})`, { cause: error });
    }
  }
}

/**
 * Removes what a killed process left unfinished in a folder.
 * @param {string} folder
 * @param {(name: string) => boolean} isOwn tells from a file's name whether we may have written it; everything else
 *   stays, and so does what a living process writes
 */
function removeUnfinished(folder, isOwn) {
  for (const entry of existsSync(folder) ? readdirSync(folder, { withFileTypes: true }) : []) {
    const [, name, pid] = UNFINISHED.exec(entry.name) ?? [];
    if (name && entry.isFile() && isOwn(name) && !isAlive(Number(pid)))
      rmSync(join(folder, entry.name), { force: true });
  }
}

module.exports = {
  assertWritable,
  identityOf,
  isDangling,
  makeFolder,
  moveToNew,
  openFile,
  projectPath,
  readFile,
  removeUnfinished,
  unfinishedName,
  writeAll,
  writeFileAtomic,
  writeFileNew,
};
