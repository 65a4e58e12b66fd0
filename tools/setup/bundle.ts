// A bundle: a folder with all that set-up would download, made by `npm run setup -- --bundle` on a machine of the same
// kind. Set-up takes everything from it if LIF_FC_MNIST_BUNDLE (or --from) names it, or the address where
// `npm run setup -- --bundle --serve` serves it.
//   kinds.json                 the kinds of machines it is for, each with the hash of its SHA256SUMS
//   linux-x64-node22/          one folder per kind:
//     SHA256SUMS                 the hash of every file, as `sha256sum -c` reads it
//     bundle.json                for which package-lock.json and requirements.txt
//     npm/                       Node packages
//     wheels/                    Python packages
//     native.tar.gz              the native backend, compiled (optional)

import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { codeOf } from '../../packages/system/processes';
import { hashOf, readJson, root, UserError, writeWhole } from '../../packages/system/project';
import { kindIn } from '../machine.mjs';
import { nameOf } from '../packages.mjs';

interface Entry {
  name?: string;
  version: string;
  integrity?: string;
  link?: boolean;
  os?: string[];
  cpu?: string[];
  libc?: string[];
}
/** package-lock.json */
interface Lock {
  packages: Record<string, Entry>;
}

/** The packages of package-lock.json that npm installs from a registry: name, version, integrity, for which systems. */
export function packagesOf(lock: Lock) {
  const found = new Map<string, Entry & { name: string; integrity: string }>();
  for (const [path, entry] of Object.entries(lock.packages)) {
    if (path === '' || entry.link || !entry.integrity) continue;
    const { version, integrity, os, cpu, libc } = entry;
    const name = nameOf(path, entry);
    found.set(`${name}@${version}`, { name, version, integrity, os, cpu, libc });
  }
  return [...found.values()];
}

export const NATIVE = 'native.tar.gz';

/** What a bundle has to fit. */
export const fits = () => ({ packages: hashOf(['package-lock.json']), python: hashOf(['requirements.txt']) });

export async function sha256(file: string) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

const sha256OfText = (text: string) => createHash('sha256').update(text).digest('hex');

/** The last part of an address that a bundle is served under, by which a download is recognized. */
export const fingerprintOf = (kindsText: string) => sha256OfText(kindsText).slice(0, 16);

/** Lines of SHA256SUMS as [file, hash], without Node's packages: those are what tools/start.mjs takes from a bundle. */
function parseSums(text: string): [string, string][] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line): [string, string] => {
      const [, hash, file] = /^([0-9a-f]{64}) [ *]([\w@+.-]+(?:\/[\w@+.-]+)?)$/.exec(line) ?? [];
      if (!file || file.split('/').includes('..'))
        throw new UserError(`SHA256SUMS: expected a hash and a file, found ${line}`);
      return [file, hash];
    })
    .filter(([file]) => !file.startsWith('npm/'));
}

/** Checks every file of a kind before anything in it is used. */
async function verify(folder: string, sumsHash: string, onLine: (line: string) => void) {
  let sums: string;
  try {
    sums = readFileSync(join(folder, 'SHA256SUMS'), 'utf8');
  } catch {
    throw new UserError(`${folder}: SHA256SUMS is missing: copy the bundle again`);
  }
  if (sha256OfText(sums) !== sumsHash) throw new UserError(`${folder}: SHA256SUMS is damaged: copy the bundle again`);
  const files = parseSums(sums);
  for (const [i, [file, hash]] of files.entries()) {
    onLine(`${i + 1} of ${files.length}: ${file}`);
    const path = join(folder, file);
    if (!existsSync(path)) throw new UserError(`${path}: is missing: copy the bundle again`);
    if ((await sha256(path)) !== hash) throw new UserError(`${path}: is damaged: copy the bundle again`);
  }
}

/** Why there was no answer: the code of the system, or else what fetch says. */
const reasonOf = (error: unknown) => (error instanceof Error ? (codeOf(error.cause) ?? error.message) : String(error));

async function get(address: URL) {
  let response: Response;
  try {
    response = await fetch(address, { redirect: 'error', signal: AbortSignal.timeout(600_000) });
  } catch (error) {
    throw new UserError(
      `${address}: no answer (${reasonOf(error)}): is \`npm run setup -- --bundle --serve\` running there?`,
    );
  }
  if (!response.ok) throw new UserError(`${address}: status ${response.status}: is a bundle served there?`);
  return response;
}

/**
 * Downloads the kind that fits, into build/bundle-copy/, except files that are already there.
 * Without a fingerprint in the address, programs could come from anyone: then the native backend is left out. All other
 * files are checked against the hashes in this project by pip.
 */
async function download(address: string, onLine: (line: string) => void) {
  const url = new URL(address);
  const fingerprint = url.hash.slice(1);
  url.hash = '';
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  const kindsText = await (await get(new URL('kinds.json', url))).text();
  if (fingerprint !== '' && fingerprint !== fingerprintOf(kindsText)) {
    throw new UserError(
      `${url}: expected the bundle ${fingerprint}, found ${fingerprintOf(kindsText)}: ask for the address again`,
    );
  }
  const kinds = JSON.parse(kindsText);
  const kind = kindIn(kinds, url.href);
  const base = new URL(`${kind}/`, url);
  const sums = await (await get(new URL('SHA256SUMS', base))).text();
  if (sha256OfText(sums) !== kinds[kind]) throw new UserError(`${base}SHA256SUMS: is damaged: try again`);
  const folder = join(root, 'build', 'bundle-copy', kind);
  const files = parseSums(sums).filter(([file]) => fingerprint !== '' || file !== NATIVE);
  for (const [i, [file, hash]] of files.entries()) {
    const path = join(folder, file);
    if (existsSync(path) && (await sha256(path)) === hash) continue;
    onLine(`${i + 1} of ${files.length}: ${file}`);
    mkdirSync(dirname(path), { recursive: true });
    const part = `${path}.part`;
    const { body } = await get(new URL(encodeURI(file), base));
    await pipeline(Readable.fromWeb(body as ReadableStream), createWriteStream(part));
    if ((await sha256(part)) !== hash) {
      rmSync(part);
      throw new UserError(`${base}${file}: arrived damaged: run set-up again`);
    }
    renameSync(part, path);
  }
  writeWhole(join(folder, 'SHA256SUMS'), files.map(([file, hash]) => `${hash}  ${file}\n`).join(''));
  return folder;
}

/**
 * Opens the bundle in a folder, or at an address, and checks all of its files.
 * @throws UserError if it is damaged, or does not fit this machine or this edition of the project
 */
export async function openBundle(
  from: string,
  onLine: (line: string) => void,
): Promise<{ wheels: string; native?: string }> {
  let folder: string;
  if (/^https?:/.test(from)) folder = await download(from, onLine);
  else {
    const place = resolve(process.env.INIT_CWD || '.', from);
    const kinds = readJson(join(place, 'kinds.json'));
    const kind = kindIn(kinds, place);
    folder = join(place, kind);
    await verify(folder, kinds[kind], onLine);
  }
  const found = readJson(join(folder, 'bundle.json'));
  for (const [name, hash] of Object.entries(fits())) {
    const file = name === 'packages' ? 'package-lock.json' : 'requirements.txt';
    if (found?.[name] !== hash) {
      throw new UserError(
        `${folder}: its ${file} is another one than this project's: make the bundle again with this edition`,
      );
    }
  }
  const native = join(folder, NATIVE);
  return { wheels: join(folder, 'wheels'), native: existsSync(native) ? native : undefined };
}
