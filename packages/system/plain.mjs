// Needed before and after packages are installed: the clone's root, its files, and messages of errors. In the syntax of
// Node 14, with Node's own modules only, since `tools/start.mjs` imports it first.
import crypto from 'crypto';
import fs from 'fs';
import path from 'path';
import { fileURLToPath } from 'url';

export const root = path.resolve(fileURLToPath(import.meta.url), '..', '..', '..');
export const windows = process.platform === 'win32';

/** A failure that the user can fix: printed without a stack. */
export class UserError extends Error {
  name = 'UserError'; // Compared by name, since Node and tsx each load this file.
}

/** Bytes that set-up needs: in the clone, and meanwhile for temporary files and caches. */
export const SPACE_NEEDED = { clone: 3e9, elsewhere: 1e9 };

/** Messages of the system, npm and pip about a full disk. */
const FULL = /\b(ENOSPC|EDQUOT)\b|no space left on device|disk quota exceeded/i;
const DISK_FULL =
  'expected room on the disk, found none: free some and run it again ' +
  `(set-up needs ${SPACE_NEEDED.clone / 1e9} GB, and ${SPACE_NEEDED.elsewhere / 1e9} GB for temporary files and the caches of npm and pip)`;
const REFUSED = ['EACCES', 'EROFS', 'EEXIST', 'EISDIR', 'ENOTDIR'];
const NOT_WRITABLE = 'expected a place that can be written, found none: make it writable, or use another folder';

/** The text to print for an error: one line if the user can fix it, the stack if it is unexpected. */
export function messageOf(error) {
  if (!(error instanceof Error)) return String(error);
  const { message, name, stack } = error;
  if (FULL.test(message)) return `${message}${message.includes('\n') ? '\n  ' : '; '}${DISK_FULL}`;
  if (name === 'UserError') return message;
  for (let at = error; at; at = at.cause) if (REFUSED.includes(at.code)) return `${message}; ${NOT_WRITABLE}`;
  return stack;
}

export const remove = (file) => fs.rmSync(file, { recursive: true, force: true, maxRetries: 5 });

/**
 * The files below a folder as sorted relative paths; an empty list if the folder does not exist. Does not follow symbolic
 * links, as Node's recursive `readdir` does in 22.23, 24.21 and 26.10: `node_modules/lif-fc-mnist` links to the clone.
 * Leaves out JupyterLab's checkpoints.
 */
export function filesUnder(folder) {
  const below = (here) =>
    fs.readdirSync(path.join(folder, here), { withFileTypes: true }).flatMap((item) => {
      const file = path.join(here, item.name);
      if (item.isDirectory()) return item.name === '.ipynb_checkpoints' ? [] : below(file);
      return item.isFile() ? [file] : [];
    });
  return fs.existsSync(folder) ? below('').sort() : [];
}

/**
 * SHA-256 of files and of a further text; a missing file has a hash, too.
 * @param files as paths from the folder
 * @param folder the clone by default
 */
export function hashOf(files, more = '', folder = root) {
  const hash = crypto.createHash('sha256');
  for (const file of files) {
    const place = path.join(folder, file);
    hash.update(`${file}\0`);
    hash.update(fs.existsSync(place) ? fs.readFileSync(place) : 'missing');
  }
  if (more !== '') hash.update(`\0${more}`);
  return hash.digest('hex');
}
