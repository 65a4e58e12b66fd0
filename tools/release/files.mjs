// The files of a release that no other command makes: archives, lists of what is downloaded, checksums. The same content gives the
// same bytes, whatever the machine's clock, its time zone, and the order in which it lists a folder.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { zipSync } from 'fflate';
import { filesUnder } from '../../packages/system/project.mjs';
import { packagesOf } from '../setup/registry.mjs';

const sha256 = (/** @type {string | Uint8Array} */ content) => createHash('sha256').update(content).digest('hex');

/**
 * A folder as a zip archive, in which it has a name of its own: files in order, of one time, for everybody to read.
 * @param {string} folder
 * @param {string} name
 */
export function zipOf(folder, name) {
  const files = filesUnder(folder).map((file) => file.split(sep).join('/'));
  const entries = files.map((file) => [`${name}/${file}`, new Uint8Array(readFileSync(join(folder, file)))]);
  // A zip archive says the local time, without the zone.
  return zipSync(Object.fromEntries(entries), { mtime: new Date(1980, 0, 1), os: 3, attrs: 0o100644 << 16 });
}

/**
 * npm's list of the packages in the lock as CycloneDX, without what differs between two runs: a drawn number, the time, and the name of
 * the folder.
 * @param {string} text what `npm sbom` printed
 * @param {string} name of the project
 * @param {string} time of the commit
 */
export function sameSbom(text, name, time) {
  const list = JSON.parse(text);
  list.metadata.timestamp = time;
  list.metadata.component.name = name;
  delete list.serialNumber;
  const hash = sha256(JSON.stringify(list));
  // A UUID of version 8: its bits are our own.
  const parts = [
    hash.slice(0, 8),
    hash.slice(8, 12),
    `8${hash.slice(13, 16)}`,
    `8${hash.slice(17, 20)}`,
    hash.slice(20, 32),
  ];
  const { $schema, bomFormat, specVersion, ...more } = list;
  return `${JSON.stringify({ $schema, bomFormat, specVersion, serialNumber: `urn:uuid:${parts.join('-')}`, ...more }, null, 2)}\n`;
}

/**
 * All that set-up may download, with its hashes. A bundle (`npm run setup -- --bundle`) holds what one kind of machine needs of it.
 * @param {Parameters<typeof packagesOf>[0]} lock package-lock.json
 * @param {string} requirements the text of requirements.txt
 */
export function downloadsOf(lock, requirements) {
  const npm = packagesOf(lock).map(({ name, version, integrity }) => `npm ${name}@${version} ${integrity}`);
  const pip = [...requirements.matchAll(/^([\w.-]+==[^\s;]+)(?:[^\\\n]*\\\n)((?:\s+--hash=\S+(?: \\)?\n?)+)/gm)].map(
    ([, name, hashes]) => `pip ${name} ${[...hashes.matchAll(/--hash=(\S+)/g)].map(([, hash]) => hash).join(' ')}`,
  );
  return `${[...npm.sort(), ...pip.sort()].join('\n')}\n`;
}

/**
 * SHA256SUMS of the files in a folder, as `sha256sum -c` reads it.
 * @param {string} folder
 */
export const sumsOf = (folder) =>
  filesUnder(folder)
    .filter((file) => file !== 'SHA256SUMS')
    .map((file) => `${sha256(readFileSync(join(folder, file)))}  ${file.split(sep).join('/')}\n`)
    .join('');
