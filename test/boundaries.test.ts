import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, posix, resolve } from 'node:path';
import { describe, test } from 'node:test';
import { build } from 'esbuild';
import type { Notebook } from '../editions/shared/cells';
import * as browser from '../hosts/browser';
import * as browserDisplay from '../hosts/browser/display';
import * as node from '../hosts/node';
import * as nodeDisplay from '../hosts/node/display';
import { isPython } from '../packages/system/chapters';
import * as plain from '../packages/system/plain.mjs';
import { chapterNames } from '../packages/system/project';
import * as machine from '../tools/machine.mjs';
import * as packages from '../tools/packages.mjs';
import { sourceFiles } from '../tools/setup/build';

const root = resolve(__dirname, '..');
describe('What the package exports', () => {
  /** Its names, and those in namespaces as `training.train`. */
  const namesOf = (entryPoint: object) =>
    Object.entries(entryPoint).flatMap(([name, value]) => [
      name,
      ...(typeof value === 'object' && name !== 'tf' ? Object.keys(value).map((inner) => `${name}.${inner}`) : []),
    ]);

  test('is the same on both hosts, in namespaces as well', () => {
    assert.deepEqual(namesOf(browser).sort(), namesOf(node).sort());
  });

  test('is the same in `lif-fc-mnist/display`, except pictures, files and windows, which are for Node', () => {
    const onlyNode = ['openWindow', 'renderPng', 'renderSvg', 'saveFigure'];
    assert.deepEqual([...namesOf(browserDisplay), ...onlyNode].sort(), namesOf(nodeDisplay).sort());
  });
});

