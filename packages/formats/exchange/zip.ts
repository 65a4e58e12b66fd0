/**
 * Reads the uncompressed files of a zip file (https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT), as PyTorch
 * stores them. Compressed files are skipped unless the host inflates them, since they could be of any size. `fflate`
 * does not check checksums.
 */

import { CRC32, Cursor, crc } from '../bytes';

/** Bytes of the record at the end without its comment, which has at most 65535. */
const END = 22;
/** The usual compression method. */
const DEFLATED = 8;

/**
 * The stored files, by name.
 * @param inflate returns the content of a compressed file with the given size; undefined skips it
 * @throws Error that says what is damaged; files must not overlap, and their checksums must be right
 */
export function storedFiles(
  bytes: Uint8Array,
  inflate: (deflated: Uint8Array, size: number, title: string) => Uint8Array | undefined = () => undefined,
): Map<string, Uint8Array> {
  const end = new Cursor(bytes, findEnd(bytes)).skip(10);
  const count = end.whole(2);
  const directory = new Cursor(bytes, end.skip(4).whole(4));
  const files = new Map<string, Uint8Array>();
  let sum = 0;
  for (let left = count; left > 0; left--) {
    if (directory.text(4) !== 'PK\x01\x02') throw new Error('its directory is damaged');
    const compression = directory.skip(6).whole(2);
    const check = directory.skip(4).whole(4);
    const [size, wanted] = [directory.whole(4), directory.whole(4)];
    const [name, extra, comment] = [directory.whole(2), directory.whole(2), directory.whole(2)];
    const address = directory.skip(8).whole(4);
    const title = directory.text(name);
    directory.skip(extra + comment);
    if (compression !== 0 && compression !== DEFLATED) continue;
    const local = new Cursor(bytes, address);
    if (local.text(4) !== 'PK\x03\x04') throw new Error(`${title} is damaged`);
    const head = local.skip(22).whole(2) + local.whole(2);
    const stored = local.skip(head).take(size);
    sum += size;
    if (sum > bytes.length) throw new Error('its files overlap');
    const content = compression === 0 ? stored : inflate(stored, wanted, title);
    if (!content) continue;
    if (crc(CRC32, content) !== check) throw new Error(`the checksum of ${title} is wrong`);
    files.set(title, content);
  }
  return files;
}

function findEnd(bytes: Uint8Array): number {
  for (let at = bytes.length - END; at >= Math.max(0, bytes.length - END - 65535); at--) {
    if (bytes[at] === 0x50 && bytes[at + 1] === 0x4b && bytes[at + 2] === 5 && bytes[at + 3] === 6) return at;
  }
  throw new Error('it has no directory; is it truncated?');
}
