/** environment.md says what is so: versions and raised dependencies; tools/README.md, what is patched in which package. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { describe, test } from 'node:test';
import { filesUnder } from '../packages/system/project.mjs';

const root = resolve(__dirname, '..');
const read = (name: string) => readFileSync(join(root, name), 'utf8');
const manifest = JSON.parse(read('package.json'));
const lock: Record<string, { version?: string; link?: boolean }> = JSON.parse(read('package-lock.json')).packages;
const lockedBy = (file: string) =>
  new Map([...read(file).matchAll(/^([\w.-]+)==(\S+)/gm)].map(([, name, version]) => [name, version]));
const locked = lockedBy('requirements.txt');
const ofHub = lockedBy('editions/class/hub/requirements.txt');

const versionOf = (name: string) => lock[`node_modules/${name}`]?.version ?? locked.get(name) ?? ofHub.get(name);

/** The rows of the tables in a section, each as its cells, without the heads. */
function rows(heading: string, page = 'environment.md'): string[][] {
  const text = read(page);
  const start = text.indexOf(`\n${heading}\n`);
  assert.notEqual(start, -1, `${page}: expected a section "${heading}"`);
  const rest = text.slice(start + heading.length + 2);
  const level = heading.split(' ')[0] as string;
  const section = rest.split(new RegExp(`^#{1,${level.length}} `, 'm'))[0] as string;
  const lines = section.split('\n').filter((line) => /^\| [^|]/.test(line));
  return lines.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

describe('environment.md', () => {
  test('lists every package that is named here with its version', () => {
    const listed = new Map(rows('## Versions, and what each package is for').map(([name, version]) => [name, version]));
    const pinned: Record<string, string> = {
      ...manifest.dependencies,
      ...manifest.optionalDependencies,
      ...manifest.devDependencies,
    };
    for (const [name, version] of Object.entries(pinned))
      assert.equal(listed.get(name), version.replace(/^npm:.*@/, ''), name);
    for (const [file, versions] of [
      ['requirements.in', locked],
      ['editions/map/requirements.in', lockedBy('editions/map/requirements.txt')],
    ] as const) {
      for (const [name] of read(file).matchAll(/^[a-z][\w-]*/gm)) {
        assert.equal(listed.get(name), versions.get(name), name);
      }
    }
  });

  test('names for each patch a version that is installed, files that are there, and tests that are there', () => {
    const folders = ['src', 'tools', 'test', 'hosts', 'packages', 'editions', 'translations'];
    const files = folders.flatMap((folder) => filesUnder(join(root, folder)).map((name) => join(folder, name)));
    const patches = rows('## What we patch, and at which version', 'tools/README.md').slice(1);
    assert.ok(patches.length >= 20);
    for (const [name, version, , where = '', tests = ''] of patches as [string, string, string, string, string][]) {
      assert.equal(version, versionOf(name), name);
      for (const [, file] of where.matchAll(/`([^`]+)`/g)) {
        assert.ok(file === 'package.json' || files.some((path) => basename(path) === file), `${name}: no file ${file}`);
      }
      const test = /`([\w-]+\.(?:test\.ts|py))`/.exec(tests)?.[1];
      assert.ok(
        files.some((path) => basename(path) === test),
        `${name}: expected a test, found ${tests}`,
      );
    }
  });

  test('says to which version dependencies were raised, and the lock has each at that version everywhere', () => {
    const [nodeplotlib, tfjsNode] = rows('### Dependencies that we raise').slice(1);
    const inLock = (path: RegExp) => Object.entries(lock).filter(([at]) => path.test(at));
    const { '@tensorflow/tfjs-node': ofTfjsNode, ...others } = manifest.overrides;
    const all: Record<string, string> = { ...others };
    for (const [name, version] of Object.entries(ofTfjsNode as Record<string, string | Record<string, string>>)) {
      const raised = typeof version === 'string' ? version : (version['.'] as string);
      assert.ok(tfjsNode?.[1]?.includes(`${name} ${raised}`), `tfjs-node: ${name} ${raised} is not listed`);
      if (name !== 'https-proxy-agent') all[name] = raised; // jsdom has a later one
    }
    for (const [name, version] of Object.entries(all)) {
      const found = inLock(new RegExp(`(^|/)node_modules/${name}$`));
      assert.ok(found.length > 0, `${name}: not in the lock`);
      for (const [path, entry] of found) assert.equal(entry.version, version, path);
    }
    for (const name of [
      'express',
      'socket.io',
      'socket.io-parser',
      'engine.io',
      'multer',
      'body-parser',
      'qs',
      'send',
      'ws',
    ]) {
      const [, entry] = inLock(new RegExp(`^node_modules/${name}$`))[0] ?? [];
      assert.ok(
        nodeplotlib?.[1]?.includes(`${name} ${entry?.version}`),
        `nodeplotlib: ${name} ${entry?.version} is not listed`,
      );
    }
    assert.deepEqual(inLock(/node_modules\/(axios|uuid|npmlog)$/), []);
  });
});

test('the golden values name the versions that made them, whichever build of PyTorch a machine has', () => {
  const { norse, snntorch, spikingjelly, torch } = Object.fromEntries(lockedBy('tools/peers/test/requirements.txt'));
  const files = readdirSync(join(root, 'test', 'golden')).filter((name) => name.endsWith('.json'));
  assert.ok(files.length > 0);
  for (const file of files) {
    const { source } = JSON.parse(read(join('test', 'golden', file)));
    const { seed = 7, ...versions } = source;
    const asked = { ...('snntorch' in source && { snntorch }), ...('norse' in source && { norse }) };
    assert.deepEqual({ ...versions, seed }, { ...asked, spikingjelly, torch, seed: 7 }, file);
  }
});
