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
  return resolve(__dirname, '..', '..', ...parts);
}

const UNFINISHED = '.unfinished';

// Under `ulimit -f` this signal would end the process before the write could fail with a message.
process.on('SIGXFSZ', () => {});

/**
 * Replaces a file by one with this content; a failure (a full disk, say) leaves the former file as it was.
 * @throws Error in one line that names the file and the reason
 */
export function writeFileAtomic(file: string, content: Uint8Array | string): void {
  const beside = `${file}.${process.pid}${UNFINISHED}`; // two runs in one folder do not share it
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
  const beside = `${folder}.${process.pid}${UNFINISHED}`;
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
  // One by one: Node's own recursive way never ends where a folder is there but takes no new one, as under /proc.
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
      // Another run may have been quicker.
      if (!existsSync(path)) throw new Error(`${folder}: cannot be made (${(error as Error).message})`);
    }
  }
}

/** Removes what a killed run left unfinished in a folder. */
export function removeUnfinished(folder: string): void {
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    if (name.endsWith(UNFINISHED)) rmSync(join(folder, name), { recursive: true, force: true });
  }
}
