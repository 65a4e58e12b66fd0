// Reads a bundle: a folder with everything that set-up would download, made by `npm run setup -- --bundle` on a machine of
// the same kind. LIF_FC_MNIST_BUNDLE (or --from) names the folder, or its address on a web server.
//   kinds.json                 the kinds of machines it is for, each with the hash of its SHA256SUMS, and for which
//                              package-lock.json and requirements.txt it is
//   linux-x64-node22/          one folder per kind:
//     SHA256SUMS                 the hash of every file, as `sha256sum -c` reads it
//     npm/                       Node packages
//     wheels/                    Python packages
//     native.tar.gz              the native backend, compiled (optional)

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root, UserError, writeWhole } from '../../packages/system/project';
import { get, type Kind, openKind, sha256Of, verify } from '../machine.mjs';

export const NATIVE = 'native.tar.gz';

/**
 * Downloads the files for this kind of machine into build/bundle-copy/, unless they are there.
 * Without a fingerprint in the address the native backend, whose hash the project does not have, is left out. pip checks
 * all other files against the project's hashes.
 */
async function download(
  { folder: address, name, isTrusted }: Kind,
  all: Kind['files'],
  onLine: (line: string) => void,
) {
  const folder = join(root, 'build', 'bundle-copy', name);
  const files = all.filter(([file]) => isTrusted || file !== NATIVE);
  for (const [i, [file, hash]] of files.entries()) {
    const path = join(folder, file);
    if (existsSync(path) && (await sha256Of(path)) === hash) continue;
    onLine(`${i + 1} of ${files.length}: ${file}`);
    const response = await get(`${address}/${encodeURI(file)}`);
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (createHash('sha256').update(bytes).digest('hex') !== hash)
      throw new UserError(`${address}/${file}: arrived damaged: run set-up again`);
    writeWhole(path, bytes);
  }
  writeWhole(join(folder, 'SHA256SUMS'), files.map(([file, hash]) => `${hash}  ${file}\n`).join(''));
  return folder;
}

/**
 * Opens the bundle in a folder or at an address, and checks all of its files but Node's packages, which tools/start.mjs
 * has already installed.
 * @throws UserError if it is damaged, or does not fit this machine or this edition of the project
 */
export async function openBundle(
  from: string,
  onLine: (line: string) => void,
): Promise<{ wheels: string; native?: string }> {
  const kind = await openKind(from);
  const files = kind.files.filter(([file]) => !file.startsWith('npm/'));
  if (kind.isFolder) await verify(kind.folder, files, onLine);
  const folder = kind.isFolder ? kind.folder : await download(kind, files, onLine);
  const native = join(folder, NATIVE);
  return { wheels: join(folder, 'wheels'), native: existsSync(native) ? native : undefined };
}
