/**
 * A release: one version everywhere, files whose bytes depend on nothing but their content, and the packed package in
 * another project.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { before, describe, test } from 'node:test';
import { root, temporaryFolder } from '../../../test/support/notebooks';
import { FROM_SOURCES, PYTHON } from '../../../test/support/python';
import { sumsOf, zipOf } from '../files';

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
function versionsIn(folder: string): Place[] {
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
function wrongVersions(folder: string) {
  const [{ version }, ...places] = versionsIn(folder);
  return places
    .filter((place) => place.version !== version)
    .map(
      ({ place, version: found }) => `${place}: expected version ${version} of package.json, found ${found ?? 'none'}`,
    );
}

const folder = temporaryFolder('release');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
const places = versionsIn(root).map(({ place }) => place.replace(/[:,].*/, ''));

describe('The version', () => {
  test('is the same wherever the project says it', () => assert.deepEqual(wrongVersions(root), []));

  test('is compared wherever a text says it behind the name of the project or of the kernel', () => {
    const named = `(lif-fc-mnist|typescript[_-]kernel)[:-]${version.replaceAll('.', '[.]')}`;
    const found = execFileSync('git', ['grep', '-nE', named, '--', '.', ':!*/test/*'], { cwd: root, encoding: 'utf8' });
    const lines = [...found.matchAll(/^[^:]+:\d+/gm)].map(([line]) => line);
    assert.ok(lines.length > 3, found);
    const compared = versionsIn(root).map(({ place }) => place);
    for (const line of lines) assert.ok(compared.includes(line), `${line}: expected in TEXTS`);
  });

  /** A clone with the files that say the version, and what builds a release. */
  const cloneIn = (name: string) => {
    const clone = join(folder, name);
    for (const file of new Set(places)) cpSync(join(root, file), join(clone, file));
    for (const part of ['tools/release', 'tools/machine.mjs', 'tools/packages.mjs', 'packages/system'])
      cpSync(join(root, part), join(clone, part), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(clone, 'node_modules'), 'junction');
    return clone;
  };
  const release = (clone: string, ...options: string[]) => {
    const args = [...FROM_SOURCES, join(clone, 'tools', 'release', 'release.ts'), ...options];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    return { status, stdout, lines: stderr.trim().split('\n') };
  };

  test('is not released without an author, a repository, a day and a tag, nor with changes; each has a line', () => {
    const clone = cloneIn('unfinished');
    const { author, repository, ...manifest } = JSON.parse(readFileSync(join(clone, 'package.json'), 'utf8'));
    writeFileSync(join(clone, 'package.json'), JSON.stringify({ ...manifest, private: true }));
    writeFileSync(join(clone, 'CHANGELOG.md'), `# Changes\n\n## ${version} (not released yet)\n`);
    const git = (...args: string[]) => execFileSync('git', args, { cwd: clone });
    git('init', '--quiet');
    git('add', 'CHANGELOG.md');
    git('-c', 'user.name=Ada', '-c', 'user.email=ada@example.org', 'commit', '--quiet', '-m', 'first');
    git('add', 'CITATION.cff');
    const { status, stdout, lines } = release(clone);
    assert.deepEqual([status, stdout], [1, '']);
    const wanted = [/`private`/, /`repository`/, /`author`/, /not released yet/, /commit your changes/, /git tag v\d/];
    assert.equal(lines.length, wanted.length, lines.join('\n'));
    for (const [i, line] of lines.entries()) assert.match(line, wanted[i] as RegExp);
  });
});

