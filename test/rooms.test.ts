import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { before, describe, test } from 'node:test';
import { build, type Metafile } from 'esbuild';

const root = resolve(__dirname, '..');
const ROOMS = [
  'common',
  'hdf5',
  'datasets',
  'snn',
  'training',
  'event',
  'visualizing',
  'exercises',
  'records',
  'map',
  'exchange',
  'host',
];

const sources = (folder: string): string[] =>
  readdirSync(join(root, 'src', folder), { recursive: true })
    .map((name) => `src/${folder}/${String(name).replaceAll('\\', '/')}`)
    .filter((file) => file.endsWith('.ts') && !file.startsWith('src/event/kernel/'));

describe('The rooms without a host', () => {
  let bundled: Metafile;
  before(async () => {
    // An import of Node in one of them, or in what it imports, is an error of this build that names the file.
    const { metafile } = await build({
      absWorkingDir: root,
      entryPoints: ROOMS.flatMap(sources),
      bundle: true,
      platform: 'browser',
      format: 'esm',
      write: false,
      outdir: 'nowhere',
      metafile: true,
      logLevel: 'silent',
    });
    bundled = metafile;
  });

  test('can be bundled for a browser, and bring no file of a host', () => {
    const files = Object.keys(bundled.inputs);
    assert.ok(files.length > 40, `${files.length} files`);
    assert.deepEqual(
      files.filter((file) => /^src\/(node|browser)\//.test(file)),
      [],
    );
  });

  test('import no module of Node', () => {
    const imports = Object.entries(bundled.inputs).flatMap(([file, input]) =>
      input.imports
        .filter(({ path, external }) => external || path.startsWith('node:'))
        .map(({ path }) => [file, path]),
    );
    assert.deepEqual(imports, []);
  });

  test('load TensorFlow only in snn, training and exercises', () => {
    const users = Object.entries(bundled.inputs)
      .filter(([, input]) => input.imports.some(({ path }) => path.includes('node_modules/@tensorflow/')))
      .map(([file]) => file.split('/'))
      .filter(([top]) => top === 'src')
      .map(([, room]) => room);
    assert.deepEqual([...new Set(users)].sort(), ['exercises', 'snn', 'training']);
  });
});

describe('The host of the browser', () => {
  let bundled: Metafile;
  before(async () => {
    const { metafile } = await build({
      absWorkingDir: root,
      entryPoints: ['src/browser/index.ts'],
      bundle: true,
      platform: 'browser',
      format: 'esm',
      write: false,
      metafile: true,
      logLevel: 'silent',
    });
    bundled = metafile;
  });

  test('brings no file and no module of Node', () => {
    const wrong = Object.entries(bundled.inputs).flatMap(([file, input]) => [
      ...(file.startsWith('src/node/') ? [file] : []),
      ...input.imports.filter(({ path }) => path.startsWith('node:')).map(({ path }) => `${file}: ${path}`),
    ]);
    assert.deepEqual(wrong, []);
  });

  test('offers what Node offers, under the same names, but files and pictures', async () => {
    const ofNode = await build({
      absWorkingDir: root,
      entryPoints: ['src/node/index.ts'],
      bundle: true,
      packages: 'external',
      platform: 'node',
      format: 'esm',
      write: false,
      metafile: true,
      logLevel: 'silent',
    });
    const namesOf = ({ outputs }: Metafile) => Object.values(outputs)[0].exports;
    const onlyNode = ['renderPng', 'renderSvg', 'saveFigure'];
    const wanted = namesOf(ofNode.metafile).filter((name) => !onlyNode.includes(name));
    assert.deepEqual(namesOf(bundled).sort(), wanted.sort());
  });
});

/** What the table in a README lets each room import: names of rooms; undefined for a host that may import all above it. */
function arrowsOf(readme: string): Map<string, string[]> {
  const arrows = new Map<string, string[]>();
  const rows = readFileSync(join(root, readme), 'utf8').matchAll(/^\| `(\w+)\/` \|.*\| (.+) \|$/gm);
  for (const [, room, words] of rows) {
    const named = words.split(', ').filter((word) => !['nothing of ours', 'tfjs'].includes(word));
    const all = [...arrows.keys()].filter((above) => !words.endsWith(`but ${above}`));
    arrows.set(room, words.startsWith('all above') ? all : named);
  }
  return arrows;
}

/** What biome.json lets the rooms of a folder import. */
function rulesOf(folder: string): Map<string, string[]> {
  const rules = new Map<string, string[]>();
  for (const { includes, linter } of JSON.parse(readFileSync(join(root, 'biome.json'), 'utf8')).overrides) {
    const group: string[] | undefined = linter?.rules.style.noRestrictedImports?.options.patterns[0].group;
    const room = new RegExp(`^${folder}/(\\w+)/`).exec(includes[0])?.[1];
    if (!group || !room) continue;
    const allowed = group.flatMap((pattern) => /^!\.\.\/\{?([\w,]+)\}?\/\*\*$/.exec(pattern)?.[1].split(',') ?? []);
    rules.set(room, allowed);
  }
  return rules;
}

describe('The arrows between the rooms', () => {
  for (const folder of ['src', 'tools']) {
    test(`of ${folder} are those of its README in biome.json, where an editor sees them`, () => {
      const sorted = (arrows: Map<string, string[]>) =>
        [...arrows].map(([room, names]) => `${room}: ${[...names].sort().join(' ')}`).sort();
      const [said, held] = [arrowsOf(`${folder}/README.md`), rulesOf(folder)];
      // Between Node's own folders are paths like '../records': there only the way to the browser is closed.
      for (const arrows of [said, held]) if (folder === 'src') arrows.delete('node');
      assert.deepEqual(sorted(held), sorted(said));
    });

    test(`of ${folder}: each room of the README is a folder, and each folder is a room`, () => {
      const folders = readdirSync(join(root, folder), { withFileTypes: true }).filter((entry) => entry.isDirectory());
      assert.deepEqual(folders.map(({ name }) => name).sort(), [...arrowsOf(`${folder}/README.md`).keys()].sort());
    });
  }

  test('lead from no tool to a room that the README does not name', () => {
    const arrows = arrowsOf('tools/README.md');
    const wrong: string[] = [];
    for (const [room, allowed] of arrows) {
      for (const name of readdirSync(join(root, 'tools', room), { recursive: true, encoding: 'utf8' })) {
        if (!/\.[mc]js$/.test(name)) continue;
        const file = join(root, 'tools', room, name);
        for (const [, path] of readFileSync(file, 'utf8').matchAll(/(?:from|import\(|require\() ?'(\.[^']+)'/g)) {
          const [top, other] = relative(root, resolve(file, '..', path)).split(sep);
          if (top === 'tools' && other !== room && !allowed.includes(other)) wrong.push(`${room}/${name}: ${path}`);
          if (top === 'test') wrong.push(`${room}/${name}: ${path}`);
        }
      }
    }
    assert.deepEqual(wrong, []);
  });
});

test('no file of the package is longer than 350 lines', () => {
  const long = [...ROOMS, 'node', 'browser']
    .flatMap(sources)
    .filter((file) => readFileSync(join(root, file), 'utf8').split('\n').length > 351);
  assert.deepEqual(long, []);
});
