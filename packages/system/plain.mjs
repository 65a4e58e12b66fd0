// What is needed before there are packages, and afterwards: where the clone is, its files, and what is said of an error.
// In the syntax of Node 14, with Node's own modules alone: `tools/start.mjs` begins with it.
import crypto from 'crypto';
import fs from 'fs';
import path from 'path';
import { fileURLToPath } from 'url';

export const root = path.resolve(fileURLToPath(import.meta.url), '..', '..', '..');
export const windows = process.platform === 'win32';

/** A failure that the user can fix: printed as one line, without a stack. */
export class UserError extends Error {
  name = 'UserError'; // It is told by its name: Node and tsx each load this file.
}

/** Bytes that set-up needs: in the clone, and while it runs in the folder for temporary files and the caches. */
export const ROOM = { clone: 3e9, elsewhere: 1e9 };

/** What a full disk is called by the system, in an error of ours or in the last lines of npm, pip and the like. */
const FULL = /\b(ENOSPC|EDQUOT)\b|no space left on device|disk quota exceeded/i;
const NO_ROOM =
  'expected room on the disk, found none: free some and run it again ' +
  `(set-up needs ${ROOM.clone / 1e9} GB, and ${ROOM.elsewhere / 1e9} GB for temporary files and the caches of npm and pip)`;
const REFUSED = ['EACCES', 'EROFS', 'EEXIST', 'EISDIR', 'ENOTDIR'];
const NOT_WRITABLE = 'expected a place that can be written, found none: make it writable, or use another folder';

/** What is said of an error: one line if the user can fix it, the stack if unexpected. */
export function causeOf(error) {
  if (!(error instanceof Error)) return String(error);
  const { message, name, stack } = error;
  if (FULL.test(message)) return `${message}${message.includes('\n') ? '\n  ' : '; '}${NO_ROOM}`;
  if (name === 'UserError') return message;
  for (let at = error; at; at = at.cause) if (REFUSED.includes(at.code)) return `${message}; ${NOT_WRITABLE}`;
  return stack;
}

export const remove = (file) => fs.rmSync(file, { recursive: true, force: true, maxRetries: 5 });

/**
 * All files in a folder and below, as sorted paths from there; an empty list if the folder does not exist. Symbolic
 * links are not followed: `node_modules/lif-fc-mnist` leads back to the clone, and Node 22.23, 24.21 and 26.10 follow
 * links when they list a folder recursively. What JupyterLab keeps of a file that somebody saved there is not one of
 * ours.
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
 * SHA-256 of files and of a further text; a missing file is hashed as missing.
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