describe('A file of a release', () => {
  const files = { 'b/two.txt': 'two', 'a.txt': 'one', 'b/ä.txt': '' };
  const write = (name: string, names: string[], seconds: number) => {
    for (const file of names) {
      const path = join(folder, name, file);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, files[file as keyof typeof files]);
      utimesSync(path, seconds, seconds);
    }
    return join(folder, name);
  };

  test('that is an archive has the same bytes of other times, in another order and time zone, and is read by Python', () => {
    const names = Object.keys(files);
    const first = zipOf(write('first', names, 1_000_000_000), 'book');
    const { TZ } = process.env;
    process.env.TZ = 'Asia/Tokyo';
    const second = zipOf(write('second', names.reverse(), 1_700_000_000), 'book');
    if (TZ === undefined) delete process.env.TZ;
    else process.env.TZ = TZ;
    assert.ok(Buffer.from(first).equals(Buffer.from(second)));
    writeFileSync(join(folder, 'book.zip'), first);
    const read = `import json, sys, zipfile
archive = zipfile.ZipFile(sys.argv[1])
print(json.dumps([[f.filename, archive.read(f).decode(), f.date_time[0], oct(f.external_attr >> 16)] for f in archive.infolist()]))`;
    const found = JSON.parse(execFileSync(PYTHON, ['-c', read, join(folder, 'book.zip')], { encoding: 'utf8' }));
    const entry = (name: string, text: string) => [`book/${name}`, text, 1980, '0o100644'];
    assert.deepEqual(found, [entry('a.txt', 'one'), entry('b/two.txt', 'two'), entry('b/ä.txt', '')]);
  });

  test('is in the checksums, as sha256sum has them', async () => {
    const out = write('out', ['a.txt'], 1_000_000_000);
    writeFileSync(join(out, 'SHA256SUMS'), 'old');
    // printf one | sha256sum
    assert.equal(await sumsOf(out), '7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed  a.txt\n');
  });
});

const windows = process.platform === 'win32';

interface Lock {
  packages: Record<string, { dev?: boolean; link?: boolean }>;
}

describe('In an empty folder outside of the clone', { skip: windows && 'links to packages need rights there' }, () => {
  const project = temporaryFolder('package');
  const installed = join(project, 'node_modules', 'lif-fc-mnist');
  before(() => {
    // What npm packs, unpacked as npm does it, beside links to the packages that npm would install with it.
    const packed = execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', project], {
      cwd: root,
      encoding: 'utf8',
    });
    const [{ filename }] = Object.values(JSON.parse(packed)) as { filename: string }[];
    mkdirSync(installed, { recursive: true });
    execFileSync('tar', ['-xzf', join(project, filename), '-C', installed, '--strip-components=1']);
    const lock: Lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
    for (const [path, { dev, link }] of Object.entries(lock.packages)) {
      if (!/^node_modules\/(@[^/]+\/)?[^/]+$/.test(path) || dev || link || !existsSync(join(root, path))) continue;
      mkdirSync(dirname(join(project, path)), { recursive: true });
      symlinkSync(join(root, path), join(project, path));
    }
  });

  test('a program imports the package by its name, and finds the map', () => {
    const program =
      "const { neuron, readMap } = require('lif-fc-mnist'); readMap().then((map) => console.log(new neuron.LIFNode({ tau: 3.5 }).getConfig().tau, map.rows.length))";
    const printed = execFileSync(process.execPath, ['-e', program], { cwd: project, encoding: 'utf8' });
    const rows =
      readFileSync(join(root, 'editions', 'map', 'map.csv'), 'utf8')
        .trim()
        .split('\n').length - 1;
    assert.equal(printed, `3.5 ${rows}\n`);
  });

  test('without tfjs-node, which npm leaves out where its installer fails, WebAssembly takes its place and says so', async () => {
    assert.deepEqual(JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')).optionalDependencies, {
      '@tensorflow/tfjs-node': '4.22.0',
    });
    const link = join(project, 'node_modules', '@tensorflow', 'tfjs-node');
    const target = readlinkSync(link);
    unlinkSync(link);
    try {
      const program =
        "const { initBackend, tf } = require('lif-fc-mnist'); initBackend().then((name) => console.log(name, tf.add(1, 2).dataSync()[0]))";
      const said = execFileSync(process.execPath, ['-e', program], { cwd: project, encoding: 'utf8' });
      assert.equal(said, 'wasm (WebAssembly); not native, since @tensorflow/tfjs-node is not installed 3\n');
    } finally {
      symlinkSync(target, link);
    }
  });

  test('the command lif_fc_mnist is there', () => {
    const help = execFileSync(process.execPath, [join(installed, 'tools', 'lif_fc_mnist.cjs'), '--help'], {
      encoding: 'utf8',
    });
    assert.match(help, /--timesteps/);
  });
});
