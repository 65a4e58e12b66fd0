// The places that state the project's version. package.json is the one to change first; the others are compared with it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Files that state the version, and the text around it. A file without a match has lost its version.
 */
const TEXTS: [file: string, pattern: RegExp][] = [
  ['CHANGELOG.md', /^## (\S+)/],
  ['CITATION.cff', /^version: "(.*)"$/],
  ['.binder/Dockerfile', /lif-fc-mnist:(\d[\w.-]*\w)/],
  ['editions/class/README.md', /lif-fc-mnist:(\d[\w.-]*\w)/],
  ['packages/typescript-kernel/CHANGELOG.md', /^## (\S+)/],
  ['packages/typescript-kernel/README.md', /typescript[_-]kernel-(\d[\w.]*?)(?:-py3|\.tgz)/],
];
/** A changelog has a section per version, the newest first. */
const FIRST_ALONE = /CHANGELOG\.md$/;

interface Place {
  place: string;
  version: string | undefined;
}

/**
 * Every place with the version that it states; undefined where a file states none.
 * @param folder the clone
 */
export function versionsIn(folder: string): Place[] {
  const read = (file: string) => readFileSync(join(folder, file), 'utf8');
  const manifests = [
    ...['package.json', 'package-lock.json', '.zenodo.json'],
    'packages/typescript-kernel/package.json',
    ...['editions/class/hub/package.json', 'editions/class/hub/package-lock.json'],
  ];
  const inManifests = manifests.flatMap((file) => {
    const { version, packages } = JSON.parse(read(file));
    const own = { place: file, version };
    return packages ? [own, { place: `${file}, packages[""]`, version: packages[''].version }] : [own];
  });
  const inTexts = TEXTS.flatMap(([file, pattern]) => {
    const found: Place[] = read(file)
      .split('\n')
      .flatMap((line, i) =>
        [...line.matchAll(new RegExp(pattern, 'g'))].map(([, version]) => ({ place: `${file}:${i + 1}`, version })),
      );
    if (found.length === 0) return [{ place: file, version: undefined }];
    return FIRST_ALONE.test(file) ? found.slice(0, 1) : found;
  });
  return [...inManifests, ...inTexts];
}

/**
 * A line for each place whose version is not that of package.json.
 * @param folder the clone
 */
export function wrongVersions(folder: string) {
  const [{ version }, ...places] = versionsIn(folder);
  return places
    .filter((place) => place.version !== version)
    .map(
      ({ place, version: found }) => `${place}: expected version ${version} of package.json, found ${found ?? 'none'}`,
    );
}
