// The archives and checksums of a release. The same content gives the same bytes, whatever the clock, the time zone and the
// order of files in a folder.
import { readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { zipSync } from 'fflate';
import { filesUnder } from '../../packages/system/project';
import { sha256Of } from '../machine.mjs';

/** A folder as a zip archive below the folder `name`: sorted files with one time, readable by all. */
export function zipOf(folder: string, name: string) {
  const files = filesUnder(folder).map((file) => file.split(sep).join('/'));
  const entries = files.map((file) => [`${name}/${file}`, new Uint8Array(readFileSync(join(folder, file)))]);
  // Zip archives have local times without a zone.
  return zipSync(Object.fromEntries(entries), { mtime: new Date(1980, 0, 1), os: 3, attrs: 0o100644 << 16 });
}

/** SHA256SUMS of the files in a folder, as `sha256sum -c` reads it. */
export async function sumsOf(folder: string) {
  let sums = '';
  for (const file of filesUnder(folder).filter((name) => name !== 'SHA256SUMS'))
    sums += `${await sha256Of(join(folder, file))}  ${file.split(sep).join('/')}\n`;
  return sums;
}
