import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, test } from 'node:test';
import { build } from 'esbuild';
import type { Notebook } from '../editions/shared/cells.mjs';
import * as browser from '../hosts/browser';
import * as browserDisplay from '../hosts/browser/display';
import * as node from '../hosts/node';
import * as nodeDisplay from '../hosts/node/display';
import { chapterNames, sourceFiles } from '../packages/system/project.mjs';

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

describe("A package's README", () => {
  for (const name of ['event-engine', 'exercises', 'figures', 'formats', 'runs', 'system']) {
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
    'write `math.exp(x)` of lif-fc-mnist (src/common/exact.ts) for `Math.exp(x)`, and `x * x` for `x ** 2`';

  test('comes from functions that give the same bits in every browser, in cells', async () => {
    const { isPython } = await import('../editions/shared/parts.mjs');
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
    const own = /^(src|packages\/formats\/datasets|packages\/event-engine(?!\/kernel)|packages\/runs\/map)\//;
    const sources = sourceFiles()
      .filter((file) => own.test(file) && file.endsWith('.ts'))
      .flatMap((file) => found(readFileSync(join(root, file), 'utf8')).map((what) => `${file}: ${what}`));
    assert.deepEqual(sources, [], advice);
  });
});
