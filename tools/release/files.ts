// The files of a release that no other command makes: archives and checksums. The same content gives the same bytes,
// whatever the machine's clock, its time zone, and the order in which it lists a folder.
import { readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { zipSync } from 'fflate';
import { filesUnder } from '../../packages/system/project';
import { sha256Of } from '../machine.mjs';

/** A folder as a zip archive, in which it has a name of its own: files in order, of one time, for everybody to read. */
export function zipOf(folder: string, name: string) {
  const files = filesUnder(folder).map((file) => file.split(sep).join('/'));
  const entries = files.map((file) => [`${name}/${file}`, new Uint8Array(readFileSync(join(folder, file)))]);
  // A zip archive says the local time, without the zone.
  return zipSync(Object.fromEntries(entries), { mtime: new Date(1980, 0, 1), os: 3, attrs: 0o100644 << 16 });
}

/** SHA256SUMS of the files in a folder, as `sha256sum -c` reads it. */
export async function sumsOf(folder: string) {
  let sums = '';
  for (const file of filesUnder(folder).filter((name) => name !== 'SHA256SUMS'))
    sums += `${await sha256Of(join(folder, file))}  ${file.split(sep).join('/')}\n`;
  return sums;
}
