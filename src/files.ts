/**
 * Files that are whole or not there: written beside their target, synced to the disk, renamed.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** A path inside the project, wherever the notebook's kernel was started. */
export function projectPath(...parts: string[]): string {
  return resolve(__dirname, '..', ...parts);
}

const UNFINISHED = '.unfinished';

// Under `ulimit -f` this signal would end the process before the write could fail with a message.
process.on('SIGXFSZ', () => {});

/**
 * Replaces a file by one with this content; a failure (a full disk, say) leaves the former file as it was.
 * @throws Error in one line that names the file and the reason
 */
export function writeFileAtomic(file: string, content: Uint8Array | string): void {
  const beside = file + UNFINISHED;
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  try {
    const handle = openSync(beside, 'w');
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(handle, bytes, at);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(beside, file);
  } catch (error) {
    if (existsSync(beside)) rmSync(beside);
    throw new Error(`${file}: cannot be written (${(error as Error).message})`);
  }
}

/** Replaces a whole folder by one with these files. */
export function writeFolderAtomic(folder: string, files: Record<string, Uint8Array | string>): void {
  const beside = folder + UNFINISHED;
  rmSync(beside, { recursive: true, force: true });
  try {
    makeFolder(beside);
    for (const [name, content] of Object.entries(files)) writeFileAtomic(join(beside, name), content);
    // Windows cannot rename a folder over another one.
    rmSync(folder, { recursive: true, force: true });
    renameSync(beside, folder);
  } catch (error) {
    rmSync(beside, { recursive: true, force: true });
    throw error;
  }
}

/**
 * Makes a folder and those above it.
 * @throws Error in one line that says which path is in the way
 */
export function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    let above = folder;
    while (!existsSync(above) && dirname(above) !== above) above = dirname(above);
    const reason =
      existsSync(above) && !statSync(above).isDirectory() ? `${above} is a file` : (error as Error).message;
    throw new Error(`${folder}: cannot be made (${reason})`);
  }
}

/** Removes what a killed run left unfinished in a folder. */
export function removeUnfinished(folder: string): void {
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    if (name.endsWith(UNFINISHED)) rmSync(join(folder, name), { recursive: true, force: true });
  }
}