describe('The table of CONTRIBUTING.md', () => {
  const foldersIn = (folder: string) =>
    readdirSync(join(root, folder), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name !== 'test')
      .map(({ name }) => `${folder}/${name}`);
  /** The folders that have rules of their own. */
  const places = [
    ...['src', 'packages', 'hosts', 'editions'].flatMap(foldersIn),
    ...['packages/figures/node', 'packages/runs/node', 'tools', 'translations'],
  ];
  const others = (place: string) => places.filter((other) => other !== place);

  /** What lint refuses, as `place -> other`: a file of each place imports one of each other, a line each. */
  function refused(): Set<string> {
    const folder = mkdtempSync(join(tmpdir(), 'boundaries-'));
    try {
      const { vcs, ...config } = JSON.parse(readFileSync(join(root, 'biome.json'), 'utf8'));
      writeFileSync(join(folder, 'biome.json'), JSON.stringify(config));
      for (const place of places) {
        mkdirSync(join(folder, place, 'part'), { recursive: true });
        const lines = others(place).map((other) => `import '${posix.relative(`${place}/part`, other)}/part/file';\n`);
        writeFileSync(join(folder, place, 'part', 'file.ts'), lines.join(''));
      }
      const biome = join(root, 'node_modules', '@biomejs', 'biome', 'bin', 'biome');
      const options = ['lint', '--only=style/noRestrictedImports', '--reporter=github', '--max-diagnostics=none', '.'];
      const { stdout, stderr } = spawnSync(process.execPath, [biome, ...options], { cwd: folder, encoding: 'utf8' });
      const found = [...stdout.matchAll(/^::error .*\bfile=(.*?),line=(\d+)/gm)].map(([, file = '', line]) => {
        const place = places.find((one) => file.replaceAll('\\', '/').endsWith(`/${one}/part/file.ts`)) as string;
        return `${place} -> ${others(place)[Number(line) - 1]}`;
      });
      assert.ok(found.length > 0, stdout + stderr);
      return new Set(found);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  test('says which folder may import which, as lint does', () => {
    const isRefused = refused();
    const contributing = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8');
    for (const row of ['src', 'packages', 'hosts', 'editions', 'tools', 'translations']) {
      const isOfRow = (place: string) => place.split('/')[0] === row;
      const allowed = places.filter(isOfRow).flatMap((place) =>
        others(place)
          .filter((other) => !isRefused.has(`${place} -> ${other}`))
          .map((other) => (row === 'editions' && isOfRow(other) ? other : (other.split('/')[0] as string)))
          // The parts of the lesson and the hosts import each other as their READMEs say.
          .filter((other) => row === 'packages' || other !== row),
      );
      const said = new RegExp(`^\\| \\[?\`${row}/\`.*\\| (.*) \\|$`, 'm').exec(contributing)?.[1] ?? '';
      const named = [...said.matchAll(/`(.+?)\/`/g)].map(([, name]) => name);
      assert.deepEqual(
        [...new Set(allowed)].sort(),
        named.sort(),
        `${row}/: what lint allows, and what the table says`,
      );
    }
  });
});

describe("A package's README", () => {
  for (const name of ['event-engine', 'exercises', 'figures', 'formats', 'networks', 'runs', 'system']) {
    test(`packages/${name}: the example prints what stands below it`, async () => {
      const cwd = join(root, 'packages', name);
      const [, code, printed] =
        /```ts\n([\s\S]*?)```\n\n```\n([\s\S]*?)```/.exec(readFileSync(join(cwd, 'README.md'), 'utf8')) ?? [];
      assert.ok(code && printed, 'expected an example and what it prints');
      const file = join(root, 'build', `example-${name}.mjs`);
      await build({
        stdin: { contents: code, resolveDir: cwd, loader: 'ts' },
        bundle: true,
        packages: 'external',
        platform: 'node',
        format: 'esm',
        outfile: file,
        // For what is CommonJS.
        banner: { js: "import { createRequire as from } from 'node:module'; const require = from(import.meta.url);" },
        define: { __dirname: JSON.stringify(cwd) },
        logLevel: 'silent',
      });
      try {
        assert.equal(execFileSync(process.execPath, [file], { cwd, encoding: 'utf8' }), printed);
      } finally {
        rmSync(file);
      }
    });
  }
});

describe('What reaches a printed number', () => {
  // V8 and SpiderMonkey compute these with other last bits, V8 also from release to release. The standard lets them.
  const differs =
    /\bMath\.(a?(cos|sin|tan)h?|atan2|cbrt|exp(m1)?|log(10|1p|2)?|pow)\b|\{[^{}]*\b(a?(cos|sin|tan)h?|exp|log|pow)\b[^{}]*\} = Math\b|(?<!(?<![\w.])\d+ )\*\*|\*\*(?! \d+(?![\w.]))/g;
  const found = (code: string) => code.replace(/\/\*[\s\S]*?\*\/|\/\/.*|'[^'\n]*'/g, '').match(differs) ?? [];
  const advice =
    'write `math.exp(x)` of lif-fc-mnist (packages/networks/exact.ts) for `Math.exp(x)`, and `x * x` for `x ** 2`';

  test('comes from functions that give the same bits in every browser, in cells', () => {
    // Learners write as they like: a check allows for last digits.
    const ofLearners = /\/\/ BEGIN SOLUTION[\s\S]*?\/\/ END SOLUTION/g;
    const cells = chapterNames()
      .filter((name) => !isPython(name))
      .flatMap((name) => {
        const { cells } = JSON.parse(readFileSync(join(root, 'notebooks', name), 'utf8')) as Notebook;
        return cells.filter(({ cell_type }) => cell_type === 'code').map((cell) => ({ name, ...cell }));
      })
      .flatMap(({ name, id, source }) =>
        found([source].flat().join('').replace(ofLearners, '')).map((what) => `${name}, cell ${id}: ${what}`),
      );
    assert.deepEqual(cells, [], advice);
    assert.deepEqual(found("Math.exp(x) + x ** 2 + 2 ** n + 2 ** 30 + Math.sqrt(x) + '**'"), ['Math.exp', '**', '**']);
  });

  test('comes from functions that give the same bits in every browser, in the lesson, its data sets and engines', () => {
    // The kernel is WebAssembly, whose powers and logarithms are its own: the same instructions everywhere.
    const own = /^(src|packages\/(formats\/datasets|networks|event-engine(?!\/kernel)|runs\/map))\//;
    const sources = sourceFiles()
      .filter((file) => own.test(file) && file.endsWith('.ts'))
      .flatMap((file) => found(readFileSync(join(root, file), 'utf8')).map((what) => `${file}: ${what}`));
    assert.deepEqual(sources, [], advice);
  });
});

test('The lesson is read in an hour: 20 files of at most 180 lines, 1,400 in all, about what chapters 0 to 5 teach', () => {
  const files = sourceFiles().filter((file) => file.startsWith('src/') && file.endsWith('.ts'));
  const texts = files.map((file) => ({ file, text: readFileSync(join(root, file), 'utf8') }));
  const lines = texts.map(({ file, text }) => {
    return { file, count: text.split('\n').filter((line) => !/^\s*($|\/\/|\/\*|\*)/.test(line)).length };
  });
  assert.deepEqual(
    lines.filter(({ count }) => count > 180),
    [],
  );
  assert.ok(files.length <= 20, `expected at most 20 files, found ${files.length}`);
  const all = lines.reduce((sum, { count }) => sum + count, 0);
  assert.ok(all > 0 && all <= 1400, `expected at most 1400 lines, found ${all}`);
  const later = /convol|delay|\bnorm(ed|s)?\b|recurren|synap|adapt|learnt|spike.?train(?!\()|penalt|schema/i;
  const found = texts.flatMap(({ file, text }) =>
    text.split('\n').map((line, i) => `${file}:${i + 1}: ${line.trim()}`),
  );
  assert.deepEqual(
    found.filter((line) => later.test(line)),
    [],
    'what later chapters teach stands in packages/networks/',
  );
});

for (const [name, exports] of Object.entries({
  'packages/system/plain': plain,
  'tools/machine': machine,
  'tools/packages': packages,
})) {
  test(`${name}.d.mts declares what ${name}.mjs exports`, () => {
    const declarations = readFileSync(join(root, `${name}.d.mts`), 'utf8');
    const declared = [...declarations.matchAll(/^export (?:const|class|function) (\w+)/gm)].map(([, own]) => own);
    assert.deepEqual(declared.sort(), Object.keys(exports).sort());
  });
}
