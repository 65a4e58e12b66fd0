// A registry of Node packages on this machine, from which npm installs what a bundle has. npm's own cache would not do:
// it remembers from which address a package came, and that is another one on another machine.
import { createReadStream, existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';

/**
 * @typedef {{ name?: string, version: string, integrity?: string, link?: boolean, os?: string[], cpu?: string[], libc?: string[] }} Entry
 */
/** @typedef {{ packages: Record<string, Entry> }} Lock package-lock.json */

/** The name of a package in package-lock.json: that of its entry, or the last part of its path. */
const nameOf = (/** @type {string} */ path, /** @type {Entry} */ entry) =>
  entry.name ?? path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

/** The packages of package-lock.json that npm installs from a registry: name, version, integrity, for which systems. */
export function packagesOf(/** @type {Lock} */ lock) {
  const found = new Map();
  for (const [path, entry] of Object.entries(lock.packages)) {
    if (path === '' || entry.link || !entry.integrity) continue;
    const { version, integrity, os, cpu, libc } = entry;
    const name = nameOf(path, entry);
    found.set(`${name}@${version}`, { name, version, integrity, os, cpu, libc });
  }
  return [...found.values()];
}

/** The name of a package's file in a bundle. */
export const tarballOf = (/** @type {{ name: string, version: string }} */ { name, version }) =>
  `${name.replace('/', '+')}-${version}.tgz`;

/**
 * Serves the packages whose files are in `folder`. Each must be in the lock, whose hashes npm checks.
 * @param {string} folder
 * @param {Lock} lock
 * @returns its address, and `close()`
 */
export async function startRegistry(folder, lock) {
  /** @type {Map<string, ReturnType<typeof packagesOf>>} */
  const byName = new Map();
  for (const one of packagesOf(lock)) {
    if (existsSync(join(folder, tarballOf(one)))) byName.set(one.name, [...(byName.get(one.name) ?? []), one]);
  }
  let address = '';
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', address).pathname).slice(1);
    const versions = byName.get(path);
    if (versions) {
      const entries = versions.map((one) => {
        const dist = { tarball: `${address}-/${tarballOf(one)}`, integrity: one.integrity };
        return [one.version, { name: one.name, version: one.version, dist }];
      });
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ name: path, 'dist-tags': {}, versions: Object.fromEntries(entries) }));
      return;
    }
    const one = [...byName.values()].flat().find((entry) => path === `-/${tarballOf(entry)}`);
    if (!one) {
      response.statusCode = 404;
      response.end('{}');
      return;
    }
    createReadStream(join(folder, tarballOf(one)))
      .on('error', () => response.destroy())
      .pipe(response);
  });
  await /** @type {Promise<void>} */ (
    new Promise((done, fail) => server.on('error', fail).listen(0, '127.0.0.1', () => done()))
  );
  address = `http://127.0.0.1:${/** @type {import('node:net').AddressInfo} */ (server.address()).port}/`;
  return {
    address,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
