/** Checkpoints as somebody else could make them: changed, but with the right checksums. */
import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const sha256 = (content: string | Uint8Array) => createHash('sha256').update(content).digest('hex');

/** Where the arrays of a checkpoint are. */
export function arraysOf(file: string): string {
  return join(dirname(file), JSON.parse(readFileSync(file, 'utf8')).arrays.file);
}

/**
 * Changes a checkpoint in place.
 * @param changes values by their path in `checkpoint.json`, such as `history.epoch`; undefined removes one
 * @param changeArrays changes the bytes of the arrays, or returns others
 */
export function forge(file: string, changes: Record<string, unknown>, changeArrays?: (bytes: Buffer) => unknown): void {
  const { sum, ...header } = JSON.parse(readFileSync(file, 'utf8'));
  if (changeArrays) {
    const former = arraysOf(file);
    const read = readFileSync(former);
    const changed = changeArrays(read);
    const bytes = changed instanceof Uint8Array ? changed : read;
    rmSync(former);
    header.arrays.sha256 = sha256(bytes);
    header.arrays.file = `checkpoint.${header.arrays.sha256.slice(0, 16)}.bin`;
    writeFileSync(join(dirname(file), header.arrays.file), bytes);
  }
  for (const [path, value] of Object.entries(changes)) {
    const names = path.split('.');
    const last = names.pop() as string;
    const parent = names.reduce((object, name) => object[name], header);
    parent[last] = value;
  }
  // As JSON has it: without what is undefined.
  const text = JSON.stringify(header);
  writeFileSync(file, JSON.stringify({ ...JSON.parse(text), sum: sha256(text) }));
}
